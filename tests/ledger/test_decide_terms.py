"""Decisions by conditions, lists, cases and settlements: each rule, and the laws that hold for any of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.agreements import (
    NOTICE_DAYS,
    Agreement,
    AgreementForm,
    PartyKind,
    Rate,
    RateUnit,
    Use,
    ending,
    in_force,
    limit_of,
    months_after,
)
from ledger.bases import Basis, Outcome
from ledger.conflicts import Settlement
from ledger.decide import Terms, decide, may_age
from ledger.licences import LicenceAssertion
from ledger.policy import Policy, load_policy
from ledger.records import DueStatus, ReleaseRecord, Source, SourceStatus, Usage
from ledger.register import Reservation, Weight
from ledger.releases import record_release
from ledger.signals import Mechanism, RightsSignal, Verdict
from ledger.sources import sync_source
from ledger.standing import obligations
from ledger.store import Ledger
from ledger.targets import Target, TargetKind, TextFacts
from ledger.terms import agreements

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
POLICY = load_policy()
PLAIN = Terms(SourceStatus.CONFIRMED)
RESERVED = RightsSignal(Mechanism.TDMREP, Verdict.RESERVED, "x", "1", "http://a.dk/x#header", "", "sha256:0", "")
LENIENCY = {Outcome.EXCLUDE: 0, Outcome.HOLD: 1, Outcome.INCLUDE: 2}

KOPINOR = Agreement(
    id="kopinor-nb-2026",
    source="aviser",
    party="Kopinor",
    payee="Kopinor",
    form=AgreementForm.WRITTEN,
    uses=(Use.TRAIN.value, Use.EVALUATE.value),
    start=date(2026, 1, 1),
    end=date(2028, 12, 31),
    rate=Rate(RateUnit.YEAR, 45_000_000_000_000, "NOK"),
    party_kind=PartyKind.COLLECTIVE,
    represents="publishers and authors of newspapers",
    embargo_months=12,
    model_licences=("Apache-2.0", "MIT"),
    attachments=("sha256:" + "a" * 64,),
)
"""The shape of the agreement between Kopinor and the National Library of Norway: a sum by the year, newspapers older
than one year, and a condition on the licence of the model."""


def held(weight: Weight, since: int = -10, by: str = "koda", kind: TargetKind = TargetKind.DOMAIN) -> Reservation:
    """A reservation from some days before today on."""
    return Reservation(by, weight, Target(kind, "a.dk"), TODAY + timedelta(days=since))


def rule(terms: Terms, *signals: RightsSignal, policy: Policy = POLICY, as_of: date = TODAY) -> tuple[str, str]:
    """Outcome and rule of a decision."""
    decision = decide(signals, terms, policy, as_of)
    return decision.outcome.value, decision.rule


def test_the_shape_of_kopinor_and_the_national_library_of_norway() -> None:
    """Newspapers of a year ago are in when the model's licence fits; younger ones are not, undated ones wait."""
    fitting = replace(POLICY, model_licence="Apache-2.0")
    terms = Terms(SourceStatus.RESERVED, agreements=(KOPINOR,))
    old, young = date(2025, 11, 1), date(2025, 11, 2)
    assert rule(replace(terms, published=old), RESERVED, policy=fitting) == ("include", "agreement")
    assert rule(replace(terms, published=young), RESERVED, policy=fitting) == ("exclude", "agreement-embargo")
    assert rule(terms, RESERVED, policy=fitting) == ("hold", "agreement-undated")
    dated = replace(terms, published=old)
    assert rule(dated, RESERVED) == ("hold", "agreement-model-licence")
    assert rule(dated, RESERVED, policy=replace(fitting, model_licence="CC-BY-NC-4.0"))[1] == "agreement-model-licence"
    assert rule(dated, RESERVED, policy=fitting, as_of=date(2029, 1, 1)) == ("exclude", "source-reserved")


def test_its_terms_are_kept_and_its_yearly_sum_is_no_debt_of_a_release(ledger: Ledger) -> None:
    """All of it comes back from the ledger; 45 million kroner a year are not multiplied by words."""
    source = Source("aviser", "Aviser", "https://aviser.example/", SourceStatus.AGREED, "forlagene", "Kopinor", "news")
    sync_source(ledger, source, (), [KOPINOR], NOW)
    assert agreements(ledger, "aviser") == (KOPINOR,)
    used = Usage("aviser", "agreement", "agreed", KOPINOR.licence, 7, 7_000_000, 9, ("sha256:1",))
    record_release(ledger, ReleaseRecord("2026.1", "sha256:m", "sha256:p", TODAY, (used,)), NOW)
    assert [(due.status, due.amount_micro) for due in obligations(ledger, TODAY)] == [(DueStatus.NOT_DUE, None)]


