"""Readings: what a person found that a statement means, which the policy only holds by or which could not be read.

A reading is of one statement of one source, word for word: the same words are read wherever they stand on it, and
other words are held again. Nobody can read away what the policy counts, nor a paywall. No database in sight;
`reading_book` keeps them.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.policy import Policy
from ledger.signals import RAW_CHARS_MAX, Mechanism, RightsSignal, Verdict

_OTHERS = frozenset({Mechanism.LICENCE, Mechanism.DELIVERED, Mechanism.REPERTOIRE, Mechanism.REPERTOIRE_WORK})
"""Mechanisms that are settled in another way: by licence, by agreement, on the list."""

MEANINGS = (Verdict.RESERVED, Verdict.UNKNOWN)
"""What can be found: that it says no, or that it says nothing about the use."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a person found a statement to mean (one of MEANINGS), why, and on which day."""

    statement: str
    verdict: Verdict
    note: str
    on: date


def statement_of(signal: RightsSignal) -> str:
    """Name a statement by its words, as hex; one that was cut by the page it stood in besides."""
    cut = signal.digest if len(signal.raw) >= RAW_CHARS_MAX else ""
    words = (signal.mechanism, signal.label, signal.value, signal.raw, cut)
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def is_readable(signal: RightsSignal, policy: Policy) -> bool:
    """Whether a policy holds by a statement, so that a person may say what it means."""
    if signal.mechanism in _OTHERS:
        return False
    if signal.verdict is Verdict.MALFORMED:
        return signal.mechanism in (*policy.counted, *policy.held, Mechanism.PAYWALL)
    return signal.verdict is Verdict.RESERVED and signal.mechanism in policy.held


def as_read(
    signals: Iterable[RightsSignal], readings: Sequence[Reading], policy: Policy, as_of: date
) -> tuple[tuple[RightsSignal, ...], tuple[RightsSignal, ...]]:
    """Return the statements that nobody has read, and those that were found to say no; others say nothing."""
    found = {reading.statement: reading.verdict for reading in readings if reading.on <= as_of}
    if not found:
        return tuple(signals), ()
    unread, reserving = [], []
    for signal in signals:
        verdict = found.get(statement_of(signal)) if is_readable(signal, policy) else None
        if verdict is None:
            unread.append(signal)
        elif verdict is Verdict.RESERVED:
            reserving.append(signal)
    return tuple(unread), tuple(reserving)
