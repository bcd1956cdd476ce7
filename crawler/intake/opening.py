"""Opening delivered files: plain, gzip, bzip2, xz or Zstandard, told by their first bytes; inflating has a limit."""

import bz2
import errno
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from crawler.intake.items import BrokenFileError

INFLATED_RATIO_MAX = 250
"""Bytes that one byte of a file may inflate to: text shrinks to a fifth, repeated markup to a hundredth; what is made
to hurt begins at a thousand."""

INFLATED_BYTES_FREE = 64 * 2**20
"""Bytes any file may inflate to: small files of blanks are no attack."""

BUFFER_BYTES = 2**16
"""Bytes read at once: small enough to stop at any time, large enough to cost nothing."""

_MAGIC = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))
_BROKEN = (EOFError, OSError, ValueError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
"""What decoders raise for bytes that are not theirs, and zipfile for a password."""


def is_of_the_disk(error: Exception) -> bool:
    """Whether the disk refused: an error of wrong bytes has no number, or is that of a place before the beginning."""
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


class Room:
    """How many bytes a file may still inflate to, with all that is in it.

    `breathe` is called whenever some are read, however little comes of them, and may raise to stop.
    """

    def __init__(self, path: Path, breathe: Callable[[], None]) -> None:
        self._bytes = INFLATED_BYTES_FREE + INFLATED_RATIO_MAX * path.stat().st_size
        self._breathe = breathe

    def take(self, size: int) -> None:
        """Use some of it; raises `BrokenFileError` when there is no more."""
        self._breathe()
        self._bytes -= size
        if self._bytes < 0:
            raise BrokenFileError("inflates_too_far")


class Bounded(io.RawIOBase):
    """A stream that is read into a room, with one error for all that can be wrong with it."""

    def __init__(self, stream: Any, room: Room) -> None:  # noqa: ANN401 - the decoders share no type
        self._stream, self._room = stream, room

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - io's signature
        """Read; raises `BrokenFileError`, or `OSError` when the disk refuses."""
        try:
            data: bytes = self._stream.read1(len(buffer))  # `read` keeps to itself what stands before a fault
        except BrokenFileError:
            raise
        except _BROKEN as error:
            if is_of_the_disk(error):
                raise
            raise BrokenFileError("broken_file") from error
        except MemoryError as error:  # xz lets a file say how much memory it wants
            raise BrokenFileError("takes_too_much_memory") from error
        self._room.take(len(data))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def opened(path: Path, breathe: Callable[[], None]) -> Iterator[BinaryIO]:
    """Open a file for reading, inflated; raises `OSError` when the disk refuses, and see `Room` for `breathe`.

    Reading raises `BrokenFileError` when the file ends too soon, is broken, or inflates beyond all measure.
    """
    with path.open("rb") as raw:
        head = raw.read(8)
        raw.seek(0)
        kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
        yield buffered(_inflating(raw, kind), Room(path, breathe))


def buffered(stream: Any, room: Room) -> BinaryIO:  # noqa: ANN401 - as above
    """A stream that is read into a room, with a buffer."""
    return io.BufferedReader(Bounded(stream, room), BUFFER_BYTES)


def _inflating(raw: BinaryIO, kind: str) -> Any:  # noqa: ANN401 - as above
    if kind == "gzip":
        return gzip.GzipFile(fileobj=raw)
    if kind == "bzip2":
        return bz2.BZ2File(raw)
    if kind == "xz":
        return lzma.LZMAFile(raw)
    if kind == "zstd":
        from corpus.tables import zstd_opened  # noqa: PLC0415 - brings Arrow, which crawls do without

        return zstd_opened(raw)
    return raw
