"""Parameters: what a signature was made with is told with it, and others are refused."""

import json

import pytest

from dedup.errors import MixedError
from dedup.parameters import Parameters


def test_what_was_signed_with_others_is_refused_with_a_remedy() -> None:
    """The message names the place, each difference, and what to do."""
    stated = json.dumps(Parameters(seed=2, shingle_words=3).signing)
    with pytest.raises(
        MixedError, match=r"a\.parquet was signed with seed 2 and not 1, shingle_words 3 and not 5.*anew"
    ):
        Parameters().check_signing(stated, "a.parquet")
    for nothing in (None, "{", "[1]"):
        with pytest.raises(MixedError, match="anew"):
            Parameters().check_signing(nothing, "a.parquet")


def test_other_bands_read_the_same_signatures() -> None:
    """Bands and similarity are asked of signatures afterwards, and mix with what was signed before."""
    old, new = Parameters(), Parameters(bands=32, rows=4, similarity_min=0.5)
    new.check_signing(old.signing, "here")
    assert old.signing == new.signing
    assert old.digest != new.digest


@pytest.mark.parametrize("wrong", [{"bands": 0}, {"seed": -1}, {"similarity_min": 0.0}, {"rows": 1000}])
def test_numbers_that_sign_nothing_are_refused(wrong: dict[str, float]) -> None:
    """A parameter out of range is told by its name."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Parameters(**wrong)  # type: ignore[arg-type]
