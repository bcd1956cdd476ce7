"""Opening delivered files: plain, gzip, bzip2, xz or Zstandard, told by their first bytes; inflating has a limit."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from corpus.tables import zstd_opened
from crawler.intake.items import BrokenFileError

INFLATED_RATIO_MAX = 250
"""Bytes that one byte of a file may inflate to: text shrinks to a fifth, repeated markup to a hundredth; what is made
to hurt begins at a thousand."""

INFLATED_BYTES_FREE = 64 * 2**20
"""Bytes any file may inflate to: small files of blanks are no attack."""

_MAGIC = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))
_BROKEN = (EOFError, OSError, ValueError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
"""What decoders raise for bytes that are not theirs (and zipfile for a password); errors of the disk have a number."""


class Room:
    """How many bytes a file may still inflate to, with all that is in it."""

    def __init__(self, path: Path) -> None:
        self._bytes = INFLATED_BYTES_FREE + INFLATED_RATIO_MAX * path.stat().st_size

    def take(self, size: int) -> None:
        """Use some of it; raises `BrokenFileError` when there is no more."""
        self._bytes -= size
        if self._bytes < 0:
            raise BrokenFileError("inflates_too_far")


class Bounded(io.RawIOBase):
    """A stream that inflates into a room, with one error for all that can be wrong with it."""

    def __init__(self, stream: Any, room: Room) -> None:  # noqa: ANN401 - the decoders share no type
        self._stream, self._room = stream, room

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - io's signature
        """Read; raises `BrokenFileError`, or `OSError` when the disk refuses."""
        try:
            data: bytes = self._stream.read(len(buffer))
        except BrokenFileError:
            raise
        except _BROKEN as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise BrokenFileError("broken_file") from error
        self._room.take(len(data))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading, inflated; raises `OSError` when the disk refuses.

    Reading raises `BrokenFileError` when the file ends too soon, is broken, or inflates beyond all measure.
    """
    with path.open("rb") as raw:
        head = raw.read(8)
        raw.seek(0)
        kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
        yield io.BufferedReader(Bounded(_inflating(raw, kind), Room(path)), 2**16) if kind else raw


def _inflating(raw: BinaryIO, kind: str) -> Any:  # noqa: ANN401 - as above
    if kind == "gzip":
        return gzip.GzipFile(fileobj=raw)
    if kind == "bzip2":
        return bz2.BZ2File(raw)
    return lzma.LZMAFile(raw) if kind == "xz" else zstd_opened(raw)
