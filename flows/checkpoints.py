"""Checkpoints: the state of a crawl that is not finished, put into storage, so that another machine can go on from it.

Only for storage that lies elsewhere than the data folder. A checkpoint is a copy of the frontier, taken while the crawl
goes on, and the WARC bytes that copy knows of; bytes put by an earlier checkpoint are not put again. Its list is put
last, under its number, and the highest number counts. Whoever goes on from a checkpoint counts on from its number, so
that a machine whose folder was left behind sees that the crawl went on without it, and drops the folder.
"""

import json
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from corpus.errors import CorpusError
from crawler.files import PREVIOUS_FILE
from crawler.job import from_json, to_json
from flows.progress import emit
from flows.workspace import Workspace

JOB_FILE = "job.json"

_LIST, _FRONTIER = "checkpoint.json", "frontier.sqlite"
_NUMBERED = ".checkpoint.json"
_COST_SHARE_MIN = 10
"""Times as long as a checkpoint took that must pass before the next: a large crawl is not held up by them."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` to `end` of a WARC file, and the key they lie under."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint consists of: keys by file name, and for each WARC file its parts in order."""

    number: int
    files: dict[str, str]
    warcs: dict[str, list[Part]]


@dataclass
class Checkpoints:
    """Puts checkpoints of the crawl in a folder into storage, when it is time."""

    space: Workspace
    folder: Path
    _due_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._due_at = time.monotonic() + self.space.settings.crawler.checkpoint_s

    def tick(self) -> None:
        """Put one when the last is old enough."""
        if time.monotonic() >= self._due_at:
            self.put()

    def put(self) -> None:
        """Put one now; nothing happens where storage is the data folder, or the crawl has not begun.

        A storage that refuses is told, and the crawl goes on: it is safe on this machine.
        """
        if not is_elsewhere(self.space) or not (self.folder / _FRONTIER).is_file():
            return
        began = time.monotonic()
        try:
            _put(self.space, self.folder)
        except CorpusError as error:
            emit("problem", self.folder.parent.name, message=f"No checkpoint was put: {error}")
        took = time.monotonic() - began
        self._due_at = began + max(self.space.settings.crawler.checkpoint_s, took * _COST_SHARE_MIN)


def is_elsewhere(space: Workspace) -> bool:
    """Whether storage is another place than the data folder, so that other machines may reach it."""
    return bool(space.settings.storage.url)


def restore(space: Workspace, source: str, digest: str, parent: Path) -> None:
    """Lay out below `parent` the newest crawl of a scope that another machine left; what is newer here stays."""
    for crawl, number in _newest(space, source).items():
        if crawl.endswith(f"-{digest}") and number > _number_of(parent / crawl):
            _lay_out(space, _read(space.storage.local(_list_key(source, crawl, number)).read_text()), parent / crawl)
            emit("resumed", source, crawl=crawl, checkpoint=number)


def forget(space: Workspace, source: str) -> None:
    """Remove all checkpoints of a source, lists first, so that none is seen without its parts."""
    if is_elsewhere(space):
        keys = list(space.storage.keys(f"unfinished/{source}/"))
        for key in sorted(keys, key=lambda key: not key.endswith(_NUMBERED)):
            space.storage.remove(key)


def _put(space: Workspace, folder: Path) -> None:
    source, crawl = folder.parent.name, folder.name
    last = _held(folder)
    number, prefix = last.number + 1, f"unfinished/{source}/{crawl}/{last.number + 1:06d}"
    files = {name: key for name, key in last.files.items() if name != _FRONTIER}
    with space.scratch() as scratch:
        lengths = _copy_frontier(folder / _FRONTIER, scratch)
        files[_FRONTIER] = f"{prefix}-{_FRONTIER}"
        space.storage.put(files[_FRONTIER], scratch)
    for name in {JOB_FILE, PREVIOUS_FILE} - set(files):
        if (folder / name).is_file():
            files[name] = f"{prefix}-{name}"
            space.storage.put_bytes(files[name], (folder / name).read_bytes())
    warcs = {name: _put_warc(space, folder / name, (prefix, end), last.warcs.get(name, [])) for name, end in lengths}
    text = json.dumps(asdict(Checkpoint(number, files, warcs)))
    space.storage.put_bytes(_list_key(source, crawl, number), text.encode())
    write_whole(folder / _LIST, text)
    if last.number:
        space.storage.remove(_list_key(source, crawl, last.number))
        space.storage.remove(last.files[_FRONTIER])
    emit("checkpoint", source, number=number)


