"""From an answer to an outcome: what kind of thing it is, what was said about it, and what the ledger decides."""

import json
from dataclasses import asdict

from corpus.captures import Capture
from crawler.frontier import Outcome
from crawler.observe.evidence import instant
from crawler.observe.html import is_html, media_type
from ledger.decide import Decision
from ledger.signals import RightsSignal, signals_to_json

PLAIN_TYPE = "text/plain"


def is_text(capture: Capture) -> bool:
    """Whether an answer is a page of text: HTML as the observers of its rights see it, or plain text."""
    return is_html(capture) or media_type(capture.header("Content-Type")) == PLAIN_TYPE


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
