"""What was observed of a publisher's wishes, kept raw.

An observer reads bytes and answers with statements; nothing here judges them. Judging is `ledger.decide`.
A statement keeps where it stood and the digest of the bytes it was read from, so that a later policy can be
replayed over the same evidence without fetching anything.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TypeAlias


class Mechanism(StrEnum):
    """The standard or convention a statement was made in."""

    ROBOTS = "robots"
    AI_AGENTS = "ai_agents"
    CONTENT_USAGE = "content_usage"
    CONTENT_SIGNAL = "content_signal"
    TDMREP = "tdmrep"
    RSL = "rsl"
    ROBOTS_META = "robots_meta"
    AI_TXT = "ai_txt"
    TRUST_TXT = "trust_txt"
    PAYMENT = "payment"
    PAYWALL = "paywall"
    NATURAL_LANGUAGE = "natural_language"
    PLUS = "plus"
    REPERTOIRE = "repertoire"  # on a holder's or a collective's own list, by its place
    REPERTOIRE_WORK = "repertoire_work"  # on such a list, by title, author or number
    LICENCE = "licence"
    DELIVERED = "delivered"  # a text that came as a file: MALFORMED where it does not show what its place reserves


class Verdict(StrEnum):
    """What a statement means for training a model on the text, by the rules of its own mechanism."""

    RESERVED = "reserved"
    PERMITTED = "permitted"
    UNKNOWN = "unknown"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class RightsSignal:
    """One statement about one page.

    `label` and `value` are the statement's own words (`train-ai`, `n`); for a licence the value is the SPDX
    expression it was read as, or empty when it names none that is known. `place` says where it stood, as a URL with
    a fragment (`https://a.dk/robots.txt#line=4`, `https://a.dk/side#header`, `…#meta`, `…#a[rel=license]`);
    `raw` is the statement as written, at most `RAW_CHARS_MAX` characters; `digest` is `sha256:…` of all the bytes
    it was read from; `observed_at` is when those bytes were fetched, ISO 8601 in UTC with seconds.
    """

    mechanism: Mechanism
    verdict: Verdict
    label: str
    value: str
    place: str
    raw: str
    digest: str
    observed_at: str


_SETTING = frozenset({Verdict.RESERVED, Verdict.PERMITTED})

_LATER_STEPS = ("file", "header", "meta", "xmp")
"""TDMRep's order: each supersedes the ones before it, where it sets a value."""

RAW_CHARS_MAX = 500
"""Longest raw text kept in a statement: enough for any real line, too little to smuggle a page into the ledger."""


def effective(signals: Iterable[RightsSignal]) -> tuple[RightsSignal, ...]:
    """The statements that stand after each mechanism's own precedence, in the order given.

    Only TDMRep has one between places: the file is superseded by a header, the header by a meta of the page, and all by
    the metadata inside a document. Statements that set no value, or none that can be read, supersede nothing; two in
    the same place both stand.
    """
    given = tuple(signals)
    steps = [_step(signal) for signal in given if signal.mechanism is Mechanism.TDMREP and signal.verdict in _SETTING]
    last = max(steps, default=0)
    return tuple(
        signal
        for signal in given
        if signal.mechanism is not Mechanism.TDMREP or signal.verdict is Verdict.UNKNOWN or _step(signal) >= last
    )


def _step(signal: RightsSignal) -> int:
    place = signal.place.rpartition("#")[2]
    return _LATER_STEPS.index(place) if place in _LATER_STEPS else 0


Essence: TypeAlias = "frozenset[tuple[str, str, str]]"
"""What of a page's statements a decision can depend on: mechanism, verdict, and a licence's value or TDMRep's step."""


def essence_of(text: str) -> Essence:
    """The essence of what `signals_to_json` wrote: pages whose statements differ in nothing else are decided alike."""
    return frozenset((row["mechanism"], row["verdict"], _essential(row)) for row in json.loads(text))


def signals_of(essence: Essence) -> tuple[RightsSignal, ...]:
    """Statements that are decided as those were of which this is the essence; they have no place and no words."""
    return tuple(
        RightsSignal(
            Mechanism(mechanism),
            Verdict(verdict),
            "",
            detail if mechanism == Mechanism.LICENCE else "",
            f"#{detail}" if mechanism == Mechanism.TDMREP else "",
            "",
            "",
            "",
        )
        for mechanism, verdict, detail in sorted(essence)
    )


def _essential(row: Mapping[str, str]) -> str:
    if row["mechanism"] == Mechanism.LICENCE:
        return row["value"]
    return row["place"].rpartition("#")[2] if row["mechanism"] == Mechanism.TDMREP else ""


def signals_to_json(signals: Iterable[RightsSignal]) -> str:
    """Write signals as canonical JSON: keys sorted, no spaces, statements in a fixed order."""
    rows = [asdict(signal) for signal in signals]
    rows.sort(key=lambda row: (row["mechanism"], row["place"], row["label"], row["value"], row["raw"]))
    return json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def signals_from_json(text: str) -> tuple[RightsSignal, ...]:
    """Read what `signals_to_json` wrote."""
    return tuple(
        RightsSignal(**{**row, "mechanism": Mechanism(row["mechanism"]), "verdict": Verdict(row["verdict"])})
        for row in json.loads(text)
    )