def _copy_frontier(frontier: Path, out: Path) -> list[tuple[str, int]]:
    """A copy of the frontier as of its last commit; returns the WARC files it knows of, with their lengths."""
    with closing(sqlite3.connect(frontier)) as original, closing(sqlite3.connect(out)) as copy:
        original.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        return copy.execute("SELECT file, bytes FROM warcs ORDER BY file").fetchall()


def _put_warc(space: Workspace, warc: Path, to: tuple[str, int], had: list[Part]) -> list[Part]:
    """Put what a WARC file has more than the parts before; all of it where they do not fit any more."""
    prefix, end = to
    start = had[-1].end if had else 0
    if start > end:
        had, start = [], 0
    if start == end:
        return had
    part = Part(f"{prefix}-{warc.name}", start, end)
    with space.scratch() as scratch:
        with warc.open("rb") as original, scratch.open("wb") as copy:
            original.seek(start)
            _copy_bytes(original, copy, end - start)
        space.storage.put(part.key, scratch)
    return [*had, part]


def _copy_bytes(original: Any, copy: Any, size: int) -> None:  # noqa: ANN401 - two open files
    while size:
        data = original.read(min(size, 2**20))
        assert data, "a WARC file is shorter than its frontier says"
        copy.write(data)
        size -= len(data)


def _lay_out(space: Workspace, checkpoint: Checkpoint, folder: Path) -> None:
    """Make a folder from a checkpoint, whole or not at all, in place of what was there."""
    temporary = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    for name, key in checkpoint.files.items():
        shutil.copyfile(space.storage.local(key), temporary / name)
    for name, parts in checkpoint.warcs.items():
        with (temporary / name).open("wb") as warc:
            for part in parts:
                with space.storage.local(part.key).open("rb") as piece:
                    shutil.copyfileobj(piece, warc)
    settings = space.settings
    job = from_json((temporary / JOB_FILE).read_text(encoding="utf-8"))
    here = replace(job, folder=folder.resolve(), proxy=settings.crawler.proxy, policy=settings.ledger.policy)
    write_whole(temporary / JOB_FILE, to_json(here))
    write_whole(temporary / _LIST, json.dumps(asdict(checkpoint)))
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)


def _newest(space: Workspace, source: str) -> dict[str, int]:
    """The number of the newest checkpoint of each crawl of a source."""
    found: dict[str, int] = {}
    keys = space.storage.keys(f"unfinished/{source}/") if is_elsewhere(space) else ()
    for key in keys:
        _, _, crawl, name = key.split("/")
        if name.endswith(_NUMBERED):
            found[crawl] = max(found.get(crawl, 0), int(name.removesuffix(_NUMBERED)))
    return found


def _held(folder: Path) -> Checkpoint:
    """The checkpoint this folder last put or came from; an empty one of number 0 for a crawl that has none."""
    path = folder / _LIST
    return _read(path.read_text(encoding="utf-8")) if path.is_file() else Checkpoint(0, {}, {})


def _number_of(folder: Path) -> int:
    return _held(folder).number if folder.is_dir() else -1


def _read(text: str) -> Checkpoint:
    row = json.loads(text)
    warcs = {name: [Part(**part) for part in parts] for name, parts in row["warcs"].items()}
    return Checkpoint(row["number"], row["files"], warcs)


def _list_key(source: str, crawl: str, number: int) -> str:
    return f"unfinished/{source}/{crawl}/{number:06d}{_NUMBERED}"


def write_whole(path: Path, text: str) -> None:
    """Write a small file whole or not at all."""
    temporary = path.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
