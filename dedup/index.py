"""The index across crawls: what was seen is remembered on disk, and each new crawl is compared with all of it.

    with opened(Path("index"), Parameters(), write=True) as index:
        for copy in index.add(ids, sign(texts, parameters)):
            print(copy.id, "is a copy of", copy.copy_of)

The clusters are those of all documents that stand, as if they had been clustered at once (`dedup.edges` says why):
adding joins clusters, and removing a document finds its cluster's others anew. An exclusion is the signature of a
withdrawn text: it is in no cluster, and what is a copy of it is answered as excluded.

Segments are merged so that each is more than twice as large as all after it. So there are few, and a text is written
again as often as the index doubles: now and then an `add` takes longer, minutes when ten million are written again.

Memory: 5 bytes for every row (15 while it changes), 900 for each that is added, 200 for each in a cluster that loses
one, and 250 MB. Disk: 650 bytes a row and twice its id.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from dedup.bands import KEYS, Rows, check_width
from dedup.clusters import Clusters, Positions, choose, copies_among
from dedup.components import alone
from dedup.errors import DedupError
from dedup.index_changes import first_to_merge, merged, with_documents, with_rows, without
from dedup.index_files import Standing, State, commit, locked, read_standing, sweep
from dedup.index_reading import Copy, all_copies_of, among, banded, copies_of, documents, ids_of, rows_of
from dedup.matching import Pairs, matches
from dedup.parameters import Parameters
from dedup.signatures import Signatures


@contextmanager
def opened(folder: Path, parameters: Parameters, *, write: bool = False) -> Iterator["Index"]:
    """Open an index, made where there is none.

    Raises MixedError when it was made with other parameters, IndexBusyError when another process writes to it, and
    IndexDamagedError when its files are not what its manifest says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder, write=write):
        standing = read_standing(folder, parameters)
        if write:
            sweep(standing)
        yield Index(standing)


class Index:
    """An open index; made by `opened`. What `add`, `remove` and `exclude` change stands on disk when they return."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._parameters = standing.segments.parameters

    @property
    def documents(self) -> Rows:
        """The rows of the documents that stand, oldest first."""
        return np.flatnonzero(documents(self._standing.states))

    def ids(self, rows: Rows) -> list[str]:
        """The ids of some ascending rows."""
        return ids_of(self._standing, rows)

    def match(self, ids: Sequence[str], signatures: Signatures) -> list[Copy]:
        """Tell which texts are copies of what stands, and change nothing. Texts without a copy are left out."""
        self._check(ids, signatures)
        places = np.arange(len(ids))
        return copies_of(self._standing, ids, alone(len(ids)), self._found(signatures, places))

    def add(self, ids: Sequence[str], signatures: Signatures) -> list[Copy]:
        """Add documents; tell which are copies of what stood before, or excluded (and stand all the same).

        A document that stands already with the same signature is left as it is, and nothing is told of it. Raises
        DedupError when it stands with another, and when an id comes twice.
        """
        self._check(ids, signatures)
        new = self._unknown(ids, signatures)
        ids, signatures = [ids[place] for place in new], signatures[new]
        if not ids:
            return []
        mine = copies_among(len(ids), lambda rows: signatures[rows], self._parameters)
        found = self._found(signatures, np.flatnonzero(mine.equals == alone(len(ids))))
        told = copies_of(self._standing, ids, mine.equals, found)
        self._commit(with_documents(self._standing, ids, signatures, (mine, found)))
        return told

    def remove(self, ids: Sequence[str]) -> int:
        """Remove documents, and cluster anew what was joined to them; returns how many stood.

        Their signatures stay on disk until their segment is merged, or until `compact`.
        """
        rows = self._documents_named(ids)
        if len(rows):
            self._commit(without(self._standing, rows))
        return len(rows)

    def exclude(self, ids: Sequence[str], signatures: Signatures) -> list[Copy]:
        """Remember withdrawn texts by their signatures; they stand as documents no more.

        Tells every document that stands and is a copy of one: its id, and the exclusion's as `excluded_by`.
        """
        self._check(ids, signatures)
        rows = self._documents_named(ids)
        standing = without(self._standing, rows) if len(rows) else self._standing
        each = alone(len(standing.labels))
        found = matches(standing.segments, banded(standing.states), each, signatures)
        told = [
            Copy(name, excluded_by=ids[query], excluded_similarity=similarity)
            for query, name, similarity in all_copies_of(standing, found)
        ]
        known = {place for place, _ in rows_of(standing, ids, State.EXCLUSION)}
        new = [place for place in range(len(ids)) if place not in known]
        if new:
            states = np.full(len(new), State.EXCLUSION, dtype=np.uint8)
            standing = with_rows(standing, [ids[place] for place in new], signatures[new], states)
        if standing is not self._standing:
            self._commit(standing)
        return told

    def clusters(self, preference: Positions | None = None) -> Clusters:
        """Clusters of the documents that stand, by place in `documents`; the oldest are preferred unless told.

        Memory: 70 bytes a document.
        """
        rows = self.documents
        _, first, labels = np.unique(self._standing.labels[rows], return_index=True, return_inverse=True)
        ranks = np.arange(len(rows)) if preference is None else preference
        take = self._standing.segments.take
        return choose(first[labels].astype(np.uint32), ranks, lambda some: take(rows[some]))

    def compact(self) -> None:
        """Write all that stands as one segment; nothing is left of what was removed, unless a document equals it."""
        if self._standing.segments.rows:
            self._standing = commit(merged(self._standing, 0))
        sweep(self._standing)

    def _found(self, signatures: Signatures, places: Rows) -> Pairs:
        """What the signatures at some places are copies of."""
        states, labels = self._standing.states, self._standing.labels
        asked = banded(states) | among(states, State.EXCLUSION)
        found = matches(self._standing.segments, asked, labels, signatures[places])
        return Pairs(places[found.query], found.row, found.equal)

    def _commit(self, standing: Standing) -> None:
        self._standing = commit(standing)
        first = first_to_merge(self._standing)
        if first < len(self._standing.segments.segments):
            self._standing = commit(merged(self._standing, first))
        sweep(self._standing)

    def _documents_named(self, ids: Sequence[str]) -> Rows:
        rows = [row for _, row in rows_of(self._standing, ids, State.FIRST, State.TWIN)]
        return np.unique(np.array(rows, dtype=np.int64))

    def _unknown(self, ids: Sequence[str], signatures: Signatures) -> list[int]:
        """Places of the documents that do not stand yet."""
        known = dict(rows_of(self._standing, ids, State.FIRST, State.TWIN))
        places = sorted(known, key=lambda place: known[place])
        stored = self._standing.segments.take(np.array([known[place] for place in places], dtype=np.int64))
        for place, signature in zip(places, stored, strict=True):
            if not np.array_equal(signatures[place], signature):
                raise DedupError(
                    f"{ids[place]} stands with another text: remove it first, or give this one another id."
                )
        return [place for place in range(len(ids)) if place not in known]

    def _check(self, ids: Sequence[str], signatures: Signatures) -> None:
        check_width(signatures, self._parameters)
        different = len(set(ids))
        if not different == len(ids) == len(signatures):
            raise DedupError(
                f"{len(ids)} ids, {different} of them different, for {len(signatures)} signatures: "
                f"give each text one id of its own."
            )
        if self._standing.segments.rows + len(ids) >= KEYS:
            raise DedupError(f"an index holds fewer than {KEYS} texts: compact it, or begin another.")
