"""From an answer to an outcome: what kind of thing it is, what was said about it, and what the ledger decides."""

import json
from dataclasses import asdict

from corpus.captures import Capture
from crawler.frontier import Outcome
from crawler.observe.evidence import instant, looks_like_markup
from ledger.decide import Decision
from ledger.signals import RightsSignal, signals_to_json

TEXT_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
UNSAID_TYPES = frozenset({"", "application/octet-stream", "unknown/unknown", "application/unknown"})


def media_type(content_type: str) -> str:
    """The type of a Content-Type header, lower case, without its parameters."""
    return content_type.split(";", 1)[0].strip().lower()


def is_text(capture: Capture) -> bool:
    """Whether an answer is a page of text: by its type, or by how it begins when the type says nothing."""
    kind = media_type(capture.header("Content-Type"))
    if kind in TEXT_TYPES:
        return True
    return kind in UNSAID_TYPES and looks_like_markup(capture.payload)


def outcome_of(capture: Capture, word: str, reason: str = "", target: str = "") -> Outcome:
    """An outcome with what the answer was."""
    return Outcome(
        word,
        reason,
        status=capture.status,
        content_type=capture.header("Content-Type"),
        fetched_at=instant(capture.fetched_at),
        payload_digest=capture.payload_digest,
        target=target,
    )


def judged(capture: Capture, signals: tuple[RightsSignal, ...], decision: Decision) -> Outcome:
    """The outcome of a page of text: captured, or refused when the decision is to leave it out."""
    left_out = decision.outcome == "exclude"
    plain = outcome_of(capture, "refused" if left_out else "captured", "reserved" if left_out else "")
    return with_evidence(plain, signals, decision)


def with_evidence(outcome: Outcome, signals: tuple[RightsSignal, ...], decision: Decision | None = None) -> Outcome:
    """An outcome with the statements and the decision it rests on."""
    words = json.dumps(asdict(decision), ensure_ascii=False, sort_keys=True) if decision else "null"
    fields = {**asdict(outcome), "signals": signals_to_json(signals), "decision": words}
    return Outcome(**fields)
