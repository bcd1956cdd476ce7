"""Files from the web for an intake, resumed where they were broken off.

A file is written beside its place and gets its name when it is whole; what marked its version lies beside it. Two
answers are put together only when a mark says that they are parts of the very same bytes.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import httpcore

from crawler.intake.asking import AgainError, Asking, DownloadError, Manner, header, pieces

RETRY_PAUSES_S = (1.0, 5.0, 30.0, 60.0)
"""Pauses before a file is asked for again when nothing new has come of it; one that grows is asked for on and on."""

_NOT_NOW = frozenset({408, 416, 425, 429})


class Downloads:
    """Fetches files, one at a time. `say` is told how many bytes of how many (None: not known) are here."""

    def __init__(self, manner: Manner, say: Callable[[int, int | None], None]) -> None:
        self._asking, self._say = Asking(manner), say
        self._bytes_max = self._bytes_left = manner.bytes_max

    def close(self) -> None:
        """Close the connections."""
        self._asking.close()

    def is_unchanged(self, url: str, mark: str) -> bool:
        """Whether the server says that a file is still the one that had this mark; no answer is no."""
        if not mark:
            return False
        try:
            with self._asking.followed("HEAD", url, [_condition(mark)]) as answer:
                return answer.status == 304
        except AgainError:
            return False

    def fetch(self, url: str, path: Path) -> str:
        """Bring a file to `path` unless that version of it is there; returns its mark, empty when it has none.

        Raises `DownloadError`, and `OSError` when the disk refuses.
        """
        part, failures = path.with_name(f"{path.name}.part"), 0
        while True:
            before = _size_of(part)
            try:
                return self._fetch(url, path, part)
            except AgainError as error:
                failures = 0 if _size_of(part) > before else failures + 1
                if failures > len(RETRY_PAUSES_S):
                    raise DownloadError(f"{url}: {error}: check the address and the network, then run again") from error
                usual = RETRY_PAUSES_S[max(failures - 1, 0)]
                self._asking.rest(usual if error.pause_s is None else error.pause_s, url)

    def _fetch(self, url: str, path: Path, part: Path) -> str:
        note = path.with_name(f"{path.name}.mark")
        mark, have = note.read_text() if note.is_file() else "", _size_of(part)
        asked: list[tuple[str, str]] = []
        if path.is_file() and mark:
            asked = [_condition(mark)]
        elif have and _is_strong(mark):
            asked = [("Range", f"bytes={have}-"), ("If-Range", mark.partition(" ")[2])]
        with self._asking.followed("GET", url, asked) as answer:
            if answer.status == 304 and path.is_file():
                return mark
            if answer.status == 416:
                part.unlink(missing_ok=True)
            _check_status(url, answer)
            begins_at = _begins_at(answer)
            if begins_at and (begins_at != have or _mark_of(answer) != mark):
                part.unlink()
                raise AgainError("it did not go on from where it was asked to")
            if not begins_at:
                part.unlink(missing_ok=True)
                path.unlink(missing_ok=True)
                mark = _mark_of(answer)
                note.write_text(mark)
            self._receive(url, answer, part)
        part.replace(path)
        return mark

    def _receive(self, url: str, answer: httpcore.Response, part: Path) -> None:
        """Write the body behind what is there, up to the limits and to its end."""
        length, have = header(answer, "content-length"), _size_of(part)
        whole = have + int(length) if length.isdecimal() else None
        if whole is not None and whole - have > shutil.disk_usage(part.parent).free:
            raise DownloadError(f"{url}: {whole} bytes do not fit on the disk: free some room, or set FODAFTRYK_DATA")
        with part.open("ab") as file:
            for piece in pieces(answer):
                self._count(len(piece), url)
                file.write(piece)
                have += len(piece)
                self._say(have, whole)
            file.flush()
            os.fsync(file.fileno())
        if whole is not None and have != whole:
            raise AgainError(f"it ended after {have} of {whole} bytes")

    def _count(self, size: int, url: str) -> None:
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise DownloadError(
                f"{url}: more than {self._bytes_max} bytes would be received: raise bytes_max in [crawl]"
            )
        self._asking.check_time(0, url)


def _check_status(url: str, answer: httpcore.Response) -> None:
    """Go on with an answer that brings the file."""
    status = answer.status
    if status in {200, 206}:
        return
    if status in _NOT_NOW or status >= 500:
        wait = header(answer, "retry-after")
        raise AgainError(f"it answers with status {status}", float(wait) if wait.isdecimal() else None)
    raise DownloadError(f"{url}: it answers with status {status}: check the address")


def _begins_at(answer: httpcore.Response) -> int:
    """Where in the file the body begins; -1 when the answer does not say."""
    if answer.status != 206:
        return 0
    unit, _, rest = header(answer, "content-range").partition(" ")
    start = rest.partition("-")[0]
    return int(start) if unit == "bytes" and start.isdecimal() else -1


def _mark_of(answer: httpcore.Response) -> str:
    """What marks a version of a file: the word `etag` or `date`, a space, and the header's value."""
    etag, date = header(answer, "etag"), header(answer, "last-modified")
    return f"etag {etag}" if etag else f"date {date}" if date else ""


def _condition(mark: str) -> tuple[str, str]:
    """The header that asks for a file only if it has another mark."""
    kind, _, value = mark.partition(" ")
    return ("If-None-Match" if kind == "etag" else "If-Modified-Since", value)


def _is_strong(mark: str) -> bool:
    """Whether a mark stands for the very bytes, so that two answers may be put together by it (RFC 9110 13.1.5)."""
    return bool(mark) and not mark.startswith("etag W/")


def _size_of(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
