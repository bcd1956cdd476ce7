"""The value map: per source what it adds that no other has, how good it is, what it costs, and what it still lacks.

A source that leaves takes with it only the words that no other source has, so those are what it is paid for: the cost
is told per million of them. Money comes in as exact decimals and is never in a file beside a release.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from corpus.cards.charts import Chart, draw, largest
from corpus.cards.plain import csv_bytes
from corpus.cards.statistics import MEASURED

_CENT = Decimal("0.01")
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What is owed for a source in one currency, over all it was ever owed for: an exact decimal and its currency."""

    owed: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Value:
    """What one source is worth, and what it lacks.

    `kind` is the sort of text, `status` how far the catalogue is with it. `words` are released; `only_words` of them
    stand in no other source, `shared_words` elsewhere too, and `waiting_words` would come to them if they might be
    used. Shares are of 1, or None where nothing was read: `danish` of the characters, `passing` of the documents, whose
    most frequent fault is `fault`; `measures` are means over what is released. `payment` is how what is owed stands, in
    the ledger's word; `missing` is what is in the way of using it, or more of it.
    """

    source: str
    title: str
    kind: str
    status: str
    licences: tuple[str, ...]
    documents: int
    words: int
    only_words: int
    shared_words: int
    copies: int
    waiting_words: int
    danish: float | None
    passing: float | None
    fault: str
    measures: tuple[tuple[str, float], ...]
    costs: tuple[Cost, ...]
    payment: str
    missing: tuple[str, ...]

    @property
    def per_million(self) -> tuple[Cost, ...]:
        """What a million words that no other source has cost; nothing, where there are none."""
        if not self.only_words:
            return ()
        return tuple(
            Cost((cost.owed * _MILLION / self.only_words).quantize(_CENT, ROUND_HALF_EVEN), cost.currency)
            for cost in self.costs
        )


def ranked(values: Sequence[Value]) -> list[Value]:
    """The sources that add most first; then those that would, then by name."""
    return sorted(values, key=lambda value: (-value.only_words, -value.waiting_words, value.source))


def value_rows(values: Sequence[Value]) -> list[dict[str, Any]]:
    """The map as rows for a terminal: shares in per cent, money with its currency."""
    return [
        {
            "source": value.source,
            "status": value.status,
            "kind": value.kind,
            "words": value.words,
            "only here": value.only_words,
            "waiting": value.waiting_words,
            "Danish": _percent(value.danish),
            "passing": _percent(value.passing),
            "owed": _money(value.costs) or value.payment.replace("_", " "),
            "per million only here": _money(value.per_million),
            "missing": "; ".join(value.missing),
        }
        for value in ranked(values)
    ]


def value_json(values: Sequence[Value]) -> list[dict[str, Any]]:
    """The map as JSON values; amounts are decimal strings."""
    return [
        {
            **asdict(value),
            "measures": {name: round(mean, 4) for name, mean in value.measures},
            "costs": _costs(value.costs),
            "per_million_only_words": _costs(value.per_million),
        }
        for value in ranked(values)
    ]


def value_files(values: Sequence[Value]) -> dict[str, bytes]:
    """The map as files, by name: CSV for spreadsheets, JSON, and a picture."""
    body = json.dumps(value_json(values), ensure_ascii=False, indent=1) + "\n"
    return {"value.csv": _csv(values), "value.json": body.encode(), "value.svg": _picture(values)}


def _csv(values: Sequence[Value]) -> bytes:
    head = (
        *("source", "title", "kind", "status", "licences", "documents", "words", "only_words", "shared_words"),
        *(
            "copies",
            "waiting_words",
            "danish",
            "passing",
            "fault",
            "owed",
            "currency",
            "owed_per_million_only_words",
            "payment",
        ),
        *("missing", *MEASURED),
    )
    rows: list[Sequence[object]] = [head]
    for value in ranked(values):
        owed, currency, per_million = (
            "; ".join(parts)
            for parts in (
                [str(cost.owed) for cost in value.costs],
                [cost.currency for cost in value.costs],
                [str(cost.owed) for cost in value.per_million],
            )
        )
        named = (value.source, value.title, value.kind, value.status, "; ".join(value.licences))
        counted = (value.documents, value.words, value.only_words, value.shared_words)
        kept = (value.copies, value.waiting_words)
        judged = (_rounded(value.danish), _rounded(value.passing), value.fault)
        money = (owed, currency, per_million, value.payment)
        means = (_rounded(dict(value.measures).get(name)) for name in MEASURED)
        rows.append((*named, *counted, *kept, *judged, *money, "; ".join(value.missing), *means))
    return csv_bytes(rows)


def _picture(values: Sequence[Value]) -> bytes:
    rows = [
        (value.source, [value.only_words, value.shared_words, value.waiting_words])
        for value in values
        if value.only_words or value.shared_words or value.waiting_words
    ]
    series = ["in no other source", "copied elsewhere", "may not be used yet"]
    told = "How many words each source adds that no other has, shares with others, or would add if they might be used."
    return draw(Chart("What each source adds, in words", told, series, largest(rows)))


def _money(costs: Sequence[Cost]) -> str:
    return " + ".join(f"{cost.owed:,.2f} {cost.currency}" for cost in costs)


def _costs(costs: Sequence[Cost]) -> list[dict[str, str]]:
    return [{"owed": str(cost.owed), "currency": cost.currency} for cost in costs]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