def test_an_agreement_that_ends_is_told_of_in_time_and_then_counts_no_more() -> None:
    """From thirty days before its last day on; the day after it is no right."""
    ends = replace(KOPINOR, end=TODAY + timedelta(days=NOTICE_DAYS), embargo_months=0, model_licences=())
    assert ending([ends], TODAY - timedelta(days=1)) == ()
    assert ending([ends, KOPINOR], TODAY) == ending([ends], ends.end or TODAY) == (ends,)
    assert ending([ends], TODAY + timedelta(days=NOTICE_DAYS + 1)) == ()
    terms = Terms(SourceStatus.RESERVED, agreements=(ends,))
    assert rule(terms, as_of=ends.end or TODAY) == ("include", "agreement")
    assert rule(terms, as_of=TODAY + timedelta(days=NOTICE_DAYS + 1)) == ("exclude", "source-reserved")


def test_an_agreement_without_limits_stands_beside_one_with() -> None:
    """The holder who gave both gave the wider one too."""
    free = replace(KOPINOR, id="fri", embargo_months=0, model_licences=())
    terms = Terms(SourceStatus.AGREED, agreements=(KOPINOR, free))
    assert decide([], terms, POLICY, TODAY).licence == free.licence


def test_internal_use_is_no_training() -> None:
    """An agreement for use in house permits nothing of what is released."""
    inside = replace(KOPINOR, uses=(Use.INTERNAL.value,), embargo_months=0, model_licences=())
    assert rule(Terms(SourceStatus.AGREED, agreements=(inside,)), RESERVED) == ("exclude", "signal-reserved:tdmrep")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(9999, 12, 1), 1, date.max),
    ],
)
def test_months_are_counted_by_the_calendar(day: date, months: int, expected: date) -> None:
    """A shorter month ends where it ends."""
    assert months_after(day, months) == expected


def test_lists_stand_beside_the_signals_of_the_site() -> None:
    """By place they exclude and by name they hold, from their day on; an agreement lifts them, as the site's."""
    by_place, by_name = held(Weight.LISTED), held(Weight.LISTED, kind=TargetKind.AUTHOR)
    assert rule(replace(PLAIN, reservations=(by_place, by_name))) == ("exclude", "signal-reserved:repertoire")
    assert rule(replace(PLAIN, reservations=(by_name,))) == ("hold", "signal-held:repertoire_work")
    assert rule(replace(PLAIN, reservations=(held(Weight.LISTED, since=1),)))[0] == "include"
    free = replace(KOPINOR, embargo_months=0, model_licences=())
    assert rule(replace(PLAIN, reservations=(by_place,), agreements=(free,))) == ("include", "agreement")


def test_a_case_of_some_uses_leaves_the_others() -> None:
    """Who refuses evaluation alone is in what is made for training, and the other way round."""
    for weight, ruled in ((Weight.OPEN_CASE, ("hold", "case-open")), (Weight.ACTED_CASE, ("exclude", "case-acted"))):
        refused = replace(PLAIN, reservations=(replace(held(weight, by="2026-0001"), uses=("evaluate",)),))
        assert rule(refused)[0] == "include"
        assert rule(refused, policy=replace(POLICY, use="evaluate")) == ruled


def test_a_case_that_was_acted_on_comes_before_any_agreement() -> None:
    """An open one holds what no agreement covers; neither is a matter of policy, and neither ages."""
    free = replace(KOPINOR, embargo_months=0, model_licences=())
    opened, acted = held(Weight.OPEN_CASE, by="2026-0001"), held(Weight.ACTED_CASE, by="2026-0001")
    deaf = replace(POLICY, counted=(), held=())
    assert rule(replace(PLAIN, reservations=(opened,)), policy=deaf) == ("hold", "case-open")
    assert rule(replace(PLAIN, reservations=(opened,), agreements=(free,))) == ("include", "agreement")
    assert rule(replace(PLAIN, reservations=(opened, acted), agreements=(free,)), policy=deaf) == (
        "exclude",
        "case-acted",
    )
    decision = decide([], replace(PLAIN, reservations=(acted,)), POLICY, TODAY)
    assert decision.evidence == ("case:2026-0001#domain",)
    assert not may_age(decision, [])
    assert not may_age(decide([], replace(PLAIN, agreements=(KOPINOR,)), POLICY, TODAY), [])


