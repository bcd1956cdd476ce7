"""W3C TDMRep (Final Community Group Report of February 2024): a file, headers and metas.

`tdm-reservation` is 1 or 0; any other value is a protocol error and sets nothing. `true` leaves no doubt and is read
as 1; what else is written there was meant as something, so it is malformed, and holds the page. In the file the first
rule that matches decides. A header supersedes the file, a meta supersedes the header, and the metadata inside a PDF all
of them (`xmp`); each step is stated here with its place, and `ledger.signals.effective` keeps what counts.
"""

import json

from corpus.captures import Capture
from crawler.observe.evidence import EvidenceFile, Seen, looks_like_markup, statement, unheard
from crawler.observe.html import Tag
from crawler.observe.patterns import Pattern, path_forms, path_here
from ledger.signals import Mechanism, RightsSignal, Verdict

PATH = "/.well-known/tdmrep.json"

_LABEL = "tdm-reservation"
_POLICY = "tdm-policy"
_BYTES_MAX = 1 << 20
"""Longest file read: some ten thousand rules."""

_META_NAMES = frozenset({_LABEL, "tdm:reservation"})

_VERDICTS = {"1": Verdict.RESERVED, "true": Verdict.RESERVED, "0": Verdict.PERMITTED}
"""Of the values of headers and metas, in lower case; of any other it is MALFORMED."""


def file_statements(file: EvidenceFile, url: str) -> tuple[RightsSignal, ...]:
    """What /.well-known/tdmrep.json says of a page; an HTML answer is none of this standard's files."""
    if file.unreachable:
        return (unheard(Mechanism.TDMREP, file),)
    if not file.answered or looks_like_markup(file.body):
        return ()
    try:
        rules = json.loads(file.body) if len(file.body) <= _BYTES_MAX else None
    except (ValueError, RecursionError):
        rules = None
    if not isinstance(rules, list):
        raw = file.body[:200].decode("utf-8", "replace")
        return (statement(Mechanism.TDMREP, Verdict.MALFORMED, (_LABEL, ""), raw, file.seen.at("file")),)
    return _first_match(rules, file, url)


def header_statements(capture: Capture) -> tuple[RightsSignal, ...]:
    """What the tdm-reservation header says; the policy named beside it is kept in the raw text."""
    values = [value for name, value in capture.headers if name.lower() == _LABEL]
    policy = capture.header(_POLICY)
    return tuple(_said(part, policy, Seen.on(capture).at("header")) for value in values for part in value.split(","))


def meta_statements(capture: Capture, found: tuple[Tag, ...]) -> tuple[RightsSignal, ...]:
    """What `<meta name="tdm-reservation">` says, by name or property."""
    metas = [tag for tag in found if tag.name == "meta"]
    policy = next((tag.get("content") for tag in metas if _name(tag) in {_POLICY, "tdm:policy"}), "")
    values = [tag.get("content") for tag in metas if _name(tag) in _META_NAMES]
    return tuple(_said(value, policy, Seen.on(capture).at("meta")) for value in values)


def document_statement(value: str, policy: str, seen: Seen) -> RightsSignal:
    """What the metadata inside a document says, in TDMRep's namespace."""
    return _said(value, policy, seen)


def _name(tag: Tag) -> str:
    return (tag.get("name") or tag.get("property")).lower()


def _said(value: str, policy: str, seen: Seen) -> RightsSignal:
    value = value.strip()
    verdict = _VERDICTS.get(value.lower(), Verdict.MALFORMED)
    raw = f"{_LABEL}: {value}" + (f"; {_POLICY}: {policy}" if policy else "")
    return statement(Mechanism.TDMREP, verdict, (_LABEL, value), raw, seen)


def _first_match(rules: list[object], file: EvidenceFile, url: str) -> tuple[RightsSignal, ...]:
    paths = path_forms(url)
    for number, rule in enumerate(rules):
        seen = file.seen.at(f"rule={number}")
        raw = json.dumps(rule, ensure_ascii=False)
        fields = rule if isinstance(rule, dict) else {}
        location, value = fields.get("location"), fields.get(_LABEL)
        path = path_here(location, url) if isinstance(location, str) else None
        if path is None:  # it may be about this page; only what it permits can be passed over
            if _verdict(value) is not Verdict.PERMITTED:
                return (statement(Mechanism.TDMREP, Verdict.MALFORMED, (_LABEL, ""), raw, seen),)
        elif path and Pattern.of(path).matches(paths):
            return (statement(Mechanism.TDMREP, _verdict(value), (_LABEL, json.dumps(value)), raw, seen),)
    return ()


def _verdict(value: object) -> Verdict:
    """1 reserves; so do "1" and true, which are not what the standard says but leave no doubt. Only 0 permits."""
    if value in (1, "1") or (isinstance(value, str) and value.strip().lower() in {"1", "true"}):
        return Verdict.RESERVED
    return Verdict.PERMITTED if value == 0 and not isinstance(value, bool) else Verdict.MALFORMED
