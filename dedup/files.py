"""Files of raw values: written whole or not at all (a temporary name, to the disk, then the name), and read mapped."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.errors import IndexDamagedError

Array = NDArray[Any]


def write_whole(path: Path, arrays: Iterable[Array]) -> None:
    """Write arrays one after the other as raw values, in the machine's order of bytes."""
    with path.with_name(f"{path.name}.tmp").open("wb") as file:
        for array in arrays:
            file.write(np.ascontiguousarray(array).data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def save_whole(path: Path, array: Array) -> None:
    """Write an array as `.npy`."""
    with path.with_name(f"{path.name}.tmp").open("wb") as file:
        np.save(file, array)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


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
    try:
        found = path.stat().st_size
    except FileNotFoundError:
        found = -1
    if found != size * item:
        raise IndexDamagedError(f"{path} should have {size * item} bytes: build it anew from the documents.")
    if part.stop == part.start:
        return np.empty(0, dtype=kind)
    return np.memmap(path, kind, "r", part.start * item, part.stop - part.start)
