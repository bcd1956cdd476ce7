"""IETF AIPREF: Content-Usage in robots.txt and as a header (draft-ietf-aipref-attach-05, -vocab-07).

The value is a Structured Field Dictionary (RFC 9651); `train-ai=n` reserves, `train-ai=y` permits, all else is
unknown. Labels of older drafts reserve but do not permit. Where the value cannot be parsed, or says no in a form the
draft does not know, what was meant may still be a reservation: such a statement is malformed, and holds the page.
"""

import re
from collections.abc import Iterable

import http_sf

from corpus.captures import Capture
from crawler.observe.evidence import EvidenceFile, Seen, statement
from crawler.observe.preferences import Preference, applicable
from crawler.observe.robots import PRODUCT_TOKEN, Robots
from ledger.signals import Mechanism, RightsSignal, Verdict

LABEL = "train-ai"
LEGACY_LABELS = frozenset({"ai", "genai", "train-genai", "tdm", "all", "bots"})
"""Of vocab-01 to -04 and of generators that still write them."""

_NO = frozenset({"n", "no", "0", "false", "disallow", "deny"})
_LENIENT = re.compile(
    r"(?<![\w-])(train-ai|train-genai|genai|ai|tdm|all|bots)\s*[=:]\s*[\"']?(?:n|no|0|false|disallow|deny)(?!\w)",
    re.IGNORECASE,
)


def robots_statements(robots: Robots, file: EvidenceFile, url: str) -> tuple[RightsSignal, ...]:
    """What Content-Usage lines say of a page; lines before the first group count too, as they can only be meant so."""
    lines = (
        *(line for line in robots.loose if line.field == "content-usage"),
        *robots.lines(PRODUCT_TOKEN, "content-usage"),
    )
    return tuple(
        _signal(preference, line.raw, file.seen.at(f"line={line.number}"))
        for line, preference in applicable(lines, url, read)
    )


def header_statements(capture: Capture) -> tuple[RightsSignal, ...]:
    """What the Content-Usage header says; several are one dictionary, in order."""
    values = [value for name, value in capture.headers if name.lower() == "content-usage"]
    raw = ", ".join(values)
    return tuple(_signal(preference, raw, Seen.on(capture).at("header")) for preference in read(raw))


def read(value: str) -> tuple[Preference, ...]:
    """The preferences about training in one value."""
    try:
        members = http_sf.parse(value.encode("utf-8", "surrogateescape"), tltype="dictionary")
    except http_sf.StructuredFieldError:
        found = _LENIENT.search(value)
        return (Preference(Verdict.MALFORMED, found[1].lower(), "n"),) if found else ()
    assert isinstance(members, dict)
    return tuple(_members(members.items()))


def _members(members: Iterable[tuple[str, object]]) -> Iterable[Preference]:
    for label, member in members:
        if label != LABEL and label not in LEGACY_LABELS:
            continue
        value = member[0] if isinstance(member, tuple) else member
        said = str(value)
        if isinstance(value, http_sf.Token) and said == "n":
            yield Preference(Verdict.RESERVED, label, said)
        elif isinstance(value, http_sf.Token) and said == "y" and label == LABEL:
            yield Preference(Verdict.PERMITTED, label, said)
        else:
            verdict = Verdict.MALFORMED if said.lower() in _NO else Verdict.UNKNOWN
            yield Preference(verdict, label, said)


def _signal(preference: Preference, raw: str, seen: Seen) -> RightsSignal:
    said = (preference.label, preference.value)
    return statement(Mechanism.CONTENT_USAGE, preference.verdict, said, raw, seen)