def claim(licence: str, *, confirmed: bool = False, by: str = "nogen", scope: str = "") -> LicenceAssertion:
    """A licence asserted for the source or a part of it."""
    return LicenceAssertion(licence, by, f"https://{by}.dk/", TODAY, confirmed, scope=scope)


def test_a_conflict_is_held_until_it_is_settled_and_again_when_a_licence_is_added() -> None:
    """The settlement is named as evidence; settled on none, the text stands as if nobody had named a licence."""
    both = (claim("CC-BY-4.0"), claim("CC0-1.0", by="kort"))
    settled = Settlement(("CC-BY-4.0", "CC0-1.0"), "CC-BY-4.0", "læst", TODAY)
    terms = replace(PLAIN, licences=both)
    assert rule(terms) == ("hold", "licence-conflict")
    decision = decide([], replace(terms, settlements=(settled,)), POLICY, TODAY)
    assert (decision.rule, decision.licence) == ("open-licence", "CC-BY-4.0")
    assert decision.evidence == ("https://kort.dk/", "https://nogen.dk/", settled.place)
    assert rule(replace(terms, settlements=(replace(settled, licence=""),))) == ("include", "tdm-no-reservation")
    assert rule(replace(terms, settlements=(settled,)), as_of=TODAY - timedelta(days=1))[0] != "hold"
    third = replace(terms, licences=(*both, claim("MIT", by="brev")), settlements=(settled,))
    assert rule(third) == ("hold", "licence-conflict")


def test_terms_are_narrowed_to_what_is_about_the_text() -> None:
    """A licence of another path and a list of another host do not touch it."""
    terms = replace(
        PLAIN,
        licences=(claim("CC-BY-4.0", confirmed=True), claim("CC-BY-NC-4.0", by="foto", scope="/foto/*")),
        reservations=(replace(held(Weight.LISTED), target=Target(TargetKind.PATH, "a.dk/arkiv")),),
    )
    assert rule(terms.at("https://a.dk/tekst/1")) == ("include", "open-licence")
    assert rule(terms.at("https://a.dk/foto/1")) == ("hold", "licence-conflict")
    assert rule(terms.at("https://a.dk/arkiv/1")) == ("exclude", "signal-reserved:repertoire")
    assert terms.about(TextFacts("https://a.dk/", published=TODAY)).published == TODAY


def test_bases_are_tried_in_the_order_of_the_policy() -> None:
    """What is left out is no right; what comes first gives the licence."""
    given_ = replace(PLAIN, licences=(claim("LicenseRef-Contribution", confirmed=True),))
    assert rule(given_) == ("include", "tdm-no-reservation")
    order = (Basis.CONTRIBUTION, Basis.TDM)
    first = decide([], given_, replace(POLICY, bases=order), TODAY)
    assert (first.basis, first.tier.value, first.licence) == (Basis.CONTRIBUTION, "agreed", "LicenseRef-Contribution")
    unread = replace(RESERVED, mechanism=Mechanism.DELIVERED, verdict=Verdict.MALFORMED)
    assert rule(given_, unread) == ("include", "contribution")
    assert rule(replace(given_, licences=(claim("LicenseRef-Contribution"),)), unread) == (
        "hold",
        "reservations-unread",
    )
    free = replace(KOPINOR, embargo_months=0, model_licences=())
    assert rule(replace(PLAIN, agreements=(free,)), policy=replace(POLICY, bases=())) == ("hold", "nothing-known")


