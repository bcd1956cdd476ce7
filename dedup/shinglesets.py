"""Shingles at rest: for each row the hashes of its shingles, so that true similarities can be told.

Memory: nothing but what is asked for, when the arrays are mapped; on disk 8 bytes a shingle, about as much as the text.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """Row i has the hashes `hashes[bounds[i] : bounds[i + 1]]`, each once, ascending (`dedup.signatures`)."""

    hashes: NDArray[np.uint64]
    bounds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many shingles each row has."""
        return np.diff(self.bounds)

    def of(self, row: int) -> NDArray[np.uint64]:
        """The hashes of one row."""
        return self.hashes[self.bounds[row] : self.bounds[row + 1]]

    def common(self, left: int, right: int) -> int:
        """How many shingles two rows have in common."""
        some, others = sorted((self.of(left), self.of(right)), key=len)
        if not len(some):
            return 0
        at = np.minimum(np.searchsorted(others, some), len(others) - 1)
        return int(np.count_nonzero(others[at] == some))

    def jaccard(self, left: int, right: int) -> float:
        """The true Jaccard similarity of two rows, but for a collision of 64-bit hashes; 0 when one has no words."""
        common = self.common(left, right)
        either = len(self.of(left)) + len(self.of(right)) - common
        return common / either if either else 0.0
