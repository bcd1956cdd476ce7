"""Bands: which signatures may be copies of each other, as one number for each place a signature stands at.

An *entry* is 64 bits, the key in the upper half and the row in the lower: sorting entries brings together the rows
that share a key, and a range of keys is a range of a sorted array. Each signature has an entry for every band, and one
more for all its values together, by which equal signatures find each other.

A key is 32 bits of a hash, so now and then two different bands share one (in ten million rows each key meets 0.002
strangers). That costs a comparison and decides nothing: `dedup.edges` looks at the values themselves.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dedup.parameters import Parameters
from dedup.signatures import EMPTY, Signatures

Entries = NDArray[np.uint64]
Rows = NDArray[np.int64]

KEYS = 2**32
"""How many keys there are, and the limit of rows: an entry has 32 bits for each."""

STEP_ROWS = 32_768
"""Rows worked on at a time: 16 MB at 128 values a signature."""

HASHED_ROWS = 1024
"""Rows hashed at a time: 1 MB of numbers at 128 values a signature, so that they stay in a core's cache."""

_ROW = np.uint64(KEYS - 1)
_HALF = np.uint64(32)
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: odd, its bits without a pattern


def keys_of(signatures: Signatures, parameters: Parameters) -> NDArray[np.uint32]:
    """Keys of some signatures, shape (bands + 1, rows): one row of keys a band, the last for the whole signature."""
    keys = np.empty((parameters.bands + 1, len(signatures)), dtype=np.uint32)
    shape = (parameters.bands, parameters.rows)
    multipliers = _multipliers(signatures.shape[1]).reshape(shape)
    for step in steps(len(signatures), HASHED_ROWS):
        wide = signatures[step].astype(np.uint64).reshape(-1, *shape)
        banded = np.einsum("rbv,bv->rb", wide, multipliers)
        keys[:-1, step] = (_mixed(banded) >> _HALF).T
        keys[-1, step] = _mixed(banded.sum(axis=1)) >> _HALF
    return keys


def entries_of(keys: NDArray[np.uint32], rows: Rows) -> Entries:
    """Entries of some rows, sorted, given one band's keys."""
    entries = keys.astype(np.uint64) << _HALF
    entries |= rows.astype(np.uint64)
    entries.sort()
    return entries


def kept_entries(entries: Entries, keep: NDArray[np.bool_]) -> Entries:
    """The entries of the rows to keep, counted anew without the others. Memory: 8 bytes a row, 30 an entry."""
    if keep.all():
        return entries
    rows = rows_in(entries)
    kept = keep[rows]
    rows = rows[kept]
    places = (np.cumsum(keep) - 1).astype(np.uint64)
    return entries[kept] - rows.astype(np.uint64) + places[rows]


def keys_in(entries: Entries) -> NDArray[np.uint64]:
    """The keys of entries."""
    return entries >> _HALF


def rows_in(entries: Entries) -> Rows:
    """The rows of entries."""
    return (entries & _ROW).astype(np.int64)


def speaking(signatures: Signatures) -> NDArray[np.bool_]:
    """Which signatures are of a text with words; one without has all values at their largest, and no copies."""
    found: NDArray[np.bool_] = signatures[:, 0] != EMPTY
    doubtful = np.flatnonzero(~found)
    for step in steps(len(doubtful)):
        found[doubtful[step]] = (signatures[doubtful[step]] != EMPTY).any(axis=1)
    return found


def steps(count: int, step: int = STEP_ROWS) -> Iterator[slice]:
    """Slices that cover `count` rows, a step at a time."""
    return (slice(start, min(start + step, count)) for start in range(0, count, step))


def check_width(signatures: Signatures, parameters: Parameters) -> None:
    """Raise ValueError when signatures were not made with the parameters' number of permutations."""
    if signatures.ndim != 2 or signatures.shape[1] != parameters.permutations:
        message = f"signatures of shape {signatures.shape} were not made with {parameters.permutations} permutations"
        raise ValueError(message)


def _multipliers(width: int) -> NDArray[np.uint64]:
    """One odd number for each value of a signature, the same in every run and on every machine."""
    numbers = np.arange(1, width + 1, dtype=np.uint64) * _MIX
    return _mixed(numbers) | np.uint64(1)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of 64-bit numbers: two rounds of xor-shift and multiplication."""
    for _ in range(2):
        numbers = (numbers ^ (numbers >> _HALF)) * _MIX
    return numbers ^ (numbers >> _HALF)