DAYS = st.integers(-3, 3).map(lambda days: TODAY + timedelta(days=days))
RESERVATIONS = st.lists(
    st.builds(
        held, st.sampled_from(Weight), st.integers(-2, 2), st.sampled_from(["a", "b"]), st.sampled_from(TargetKind)
    ),
    max_size=3,
).map(tuple)
AGREEMENTS = st.lists(
    st.builds(
        replace,
        st.just(KOPINOR),
        id=st.sampled_from(["a", "b"]),
        start=DAYS,
        end=st.one_of(st.none(), st.just(date(2026, 11, 4))),
        embargo_months=st.sampled_from([0, 12]),
        model_licences=st.sampled_from([(), ("Apache-2.0",)]),
    ),
    max_size=2,
).map(tuple)
LICENCES = st.lists(
    st.builds(
        claim,
        st.sampled_from(["CC-BY-4.0", "CC-BY-NC-4.0", "CC0-1.0"]),
        confirmed=st.booleans(),
        by=st.sampled_from("ab"),
    ),
    max_size=3,
).map(tuple)
SETTLEMENTS = st.lists(
    st.builds(
        Settlement,
        st.sampled_from([("CC-BY-4.0", "CC0-1.0"), ("CC-BY-4.0", "CC-BY-NC-4.0")]),
        st.sampled_from(["", "CC-BY-4.0"]),
        st.just("læst"),
        DAYS,
    ),
    max_size=2,
).map(tuple)
TERMS = st.builds(
    Terms,
    st.sampled_from(SourceStatus),
    LICENCES,
    AGREEMENTS,
    SETTLEMENTS,
    RESERVATIONS,
    st.sampled_from([None, date(2025, 1, 1), date(2026, 10, 1)]),
)
POLICIES = st.sampled_from([POLICY, replace(POLICY, model_licence="Apache-2.0"), replace(POLICY, counted=(), held=())])


@given(TERMS, POLICIES, st.builds(held, st.sampled_from(Weight), st.integers(-2, 2)), DAYS)
def test_adding_a_reservation_never_permits_more(terms: Terms, policy: Policy, more: Reservation, as_of: date) -> None:
    """Of a list or a case, beside any other evidence, on any day."""
    before = decide([], terms, policy, as_of)
    after = decide([], replace(terms, reservations=(*terms.reservations, more)), policy, as_of)
    assert LENIENCY[after.outcome] <= LENIENCY[before.outcome]


@given(TERMS, POLICIES, st.sampled_from(["CC-BY-4.0", "CC-BY-NC-4.0", "MIT"]))
def test_what_another_party_claims_never_permits_more(terms: Terms, policy: Policy, licence: str) -> None:
    """A licence that nobody confirmed can only contradict."""
    before = decide([], replace(terms, settlements=()), policy, TODAY)
    more = replace(terms, settlements=(), licences=(*terms.licences, claim(licence, by="c")))
    assert LENIENCY[decide([], more, policy, TODAY).outcome] <= LENIENCY[before.outcome]


@given(TERMS, POLICIES, st.randoms())
def test_the_order_of_terms_does_not_matter(terms: Terms, policy: Policy, chance: Random) -> None:
    """Assertions, agreements, settlements and reservations may come in any order."""
    mixed = {}
    for name in ("licences", "settlements", "reservations"):
        items = list(getattr(terms, name))
        chance.shuffle(items)
        mixed[name] = tuple(items)
    assert decide([], replace(terms, **mixed), policy, TODAY) == decide([], terms, policy, TODAY)


@given(TERMS, POLICIES, DAYS, DAYS)
def test_a_reservation_stays_from_its_day_on(terms: Terms, policy: Policy, one: date, other: date) -> None:
    """With nothing else changing by the day, a later day never permits what an earlier one did not."""
    first, second = sorted((one, other))
    still = replace(terms, agreements=(), settlements=(), licences=())
    before, after = (decide([], still, policy, day).outcome for day in (first, second))
    assert LENIENCY[after] <= LENIENCY[before]


@given(st.dates(date(2020, 1, 1), TODAY), DAYS, DAYS)
def test_an_embargo_that_is_over_stays_over(published: date, one: date, other: date) -> None:
    """While the agreement is in force, what is free on a day is free on every later one."""
    first, second = sorted((one, other))
    free = [limit_of(KOPINOR, published, "Apache-2.0", day) is None for day in (first, second)]
    assert free[0] <= free[1]
    assert in_force(KOPINOR, first)


@given(TERMS, POLICIES)
def test_an_embargo_never_permits_more(terms: Terms, policy: Policy) -> None:
    """Nor does any condition: an agreement without it permits at least as much."""
    bare = tuple(replace(each, embargo_months=0, model_licences=()) for each in terms.agreements)
    with_, without = (decide([], each, policy, TODAY).outcome for each in (terms, replace(terms, agreements=bare)))
    assert LENIENCY[with_] <= LENIENCY[without]


@given(TERMS, POLICIES)
def test_what_is_included_has_a_right_and_says_so(terms: Terms, policy: Policy) -> None:
    """And nothing is included that was acted on."""
    decision = decide([], terms, policy, TODAY)
    included = decision.outcome is Outcome.INCLUDE
    assert (decision.basis is not Basis.NONE) is included
    assert bool(decision.licence) is included
    if any(each.weight is Weight.ACTED_CASE and each.since <= TODAY for each in terms.reservations):
        assert not included
