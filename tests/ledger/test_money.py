"""Amounts: exact in both directions, and nothing else is let in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import AMOUNT_MICRO_MAX, check_currency, format_amount, parse_amount


@given(st.integers(-AMOUNT_MICRO_MAX, AMOUNT_MICRO_MAX))
def test_every_amount_survives_being_written_and_read(amount_micro: int) -> None:
    """Writing an amount and reading it back gives the same number of micro-units."""
    assert parse_amount(format_amount(amount_micro)) == amount_micro


@pytest.mark.parametrize(
    ("text", "micro"),
    [("12.50", 12_500_000), ("0.015", 15_000), ("7", 7_000_000), ("-0.000001", -1), (" 1.5 ", 1_500_000)],
)
def test_plain_decimals_are_read_exactly(text: str, micro: int) -> None:
    """Whole numbers and up to six decimals are read as they stand."""
    assert parse_amount(text) == micro


@pytest.mark.parametrize(
    "text",
    ["", ".", "1.", ".5", "1,50", "1e3", "0.0000001", "nan", "١٢", "12 kr", "+1", "9007199254.740992", "1" * 5000],
)
def test_anything_else_is_refused(text: str) -> None:
    """More than six decimals, other notations and amounts beyond canonical JSON are errors, not guesses."""
    with pytest.raises(ValueError, match=r"amount|more than"):
        parse_amount(text)


def test_amounts_are_shown_with_two_decimals_or_all_they_have() -> None:
    """Kroner and øre look as people write them, and micro-units are not rounded away."""
    assert [format_amount(micro) for micro in (12_500_000, 0, 1, -1_000_000)] == ["12.50", "0.00", "0.000001", "-1.00"]


def test_only_known_currencies_pass() -> None:
    """A currency outside the short list, or in small letters, is refused."""
    assert check_currency("DKK") == "DKK"
    for code in ("dkk", "XBT", ""):
        with pytest.raises(ValueError, match="currencies"):
            check_currency(code)
