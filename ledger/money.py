"""Amounts of money as whole numbers of micro-units: one krone is 1,000,000.

Prices for text are small (0.015 kroner a document exists), so minor units are too coarse, and floats are out of the
question. Amounts stay in micro-units until somebody writes an invoice, and every text form is exact.
"""

import re

MICRO = 1_000_000
"""Micro-units in one unit of a currency."""

AMOUNT_MICRO_MAX = 2**53 - 1
"""Largest amount, about nine milliard kroner: the largest whole number that canonical JSON (RFC 8785) keeps exact."""

CURRENCIES = frozenset({"DKK", "EUR", "SEK", "NOK", "ISK", "USD", "GBP"})
"""ISO 4217 codes the ledger knows: the Nordic countries and those their publishers trade with."""

_AMOUNT = re.compile(r"(-?)([0-9]{1,10})(?:\.([0-9]{1,6}))?")


def parse_amount(text: str) -> int:
    """Read a decimal amount such as `12.50` as micro-units, exactly.

    Raises:
        ValueError: the text is no plain decimal number, has more than six decimals or is too large.

    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no amount: write digits, a point and at most six decimals, such as 12.50")
    sign, whole, decimals = match.groups()
    micro = int(whole) * MICRO + int((decimals or "").ljust(6, "0"))
    if micro > AMOUNT_MICRO_MAX:
        raise ValueError(f"{text!r} is more than the ledger can hold ({format_amount(AMOUNT_MICRO_MAX)})")
    return -micro if sign else micro


def format_amount(amount_micro: int) -> str:
    """Write micro-units as an exact decimal: two decimals, or as many as it takes (`12.50`, `0.000001`)."""
    whole, micro = divmod(abs(amount_micro), MICRO)
    decimals = f"{micro:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if amount_micro < 0 else ''}{whole}.{decimals}"


def check_currency(code: str) -> str:
    """Return the code when it is one of `CURRENCIES`.

    Raises:
        ValueError: it is not.

    """
    if code not in CURRENCIES:
        raise ValueError(f"{code!r} is not one of the currencies the ledger knows: {', '.join(sorted(CURRENCIES))}")
    return code


MINOR = 10_000
"""Micro-units in an øre or a cent: the smallest amount that can be paid. ISK has no smaller unit than one, but its
banks take two decimals."""


def whole_minor(amount_micro: int) -> int:
    """Return the amount without what is less than an øre or a cent."""
    return amount_micro // MINOR * MINOR
