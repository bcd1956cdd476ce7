"""A little corpus for tests of what comes behind refinement: captures, documents, decisions; nothing is crawled."""

import gzip
import json
import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from corpus.captures import Capture, CaptureWriter
from corpus.document_files import purged_of, write_documents
from corpus.documents import document_id
from corpus.releases import Manifest
from corpus.selection import Judge, Ruling, Standing, decide_documents
from dedup.signatures import sign
from flows.paths import digest_of_parts
from flows.records import RunRecord, write_record
from flows.release import Draft, latest_manifest, pack, seal
from flows.select import dedupe, select
from flows.settings import Settings
from flows.workspace import Workspace, open_workspace
from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.records import Source, SourceStatus
from ledger.register import Register
from ledger.reserved import read_register
from ledger.sources import sync_source
from ledger.targets import TextFacts
from ledger.withdrawals import exclusions
from tests.corpus.conftest import make_document

DAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
CRAWL = "20261124T120000Z-abcd1234"
RULINGS = {
    "open_licence": Ruling("include", "open_licence", "open", "CC-BY-4.0", "open-licence"),
    "agreement": Ruling("include", "agreement", "agreed", "LicenseRef-Agreement-{source}-1", "agreement"),
}
ACTED = Ruling("exclude", "none", "none", "", "case-acted")
WORDS = ["Den store", "hval", "svømmer", "under", "isen", "mens", "byen", "sover", "og", "ingen", "ved", "hvorfor"]


def text_about(what: str, words: int = 120) -> str:
    """A text that is like no other; the same for the same word."""
    chosen = random.Random(what)
    told = " ".join(chosen.choice(WORDS) + "abcdefgh"[chosen.randrange(8)] for _ in range(words))
    return f"Den store historie om {what}: {told}"


