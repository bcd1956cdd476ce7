"""A little corpus for tests of what comes behind refinement: documents and decisions made, and nothing crawled."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from corpus.documents import write_documents
from corpus.selection import Judge, Ruling, Standing, decide_documents
from dedup.signatures import sign
from flows.settings import Settings
from flows.workspace import Workspace, open_workspace
from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.records import Source, SourceStatus
from ledger.sources import sync_source
from tests.corpus.conftest import make_document

DAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
CRAWL = "20261124T120000Z-abcd1234"
RULINGS = {
    "open_licence": Ruling("include", "open_licence", "open", "CC-BY-4.0", "open-licence"),
    "agreement": Ruling("include", "agreement", "agreed", "LicenseRef-Agreement-{source}-1", "agreement"),
    "case": Ruling("exclude", "none", "none", "", "case-acted"),
}
WORDS = ["Den store", "hval", "svømmer", "under", "isen", "mens", "byen", "sover", "og", "ingen", "ved", "hvorfor"]


def text_about(what: str, words: int = 120) -> str:
    """A text that is like no other; the same for the same word."""
    chosen = random.Random(what)
    return f"Den store historie om {what}: " + " ".join(
        f"{chosen.choice(WORDS)}{chosen.randrange(50)}" for _ in range(words)
    )


@dataclass
class Little:
    """An opened workspace in a folder of its own."""

    space: Workspace

    @classmethod
    @contextmanager
    def opened(cls, folder: Path) -> Iterator["Little"]:
        """Open one with an empty storage and ledger."""
        settings = Settings(data=folder / "data", catalogue=folder / "catalogue")
        (folder / "catalogue").mkdir(parents=True, exist_ok=True)
        with open_workspace(settings) as space:
            yield cls(space)

    def documents(self, source: str, texts: Mapping[str, str], right: str = "open_licence") -> dict[str, str]:
        """Put a source's documents and their decisions into storage; the keys of both."""
        self.source(source)
        made = [make_document(source, name, text) for name, text in texts.items()]
        key = f"documents/{source}/{CRAWL}/{len(list(self.space.storage.keys(f'documents/{source}/'))):016}.parquet"
        with self.space.scratch() as out:
            with write_documents(out, self.space.settings.dedup.signing_text) as writer:
                writer.write(made, sign([each.text for each in made], self.space.settings.dedup))
            self.space.storage.put(key, out)
        return {key: self.decide(key, right)}

    def decide(self, key: str, right: str) -> str:
        """Decide a documents file, on one right; returns the decisions' key."""
        source = key.split("/")[1]
        ruling = replace(RULINGS[right], licence=RULINGS[right].licence.format(source=source))
        file = self.space.storage.local(key)
        standing = {row: Standing("[]", date(2026, 11, 24), in_scope=True) for row in self.urls(key)}
        decided = f"decisions/{source}/{right}-{key.rpartition('/')[2]}"
        with self.space.scratch() as out:
            decide_documents(file, standing, Judge((), lambda _: None, lambda *_: ruling), out)
            self.space.storage.put(decided, out)
        return decided

    def urls(self, key: str) -> list[str]:
        """The addresses of a documents file."""
        import pyarrow.parquet as pq

        found: list[str] = pq.read_table(self.space.storage.local(key), columns=["url"])["url"].to_pylist()
        return found

    def source(self, name: str) -> None:
        """Have a source in the ledger, with an agreement that is paid by the document."""
        rate = Rate(RateUnit.DOCUMENT, 1_000_000, "DKK")
        agreed = Agreement(
            f"{name}-1", name, name.title(), "", AgreementForm.WRITTEN, ("train",), date(2026, 1, 1), None, rate
        )
        status = SourceStatus.CONFIRMED
        sync_source(
            self.space.ledger, Source(name, name, "", status, f"holder of {name}", "", "web"), [], [agreed], DAY
        )
