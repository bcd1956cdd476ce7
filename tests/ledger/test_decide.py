"""Decisions: each rule, their order, and the laws that hold for any evidence."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.agreements import Agreement, AgreementForm, in_force
from ledger.bases import Basis, Outcome
from ledger.decide import Decision, Terms, decide, may_age
from ledger.errors import RecordRefused
from ledger.licences import LicenceAssertion
from ledger.policy import DEFAULT_POLICY, Policy, load_policy
from ledger.records import SourceStatus
from ledger.signals import Mechanism, RightsSignal, Verdict, effective, signals_from_json, signals_to_json

TODAY = date(2026, 11, 1)
POLICY = load_policy()
PLAIN = Terms(SourceStatus.CONFIRMED)


def signal(
    mechanism: Mechanism, verdict: Verdict, value: str = "", place: str = "http://a.dk/x#header"
) -> RightsSignal:
    """One statement of little detail."""
    return RightsSignal(mechanism, verdict, "x", value, place, "", "sha256:0", "2026-11-01T00:00:00Z")


def licence(value: str) -> RightsSignal:
    """A licence the page states for itself."""
    return signal(Mechanism.LICENCE, Verdict.PERMITTED if value else Verdict.UNKNOWN, value)


def claim(value: str, *, confirmed: bool) -> LicenceAssertion:
    """A licence claimed for the source."""
    return LicenceAssertion(value, "nogen", f"https://a.dk/{value}", TODAY, confirmed)


def agreement(use: str = "train", start: int = -10, end: int | None = 10, name: str = "a1") -> Agreement:
    """An agreement from and to some days from today."""
    last = None if end is None else TODAY + timedelta(days=end)
    first = TODAY + timedelta(days=start)
    return Agreement(name, "avis", "Avisen", "Avisen", AgreementForm.WRITTEN, (use,), first, last, None)


def answer(*signals: RightsSignal, terms: Terms = PLAIN, policy: Policy = POLICY) -> Decision:
    """Decide as of today."""
    return decide(signals, terms, policy, TODAY)


def rule(*signals: RightsSignal, terms: Terms = PLAIN, policy: Policy = POLICY) -> tuple[str, str, str]:
    """Outcome, rule and licence of a decision as of today."""
    decision = answer(*signals, terms=terms, policy=policy)
    return decision.outcome.value, decision.rule, decision.licence


NO_TDM = replace(POLICY, bases=tuple(basis for basis in POLICY.bases if basis is not Basis.TDM))
RESERVED = signal(Mechanism.TDMREP, Verdict.RESERVED)
MALFORMED = signal(Mechanism.CONTENT_USAGE, Verdict.MALFORMED)
RESERVING = [each for each in Mechanism if each not in (Mechanism.LICENCE, Mechanism.DELIVERED)]
PROSE, PAYWALL = (signal(each, Verdict.RESERVED) for each in (Mechanism.NATURAL_LANGUAGE, Mechanism.PAYWALL))
TDM = ("include", "tdm-no-reservation", "LicenseRef-TDM-NoReservation")
CONFLICT = ("hold", "licence-conflict", "")


def test_an_agreement_comes_before_all() -> None:
    """What the rights holder has agreed to stands against a general reservation of the same site."""
    terms = Terms(SourceStatus.RESERVED, agreements=(agreement(name="b"), agreement(name="a")))
    assert rule(RESERVED, MALFORMED, terms=terms) == ("include", "agreement", "LicenseRef-Agreement-a")


@pytest.mark.parametrize(
    "made", [agreement(use="search"), agreement(end=-1), agreement(start=1, end=None), agreement(start=1)]
)
def test_only_an_agreement_in_force_for_the_use_counts(made: Agreement) -> None:
    """Another use, a past or a future one permits nothing."""
    terms = Terms(SourceStatus.AGREED, agreements=(made,))
    assert rule(RESERVED, terms=terms) == ("exclude", "signal-reserved:tdmrep", "")


def test_an_agreement_holds_on_its_first_and_last_day() -> None:
    """Both days are inside; without a last day it is open."""
    assert in_force(agreement(start=0, end=0), TODAY)
    assert in_force(agreement(end=None), date.max)
    assert not in_force(agreement(start=0, end=0), TODAY + timedelta(days=1))


def test_a_reserved_source_is_out() -> None:
    """Whatever its pages say."""
    terms = Terms(SourceStatus.RESERVED, licences=(claim("CC0-1.0", confirmed=True),))
    assert rule(licence("CC0-1.0"), terms=terms) == ("exclude", "source-reserved", "")


@pytest.mark.parametrize("mechanism", RESERVING)
def test_each_mechanism_counts_by_the_default_policy(mechanism: Mechanism) -> None:
    """One reservation excludes though all else permits, one in plain words holds, and so does what cannot be read."""
    weak = mechanism in (Mechanism.NATURAL_LANGUAGE, Mechanism.REPERTOIRE_WORK)
    for verdict, outcome, name in (
        (Verdict.RESERVED, "hold" if weak else "exclude", "signal-held" if weak else "signal-reserved"),
        (Verdict.MALFORMED, "hold", "signal-malformed"),
    ):
        found = (signal(mechanism, verdict), licence("CC0-1.0"), signal(Mechanism.RSL, Verdict.PERMITTED))
        assert rule(*found) == (outcome, f"{name}:{mechanism}", "")
    assert rule(signal(mechanism, Verdict.UNKNOWN)) == TDM


def test_a_policy_may_leave_a_mechanism_out() -> None:
    """Then its statements are evidence only."""
    literal = replace(POLICY, counted=tuple(each for each in POLICY.counted if each is not Mechanism.AI_AGENTS))
    by_proxy = signal(Mechanism.AI_AGENTS, Verdict.RESERVED)
    assert rule(by_proxy) == ("exclude", "signal-reserved:ai_agents", "")
    assert rule(by_proxy, policy=literal) == TDM


def of_weights(*changes: tuple[str, str]) -> Policy:
    """The default policy with other weights: mechanism and value as written."""
    text = DEFAULT_POLICY.read_text("utf-8")
    for name, value in changes:
        text = re.sub(rf"(?m)^{name} = [^ \n]+", f"{name} = {value}", text)
    return Policy.from_toml(text)


def test_plain_words_weigh_what_the_policy_says() -> None:
    """To be held for a person, to exclude as any reservation, or to be evidence only; an agreement comes before."""
    strict, literal = of_weights(("natural_language", "true")), of_weights(("natural_language", "false"))
    assert rule(PROSE) == rule(PROSE, licence("CC0-1.0")) == ("hold", "signal-held:natural_language", "")
    assert rule(PROSE, policy=strict) == ("exclude", "signal-reserved:natural_language", "")
    assert rule(PROSE, policy=literal) == TDM
    assert rule(PROSE, terms=replace(PLAIN, agreements=(agreement(),)))[1] == "agreement"
    assert rule(PROSE, RESERVED)[1] == "signal-reserved:tdmrep"


def test_a_paywall_is_opened_by_an_agreement_alone() -> None:
    """It may exclude or hold, but no policy leaves it out: not by false, and not by silence."""
    unsaid = Policy.from_toml(re.sub(r"(?m)^paywall = .*$", "", DEFAULT_POLICY.read_text("utf-8")))
    nothing = replace(POLICY, counted=(), held=())
    assert rule(PAYWALL, licence("CC0-1.0")) == ("exclude", "signal-reserved:paywall", "")
    for policy in (of_weights(("paywall", '"hold"')), unsaid, nothing):
        assert rule(PAYWALL, policy=policy) == ("hold", "signal-held:paywall", "")
    assert rule(replace(PAYWALL, verdict=Verdict.MALFORMED), policy=nothing)[:2] == ("hold", "signal-malformed:paywall")
    assert rule(PAYWALL, terms=replace(PLAIN, agreements=(agreement(),)))[1] == "agreement"
    with pytest.raises(RecordRefused, match="only an agreement"):
        of_weights(("paywall", "false"))


def test_tdmreps_own_order_comes_first() -> None:
    """A header that says 0 lifts the file's 1, and a broken file; one that sets no value lifts neither."""
    for verdict in (Verdict.RESERVED, Verdict.MALFORMED):
        in_file = signal(Mechanism.TDMREP, verdict, place="http://a.dk/.well-known/tdmrep.json#rule=0")
        assert rule(in_file, signal(Mechanism.TDMREP, Verdict.PERMITTED)) == TDM
        assert rule(in_file, signal(Mechanism.TDMREP, Verdict.UNKNOWN))[2] == ""


