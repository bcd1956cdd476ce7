"""IETF AIPREF: Content-Usage in robots.txt and as a header (draft-ietf-aipref-attach-05, -vocab-07).

The value is a Structured Field Dictionary (RFC 9651); `train-ai=n` reserves, `train-ai=y` permits. Labels of older
drafts reserve but do not permit. By the draft any other value, and a dictionary that cannot be parsed, is unknown; but
whoever writes one of these labels means something by it, so such a statement is malformed here, and holds the page.
"""

from collections.abc import Iterable

import http_sf

from crawler.observe.preferences import Preference, Standard, mention_of
from ledger.signals import Mechanism, Verdict

LABEL = "train-ai"
LEGACY_LABELS = frozenset({"ai", "genai", "train-genai", "tdm", "all", "bots"})
"""Of vocab-01 to -04 and of generators that still write them."""

_MENTION = mention_of({LABEL, *LEGACY_LABELS})


def read(value: str) -> tuple[Preference, ...]:
    """The preferences about training in one value."""
    try:
        members = http_sf.parse(value.encode("utf-8", "surrogateescape"), tltype="dictionary")
    except http_sf.StructuredFieldError:
        found = _MENTION.search(value)
        return (Preference(Verdict.MALFORMED, found[0].lower(), ""),) if found else ()
    assert isinstance(members, dict)
    return tuple(_members(members.items()))


STANDARD = Standard(Mechanism.CONTENT_USAGE, "content-usage", read, read)


def _members(members: Iterable[tuple[str, object]]) -> Iterable[Preference]:
    for label, member in members:
        if label != LABEL and label not in LEGACY_LABELS:
            continue
        value = member[0] if isinstance(member, tuple) else member
        said = str(value)
        verdict = Verdict.MALFORMED
        if isinstance(value, http_sf.Token) and said == "n":
            verdict = Verdict.RESERVED
        elif isinstance(value, http_sf.Token) and said == "y":
            verdict = Verdict.PERMITTED if label == LABEL else Verdict.UNKNOWN
        yield Preference(verdict, label, said)
