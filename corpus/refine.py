"""Refine: the captured pages of one WARC file become one file of documents, in one pass.

Each page is decoded, extracted, redacted, identified, judged and signed in an isolated worker; here the documents are
put back in order and written in batches. Records that are no captured page by the crawl's own account (robots.txt
and other evidence) are counted aside. What the pages on hold are worth is not asked: that is decided at release.

The same WARC, settings and code give the same bytes. `refine_digest` names settings and code in an output's path.
"""

import gzip
import hashlib
import importlib.metadata
import itertools
import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np

from corpus.captured import Page, Refined, Sign
from corpus.captures import Capture, digest_of, read_captures
from corpus.charset import TWICE
from corpus.document_files import DocumentWriter, write_documents
from corpus.documents import FAILURES, SIGNATURE_SIZE, Document, Reason
from corpus.finders.findings import Counts
from corpus.language import model_digest
from corpus.profiles import DEFAULT, load_profile
from corpus.wordlists import LISTS
from corpus.workers import Lost, Template, WorkerLimits, Workers

_FINDERS = sorted((Path(__file__).parent / "finders").glob("*.py"))
_CODE = (
    "captured", "captures", "charset", "columns", "days", "document_files", "documents", "docx", "extract", "formats",
    "language", "measures", "measuring", "members", "overlay", "pages", "pdf", "personal", "phrases", "prefilter",
    "records", "refine", "render", "repetition", "rules", "searches", "shortcuts", "stopwords",
    "surroundings", "wikitext", "wordlists", *(f"finders/{path.stem}" for path in _FINDERS),
)  # fmt: skip
_LIBRARIES = (
    "fasttext-predict", "lxml", "mammoth", "mwparserfromhell", "pyarrow", "pypdfium2",
    "trafilatura", "htmldate", "jusText",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RefineSettings:
    """How to refine, with the quality profile texts are held against, and whether the prefilter is asked first.

    `signature_scheme` says what `sign` does, since another one gives other documents; it stays with them.
    """

    limits: WorkerLimits = field(default_factory=WorkerLimits)
    batch_documents: int = 512
    signature_scheme: str = ""
    profile: str = DEFAULT
    prefilter: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where captures come from: source, crawl, and the payload's digest of each URL the crawl says it captured.

    `warc` is the file's key in the storage; documents name it beside where in it their capture is.
    """

    source: str
    crawl: str
    pages: Mapping[str, str]
    warc: str = ""


@dataclass(frozen=True, slots=True)
class RefineReport:
    """What went in and what came out: `pages` == `kept` + sum of `marked` + sum of `failed`.

    `aside` counts records that are no captured page; `replaced` personal data by kind; `extractors` documents by
    what found their text; `mended` those whose text was UTF-8 encoded twice.
    """

    pages: int
    kept: int
    marked: dict[str, int]
    failed: dict[str, int]
    aside: int
    replaced: dict[str, int]
    extractors: dict[str, int]
    mended: int


def read_pages(path: Path) -> dict[str, str]:
    """Payload digests of the pages a crawl's pages.jsonl.gz says were captured, by URL; about 250 bytes a page."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return {row["url"]: row["payload_digest"] for row in rows if row["outcome"] == "captured"}


def refine_digest(settings: RefineSettings) -> str:
    """Digest of all that decides what documents come out of a WARC: code, libraries, model, limits; hex SHA-256.

    The number of workers and the size of batches are not in it for what they mean, but batches are row groups and so
    part of the bytes.
    """
    parts = {
        "code": {name: digest_of((Path(__file__).parent / f"{name}.py").read_bytes()) for name in _CODE},
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "model": model_digest(),
        "word_lists": {file.name: digest_of(file.read_bytes()) for file in sorted(LISTS.glob("*.txt"))},
        "profile": [settings.profile, load_profile(settings.profile).digest],
        "seconds_per_item_max": settings.limits.seconds_per_item_max,
        "memory_bytes_max": settings.limits.memory_bytes_max,
        "batch_documents": settings.batch_documents,
        "signature_scheme": settings.signature_scheme,
        "prefilter": settings.prefilter,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def page_readers(limits: WorkerLimits, sign: Sign) -> Template:
    """What workers that read pages and sign their texts are forked from; use it as a context manager."""
    return Template("corpus.pages:refine_and_sign", limits, (sign,))


class Refinery:
    """Refines one row of pages after another with the same workers; use as a context manager.

    Several at once may have the same `page_readers`.
    """

    def __init__(self, settings: RefineSettings, readers: Template) -> None:
        self._settings, self._workers = settings, Workers(readers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.__exit__()

    def refine(self, warc: Path, origin: Origin, out: Path) -> RefineReport:
        """Refine one WARC file into one documents file; it appears whole or not at all.

        Raises WorkerError when the program fails at one page after the other; what one page does is a Reason.
        """
        aside = Counter[str]()
        named = (origin.source, origin.crawl, origin.warc)
        report = self.refine_captures(_captured(warc, origin, aside), named, out)
        return replace(report, aside=aside["records"])

    def refine_captures(self, captures: Iterable[Capture], named: tuple[str, str, str], out: Path) -> RefineReport:
        """Refine any captures, each of them a page of the source, the crawl and the WARC named; else as `refine`."""
        how = self._settings
        counts = _Counts()
        source, crawl, warc = named
        pages = (Page(source, crawl, capture, how.profile, how.prefilter, warc) for capture in captures)
        with write_documents(out, how.signature_scheme) as writer:
            documents = self._documents(pages, counts)
            while batch := list(itertools.islice(documents, how.batch_documents)):
                _write(writer, batch)
                counts.add([document for document, _ in batch])
        return counts.report()

    def _documents(self, pages: Iterable[Page], counts: "_Counts") -> Iterator[Refined]:
        """Documents and signatures in the order of the pages; a page that could not be read is marked."""
        under_way: deque[Page] = deque()

        def remembered() -> Iterator[Page]:
            for page in pages:
                counts.pages += 1
                under_way.append(page)
                yield page

        for answer in self._workers.map(remembered()):
            page = under_way.popleft()
            yield (_document(page, answer), b"") if isinstance(answer, Lost) else answer


def refine(warc: Path, origin: Origin, out: Path, settings: RefineSettings, sign: Sign) -> RefineReport:
    """Refine one WARC file; see `Refinery`."""
    with page_readers(settings.limits, sign) as template, Refinery(settings, template) as refinery:
        return refinery.refine(warc, origin, out)


def _captured(warc: Path, origin: Origin, aside: Counter[str]) -> Iterator[Capture]:
    """Captures that are pages by the crawl's account; the same capture is taken once."""
    taken: set[str] = set()
    for capture in read_captures(warc):
        if capture.url in taken or origin.pages.get(capture.url) != capture.payload_digest:
            aside["records"] += 1
            continue
        taken.add(capture.url)
        yield capture


def _write(writer: DocumentWriter, batch: list[Refined]) -> None:
    signatures = np.zeros((len(batch), SIGNATURE_SIZE), dtype=np.uint32)
    for row, (_, signature) in zip(signatures, batch, strict=True):
        if signature:
            row[:] = np.frombuffer(signature, dtype=np.uint32)
    writer.write([document for document, _ in batch], signatures)


def _document(page: Page, found: Lost) -> Document:
    from corpus.pages import lost  # noqa: PLC0415 - brings all that reads pages, which only workers need

    return lost(page, found.reason, found.detail)


class _Counts:
    """Running counts of one refinement."""

    def __init__(self) -> None:
        self.pages = self.mended = 0
        self.outcomes: Counter[Reason | None] = Counter()
        self.replaced: Counter[str] = Counter(asdict(Counts()))
        self.extractors: Counter[str] = Counter()

    def add(self, batch: list[Document]) -> None:
        for document in batch:
            self.outcomes[document.reason] += 1
            self.extractors[document.extractor] += 1
            self.mended += document.charset.endswith(TWICE)
            self.replaced.update({kind: getattr(document, kind) for kind in self.replaced})

    def report(self) -> RefineReport:
        marked: dict[str, int] = {str(reason): self.outcomes[reason] for reason in Reason if self.outcomes[reason]}
        failed = {str(reason): marked.pop(reason) for reason in sorted(FAILURES) if reason in marked}
        kept = self.outcomes[None]
        assert self.pages == kept + sum(marked.values()) + sum(failed.values()), "a page was lost in refinement"
        extractors = dict(sorted(self.extractors.items()))
        return RefineReport(self.pages, kept, marked, failed, 0, dict(self.replaced), extractors, self.mended)
