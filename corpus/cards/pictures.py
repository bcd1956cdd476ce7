"""The pictures of a release: words by source and licence, words by year of publication, copies by source."""

from collections import Counter

from corpus.cards.charts import COLOURS, ROWS_MAX, Chart, draw, largest
from corpus.cards.facts import Facts
from corpus.cards.overlap import Overlap

_EARLIEST = 1000
"""Years before it are misread numbers: no Danish text is older."""


def words_by_source(facts: Facts) -> bytes:
    """Bars of words, one a source, in parts by licence; licences that are too many for colours are drawn as one."""
    sums: Counter[tuple[str, str]] = Counter()
    for shard in facts.manifest.shards:
        sums[shard.source, shard.licence] += shard.words
    by_licence: Counter[str] = Counter()
    for (_, licence), words in sums.items():
        by_licence[licence] += words
    ordered = sorted(by_licence, key=lambda licence: (-by_licence[licence], licence))
    shown = ordered if len(ordered) <= len(COLOURS) else ordered[: len(COLOURS) - 1]
    rest = ordered[len(shown) :]
    rows = [
        (
            source,
            [*(sums[source, name] for name in shown), *([sum(sums[source, name] for name in rest)] if rest else [])],
        )
        for source in facts.released
    ]
    series = [*(name.removeprefix("LicenseRef-") for name in shown), *(["others"] if rest else [])]
    return _drawn("Words by source and licence", "How many words each source has in this release.", series, rows)


def words_by_year(facts: Facts) -> bytes:
    """Bars of words, one a year of publication, or a decade where the years are too many."""
    last = facts.manifest.as_of.year
    years: Counter[int] = Counter()
    undated = 0
    for year, (_, words, _) in facts.statistics().years.items():
        if year and _EARLIEST <= int(year) <= last:
            years[int(year)] += words
        else:
            undated += words
    for step in (1, 10, 100):
        steps: Counter[int] = Counter()
        for number, words in years.items():
            steps[number // step * step] += words
        if len(steps) < ROWS_MAX:
            break
    rows = [(_span(start, step), [words]) for start, words in sorted(steps.items())]
    rows += [("unknown", [undated])] if undated else []
    told = "How many words were published when, as their pages say."
    return draw(Chart("Words by year of publication", told, ["words"], rows))


def copies_by_source(facts: Facts) -> bytes:
    """Bars of documents, one a source: those that no other source has, those it shares, and copies left out."""
    rows = []
    for source, overlap in facts.overlaps.items():
        parts = _parts(overlap)
        if sum(parts):
            rows.append((source, parts))
    series = ["released, nowhere else", "released, copied elsewhere", "copies left out"]
    told = "How many documents of each source are released, and how many are copies that were left out."
    return _drawn("Copies by source", told, series, rows)


def _parts(overlap: Overlap) -> list[int]:
    return [overlap.only_documents, overlap.shared_documents, overlap.own_copies + overlap.other_copies]


def _drawn(title: str, told: str, series: list[str], rows: list[tuple[str, list[int]]]) -> bytes:
    return draw(Chart(title, told, series, largest(rows)))


def _span(start: int, step: int) -> str:
    return str(start) if step == 1 else f"{start} to {start + step - 1}"
