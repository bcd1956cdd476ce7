"""Signing: a text becomes a MinHash signature that datasketch can read.

>>> from dedup.parameters import Parameters
>>> signatures = sign(["Der var engang en prinsesse på en ært.", "Noget helt andet."], Parameters())
>>> signatures.shape, signatures.dtype.name
((2, 128), 'uint32')
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from dedup.parameters import Parameters

Signatures = NDArray[np.uint32]

_WORD = re.compile(r"[^\W\d_]+")


def words_of(text: str) -> list[str]:
    """Words as they are compared: NFC, lower case, letters only; digits and punctuation part words and are dropped.

    A page that differs from another by its date or its counter alone is the same page.
    """
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def shingles(text: str, parameters: Parameters) -> set[str]:
    """Word n-grams of a text; a text of fewer words is one shingle, and one without words has none."""
    words = words_of(text)
    if not words:
        return set()
    size = min(parameters.shingle_words, len(words))
    return {" ".join(gram) for gram in zip(*(islice(words, start, None) for start in range(size)), strict=False)}


def sign(texts: Sequence[str], parameters: Parameters) -> Signatures:
    """Sign texts: an array of shape (texts, permutations), dtype uint32.

    Row i equals `datasketch.MinHash(num_perm, seed, scheme).hashvalues` after `update_batch` of text i's shingles
    in UTF-8. A text without words gets datasketch's empty signature, all values 2**32 - 1.
    """
    from datasketch import MinHash  # noqa: PLC0415 - brings SciPy and Redis clients, a second that only signing owes

    prototype = MinHash(num_perm=parameters.permutations, seed=parameters.seed, scheme=parameters.scheme)
    signatures = np.empty((len(texts), parameters.permutations), dtype=np.uint32)
    for row, text in enumerate(texts):
        minhash = prototype.copy()
        minhash.update_batch([shingle.encode() for shingle in shingles(text, parameters)])
        signatures[row] = minhash.hashvalues
    return signatures
