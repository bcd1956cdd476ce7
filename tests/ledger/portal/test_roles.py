"""Who may do what: every role, action and holder, and what is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.portal.roles import NOBODY, SCOPES, STRONG, Action, Grant, Role, Scope, Verdict, Who, may, verdict

MINE, OTHERS, REPRESENTED = "h1", "h2", "h3"
HOUSE_ONLY = {Action.DECIDE, Action.SETTLE, Action.AGREE, Action.PAY, Action.AUDIT, Action.ADMIT}


def somebody(role: Role, *, second: bool = True) -> Who:
    """Somebody of a role; a collective represents one other holder."""
    holder = "" if role in (Role.STAFF, Role.AUDITOR) else MINE
    mandates = {MINE: frozenset({REPRESENTED})}
    return Who("p1", frozenset({Grant(role, holder)}), mandates, second)


@pytest.mark.parametrize("action", Action)
def test_nobody_may_do_anything(action: Action) -> None:
    """Without a session, with a closed account or without a grant, every action is refused."""
    for who in (NOBODY, Who(""), Who("p1", second=True), Who("", frozenset({Grant(Role.STAFF, "")}), second=True)):
        for holder in ("", MINE):
            assert verdict(who, action, holder) is Verdict.NO


@pytest.mark.parametrize("action", Action)
def test_a_holder_acts_for_itself_alone(action: Action) -> None:
    """Its own records and nobody else's; what is the house's never."""
    who = somebody(Role.HOLDER)
    assert may(who, action, MINE) == (action not in HOUSE_ONLY)
    assert not may(who, action, OTHERS)
    assert not may(who, action, REPRESENTED)
    assert not may(who, action)


@pytest.mark.parametrize("action", Action)
def test_a_collective_acts_for_those_it_represents_but_claims_nothing_for_them(action: Action) -> None:
    """A mandate opens the records of the holder that gave it; a claim of whose they are stays with that holder."""
    who = somebody(Role.COLLECTIVE)
    assert may(who, action, REPRESENTED) == (action not in HOUSE_ONLY | {Action.CLAIM})
    assert not may(who, action, OTHERS)


@pytest.mark.parametrize("role", [Role.STAFF, Role.AUDITOR])
def test_the_house_works_with_a_second_factor_only(role: Role) -> None:
    """Staff and auditors are asked for it before the first look."""
    assert verdict(somebody(role, second=False), Action.LOOK, MINE) is Verdict.SECOND_FACTOR
    assert may(somebody(role), Action.LOOK, MINE)


def test_an_auditor_reads_all_and_changes_nothing() -> None:
    """Of every action it has those that look, prove and audit."""
    assert {action for action in Action if may(somebody(Role.AUDITOR), action, OTHERS)} == {
        Action.LOOK,
        Action.PROVE,
        Action.AUDIT,
    }


def test_staff_does_not_act_in_a_holders_name() -> None:
    """It decides on what holders ask for, and asks for nothing itself."""
    permitted = {action for action in Action if may(somebody(Role.STAFF), action, OTHERS)}
    assert permitted == HOUSE_ONLY | {Action.LOOK, Action.PROVE}


@pytest.mark.parametrize("action", sorted(STRONG))
def test_what_moves_a_claim_or_money_needs_a_second_factor(action: Action) -> None:
    """A session without one is sent to show it, and only where the action is permitted at all."""
    who = somebody(Role.HOLDER, second=False)
    assert verdict(who, action, MINE) is Verdict.SECOND_FACTOR
    assert verdict(who, action, OTHERS) is Verdict.NO


@given(
    st.sets(st.sampled_from(Scope)), st.sampled_from(Action), st.sampled_from([MINE, OTHERS, ""]), st.sampled_from(Role)
)
def test_a_token_never_does_more_than_its_owner_or_its_scopes(
    scopes: set[Scope], action: Action, holder: str, role: Role
) -> None:
    """Whatever the scopes and the role; and what is the house's is done by no token."""
    who = replace(somebody(role), scopes=frozenset(scopes))
    if may(who, action, holder):
        assert may(replace(who, scopes=None), action, holder)
        assert any(action in SCOPES[scope] for scope in scopes)
        assert role not in (Role.STAFF, Role.AUDITOR)


def test_a_grant_that_makes_no_sense_opens_nothing() -> None:
    """A holder's role without a holder, and a house role with one, are worth nothing."""
    odd = Who("p1", frozenset({Grant(Role.HOLDER, ""), Grant(Role.STAFF, MINE)}), second=True)
    assert not any(may(odd, action, holder) for action in Action for holder in ("", MINE, OTHERS))


def test_nobody_acts_for_the_empty_holder() -> None:
    """Those one acts for are named; the empty name means all, and is never among them."""
    assert somebody(Role.STAFF).holders == frozenset()
    assert somebody(Role.COLLECTIVE).holders == {MINE, REPRESENTED}
