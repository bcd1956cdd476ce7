"""Signatures: datasketch's own, over our words, and the kernel's words those of the general rule."""

import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from datasketch import MinHash
from datasketch.hashfunc import sha1_hash64
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.letters import ELSEWHERE, PAGE, PAGES, letters
from dedup.parameters import Parameters
from dedup.signatures import hashes_lightly, normalised, shingle_hashes, shingles, sign, sign_lightly, words_of

PARAMETERS = Parameters()
DANISH = st.text(alphabet="abcdefghijklmnopqrstuvwxyzæøå ABCÆØÅ.,-0123456789\n", max_size=300)
LONG_WORDS = st.lists(st.text(alphabet="aæ", min_size=1, max_size=70), max_size=12).map(" ".join)
ANY = st.text(max_size=80)
"""All of Unicode, lone surrogates too."""


def by_datasketch(text: str, parameters: Parameters) -> list[int]:
    """What datasketch computes from a text's shingles, one by one."""
    minhash = MinHash(num_perm=parameters.permutations, seed=parameters.seed, scheme=parameters.scheme)
    for shingle in shingles(text, parameters):
        minhash.update(shingle.encode())
    values: list[int] = minhash.hashvalues.tolist()
    return values


def in_one(texts: list[str]) -> list[str]:
    """The words that the kernel found in texts."""
    return [words.decode() for words in normalised(texts)]


@given(st.lists(DANISH | LONG_WORDS | ANY, max_size=8))
def test_a_signature_is_what_datasketch_computes(texts: list[str]) -> None:
    """Signatures equal datasketch's, value by value, for texts of any letters and words of any length."""
    signed = [by_datasketch(text, PARAMETERS) for text in texts]
    assert sign(texts, PARAMETERS).tolist() == signed
    assert sign_lightly(texts, PARAMETERS).tolist() == signed


@given(DANISH, st.integers(1, 9), st.integers(0, 2**32 - 1), st.sampled_from([1, 7, 64, 130]))
def test_other_parameters_are_datasketchs_too(text: str, words: int, seed: int, rows: int) -> None:
    """Any shingle, seed and number of permutations gives what datasketch gives with them."""
    parameters = Parameters(bands=2, rows=rows, shingle_words=words, seed=seed)
    assert sign([text], parameters)[0].tolist() == by_datasketch(text, parameters)
    assert sign_lightly([text], parameters)[0].tolist() == by_datasketch(text, parameters)


def test_a_long_text_is_signed_lightly_all_the_same() -> None:
    """More shingles than are permuted at once give the same signature as the kernel's."""
    text = " ".join(f"ord{chr(97 + number % 26)}{chr(97 + number // 26 % 26)} og så" for number in range(3000))
    assert np.array_equal(sign([text], PARAMETERS), sign_lightly([text], PARAMETERS))


@pytest.mark.parametrize("size", [*range(50, 70), *range(110, 130), 200, 5000])
def test_a_shingle_of_any_length_is_hashed_right(size: int) -> None:
    """Where a message fills, ends or overflows a block of SHA-1, its hash is the same as datasketch's."""
    texts = ["a" * size, "a" * (size - 4) + " bb c", "ø " * 40 + "b" * size + " ø" * 40]
    for text, found in zip(texts, shingle_hashes(normalised(texts), PARAMETERS), strict=True):
        assert found.tolist() == sorted(sha1_hash64(shingle.encode()) for shingle in shingles(text, PARAMETERS))


@given(st.lists(DANISH | LONG_WORDS | ANY, max_size=8), st.integers(1, 9))
def test_hashes_are_the_same_without_the_kernel(texts: list[str], words: int) -> None:
    """Each text's shingles have the same hashes, in the same order, whichever way they are computed."""
    parameters = Parameters(shingle_words=words)
    for text, found in zip(texts, shingle_hashes(normalised(texts), parameters), strict=True):
        assert np.array_equal(found, hashes_lightly(text, parameters))


@given(st.lists(ANY | DANISH, max_size=8))
@example(["Σας ΟΔΟΣ Σ.", "I\u0307 İ ı", "e\u0301 é", "가\u11a8 \u1100\u1161", "A\ud800b", "👩‍👩‍👧 ❤️ m² ½ Ⅷ Ⱥ K Å Ω"])
@example(["ﬁ ß ẞ Ǆ ǆ ŉ", "漢字かな", "\x00a\x7fb\x80c\xadd", "𝐀𐐀 \U0010ffff", "क्षि נֱ العَرَبِيَّة", "_a__b_"])
def test_the_kernels_words_are_the_general_rules(texts: list[str]) -> None:
    """The quick way and the general one find the very same words, for any Unicode."""
    assert in_one(texts) == [" ".join(words_of(text)) for text in texts]


def test_every_character_is_judged_alike() -> None:
    """Each code point there is, between two letters, parts words or not as the general rule says."""
    texts = [f"a{chr(code)}B" for code in range(sys.maxunicode + 1)]
    assert in_one(texts) == [" ".join(words_of(text)) for text in texts]


def test_no_character_of_the_table_joins_the_one_before() -> None:
    """What NFC would put together with its neighbour is left to the general rule."""
    table = letters()
    seconds = {unicodedata.decomposition(chr(code)).split()[-1:][0] for code in range(0x20000) if _pair(chr(code))}
    for code in (int(second, 16) for second in seconds):
        if code // PAGE in PAGES:
            assert table.small[table.page[code // PAGE] + code % PAGE] == ELSEWHERE, hex(code)


def _pair(character: str) -> bool:
    parts = unicodedata.decomposition(character).split()
    return len(parts) == 2 and not parts[0].startswith("<")


def test_words_keep_danish_letters_and_drop_the_rest() -> None:
    """Case, composition, digits and punctuation do not tell two texts apart; Danish letters do."""
    assert words_of("Ærø, 3. maj 2024: BLÅ_øl!") == ["ærø", "maj", "blå", "øl"]
    assert in_one([unicodedata.normalize("NFD", "blåbær")]) == in_one(["Blåbær"]) == ["blåbær"]


def test_a_short_text_is_one_shingle_and_an_empty_one_none() -> None:
    """Fewer words than a shingle holds are one shingle; no words are no shingle and datasketch's empty signature."""
    assert shingles("kun tre ord", PARAMETERS) == {"kun tre ord"}
    assert shingles("123 …", PARAMETERS) == set()
    assert (sign(["123", ""], PARAMETERS) == np.iinfo(np.uint32).max).all()
    assert sign([], PARAMETERS).shape == (0, 128)


def test_the_kernel_is_loaded_where_texts_are_signed_alone() -> None:
    """The command line and the rest of the room load no Numba, which takes a second."""
    loaded = "import sys, flows.cli, flows.refine, dedup.signatures; print('numba' in sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", loaded], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
