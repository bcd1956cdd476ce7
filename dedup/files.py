"""Files of raw values: written whole or not at all (a temporary name, to the disk, then the name), and read mapped."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dedup.errors import IndexDamagedError

Array = NDArray[Any]


def write_whole(path: Path, arrays: Iterable[Array]) -> None:
    """Write arrays one after the other as raw values, in the machine's order of bytes."""
    with _written_whole(path) as file:
        for array in arrays:
            file.write(np.ascontiguousarray(array).data)


def save_whole(path: Path, array: Array) -> None:
    """Write an array as `.npy`."""
    with _written_whole(path) as file:
        np.save(file, array)


@contextmanager
def _written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that has its name when the block ends; who else writes the same at the time has a name of its own."""
    made = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    with made.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk, so that what was renamed stays renamed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def mapped(path: Path, kind: type[Any], size: int, part: slice | None = None) -> Array:
    """A file of `size` values, or a part of it, mapped to be read. Raises IndexDamagedError for another size."""
    item = np.dtype(kind).itemsize
    part = part or slice(0, size)
    _check_size(path, size * item)
    if part.stop == part.start:
        return np.empty(0, dtype=kind)
    return np.memmap(path, kind, "r", part.start * item, part.stop - part.start)


def read_rows(path: Path, size: int, rows: NDArray[np.int64], out: Array) -> None:
    """Read some rows of a file of `size` values into `out`, each by itself. Raises IndexDamagedError for another size.

    For few among many: a map would bring in what is around each of them, and forget it again.
    """
    _check_size(path, size * out.itemsize)
    row_bytes, into = out[0].nbytes, out.data.cast("B")
    with path.open("rb", buffering=0) as file:
        for place, row in enumerate(rows.tolist()):
            os.preadv(file.fileno(), (into[place * row_bytes : (place + 1) * row_bytes],), row * row_bytes)


def _check_size(path: Path, expected: int) -> None:
    try:
        found = path.stat().st_size
    except FileNotFoundError:
        found = -1
    if found != expected:
        raise IndexDamagedError(f"{path} should have {expected} bytes: build it anew from the documents.")