@pytest.mark.parametrize(
    ("pages", "claims", "expected"),
    [
        (["CC-BY-4.0"], [], ("include", "open-licence", "CC-BY-4.0")),
        (["CC-BY-SA-2.5-DK"], [], ("include", "open-licence", "CC-BY-SA-2.5-DK")),
        (["LicenseRef-DK-OHL-9"], [], ("include", "official-document", "LicenseRef-DK-OHL-9")),
        (["CC-BY-NC-4.0"], [], TDM),
        (["LicenseRef-RightsStatements-InC"], [], TDM),
        ([""], [], TDM),
        ([], [], TDM),
        (["CC-BY-4.0", "MIT"], [], ("include", "open-licence", "CC-BY-4.0 AND MIT")),
        (["CC-BY-4.0", "CC-BY-NC-4.0"], [], CONFLICT),
        ([], [("CC-BY-4.0", True)], ("include", "open-licence", "CC-BY-4.0")),
        ([], [("LicenseRef-DK-OHL-9", True)], ("include", "official-document", "LicenseRef-DK-OHL-9")),
        ([], [("CC-BY-4.0", False)], TDM),
        ([], [("CC-BY-4.0", False), ("CC0-1.0", False)], CONFLICT),
        ([], [("CC-BY-4.0", False), ("CC0-1.0", True)], CONFLICT),
        ([], [("CC-BY-4.0", True), ("CC0-1.0", True)], CONFLICT),
        (["CC-BY-4.0"], [("CC0-1.0", True)], ("include", "open-licence", "CC-BY-4.0")),
        (["CC-BY-NC-4.0"], [("CC0-1.0", True)], CONFLICT),
        (["CC-BY-4.0"], [("CC-BY-NC-4.0", True)], CONFLICT),
        (["CC-BY-4.0"], [("CC-BY-NC-4.0", False)], CONFLICT),
        (["CC-BY-4.0"], [("CC-BY-SA-4.0", False)], ("include", "open-licence", "CC-BY-4.0")),
        ([], [("GPL-3.0", True), ("GPL-3.0-only", False)], ("include", "open-licence", "GPL-3.0-only")),
        (["CC-PDM-1.0"], [("PDM-1.0", False)], ("include", "open-licence", "CC-PDM-1.0")),
        ([""], [("CC0-1.0", True)], ("include", "open-licence", "CC0-1.0")),
    ],
)
def test_licences_of_page_and_source(
    pages: list[str], claims: list[tuple[str, bool]], expected: tuple[str, str, str]
) -> None:
    """The page's own before the source's, a claim nobody confirmed never, and a contradiction is held."""
    terms = Terms(SourceStatus.CONFIRMED, tuple(claim(value, confirmed=sure) for value, sure in claims))
    assert rule(*(licence(value) for value in pages), terms=terms) == expected


