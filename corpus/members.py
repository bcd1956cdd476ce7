"""A file of gzip members, inflated one after another; it is known where in the file the one at hand begins.

In WARC files of ours a member is a record, so its place is the record's: whoever wants one again reads from there.
"""

import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE_BYTES = 2**16
"""Bytes read from the file at once."""


class Members(io.RawIOBase):
    """What the members hold, to be read through a buffer. `start` is where the member that was read last begins.

    One reading never crosses into the next member, and a buffer reads only when it is empty; so while a reader is at
    the beginning of a member, `start` is that member's. Raises OSError for what is no gzip, EOFError where the file
    ends within a member.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._inflate = zlib.decompressobj(wbits=31)
        self._waiting = b""
        self._behind = self.start = 0
        self._is_within = False

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Inflate into the buffer; 0 at the end of the file."""
        view = memoryview(buffer).cast("B")
        while True:
            piece = self._waiting or self._file.read(PIECE_BYTES)
            if not piece:
                if self._is_within:
                    raise EOFError("the file ends within a record")
                return 0
            if not self._is_within:
                self.start, self._is_within = self._behind, True
                self._inflate = zlib.decompressobj(wbits=31)
            data = self._inflated(piece, len(view))
            if data:
                view[: len(data)] = data
                return len(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _inflated(self, piece: bytes, most: int) -> bytes:
        try:
            data = self._inflate.decompress(piece, most)
        except zlib.error as error:
            raise OSError(f"the file is damaged: {error}") from error
        self._waiting = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
        self._behind += len(piece) - len(self._waiting)
        self._is_within = not self._inflate.eof
        return data
