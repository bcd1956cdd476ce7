"""The one object that says how texts were signed; signatures of different parameters never meet."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Parameters:
    """How texts become signatures and signatures become clusters.

    The shape (bands × rows = permutations) lies near FineWeb2's 14 × 8: a pair of Jaccard similarity s becomes a
    candidate with probability 1 - (1 - s^rows)^bands, which is one half at s = 0.68 and 0.95 at s = 0.80.
    `similarity_min` is the estimate a candidate pair must reach to be joined; at 128 permutations the estimate of
    0.80 has a standard error of 0.035. `scheme` is datasketch's name of the permutation family, pinned because
    datasketch 2.0 changed its default.
    """

    bands: int = 16
    rows: int = 8
    shingle_words: int = 5
    similarity_min: float = 0.75
    seed: int = 1
    scheme: Literal["affine32"] = "affine32"

    @property
    def permutations(self) -> int:
        """Number of values in a signature."""
        return self.bands * self.rows

    @property
    def digest(self) -> str:
        """Twelve hex digits that name these parameters in a path."""
        return _digest(sorted(asdict(self).items()))

    @property
    def signing_digest(self) -> str:
        """Twelve hex digits for what alone decides a signature: other bands over the same values need no new ones."""
        return _digest((self.permutations, self.shingle_words, self.seed, self.scheme))


def _digest(parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
