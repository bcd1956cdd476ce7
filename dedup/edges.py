"""Edges: which rows of a bucket are copies, decided by the pair alone.

Two signatures are joined when they share a band, value by value, and when at least `similarity_min` of all their
values are equal. Nothing else is asked, not even how many others share the band, so that clusters (the connected
components) are the same in any order, from any files, grown day by day or built at once.

What need not be compared is left out, since it cannot change a component: all but one of several equal signatures, and
pairs that are joined already. What is equal to one is equal to all that are, so any number of equal ones are compared
with one of them, a portion at a time. Other rows are compared with their next neighbours of the same key, which joins
most, and then those still apart with the rest.

The worst case is a key with many different signatures that are not copies, such as pages of one template: n of them
cost n²/2 comparisons of 60 ns. `CROWD_MAX` bounds it, and refuses what is beyond; to skip some of these pairs would
make the outcome hang on what else is there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedup.bands import Entries, Rows, keys_in, rows_in, steps
from dedup.components import NO_EDGES, Edges, Labels, alone, link, names_of, settle
from dedup.errors import CrowdedError
from dedup.parameters import Parameters
from dedup.signatures import Signatures

Take: TypeAlias = Callable[[Rows], Signatures]
"""Gives the signatures of ascending rows."""

CROWD_MAX = 200_000
"""Different signatures that may share one key: 2 × 10¹⁰ comparisons, twenty minutes."""

NEIGHBOURS = 12
"""Distances at which all rows of a bucket are compared with their neighbours, before what is left is looked for: a run
of up to thirteen is done with then, among all others of its length, where each by itself would cost 0.3 ms."""

PAIRS_STEP = 512
"""Pairs compared at a time: half a megabyte at 128 values a signature, so that they stay in a core's cache."""

MEMBER_BYTES = 850
"""Memory of a row while its bucket is compared: 640 of signature at 128 values, the rest labels and places."""

PORTION_ROWS = 49_152
"""Rows compared together, however much memory there is: 24 MB of signatures at 128 values. The C library gives blocks
above 32 MB back at once, and a new one for every portion costs more time than what more rows at once would save."""


_BYTE_MAX = 255
_BYTES, _TOP = np.uint64(0x0101010101010101), np.uint64(56)
"""Multiplied by the first, a number has the sum of its bytes in its highest, where the second brings it down from."""


@dataclass(frozen=True, slots=True)
class Alike:
    """What makes a pair an edge: equal values in these columns, and at least so many in all."""

    columns: slice
    equal_min: int

    @property
    def of_wholes(self) -> bool:
        """Whether it is all of a signature that is equal, in no band more than in another."""
        return self.columns == slice(0, 0)


def alike_in(band: int, parameters: Parameters) -> Alike:
    """What joins a pair that shares a band's key; the band after the last is of whole signatures: all must be equal."""
    size = parameters.permutations
    if band == parameters.bands:
        return Alike(slice(0, 0), size)
    return Alike(slice(band * parameters.rows, (band + 1) * parameters.rows), _equal_min(parameters))


def _equal_min(parameters: Parameters) -> int:
    """How many values of two signatures must be equal; a similarity that is a count of values means that count."""
    return int(np.ceil(parameters.similarity_min * parameters.permutations - 1e-9))


def similar_enough(same: NDArray[np.bool_], parameters: Parameters) -> NDArray[np.bool_]:
    """Which pairs are edges, whatever band they share; `same` (pairs × permutations) says which values are equal."""
    edges: NDArray[np.bool_] = count_true(same) >= _equal_min(parameters)
    edges &= same.reshape(-1, parameters.bands, parameters.rows).all(axis=-1).any(axis=-1)
    return edges


def unsettled(entries: Entries, labels: Labels | None) -> Entries:
    """Of sorted entries those of keys that several rows have which are not all joined."""
    keys = keys_in(entries)
    same = keys[1:] == keys[:-1]
    entries = entries[np.append(same, False)[: len(keys)] | np.append(False, same)[: len(keys)]]
    if labels is None or not len(entries):
        return entries
    starts = _runs(entries)
    return entries[np.repeat(_divided(labels[rows_in(entries)], starts), np.diff(starts))]