def test_without_text_and_data_mining_silence_is_held() -> None:
    """A policy for open licences alone includes nothing else."""
    assert rule(policy=NO_TDM) == ("hold", "nothing-known", "")
    assert rule(licence("CC-BY-NC-4.0"), policy=NO_TDM)[0] == "hold"
    assert rule(licence("CC-BY-4.0"), policy=NO_TDM)[0] == "include"


def test_a_decision_names_its_evidence() -> None:
    """The places of what decided, sorted."""
    other = signal(Mechanism.RSL, Verdict.RESERVED, place="http://a.dk/l.xml#file")
    assert answer(RESERVED, other).evidence == ("http://a.dk/l.xml#file", "http://a.dk/x#header")


UNREAD = signal(Mechanism.DELIVERED, Verdict.MALFORMED, place="urn:fodaftryk:avis:a.jsonl#file")
HELD_UNREAD = ("hold", "reservations-unread", "")


def test_a_delivered_text_needs_more_than_silence() -> None:
    """Without what its place says of reservations, neither silence nor its own words will do; confirmed terms will."""
    assert rule(UNREAD) == HELD_UNREAD
    assert rule(UNREAD, licence("CC0-1.0")) == HELD_UNREAD
    claimed, confirmed, other = (
        Terms(SourceStatus.CONFIRMED, licences=(claim(name, confirmed=sure),))
        for name, sure in (("CC-BY-4.0", False), ("CC-BY-4.0", True), ("CC-BY-NC-4.0", True))
    )
    assert rule(UNREAD, terms=claimed) == rule(UNREAD, terms=other) == HELD_UNREAD
    assert rule(UNREAD, terms=confirmed) == ("include", "open-licence", "CC-BY-4.0")
    assert rule(UNREAD, licence("LicenseRef-Unknown"), terms=confirmed) == CONFLICT
    assert rule(UNREAD, terms=replace(PLAIN, agreements=(agreement(),)))[1] == "agreement"
    assert rule(UNREAD, RESERVED, terms=confirmed)[1] == "signal-reserved:tdmrep"
    assert rule(signal(Mechanism.DELIVERED, Verdict.UNKNOWN)) == TDM