@dataclass
class Little:
    """An opened workspace in a folder of its own; `rights` are the sources' own, by their names."""

    space: Workspace
    rights: dict[str, str] = field(default_factory=dict)
    record: RunRecord | None = None

    @classmethod
    @contextmanager
    def opened(cls, folder: Path) -> Iterator["Little"]:
        """Open one with an empty storage and ledger."""
        settings = Settings(data=folder / "data", catalogue=folder / "catalogue")
        (folder / "catalogue").mkdir(parents=True, exist_ok=True)
        with open_workspace(settings) as space:
            yield cls(space)

    @contextmanager
    def copied(self, folder: Path) -> Iterator["Little"]:
        """Open a copy of it in another folder; this one must be closed, and not be changed any more."""
        shutil.copytree(self.space.settings.data, folder / "data")
        with Little.opened(folder) as other:
            yield replace(other, rights=dict(self.rights), record=self.record)

    def capture(
        self,
        source: str,
        texts: Mapping[str, str],
        right: str = "open_licence",
        crawl: str = CRAWL,
        found_on: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """Put a source's captures and documents into storage, as a crawl, or an intake of files, and refinement do."""
        prefix = f"captures/{source}/{crawl}"
        captures = [
            Capture(f"http://{source}.test/{name}", DAY, 200, (("Content-Type", "text/plain"),), text.encode())
            for name, text in texts.items()
        ]
        with self.space.scratch() as warc:
            with CaptureWriter(warc) as writer:
                for each in captures:
                    writer.write(each)
            self.space.storage.put(f"{prefix}/00000.warc.gz", warc)
        about = {"outcome": "captured", "captured_at": DAY.isoformat(), "crawl": crawl}
        rows = [
            about | {"url": each.url, "payload_digest": each.payload_digest, "found_on": (found_on or {}).get(name, "")}
            for name, each in zip(texts, captures, strict=True)
        ]
        lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        self.space.storage.put_bytes(f"{prefix}/pages.jsonl.gz", gzip.compress(lines, mtime=0))
        self.space.storage.put_bytes(f"{prefix}/report.json", b"{}")
        return self.documents(source, texts, right, crawl)

    def documents(
        self, source: str, texts: Mapping[str, str], right: str = "open_licence", crawl: str = CRAWL
    ) -> dict[str, str]:
        """Put a source's documents and their decisions into storage; the keys of both."""
        self.source(source)
        self.rights[source] = right
        made = []
        for name, text in texts.items():
            url = f"http://{source}.test/{name}"
            digest = Capture(url, DAY, 200, (), text.encode()).payload_digest
            one = make_document(source, name, text)
            made.append(
                replace(one, id=document_id(source, url, digest, DAY.date()), payload_digest=digest, crawl=crawl)
            )
        key = f"documents/{source}/{crawl}/{len(list(self.space.storage.keys(f'documents/{source}/'))):016}.parquet"
        with self.space.scratch() as out:
            with write_documents(out, self.space.settings.dedup.signing_text) as writer:
                writer.write(made, sign([each.text for each in made], self.space.settings.dedup))
            self.space.storage.put(key, out)
        return {key: self.decide(key)}

    def decide(self, key: str) -> str:
        """Decide a documents file on its source's right and by the cases that were acted on; the decisions' key."""
        source, file = key.split("/")[1], self.space.storage.local(key)
        right = RULINGS[self.rights[source]]
        ruling = replace(right, licence=right.licence.format(source=source))
        register = read_register(self.space.ledger)
        standing = {row: Standing("[]", date(2026, 11, 24), in_scope=True) for row in urls_in(file)}
        judge = Judge(("url",), lambda row: is_acted(register, row["url"]), lambda _, acted: ACTED if acted else ruling)
        name = digest_of_parts(key, self.rights[source], register.digest, purged_of(file))
        decided = f"decisions/{source}/{name}.parquet"
        if not self.space.storage.exists(decided):
            with self.space.scratch() as out:
                decide_documents(file, standing, judge, out)
                self.space.storage.put(decided, out)
        return decided

    def draft(self) -> Draft:
        """Decide, dedupe, select and pack everything."""
        space = self.space
        standing, latest = exclusions(space.ledger), latest_manifest(space, DAY)
        documents = {key: self.decide(key) for key in space.storage.keys("documents/")}
        clusters = dedupe(space, documents)
        selection = select(space, documents, clusters, standing)
        sources = sorted({key.split("/")[1] for key in documents})
        packed = [
            pack(space, selection, source, [key for key in documents if key.split("/")[1] == source])
            for source in sources
        ]
        self.record = RunRecord("", selection, clusters, {}, documents)
        shards, findings = ([one for each in packed for one in getattr(each, name)] for name in ("shards", "findings"))
        return Draft(selection, shards, latest.version if latest else "", standing.digest, findings)

    def seal(self, draft: Draft) -> str:
        """Seal a draft, and record the run; the release's version."""
        sealed = seal(self.space, draft, DAY)
        assert self.record is not None
        write_record(self.space, replace(self.record, release=sealed.version), DAY)
        return sealed.version

    def release(self) -> str:
        """Release everything; the version."""
        return self.seal(self.draft())

    def manifest(self) -> Manifest:
        """The newest release."""
        manifest = latest_manifest(self.space, DAY)
        assert manifest is not None
        return manifest

    def released(self) -> set[str]:
        """The addresses of the texts in the newest release."""
        return {url for shard in self.manifest().shards for url in urls_in(self.space.storage.local(shard.path))}

    def holding(self, word: str, *prefixes: str) -> list[str]:
        """The files in storage that hold a word."""
        keys = [key for prefix in prefixes for key in self.space.storage.keys(prefix)]
        return [key for key in keys if word in plain(self.space.storage.local(key))]

    def source(self, name: str, end: date | None = None) -> None:
        """Have a source in the ledger, with an agreement that is paid by the document."""
        rate = Rate(RateUnit.DOCUMENT, 1_000_000, "DKK")
        uses, start = ("train",), date(2026, 1, 1)
        agreed = Agreement(f"{name}-1", name, name.title(), "", AgreementForm.WRITTEN, uses, start, end, rate)
        whole = Source(name, name, "", SourceStatus.CONFIRMED, f"holder of {name}", "", "web")
        sync_source(self.space.ledger, whole, [], [agreed], DAY)


def is_acted(register: Register, url: str) -> bool:
    """Whether a case that was acted on is about an address."""
    return any(held.weight == "acted_case" for held in register.touching(TextFacts(url)))


def urls_in(file: Path) -> list[str]:
    """The addresses in a Parquet file."""
    found: list[str] = pq.read_table(file, columns=["url"])["url"].to_pylist()
    return found


def plain(file: Path) -> str:
    """All that can be read in a file."""
    if file.name.endswith(".parquet"):
        return str(pq.read_table(file).to_pylist())
    data = file.read_bytes()
    return (gzip.decompress(data) if file.name.endswith(".gz") else data).decode("utf-8", "replace")
