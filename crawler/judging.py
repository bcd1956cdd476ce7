"""From an answer to an outcome: what kind of thing it is, what was said about it, and what the ledger decides."""

import json
from dataclasses import asdict

from corpus.captures import Capture
from crawler.media import TEXT_TYPES, media_type
from crawler.observe.evidence import instant
from crawler.observe.html import is_html
from crawler.turns import Outcome
from ledger.decide import Decision
from ledger.signals import Mechanism, RightsSignal, signals_to_json


def is_text(capture: Capture) -> bool:
    """Whether an answer is a text: HTML as the observers of its rights see it, or of one of the other types."""
    return is_html(capture) or media_type(capture.header("Content-Type")) in TEXT_TYPES


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
        etag=capture.header("ETag"),
        last_modified=capture.header("Last-Modified"),
        read_at=instant(capture.fetched_at),
    )


def judged(
    capture: Capture, signals: tuple[RightsSignal, ...], decision: Decision, *, standing: str = "captured"
) -> Outcome:
    """The outcome of a page of text: captured (or what `standing` says), or refused when it is to be left out."""
    left_out = decision.outcome == "exclude"
    plain = outcome_of(capture, "refused" if left_out else standing, refusal_of(decision) if left_out else "")
    return with_evidence(plain, signals, decision)


def refusal_of(decision: Decision) -> str:
    """The reason in the report for a page that is left out."""
    return "paywall" if decision.rule.endswith(f":{Mechanism.PAYWALL}") else "reserved"


def with_evidence(outcome: Outcome, signals: tuple[RightsSignal, ...], decision: Decision | None = None) -> Outcome:
    """An outcome with the statements and the decision it rests on."""
    words = json.dumps(asdict(decision), ensure_ascii=False, sort_keys=True) if decision else "null"
    return outcome.but(signals=signals_to_json(signals), decision=words)
