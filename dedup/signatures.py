"""Signing: a text becomes a MinHash signature that datasketch can read.

>>> from dedup.parameters import Parameters
>>> signatures = sign(["Der var engang en prinsesse på en ært.", "Noget helt andet."], Parameters())
>>> signatures.shape, signatures.dtype.name
((2, 128), 'uint32')

`words_of` and `shingles` say what is signed, in Python; `normalised`, `sign` and `shingle_hashes` do it for many texts
at once in the compiled kernel, which gives the very same. It computes without Python's lock. `sign_lightly` gives the
very same again, without the kernel, where texts come so slowly that loading it does not pay.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, islice

import numpy as np
from numpy.typing import NDArray

from dedup.letters import letters
from dedup.parameters import Parameters
from dedup.room import Batch, room_for

Signatures = NDArray[np.uint32]

EMPTY = np.uint32(2**32 - 1)
"""Every value of the signature of a text without words."""

_AT_ONCE = 512
"""Hashes that are permuted together: with 128 permutations they stay in the processor's second cache."""

_DIGEST_BYTES = hashlib.sha1(usedforsecurity=False).digest_size
_WORD = re.compile(r"[^\W\d_]+")


def words_of(text: str) -> list[str]:
    r"""Words as they are compared: NFC, lower case, letters only; digits and punctuation part words and are dropped.

    A page that differs from another by its date or its counter alone is the same page. What Unicode calls a number but
    no decimal digit (², ½, Ⅷ) counts as a letter, as in Python's `\w`.
    """
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def shingles(text: str, parameters: Parameters) -> set[str]:
    """Word n-grams of a text; a text of fewer words is one shingle, and one without words has none."""
    words = words_of(text)
    if not words:
        return set()
    size = min(parameters.shingle_words, len(words))
    return {" ".join(gram) for gram in zip(*(islice(words, start, None) for start in range(size)), strict=False)}


def normalised(texts: Sequence[str]) -> list[bytes]:
    """Each text's words as they are compared, one space apart, in UTF-8; equal for texts that are the same to us."""
    from dedup.kernel import scan_texts  # noqa: PLC0415 - loads Numba, a second that only signing owes

    batch = _batch(text.encode("utf-8", "surrogatepass") for text in texts)
    words = np.empty(len(batch.text) + len(texts), dtype=np.uint8)
    sizes = np.empty(len(texts), dtype=np.int64)
    scan_texts(batch, letters(), words, sizes)
    begins = (batch.bounds[:-1] + np.arange(len(texts))).tolist()
    scanned = words.tobytes()
    return [
        scanned[begin : begin + size] if size >= 0 else " ".join(words_of(text)).encode()
        for text, begin, size in zip(texts, begins, sizes.tolist(), strict=True)
    ]


def sign(texts: Sequence[str], parameters: Parameters) -> Signatures:
    """Sign texts: an array of shape (texts, permutations), dtype uint32.

    Row i equals `datasketch.MinHash(num_perm, seed, scheme=scheme).hashvalues` after `update_batch` of text i's
    shingles in UTF-8. A text without words gets datasketch's empty signature, all values 2**32 - 1. Memory: about 25
    bytes for each byte of the longest text, and 3 for each of the others.
    """
    return sign_normalised(normalised(texts), parameters)


def sign_normalised(words: Sequence[bytes], parameters: Parameters) -> Signatures:
    """Sign texts of which `normalised` made words, as `sign` does."""
    from dedup.kernel import sign_words  # noqa: PLC0415 - see normalised

    batch = _batch(words)
    signatures = np.full((len(words), parameters.permutations), EMPTY)
    sign_words(batch, room_for(batch), parameters.shingle_words, permutations(parameters), signatures)
    return signatures


