"""Texts made of sentences and values, and how well what is in them was found."""

import hashlib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from corpus.finders.findings import Finding, Kind
from tests.benchmarks.corpus import look_alikes, made_up, made_up_contacts

PERSONAL: Mapping[str, tuple[Kind, made_up.Make]] = {
    "cpr": (Kind.CPR, made_up.cpr),
    "cpr_free": (Kind.CPR, made_up.cpr_free),
    "cpr_broken": (Kind.CPR, made_up.cpr_broken),
    "phone": (Kind.PHONE, made_up.phone),
    "phone_free": (Kind.PHONE, made_up.phone_free),
    "phone_broken": (Kind.PHONE, made_up.phone_broken),
    "phone_row": (Kind.PHONE, made_up.subscriber),
    "phone_link": (Kind.PHONE, lambda random: f"+45{made_up.subscriber(random)}"),
    "email": (Kind.EMAIL, made_up_contacts.email),
    "email_disguised": (Kind.EMAIL, made_up_contacts.email_disguised),
    "iban": (Kind.IBAN, made_up_contacts.iban),
    "konto": (Kind.ACCOUNT, made_up_contacts.account),
    "kort": (Kind.CARD, made_up_contacts.card),
    "adresse": (Kind.ADDRESS, made_up_contacts.address),
    "ip": (Kind.IP, made_up_contacts.ip),
}
"""What may stand in a sentence and must be found; names ending in `_free` need no word beside them."""

NAMES: Mapping[str, made_up.Make] = {"navn": made_up.name, "fornavn": made_up.first_name}
"""What stays, and looks like nothing else."""

OTHERS: Mapping[str, made_up.Make] = {
    "cvr": look_alikes.cvr,
    "order": look_alikes.order,
    "case": look_alikes.case,
    "isbn": look_alikes.isbn,
    "issn": look_alikes.issn,
    "ean": look_alikes.ean,
    "date": look_alikes.date,
    "stamp": look_alikes.stamp,
    "law": look_alikes.law,
    "amount": look_alikes.amount,
    "coordinates": look_alikes.coordinates,
    "doi": look_alikes.doi,
    "version": look_alikes.version,
    "parcel": look_alikes.parcel,
    "code": look_alikes.code,
    "years": look_alikes.years,
    "p_number": look_alikes.p_number,
    "switchboard": look_alikes.switchboard,
    "office_mail": look_alikes.office_mail,
}
"""What may stand in a sentence and must stay."""

NEAR_CHARS = 300
"""No value is longer."""

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Blocks:
    """Sentences, lists and tables: with personal data, with what looks like it, and with neither."""

    found: tuple[str, ...]
    stays: tuple[str, ...]
    prose: tuple[str, ...]


@dataclass(slots=True)
class Written:
    """A text, what is to be found in it, and how many look-alikes are in it."""

    text: str = ""
    gold: list[Finding] = field(default_factory=list)
    stays: int = 0


@dataclass(frozen=True, slots=True)
class Scores:
    """By kind: how many values there were, were found whole, what was reported, what of that touched a value."""

    wanted: Counter[Kind] = field(default_factory=Counter)
    covered: Counter[Kind] = field(default_factory=Counter)
    reported: Counter[Kind] = field(default_factory=Counter)
    right: Counter[Kind] = field(default_factory=Counter)
    stays: int = 0

    @property
    def items(self) -> int:
        """Values that were to be found."""
        return self.wanted.total()

    def plus(self, other: "Scores") -> "Scores":
        """Both together."""
        return Scores(
            self.wanted + other.wanted,
            self.covered + other.covered,
            self.reported + other.reported,
            self.right + other.right,
            self.stays + other.stays,
        )

    def of(self, kind: Kind) -> dict[str, float]:
        """Recall and precision of a kind, 1 where there was nothing."""
        recall = self.covered[kind] / self.wanted[kind] if self.wanted[kind] else 1.0
        precision = self.right[kind] / self.reported[kind] if self.reported[kind] else 1.0
        return {"recall": recall, "precision": precision}


def blocks(module: object) -> Blocks:
    """The sentences of a module, a line each; ⏎ stands for the end of a line within one."""
    found, stays, prose = (
        tuple(line.replace(" ⏎ ", "\n") for line in getattr(module, name).strip().split("\n"))
        for name in ("FOUND", "STAYS", "PROSE")
    )
    return Blocks(found, stays, prose)


def digest(of_set: Blocks) -> str:
    """The first twelve digits of the SHA-256 of all sentences of a set."""
    return hashlib.sha256("\n".join([*of_set.found, *of_set.stays, *of_set.prose]).encode()).hexdigest()[:12]


def write(chosen: Sequence[str], count: int, random: Random) -> Written:
    """`count` blocks, drawn at random, in one text, with values in their slots."""
    parts: list[str] = []
    written, at = Written(), 0
    for _ in range(count):
        block = random.choice(chosen)
        if "\n" in block:
            parts.append("\n\n")
            at += 2
        for literal, name, value in _filled(block, random):
            parts += [literal, value]
            at += len(literal)
            if name in PERSONAL:
                written.gold.append(Finding(at, at + len(value), PERSONAL[name][0]))
            written.stays += name in OTHERS
            at += len(value)
        parts.append(random.choice(("\n", "\n\n", " ")) if block[-1] in ".!?" and "\n" not in block else "\n\n")
        at += len(parts[-1])
    written.text = "".join(parts)
    return written


def _filled(block: str, random: Random) -> Iterator[tuple[str, str, str]]:
    """What stands before a slot, the slot's name, and a value for it; and what stands behind the last."""
    done = 0
    for slot in _SLOT.finditer(block):
        name = slot[1]
        make = PERSONAL[name][1] if name in PERSONAL else {**NAMES, **OTHERS}[name]
        yield block[done : slot.start()], name, make(random)
        done = slot.end()
    yield block[done:], "", ""


def score(written: Written, findings: Sequence[Finding]) -> Scores:
    """Compare findings to what was written: a value counts as found when one finding of its kind covers it whole."""
    covered = [
        gold.kind
        for gold in written.gold
        if any(
            one.kind is gold.kind and one.start <= gold.start and one.end >= gold.end for one in _near(findings, gold)
        )
    ]
    right = [
        one.kind
        for one in findings
        if any(
            gold.kind is one.kind and gold.start < one.end and gold.end > one.start for gold in _near(written.gold, one)
        )
    ]
    wanted, reported = Counter(gold.kind for gold in written.gold), Counter(one.kind for one in findings)
    return Scores(wanted, Counter(covered), reported, Counter(right), written.stays)


def _near(sorted_findings: Sequence[Finding], finding: Finding) -> Iterator[Finding]:
    """Findings that might overlap one."""
    first = bisect_left(sorted_findings, finding.start - NEAR_CHARS, key=lambda other: other.start)
    for other in sorted_findings[first:]:
        if other.start >= finding.end:
            return
        yield other
