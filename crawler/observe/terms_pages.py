"""Which pages hold a site's terms: told by their address, their heading, or the words of a link to them.

Terms speak for the whole site, so a page must look like nothing but terms: every word of its address or heading is
one that terms pages have there. "Vilkår for brug" is; "Ophavsret og AI: ny dom" is an article. A link may have one
word more, as the site's own name.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from crawler.observe.link_header import absolute

LINKS_MAX = 4
"""Terms pages taken from one page, the likeliest first: terms, copyright, privacy, and one more."""

_SEGMENTS_MAX = 3
_HEADING_CHARS_MAX = 80
_WORDS_MAX = 6
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_DATED = re.compile(r"/(?:19|20)\d\d(?:/|-\d)")

_KINDS = (
    r"tdm|(?:tekst|data|tekstdata)?mining",
    r"ophavsret\w{0,4}|copyright|rettigheder|rights",
    (
        r"\w*vilkaar|\w*betingelser(?:ne)?|\w*vilkar|terms|conditions|tos|legal|juridisk|jura|disclaimer"
        r"|ansvarsfraskrivelse|kolofon|imprint|impressum"
    ),
    r"privatliv\w*|privacy|persondata\w*|gdpr|databeskyttelse\w*",
)
"""Words that name terms, folded to ASCII, the likeliest to hold a reservation first."""

_RANKED = tuple(re.compile(kind) for kind in _KINDS)
_FILLING = frozenset({
    "og", "for", "om", "af", "brug", "brugen", "bruger", "brugere", "brugs", "vores", "vore", "vor", "dine", "the",
    "of", "use", "and", "our", "your", "at", "i", "paa", "til", "website", "websted", "webstedet", "site", "sitet",
    "siden", "hjemmeside", "hjemmesiden", "politik", "politikken", "policy", "notice", "meddelelse", "regler",
    "information", "oplysninger", "erklaering", "statement", "cookies", "cookie", "cookiepolitik", "generelle",
    "almindelige", "service", "tekst", "data", "ai", "text", "licens", "license",
})  # fmt: skip
"""Words that may stand beside them."""

_RELATIONS = {"copyright": 1, "terms-of-service": 2, "privacy-policy": 3}
"""Link relations (HTML, RFC 6903) that name terms, with the likelihood of their kind."""

_FOLDED = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e"})
_HINT = re.compile(
    r"tdm|mining|ophavsret|copyright|rett?igheder|right|vilk|betingelser|terms|condition|legal|juridisk|jura|disclaimer"
    r"|ansvarsfra|kolofon|imprint|impressum|priva|persondata|gdpr|databeskyt|/tos",
    re.IGNORECASE,
)


def is_terms_page(url: str, tree: HtmlElement) -> bool:
    """Whether a page is one of terms, by its address or its first heading or title."""
    if rank_of_address(url) is not None:
        return True
    if _DATED.search(urlsplit(url).path):
        return False
    headings = [*tree.iter("h1"), *tree.iter("title")][:2]
    texts = (re.split(r"\s[|–—·-]\s", " ".join(element.text_content().split()))[0] for element in headings)
    return any(_rank(text) is not None for text in texts if len(text) <= _HEADING_CHARS_MAX)


def rank_of_address(url: str) -> int | None:
    """How likely an address is that of terms, 0 the likeliest; None when it is not."""
    path = unquote(urlsplit(url).path)
    segments = [segment for segment in path.split("/") if segment]
    if not segments or len(segments) > _SEGMENTS_MAX or _DATED.search(path):
        return None
    return _rank(_EXTENSION.sub("", segments[-1]))


def terms_links(tree: HtmlElement, url: str) -> tuple[str, ...]:
    """Absolute addresses of its site's terms pages that a page links to, at most `LINKS_MAX`, the likeliest first."""
    ranked: dict[str, int] = {}
    for target, rank in _ranked_links(tree, url):
        ranked[target] = min(rank, ranked.get(target, rank))
    return tuple(sorted(ranked, key=lambda target: (ranked[target], target))[:LINKS_MAX])


def site_of(url: str) -> str:
    """The site an address belongs to: its host and port, with or without `www.`."""
    try:
        return urlsplit(url).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""


def _ranked_links(tree: HtmlElement, url: str) -> Iterator[tuple[str, int]]:
    for element in tree.iter("a", "link"):
        href = element.get("href") or ""
        related = [_RELATIONS.get(word) for word in (element.get("rel") or "").lower().split()]
        if not href or href.startswith("#"):
            continue
        text = " ".join("".join(map(str, element.itertext())).split())[: _HEADING_CHARS_MAX + 1]
        if not any(related) and not _HINT.search(f"{href} {text}"):
            continue
        target = absolute(url, href).partition("#")[0]
        if not target.startswith(("http://", "https://")) or site_of(target) != site_of(url):
            continue
        ranks = (*related, rank_of_address(target), _rank(text, strangers=1))
        known = [rank for rank in ranks if rank is not None]
        if known and not _DATED.search(urlsplit(target).path):
            yield target, min(known)


def _rank(text: str, *, strangers: int = 0) -> int | None:
    """The kind of terms some words name; None when they name none, or more words than `strangers` are of others."""
    words = re.findall(r"[a-z0-9]+", text.lower().translate(_FOLDED))
    kinds = [_kind(word) for word in words]
    strange = [word for word, kind in zip(words, kinds, strict=True) if kind is None and word not in _FILLING]
    named = [kind for kind in kinds if kind is not None]
    if not named or len(words) > _WORDS_MAX or len(strange) > strangers:
        return None
    return min(named)


def _kind(word: str) -> int | None:
    return next((rank for rank, pattern in enumerate(_RANKED) if pattern.fullmatch(word)), None)
