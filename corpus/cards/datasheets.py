"""A datasheet for each source, after the questions of *Datasheets for Datasets* (Gebru et al., 2021), in our own words.

What the corpus cannot know is said to be unknown, and never guessed.
"""

from corpus.cards.facts import Facts, SourceFacts
from corpus.cards.funnel import funnel_of, reasons_table, share
from corpus.cards.licences import in_words, licence_url
from corpus.cards.overlap import Overlap
from corpus.cards.plain import link, markdown, table
from corpus.cards.statistics import MEASURED

_HOSTS_MAX = 20
_COMES = {
    "site": "Crawled: links were followed from its front page.",
    "sitemap": "Crawled: its sitemaps name its pages.",
    "feed": "Crawled from its feeds.",
    "api": "Taken from its API, page by page.",
    "dump": "Taken in as files that it, or somebody for it, publishes.",
    "delivery": "Handed over as files by its rights holder.",
}


def datasheet_of(facts: Facts, source: str) -> bytes:
    """Write the sheet of one source of the release."""
    about = facts.sources.get(source)
    lines = [
        f"# {markdown(facts.title(source))}",
        "",
        f"Datasheet of the source `{markdown(source)}` in Fodaftryk {facts.manifest.version}.",
        "",
        *_motivation(about),
        *_composition(facts, source),
        *_collection(facts, about, source),
        *_cleaning(facts, about, source),
        *_uses(facts, source),
        *_upkeep(facts),
    ]
    return ("\n".join(lines).rstrip() + "\n").encode()


def _motivation(about: SourceFacts | None) -> list[str]:
    said = markdown(about.description) if about else "Unknown."
    why = "It is here because it adds Danish text to train language models on, and its right to be here is known."
    return ["## Why it is here", "", said, "", why, ""]


def _composition(facts: Facts, source: str) -> list[str]:
    counted, shards = facts.statistics(source), list(facts.shards(source))
    overlap = facts.overlaps.get(source, Overlap())
    documents, words = sum(shard.rows for shard in shards), facts.words(source)
    only_words = min(overlap.only_words, words)  # what was withdrawn since the selection is in it, and not here
    years = sorted(year for year in counted.years if year)
    rows = [
        ["documents", f"{documents:,}"],
        ["words", f"{words:,}"],
        ["words of which no other source has a copy", f"{only_words:,} ({share(only_words, words)})"],
        ["characters in Danish lines", share(counted.danish_chars, counted.chars) or "unknown"],
        ["with a title", share(counted.titled, counted.documents) or "unknown"],
        ["with an author", share(counted.authored, counted.documents) or "unknown"],
        ["with a day of publication", share(counted.dated, counted.documents) or "unknown"],
        ["published", f"{years[0]} to {years[-1]}" if years else "unknown"],
        *([["tokens of " + markdown(counted.tokenizer), f"{counted.tokens:,}"]] if counted.tokenizer else []),
        *(
            [f"mean of `{name}` over the documents", f"{mean:.3f}"]
            for name in MEASURED
            if (mean := counted.mean(name)) is not None
        ),
    ]
    hosts = sorted(
        ((host, tally) for host, tally in counted.hosts.items() if host), key=lambda row: (-row[1][1], row[0])
    )
    listed = [[markdown(host), f"{tally[0]:,}", f"{tally[1]:,}"] for host, tally in hosts[:_HOSTS_MAX]]
    more = [f"And {len(hosts) - _HOSTS_MAX:,} more.", ""] if len(hosts) > _HOSTS_MAX else []
    return [
        "## What is in it",
        "",
        *table(["", ""], rows, 1),
        "",
        *([*table(["host", "documents", "words"], listed, 2), "", *more] if listed else []),
        (
            "A document is the main text of one page or file. There are no labels and no splits. People are named in "
            "the texts; numbers and addresses that identify them are replaced by their kind."
        ),
        "",
    ]


def _collection(facts: Facts, about: SourceFacts | None, source: str) -> list[str]:
    counted = facts.statistics(source)
    days = f"Fetched from {counted.first} to {counted.last}." if counted.first else "Days of fetching are unknown."
    asked = (
        "What its robots.txt, headers, metadata, pages of terms and the register of reservations say was read and "
        "obeyed, and is kept as evidence. The authors of single documents were not asked one by one."
    )
    where = [f"Its place: {link(about.homepage, about.homepage)}.", ""] if about else []
    consent = [asked, ""] if about and about.is_crawled else []
    comes = _COMES.get(about.access, "Unknown.") if about else "Unknown."
    return ["## How it was collected", "", comes, days, "", *where, *consent, *_rights(facts, about, source)]


def _rights(facts: Facts, about: SourceFacts | None, source: str) -> list[str]:
    lines = ["## On what right", "", f"Rights holder: {markdown(facts.manifest.rights_holders[source])}.", ""]
    groups = sorted({(shard.licence, shard.basis, shard.tier) for shard in facts.shards(source)})
    rows = [
        [link(in_words(licence), licence_url(licence)), markdown(basis), markdown(tier)]
        for licence, basis, tier in groups
    ]
    lines += [*table(["used on", "basis", "tier"], rows), ""]
    said = [
        [link(each.licence, licence_url(each.licence)), markdown(each.asserted_by), markdown(each.place),
         "yes" if each.confirmed else "no"]
        for each in (about.assertions if about else ())
    ]  # fmt: skip
    if said:
        lines += [
            "What others say of its licence:",
            "",
            *table(["licence", "who says so", "where", "read there"], said),
        ]
        lines += [""]
    return [*lines, *([markdown(about.note), ""] if about and about.note else [])]


def _cleaning(facts: Facts, about: SourceFacts | None, source: str) -> list[str]:
    fates = facts.fates.get(source, {})
    funnel = funnel_of(fates)
    overlap = facts.overlaps.get(source, Overlap())
    return [
        "## What was done to it",
        "",
        (
            "The main text was taken out of each page; language and quality were measured and held against the "
            f"profile `{markdown(about.profile) if about else 'default'}`; near-copies were found over all sources. "
            f"Of {funnel.read:,} documents {funnel.filtered:,} were filtered, {funnel.without_right:,} had no right "
            f"to be used and {funnel.copies:,} were copies ({overlap.own_copies:,} of its own documents, "
            f"{overlap.other_copies:,} of other sources'). What was fetched is kept, as far as it may be."
        ),
        "",
        *([*reasons_table(fates), ""] if any(fate != "released" for fate, _ in fates) else []),
    ]


def _uses(facts: Facts, source: str) -> list[str]:
    tiers = {shard.tier for shard in facts.shards(source)}
    limits = {
        "open": "Open licences and public acts: any use that the licence allows, with credit where it asks for it.",
        "agreed": "By agreement: only what the agreement allows.",
        "tdm": "Text and data mining: training, and not passing on the texts.",
    }
    return [
        "## What it may be used for",
        "",
        "Training and evaluating language models.",
        *(text for tier, text in limits.items() if tier in tiers),
        "Not for finding out about persons. How well it stands for Danish as a whole was not measured.",
        "",
    ]


def _upkeep(facts: Facts) -> list[str]:
    contact = markdown(facts.publisher.contact) or "unknown"
    name = markdown(facts.publisher.name) or "unknown"
    return [
        "## Who passes it on and keeps it up",
        "",
        f"Publisher: {name}. Contact, also to have something removed: {contact}.",
        "",
        "A version never changes. What is withdrawn is not in the next one, and stays out of later crawls.",
    ]
