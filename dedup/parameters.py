"""The one object that says how texts were signed; signatures of different parameters never meet."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from dedup.errors import MixedError

SEED_MAX = 2**32 - 1
"""NumPy's generator takes no larger seed."""

PERMUTATIONS_MAX = 4096
"""16 KB a signature; beyond it the estimate gains nothing that comparing the texts would not tell better."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """How texts become signatures and signatures become clusters.

    The shape (bands × rows = permutations) lies near FineWeb2's 14 × 8: a pair of Jaccard similarity s becomes a
    candidate with probability 1 - (1 - s^rows)^bands, which is one half at s = 0.68 and 0.95 at s = 0.80.
    `similarity_min` is the estimate a candidate pair must reach to be joined; at 128 permutations the estimate of
    0.80 has a standard error of 0.035. `scheme` is datasketch's name of the permutation family, pinned because
    datasketch 2.0 changed its default; `hash_name` is its hash function of shingles; `words` names the rule of
    `dedup.signatures.words_of`: NFC, lower case, letters alone; another rule needs another name.
    """

    bands: int = 16
    rows: int = 8
    shingle_words: int = 5
    similarity_min: float = 0.75
    seed: int = 1
    scheme: Literal["affine32"] = "affine32"
    hash_name: Literal["sha1"] = "sha1"
    words: Literal["nfc-lower-letters"] = "nfc-lower-letters"

    def __post_init__(self) -> None:
        """Raise ValueError for numbers nothing can be signed with."""
        least = {"bands": 1, "rows": 1, "shingle_words": 1, "seed": 0}
        for name, low in least.items():
            if getattr(self, name) < low:
                raise ValueError(f"{name} must be at least {low}, not {getattr(self, name)}")
        if not 0 < self.similarity_min <= 1:
            raise ValueError(f"similarity_min must be above 0 and at most 1, not {self.similarity_min}")
        if self.seed > SEED_MAX or self.permutations > PERMUTATIONS_MAX:
            raise ValueError(f"seed may be {SEED_MAX} and bands × rows {PERMUTATIONS_MAX} at most")

    @property
    def permutations(self) -> int:
        """Number of values in a signature."""
        return self.bands * self.rows

    @property
    def digest(self) -> str:
        """Twelve hex digits that name these parameters in a path."""
        return _digest(sorted(asdict(self).items()))

    @property
    def signing(self) -> dict[str, Any]:
        """What alone decides a signature, to be kept with it; bands and similarity are asked of it afterwards."""
        return {
            "permutations": self.permutations,
            "shingle_words": self.shingle_words,
            "seed": self.seed,
            "scheme": self.scheme,
            "hash": self.hash_name,
            "words": self.words,
        }

    @property
    def signing_text(self) -> str:
        """`signing` as JSON, for the metadata of a file."""
        return json.dumps(self.signing, sort_keys=True)

    def check_signing(self, stated: str | bytes | Mapping[str, Any] | None, place: str) -> None:
        """Raise MixedError unless what is stated with signatures at a place (`signing`, or as JSON) is ours."""
        if stated is None:
            raise MixedError(f"{place} does not say how its texts were signed: sign them anew with these parameters.")
        try:
            theirs = stated if isinstance(stated, Mapping) else dict(json.loads(stated))
        except (ValueError, TypeError) as error:
            raise MixedError(f"{place} says in no way we know how it was signed ({error}): sign it anew.") from error
        mine = self.signing
        other = [name for name in sorted({*mine, *theirs}) if mine.get(name) != theirs.get(name)]
        if other:
            told = ", ".join(f"{name} {theirs.get(name, 'not stated')} and not {mine.get(name)}" for name in other)
            raise MixedError(
                f"{place} was signed with {told}, so its signatures mean something else: set these parameters to what "
                "they were there, or sign its texts anew."
            )


def _digest(parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
