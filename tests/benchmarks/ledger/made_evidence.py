"""A corpus of rulings without its texts, as a run leaves it: what is read to replay a policy, and nothing else."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.selection import DECISIONS
from flows.records import RunRecord, write_record
from flows.settings import Settings
from flows.sources import sync_catalogue
from flows.workspace import Workspace
from ledger.journal import Stamp
from ledger.repertoire import Repertoire, record_repertoire
from ledger.targets import Target, TargetKind

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
FILE_ROWS = 50_000
"""Documents of one file, as of a large crawl."""

LISTED = 10_000
"""Authors and domains on the list of a collective."""

CATALOGUE = """
name = "avis"
title = "Avisen"
homepage = "https://avis.example/"
status = "agreed"
kind = "news"
description = "Aviser."
[crawl]
access = "site"
seeds = ["https://avis.example/"]
[rights]
holder = "Avisen"
[[rights.licences]]
licence = "CC-BY-NC-4.0"
asserted_by = "Avisen"
place = "https://avis.example/vilkaar"
scope = "/debat/*"
[[rights.agreements]]
id = "avis-2026"
party = "Avisen"
payee = "DPCMO"
party_kind = "collective"
form = "written"
uses = ["train"]
start = 2026-01-01
embargo_months = 12
rate = { per = "million_words", amount = "12.50", currency = "DKK" }
"""


@dataclass(frozen=True)
class Shape:
    """How many documents, whether each page says something of its own, and whether there is a list and an embargo."""

    documents: int
    own_words: bool
    narrowed: bool


def settings_in(folder: Path, shape: Shape) -> Settings:
    """Settings with a catalogue of one source."""
    (folder / "catalogue").mkdir(parents=True)
    text = CATALOGUE if shape.narrowed else CATALOGUE[: CATALOGUE.index("[[rights")].replace("agreed", "confirmed")
    (folder / "catalogue" / "avis.toml").write_text(text, encoding="utf-8")
    return Settings(data=folder / "data", catalogue=folder / "catalogue")


def make(space: Workspace, shape: Shape) -> RunRecord:
    """Write what a run would have left of so many documents, and its record."""
    sync_catalogue(space, NOW)
    if shape.narrowed:
        targets = [Target.of(TargetKind.AUTHOR, f"Forfatter {number}") for number in range(LISTED // 2)]
        targets += [Target.of(TargetKind.DOMAIN, f"forlag{number}.example") for number in range(LISTED // 2)]
        record_repertoire(
            space.ledger, Repertoire("liste", "Koda", "brev", date(2026, 1, 1)), targets, Stamp("jura", NOW)
        )
    files = {}
    for number, start in enumerate(range(0, shape.documents, FILE_ROWS)):
        rows = range(start, min(start + FILE_ROWS, shape.documents))
        documents, decisions = f"documents/avis/c/{number}.parquet", f"decisions/avis/{number}.parquet"
        _put(space, documents, _documents(rows))
        _put(space, decisions, _decisions(rows, shape))
        files[documents] = decisions
    ids = [f"{number:064x}" for number in range(shape.documents)]
    _put(space, "selection/s.parquet", pa.table({"id": ids, "keeper": ids, "source": ["avis"] * len(ids)}))
    record = RunRecord("", "selection/s.parquet", "", {"avis": "captures/avis/c"}, files)
    write_record(space, record, NOW)
    return record


def _documents(rows: range) -> pa.Table:
    days = [date(2024, 1, 1) + timedelta(days=number % 1000) for number in rows]
    return pa.table(
        {
            "id": [f"{number:064x}" for number in rows],
            "url": [
                f"https://avis.example/{'debat' if number % 9 == 0 else 'nyt'}/artikel-{number}" for number in rows
            ],
            "title": [f"Artikel nummer {number}" for number in rows],
            "author": [f"Forfatter {number % 20_000}" for number in rows],
            "published": pa.array(days, pa.date32()),
            "words": pa.array([400 + number % 300 for number in rows], pa.int32()),
        }
    )


def _decisions(rows: range, shape: Shape) -> pa.Table:
    shared = [_signals(f"https://avis.example/emne{number}/", number) for number in range(50)]
    made = [
        _signals(f"https://avis.example/artikel-{number}", number) if shape.own_words else shared[number % 50]
        for number in rows
    ]
    table = pa.table(
        {
            "id": [f"{number:064x}" for number in rows],
            "signals": made,
            "observed": pa.array([date(2026, 10, 1 + number % 28) for number in rows], pa.date32()),
            "in_scope": [True] * len(rows),
        }
    )
    return table.cast(pa.schema([DECISIONS.field(name) for name in table.column_names]))


def _signals(url: str, number: int) -> str:
    """What robots.txt, a header and a meta element of a page say, as the crawler writes it."""
    said = [("robots", "permitted", "allow"), ("tdmrep", "permitted" if number % 3 else "reserved", "header")]
    said.append(("ai_agents", "reserved", "meta") if number % 7 == 0 else ("content_signal", "permitted", "meta"))
    rows = [
        {
            "mechanism": mechanism,
            "verdict": verdict,
            "label": "train-ai",
            "value": "y",
            "place": f"{url}#{place}",
            "raw": "Content-Usage: train-ai=y",
            "digest": "sha256:" + f"{number:064x}",
            "observed_at": "2026-10-01T12:00:00Z",
        }
        for mechanism, verdict, place in said
    ]
    return json.dumps(rows, sort_keys=True, separators=(",", ":"))


def _put(space: Workspace, key: str, table: pa.Table) -> None:
    with space.scratch() as file:
        pq.write_table(table, file, compression="zstd", row_group_size=10_000)
        space.storage.put(key, file)
