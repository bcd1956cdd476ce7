"""Counting: exact, whatever is split, and payments neither lose nor invent anything."""

from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.money import MICRO
from ledger.obligations import AccountKey, account_key, accrue, round_half_even, settle
from ledger.records import DueStatus, Obligation, ReleaseRecord, Usage

DAY = date(2026, 11, 24)
SOURCES = ("a", "b", "c")
SPLITS = st.lists(
    st.tuples(st.sampled_from(["r1", "r2", "r3"]), st.sampled_from(SOURCES), st.integers(0, 10**9)), max_size=12
)
PRICES = st.integers(1, 10**9)


def accrued(split: list[tuple[str, str, int]], price_micro: int) -> list[Obligation]:
    """What some releases owe that hold the given words of the given sources, at one price per million words."""
    rate = Rate(RateUnit.MILLION_WORDS, price_micro, "DKK")
    agreed = {
        name: [Agreement(f"{name}-1", name, name, "", AgreementForm.WRITTEN, ("train",), DAY, None, rate)]
        for name in SOURCES
    }
    owed: list[Obligation] = []
    for version in sorted({version for version, _, _ in split}):
        usages = tuple(
            Usage(name, "agreement", "agreed", f"part-{number}", 1, words, words, ())
            for number, (release, name, words) in enumerate(split)
            if release == version
        )
        owed += accrue(ReleaseRecord(version, "m", "p", DAY, usages), agreed)
    return owed


@given(SPLITS, PRICES)
def test_splitting_loses_and_invents_nothing(split: list[tuple[str, str, int]], price_micro: int) -> None:
    """However words are split over releases and sources, amounts and remainders add up to words times price."""
    owed = accrued(split, price_micro)
    total = sum((due.amount_micro or 0) * MICRO + due.remainder for due in owed)
    assert total == sum(words for _, _, words in split) * price_micro
    assert all(2 * abs(due.remainder) <= MICRO for due in owed)
    assert len({due.id for due in owed}) == len(owed) == len({(release, name) for release, name, _ in split})


@given(SPLITS, PRICES, st.randoms(use_true_random=False))
def test_the_order_of_usages_does_not_matter(
    split: list[tuple[str, str, int]], price_micro: int, random: object
) -> None:
    """The same usages in another order give the same obligations."""
    shuffled = list(split)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert accrued(shuffled, price_micro) == accrued(split, price_micro)


@given(st.integers(0, 10**18))
def test_rounding_is_half_even_and_keeps_what_it_takes(millionths: int) -> None:
    """The quotient is what exact fractions round to, and the remainder makes up the difference."""
    quotient, remainder = round_half_even(millionths)
    assert quotient == round(Fraction(millionths, MICRO))
    assert quotient * MICRO + remainder == millionths


def test_ties_go_to_the_even_neighbour() -> None:
    """One half rounds down to 0, one and a half up to 2."""
    assert [round_half_even(500_000), round_half_even(1_500_000)] == [(0, 500_000), (2, -500_000)]


@given(SPLITS, PRICES, st.dictionaries(st.sampled_from(SOURCES), st.integers(0, 10**13)))
def test_payments_are_used_up_oldest_first_and_the_rest_is_credit(
    split: list[tuple[str, str, int]], price_micro: int, paid: dict[str, int]
) -> None:
    """For each account paid equals applied plus credit, nothing is paid twice over, and no newer before an older."""
    owed = accrued(split, price_micro)
    paid_micro: dict[AccountKey, int] = {(name, name, "DKK"): amount for name, amount in paid.items()}
    settled, credit = settle(owed, paid_micro)
    assert [replace(due, paid_micro=0, status=DueStatus.ACCRUED) for due in settled] == owed
    applied: Counter[AccountKey] = Counter()
    open_before: set[AccountKey] = set()
    for due in settled:
        key = account_key(due)
        assert 0 <= due.paid_micro <= (due.amount_micro or 0)
        assert not (due.paid_micro and key in open_before)
        applied[key] += due.paid_micro
        if due.paid_micro < (due.amount_micro or 0):
            open_before.add(key)
            assert key not in credit
    for key, amount in paid_micro.items():
        assert applied[key] + credit.get(key, 0) == amount