def sign_lightly(texts: Sequence[str], parameters: Parameters) -> Signatures:
    """Sign texts as `sign` does, without loading Numba: five times as slow, with 3 seconds and 100 MB less to begin.

    Beside extraction that is 3 % of a page's time, and less than loading costs until some thousands were signed.
    """
    factors, terms = _drawn(parameters)[:, :, None]
    signatures = np.full((len(texts), parameters.permutations), EMPTY)
    for signature, text in zip(signatures, texts, strict=True):
        hashes = _mixed(_first_words(words_of(text), parameters.shingle_words))
        for begin in range(0, len(hashes), _AT_ONCE):
            np.minimum(signature, (factors * hashes[begin : begin + _AT_ONCE] + terms).min(axis=1), out=signature)
    return signatures


@lru_cache(8)
def _drawn(parameters: Parameters) -> NDArray[np.uint32]:
    """The permutations, drawn once: texts may come one by one."""
    return permutations(parameters)


def hashes_lightly(text: str, parameters: Parameters) -> NDArray[np.uint64]:
    """A text's hashes as `shingle_hashes` gives them, without loading Numba, which pays from some thousand texts on."""
    digests = np.frombuffer(_digests(words_of(text), parameters.shingle_words), dtype=np.uint8)
    return np.unique(np.ascontiguousarray(digests.reshape(-1, _DIGEST_BYTES)[:, :8]).view("<u8")).astype(np.uint64)


def _first_words(words: Sequence[str], shingle: int) -> NDArray[np.uint32]:
    """The first four bytes of each shingle's SHA-1, the first of them the least."""
    return np.frombuffer(_digests(words, shingle), dtype="<u4")[:: _DIGEST_BYTES // 4].astype(np.uint32)


def _digests(words: Sequence[str], shingle: int) -> bytes:
    """The SHA-1 of each shingle, one after the other."""
    encoded = [word.encode() for word in words]
    ends = list(accumulate(len(word) + 1 for word in encoded))
    begins, joined = [0, *ends], b" ".join(encoded)
    hashed = (
        hashlib.sha1(joined[begin : end - 1], usedforsecurity=False).digest()
        for begin, end in zip(begins, ends[min(shingle, len(words)) - 1 :] if words else (), strict=False)
    )
    return b"".join(hashed)


def _mixed(value: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """MurmurHash3's finalizer, which datasketch puts before its permutations."""
    value = (value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    value = (value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return value ^ (value >> np.uint32(16))


def shingle_hashes(words: Sequence[bytes], parameters: Parameters) -> list[NDArray[np.uint64]]:
    """For each text of which `normalised` made words, the 64-bit hashes of its shingles, each once, ascending.

    They are `datasketch.hashfunc.sha1_hash64`. Two shingles of a million have the same one with a chance of 3 in 10⁸.
    """
    from dedup.kernel import hash_words  # noqa: PLC0415 - see normalised

    batch = _batch(words)
    hashes = np.empty(len(batch.text) // 2 + len(words), dtype=np.uint64)
    counts = np.empty(len(words), dtype=np.int64)
    hash_words(batch, room_for(batch), parameters.shingle_words, hashes, counts)
    begins = batch.bounds[:-1] // 2 + np.arange(len(words))
    return [np.unique(hashes[begin : begin + count]) for begin, count in zip(begins, counts, strict=True)]


def permutations(parameters: Parameters) -> NDArray[np.uint32]:
    """Factors and terms of the permutations, shape (2, permutations), drawn as datasketch 2.0 draws them.

    Its scheme "affine32" maps a hash h, mixed, to factor × h + term modulo 2³²; the factors are odd.
    """
    random = np.random.RandomState(parameters.seed)
    halves = random.randint(0, 2**31, parameters.permutations, dtype=np.uint32)
    terms = random.randint(0, 2**32, parameters.permutations, dtype=np.uint32)
    return np.array([halves * np.uint32(2) + np.uint32(1), terms])


def _batch(texts: Iterable[bytes]) -> Batch:
    held = list(texts)
    bounds = np.fromiter(accumulate(map(len, held), initial=0), dtype=np.int64, count=len(held) + 1)
    return Batch(np.frombuffer(b"".join(held), dtype=np.uint8), bounds)