SIGNALS = st.lists(
    st.builds(
        signal,
        st.sampled_from(Mechanism),
        st.sampled_from(Verdict),
        st.sampled_from(["", "CC-BY-4.0", "CC0-1.0", "CC-BY-NC-4.0"]),
        st.sampled_from(["http://a.dk/f#rule=1", "http://a.dk/x#header", "http://a.dk/x#meta"]),
    ),
    max_size=5,
)
TERMS = st.builds(
    Terms,
    st.sampled_from(SourceStatus),
    st.lists(st.builds(claim, st.sampled_from(["CC-BY-4.0", "CC-BY-NC-4.0"]), confirmed=st.booleans()), max_size=3).map(
        tuple
    ),
    st.lists(st.builds(agreement, st.sampled_from(["train", "search"]), st.integers(-2, 2)), max_size=2).map(tuple),
)
POLICIES = st.sampled_from([POLICY, NO_TDM, replace(POLICY, counted=()), replace(POLICY, counted=(), held=())])
PERMISSIVENESS = {Outcome.EXCLUDE: 0, Outcome.HOLD: 1, Outcome.INCLUDE: 2}


@given(SIGNALS, TERMS, POLICIES, st.sampled_from(RESERVING))
def test_adding_a_reservation_never_permits_more(
    signals: list[RightsSignal], terms: Terms, policy: Policy, mechanism: Mechanism
) -> None:
    """In any place, beside any other evidence."""
    before = PERMISSIVENESS[decide(signals, terms, policy, TODAY).outcome]
    assert PERMISSIVENESS[decide([*signals, UNREAD], terms, policy, TODAY).outcome] <= before
    for place in ("http://a.dk/f#rule=1", "http://a.dk/x#header", "http://a.dk/x#meta"):
        more = [*signals, signal(mechanism, Verdict.RESERVED, place=place)]
        assert PERMISSIVENESS[decide(more, terms, policy, TODAY).outcome] <= before


