"""Crawlers for model training that a robots.txt shuts out by name.

Such a line is not addressed to us, so RFC 9309 does not forbid us anything by it. It is still a machine-readable sign
that the publisher does not want the page used for training: a reservation by proxy, which a policy may count or not.
Only a group that names the token counts; a `*` that shuts everyone out speaks to us itself.
"""

from crawler.observe.evidence import EvidenceFile, statement
from crawler.observe.robots import Robots
from ledger.signals import Mechanism, RightsSignal, Verdict

TRAINING_TOKENS = (
    "AI2Bot", "Ai2Bot-Dolma", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ClaudeBot",
    "CloudVertexBot", "cohere-ai", "cohere-training-data-crawler", "Cotoyogi", "DeepSeekBot", "Diffbot", "FacebookBot",
    "Factset_spyderbot", "FriendlyCrawler", "Google-CloudVertexBot", "Google-Extended", "GoogleOther", "GPTBot",
    "ICC-Crawler", "img2dataset", "ISSCyberRiskCrawler", "laion-huggingface-processor", "LAIONDownloader",
    "meta-externalagent", "omgili", "omgilibot", "PanguBot", "SBIntuitionsBot", "Sidetrade indexer bot", "TikTokSpider",
    "Timpibot", "VelenPublicWebCrawler", "webzio-extended", "YandexAdditional", "YandexAdditionalBot",
)  # fmt: skip
"""Tokens of crawlers that gather training data, compared without case.

From ai-robots-txt/ai.robots.txt, `robots.json` of 2026-08-22 (MIT); search and answer crawlers on that list are left
out, as shutting them out says nothing about training.
"""

TRAINING_TOKENS_LOWER = frozenset(token.lower() for token in TRAINING_TOKENS)


def statements(robots: Robots, file: EvidenceFile, url: str) -> tuple[RightsSignal, ...]:
    """One reservation naming every training token shut out from the page, or nothing."""
    named = {token: robots.group_of(token) for token in TRAINING_TOKENS if robots.names(token)}
    of_group = {group: token for token, group in named.items()}  # many tokens share one group, which is asked once
    allowed = {group: robots.allows(url, token) for group, token in of_group.items()}
    shut = [token for token, group in named.items() if not allowed[group]]
    if not shut:
        return ()
    raw = "User-agent: " + ", ".join(shut) + "; Disallow"
    said = ("user-agent", ",".join(shut))
    return (statement(Mechanism.AI_AGENTS, Verdict.RESERVED, said, raw, file.seen.at("user-agent")),)
