"""Files of any kind as captures, without a catalogue: what `fodaftryk extract` and `fodaftryk refine` read.

A file is what its name says: WARC, WET and ARC, MediaWiki dumps, rows in JSON Lines, Parquet and CSV, single texts, or
archives; each plain or compressed. Of rows, the columns are found by the names they usually have, or named. The
crawler's own readers read them, with its limits.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from corpus.captures import Capture, digest_of
from corpus.tables import TableError, columns_of
from crawler.delivered import DeliveredFile, Format, Intake
from crawler.fields import Fields, TextType
from crawler.intake.item_captures import capture_of, url_of
from crawler.intake.items import BrokenFileError, Item, Unread, name_of
from crawler.intake.opening import opened
from crawler.intake.reading import read_file
from crawler.intake.rows import columns_of_csv, keys_of_json_lines
from flows.digesting import Told, digest_file
from flows.errors import FlowError

_COMPRESSED = frozenset({".gz", ".bz2", ".xz", ".zst"})
_USUAL = {
    "id": ("id", "doc_id", "uuid"),
    "url": ("url", "uri", "source_url", "link"),
    "title": ("title", "titel", "headline"),
    "author": ("author", "forfatter", "byline"),
    "published": ("published", "date_published", "published_at", "date"),
}
_USUAL_TEXTS = ("text", "content", "tekst", "body")
_USUAL_HTML = ("html", "raw_html", "html_content")


@dataclass(frozen=True, slots=True)
class Wishes:
    """Names of columns that a person gave: of the text or of HTML, of the id, of the address; empty: the usual one."""

    text: str = ""
    html: str = ""
    id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class LooseFile:
    """A file, its digest, what is in it, and where its rows hold what."""

    path: Path
    sha256: str
    intake: Intake

    @property
    def kind(self) -> str:
        """What it is in a word: the format, and for rows which column is read."""
        fields = self.intake.fields
        return self.intake.format + (f" ({fields.text}: {fields.type})" if is_rows(self.path.name) else "")


def look_at(path: Path, wishes: Wishes) -> LooseFile:
    """Digest a file and find out what is in it. Raises FlowError when it cannot be read, or no text column is found."""
    sha256 = digest_file(path, Told(path.name, "digesting", path.name))
    fields = _fields(path, wishes) if is_rows(path.name) else _wished(wishes)
    files = (DeliveredFile(path.name, path, sha256),)
    return LooseFile(path, sha256, Intake(_format(path.name), files, fields, unanswered=True))


def kind_of(name: str) -> str:
    """The end of a file's name that says what is in it, under any compression."""
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix if path.suffix in _COMPRESSED else path.suffix


def is_rows(name: str) -> bool:
    """Whether a file is made of rows with columns or keys."""
    return kind_of(name) in {".jsonl", ".ndjson", ".csv", ".tsv", ".parquet"}


def captures(file: LooseFile, source: str, left: Counter[str]) -> Iterator[Capture]:
    """All texts of a file as captures, each once; counts in `left` by reason what is none.

    What has no time of its own is as old as the file. A file that breaks off gives what stands before that, and is
    counted as the reason.
    """
    now = datetime.fromtimestamp(int(file.path.stat().st_mtime), UTC)
    seen: set[bytes] = set()
    try:
        for item in read_file(file.intake.files[0], file.intake, lambda: None):
            if isinstance(item, Unread):
                left[item.reason] += 1
            elif isinstance(item, Item) and not item.is_revisit:
                url = url_of(item, source) or name_of(source, item.url)
                capture = capture_of(item, url, now)
                key = hashlib.sha256(f"{url}\n{capture.payload_digest}\n{capture.fetched_at}".encode()).digest()[:16]
                if key in seen:  # sixteen bytes a text, and its place in the set: about 100
                    left["repeated"] += 1
                    continue
                seen.add(key)
                yield capture
            else:
                left["aside"] += 1
    except BrokenFileError as error:
        left[error.reason] += 1


def single(payload: bytes, content_type: str, name: str, now: datetime) -> Capture:
    """Bytes that are one text, as a capture; without a type it is told by how they begin."""
    kind = content_type or _by_its_beginning(payload)
    return Capture(name or digest_of(payload), now, 200, (("Content-Type", kind),), payload)


def _by_its_beginning(payload: bytes) -> str:
    if payload.startswith(b"%PDF-"):
        return "application/pdf"
    if payload.startswith(b"PK\x03\x04"):
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return "text/html" if payload.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "text/plain"


def _format(name: str) -> Format:
    kind = kind_of(name)
    if kind in {".warc", ".arc", ".wet"}:
        return Format.WARC
    return Format.MEDIAWIKI if kind == ".xml" else Format.TEXTS


def _fields(path: Path, wishes: Wishes) -> Fields:
    names = _names(path)
    if names is None:
        return _wished(wishes)
    html = wishes.html or ("" if wishes.text else _first(_USUAL_HTML, names))
    text = wishes.text or _first(_USUAL_TEXTS, names)
    wished = [name for name in (wishes.text, wishes.html, wishes.id, wishes.url) if name]
    missing = [name for name in wished if name not in names and name.partition(".")[0] not in names]
    if missing or not (text or html):
        what = f"no column {', '.join(missing)}" if missing else "no column with a usual name for text"
        raise FlowError(f"{path}: {what}; it has {', '.join(sorted(names)) or 'none'}. Name it with --text or --html.")
    usual = {field: _first(them, names) for field, them in _USUAL.items()}
    usual |= {"id": wishes.id or usual["id"], "url": wishes.url or usual["url"]}
    is_html = bool(wishes.html) or not text
    return Fields(text=html if is_html else text, type=TextType.HTML if is_html else TextType.PLAIN, **usual)


def _wished(wishes: Wishes) -> Fields:
    """Where the rows of an archive hold what: nobody has looked at them."""
    usual, html = Fields(), bool(wishes.html)
    text = wishes.html or wishes.text or usual.text
    kind = TextType.HTML if html else TextType.PLAIN
    return Fields(text=text, type=kind, id=wishes.id or usual.id, url=wishes.url)


def _first(usual: Collection[str], names: Collection[str]) -> str:
    return next((name for name in usual if name in names), "")


def _names(path: Path) -> set[str] | None:
    """The columns of a table, or the keys of the first rows of JSON Lines; None where there is no row."""
    try:
        if kind_of(path.name) == ".parquet":
            return set(columns_of(path))
        with opened(path, lambda: None) as stream:
            return columns_of_csv(stream) if kind_of(path.name) in {".csv", ".tsv"} else keys_of_json_lines(stream)
    except (TableError, BrokenFileError, ValueError) as error:
        raise FlowError(
            f"{path}: its first rows cannot be read ({error}). Check that it is what its name says."
        ) from error