def edges_in(entries: Entries, labels: Labels | None, take: Take, alike: Alike, memory_bytes: int) -> Edges:
    """Edges between the components of `unsettled` entries' rows that make them one where the rows are alike.

    `labels` (by row) say what is joined already; None when nothing is. At most one edge a row is returned. Memory:
    `memory_bytes`, or `MEMBER_BYTES` for each of a longer run in a band, and about 30 bytes an entry. Raises
    CrowdedError.
    """
    starts = _runs(entries)
    if not alike.of_wholes:
        _check_crowd(entries, starts)
    entries, starts = _by_first_row(entries, starts)
    found = [NO_EDGES]
    members = min(max(memory_bytes // MEMBER_BYTES, 1), PORTION_ROWS)
    for first, last in _portions(starts, members):
        bucket = _Bucket(rows_in(entries[starts[first] : starts[last]]), starts[first : last + 1] - starts[first])
        if alike.of_wholes and len(bucket.rows) > members:
            found.extend(_equal_to_first(bucket.rows, labels, take, members))
        else:
            found.append(_joining(bucket, labels, take, alike))
    return np.concatenate(found)


def count_equal(left: Signatures, right: Signatures) -> NDArray[np.int64]:
    """How many values are equal, pair by pair."""
    return count_true(left == right)


def count_true(same: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of each row are true: eight are added at a time, as bytes of one number, while their sums fit a byte."""
    counts: NDArray[np.int64]
    if same.shape[1] % 8 or same.shape[1] > _BYTE_MAX:
        counts = np.count_nonzero(same, axis=1)
        return counts
    counts = (np.ascontiguousarray(same).view(np.uint64).sum(axis=1) * _BYTES >> _TOP).astype(np.int64)
    return counts


def alike_pairs(left: Signatures, right: Signatures, alike: Alike) -> NDArray[np.bool_]:
    """Which pairs are edges."""
    same = left == right
    edges: NDArray[np.bool_] = count_true(same) >= alike.equal_min
    edges &= same[:, alike.columns].all(axis=1)
    return edges


@dataclass(frozen=True, slots=True)
class _Bucket:
    """Rows in the order of their keys, and where the runs of one key begin (and the end)."""

    rows: Rows
    starts: Rows


def _runs(entries: Entries) -> Rows:
    """Where runs of equal keys begin, and the end."""
    if not len(entries):
        return np.zeros(1, dtype=np.int64)
    keys = keys_in(entries)
    return np.concatenate(([0], np.flatnonzero(keys[1:] != keys[:-1]) + 1, [len(keys)]))


def _divided(labels: NDArray[np.uint32], starts: Rows) -> NDArray[np.bool_]:
    """Which runs hold more than one label."""
    divided: NDArray[np.bool_] = np.minimum.reduceat(labels, starts[:-1]) != np.maximum.reduceat(labels, starts[:-1])
    return divided


def _by_first_row(entries: Entries, starts: Rows) -> tuple[Entries, Rows]:
    """The same runs in the order of their smallest rows: copies often stand near each other, and so are read together.

    In the order of keys, each portion's rows would be strewn over all signatures, the thinner the more there are.
    """
    order = np.argsort(rows_in(entries[starts[:-1]]))
    sizes = np.diff(starts)[order]
    moved = np.append(0, np.cumsum(sizes))
    return entries[np.arange(len(entries)) + np.repeat(starts[order] - moved[:-1], sizes)], moved


def _check_crowd(entries: Entries, starts: Rows) -> None:
    sizes = np.diff(starts)
    if len(sizes) and sizes.max() > CROWD_MAX:
        first = starts[sizes.argmax()]
        named = ", ".join(str(row) for row in rows_in(entries[first : first + 3]))
        raise CrowdedError(
            f"{sizes.max()} different texts share a band (rows {named}, …) and can not all be compared: "
            f"set apart the boilerplate they have in common, or sign with more rows in a band."
        )


def _portions(starts: Rows, members: int) -> Iterator[tuple[int, int]]:
    """Runs in portions of at most so many rows, or of one run."""
    first = 0
    while first < len(starts) - 1:
        last = int(np.searchsorted(starts, starts[first] + members, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last


class _Meeting:
    """The rows of one bucket, met to be compared: what is joined among them is in `joined`, by place in `names`."""

    def __init__(self, bucket: _Bucket, labels: Labels | None, take: Take, alike: Alike) -> None:
        members, self._at = np.unique(bucket.rows, return_inverse=True)
        self._signatures = take(members)
        self.names, mine = np.unique(members if labels is None else labels[members], return_inverse=True)
        self._mine = mine[self._at]
        self._alike = alike
        self.equal_min = alike.equal_min
        self.joined = alone(len(self.names))

    def labels(self, places: Rows | slice) -> NDArray[np.uint32]:
        """Who the rows at some places of the bucket are joined to by now."""
        return names_of(self.joined, self._mine[places])

    def lowest_bytes(self, places: Rows) -> NDArray[np.uint8]:
        """A quarter of each signature at some places: values whose lowest bytes differ differ."""
        lowest = np.empty((len(places), self._signatures.shape[1]), dtype=np.uint8)
        for step in steps(len(places), PAIRS_STEP):
            lowest[step] = self._signatures[self._at[places[step]]] & np.uint32(255)
        return lowest

    def compare(self, left: Rows, right: Rows) -> None:
        """Compare the rows at two places each, and join those alike."""
        same = np.empty(len(left), dtype=bool)
        for step in steps(len(left), PAIRS_STEP):
            near, far = self._signatures[self._at[left[step]]], self._signatures[self._at[right[step]]]
            same[step] = alike_pairs(near, far, self._alike)
        if same.any():
            link(self.joined, np.stack((self.labels(left[same]), self.labels(right[same])), axis=1))


def _joining(bucket: _Bucket, labels: Labels | None, take: Take, alike: Alike) -> Edges:
    """Edges between labels of the bucket's rows."""
    meeting = _Meeting(bucket, labels, take, alike)
    starts = bucket.starts
    end, open_ = np.repeat(starts[1:], np.diff(starts)), np.arange(len(bucket.rows))
    for distance in range(1, NEIGHBOURS + 1):
        open_ = open_[open_ + distance < end[open_]]
        far = open_ + distance
        apart = meeting.labels(open_) != meeting.labels(far)
        meeting.compare(open_[apart], far[apart])
    long = np.flatnonzero((np.diff(starts) > NEIGHBOURS + 1) & _divided(meeting.labels(slice(None)), starts))
    for run in long:
        _compare_rest(meeting, np.arange(starts[run], starts[run + 1]))
    settle(meeting.joined)
    moved = meeting.joined != alone(len(meeting.joined))
    names = meeting.names
    return np.stack((names[moved], names[meeting.joined[moved]]), axis=1).astype(np.uint32)


def _equal_to_first(rows: Rows, labels: Labels | None, take: Take, members: int) -> Iterator[Edges]:
    """Edges from the first of a long run to those equal to it, and so on among those that share its key by accident."""
    while len(rows) > 1:
        first = take(rows[:1])
        same = np.concatenate([(take(rows[step]) == first).all(axis=1) for step in steps(len(rows), members)])
        names = rows[same] if labels is None else labels[rows[same]]
        others = names[names != names[0]]
        yield np.stack((others, np.full_like(others, names[0])), axis=1).astype(np.uint32)
        rows = rows[~same]


def _compare_rest(meeting: _Meeting, run: Rows) -> None:
    """Compare what is not joined in a long run: all outside its largest component with that, and among themselves."""
    labels = meeting.labels(run)
    names, sizes = np.unique(labels, return_counts=True)
    inside = labels == names[sizes.argmax()]
    run = np.concatenate((run[~inside], run[inside]))
    bytes_ = meeting.lowest_bytes(run)
    for position in range(int((~inside).sum())):
        maybe = count_true(bytes_[position + 1 :] == bytes_[position]) >= meeting.equal_min
        others = run[position + 1 :][maybe]
        others = others[meeting.labels(others) != meeting.labels(run[position : position + 1])]
        meeting.compare(np.full(len(others), run[position]), others)
