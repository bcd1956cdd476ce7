"""Counting: exact, whatever is split; at the prices that agreements have."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.money import MICRO
from ledger.obligations import accrue, accrue_standing, amount_of, round_half_even
from ledger.records import Obligation, ReleaseRecord, Usage

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
    assert all(2 * abs(due.remainder) <= MICRO or due.amount_micro == 1 for due in owed)
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


AGREED = Agreement("a-1", "a", "A", "", AgreementForm.WRITTEN, ("train",), date(2025, 3, 1), None, None)


@given(
    st.integers(0, 10**12),
    st.integers(0, 10**9),
    st.none() | st.integers(0, 10**12),
    st.none() | st.integers(0, 10**12),
)
def test_the_least_and_the_most_are_kept(quantity: int, price: int, least: int | None, most: int | None) -> None:
    """An amount is the price times the quantity, but never less than the least nor more than the most."""
    rate = Rate(RateUnit.MILLION_WORDS, price, "DKK", least, None if most is None else max(most, least or 0))
    amount_micro, remainder = amount_of(rate, quantity)
    exact = amount_micro * MICRO + remainder
    assert exact == min(max(quantity * price, (least or 0) * MICRO), (rate.cap_micro or 10**30) * MICRO) or most == 0
    assert (amount_micro > 0) == (exact > 0)


def test_years_of_an_agreement_that_began_are_owed_for() -> None:
    """One due a year from its first day, none before the ledger knew of it, none after its end."""
    rate = Rate(RateUnit.YEAR, 45_000_000_000_000, "NOK")
    agreed = replace(AGREED, rate=rate, end=date(2027, 12, 31))
    owed = accrue_standing(agreed, (), date(2026, 5, 1), date(2029, 1, 1))
    assert [due.occasion for due in owed] == ["year:2026-03-01", "year:2027-03-01"]
    assert [due.amount_micro for due in owed] == [45_000_000_000_000] * 2
    assert len({due.id for due in owed}) == 2
    assert accrue_standing(agreed, (), date(2026, 5, 1), date(2027, 2, 28)) == owed[:1]


def test_crawls_are_owed_for_while_the_agreement_holds() -> None:
    """A crawl within the agreement costs its price; one before it or after it nothing."""
    agreed = replace(AGREED, rate=Rate(RateUnit.CRAWL, 5, "DKK"), end=date(2026, 12, 31))
    crawls = [("old", date(2025, 1, 1)), ("now", date(2026, 11, 24)), ("late", date(2027, 1, 1))]
    owed = accrue_standing(agreed, crawls, date(2024, 1, 1), date(2028, 1, 1))
    assert [(due.occasion, due.amount_micro) for due in owed] == [("crawl:now", 5)]


def test_a_pool_is_owed_for_by_its_share() -> None:
    """An eighth of a pool of a million kroner, once a year; without a price nothing is counted, and it is no zero."""
    pool = Rate(RateUnit.POOL, 1_000_000 * MICRO, "DKK", share_ppm=125_000)
    owed = accrue_standing(replace(AGREED, rate=pool), (), date(2025, 3, 1), date(2025, 3, 1))
    assert [due.amount_micro for due in owed] == [125_000 * MICRO]
    assert accrue_standing(AGREED, (), date(2025, 3, 1), date(2026, 3, 1)) == ()
