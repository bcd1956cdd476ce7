"""Signatures: datasketch's own, over our words."""

import unicodedata

import numpy as np
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from dedup.parameters import Parameters
from dedup.signatures import shingles, sign, words_of

PARAMETERS = Parameters()
DANISH = st.text(alphabet="abcdefghijklmnopqrstuvwxyzæøå ABCÆØÅ.,-0123456789\n", max_size=300)


@given(DANISH)
def test_a_signature_is_what_datasketch_computes(text: str) -> None:
    """A signature equals datasketch's, value by value, for any text."""
    reference = MinHash(num_perm=128, seed=1, scheme="affine32")
    for shingle in shingles(text, PARAMETERS):
        reference.update(shingle.encode())
    assert (sign([text], PARAMETERS)[0] == reference.hashvalues).all()


@given(st.lists(DANISH, max_size=5))
def test_texts_are_signed_apart(texts: list[str]) -> None:
    """Signing many texts at once gives what signing each alone gives."""
    together = sign(texts, PARAMETERS)
    assert together.shape == (len(texts), 128)
    for row, text in zip(together, texts, strict=True):
        assert (row == sign([text], PARAMETERS)[0]).all()


def test_words_keep_danish_letters_and_drop_the_rest() -> None:
    """Case, composition, digits and punctuation do not tell two texts apart; Danish letters do."""
    assert words_of("Ærø, 3. maj 2024: BLÅ_øl!") == ["ærø", "maj", "blå", "øl"]
    assert words_of(unicodedata.normalize("NFD", "blåbær")) == words_of("Blåbær")


def test_a_short_text_is_one_shingle_and_an_empty_one_none() -> None:
    """Fewer words than a shingle holds are one shingle; no words are no shingle and datasketch's empty signature."""
    assert shingles("kun tre ord", PARAMETERS) == {"kun tre ord"}
    assert shingles("123 …", PARAMETERS) == set()
    assert (sign(["123"], PARAMETERS) == np.iinfo(np.uint32).max).all()