@given(SIGNALS, TERMS, POLICIES, st.randoms())
def test_the_order_of_evidence_does_not_matter(
    signals: list[RightsSignal], terms: Terms, policy: Policy, chance: Random
) -> None:
    """Signals, claims and agreements may come in any order."""
    decision = decide(signals, terms, policy, TODAY)
    shuffled, claims, agreements = list(signals), list(terms.licences), list(terms.agreements)
    for items in (shuffled, claims, agreements):
        chance.shuffle(items)
    assert decide(shuffled, Terms(terms.status, tuple(claims), tuple(agreements)), policy, TODAY) == decision


@given(SIGNALS, TERMS, POLICIES)
def test_taking_an_agreement_away_never_permits_more(signals: list[RightsSignal], terms: Terms, policy: Policy) -> None:
    """Nor does taking them all away."""
    before = PERMISSIVENESS[decide(signals, terms, policy, TODAY).outcome]
    for kept in ((), terms.agreements[1:]):
        without = replace(terms, agreements=kept)
        assert PERMISSIVENESS[decide(signals, without, policy, TODAY).outcome] <= before


@given(SIGNALS, TERMS, POLICIES)
def test_what_is_included_has_a_basis_and_a_licence(signals: list[RightsSignal], terms: Terms, policy: Policy) -> None:
    """And what is not has neither."""
    decision = decide(signals, terms, policy, TODAY)
    included = decision.outcome is Outcome.INCLUDE
    assert (decision.basis is not Basis.NONE) is included
    assert bool(decision.licence) is included


@given(SIGNALS)
def test_evidence_survives_being_written_down(signals: list[RightsSignal]) -> None:
    """The same decision is replayed from the stored signals; TDMRep's precedence is applied once."""
    again = signals_from_json(signals_to_json(signals))
    assert decide(again, PLAIN, POLICY, TODAY) == decide(signals, PLAIN, POLICY, TODAY)
    assert effective(effective(signals)) == effective(signals)


def test_what_rests_on_no_evidence_does_not_age() -> None:
    """An agreement and the confirmed licence of delivered texts stand however old the evidence; all else does not."""
    unread = signal(Mechanism.DELIVERED, Verdict.MALFORMED)
    agreed = replace(PLAIN, agreements=(agreement(),))
    opened = replace(PLAIN, licences=(claim("CC0-1.0", confirmed=True),))
    ages = {
        (given, terms): may_age(answer(*given, terms=terms), given)
        for given in ((), (unread,))
        for terms in (PLAIN, agreed, opened)
    }
    assert {key for key, aged in ages.items() if not aged} == {((), agreed), ((unread,), agreed), ((unread,), opened)}


def test_a_policy_is_named_by_its_rules() -> None:
    """Another rule is another digest, and a comment is not."""
    assert Policy.from_toml("# a comment\n" + DEFAULT_POLICY.read_text(encoding="utf-8")).digest == POLICY.digest
    assert POLICY.digest.startswith("sha256:")
    assert NO_TDM.digest != POLICY.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bases = [", 'bases = ["ja", '),
        ("bases = [", 'bases = ["tdm", '),
        ('bases = ["agreement", "open_licence"', 'bases = ["open_licence", "agreement"'),
        ("bases = [", "rabat = 1\nbases = ["),
        ("bases = [", f"dybt = {'[' * 5000}\nbases = ["),
        ("evidence_days_max = 365", "evidence_days_max = -1"),
        ("evidence_days_max = 365", f"evidence_days_max = {10**20}"),
        ('model_licence = ""', 'model_licence = "fri"'),
        ("tdmrep = true", "tdmrap = true"),
        ("tdmrep = true", "tdmrep = 1"),
        ("tdmrep = true", 'tdmrep = "maybe"'),
        ('official = ["LicenseRef-DK-OHL-9"]', "official = [9]"),
        ('version = "', "version = "),
    ],
)
def test_a_policy_with_a_slip_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """Unknown keys, unknown mechanisms and wrong types do not pass in silence."""
    path = tmp_path / "policy.toml"
    path.write_text(DEFAULT_POLICY.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(RecordRefused, match="policy"):
        load_policy(path)
