"""The portal's own tables on both databases: from a code by mail to a claim that is proved and a shared text."""

from datetime import UTC, datetime

from sqlalchemy import select

from ledger import portal_tables
from ledger.cases import CaseKind, Step
from ledger.portal.claims import Claimed, ClaimKind, ClaimState, start_claim
from ledger.portal.codes import answer_code, ask_code
from ledger.portal.events import trail
from ledger.portal.factors import check_second, new_recovery
from ledger.portal.offers import Terms, make_offer, offers_of
from ledger.portal.people import HolderKind, make_holder
from ledger.portal.proving import Prover, recheck
from ledger.portal.requests import Asked, ask, requests_of
from ledger.portal.roles import Action, Scope, may
from ledger.portal.sessions import Entrance, session_of, start_session, strengthen
from ledger.portal.shares import add_share, shares_of
from ledger.portal.tokens import bearer, make_token
from ledger.portal.uploads import Upload, UploadKind
from ledger.store import Ledger
from ledger.targets import Target, TargetKind

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECRET = b"s" * 32


def test_somebody_signs_in_claims_asks_offers_and_shares(ledger: Ledger) -> None:
    """Each step is read back as it was written, and every table has a row for it."""
    asked = ask_code(ledger, "jens@blad.example", "net", "/krav", NOW)
    assert asked.code is not None
    answered = answer_code(ledger, asked.token, asked.code, NOW)
    assert answered is not None
    person = answered.person
    token = start_session(ledger, person.id, Entrance("code", "Firefox"), "", NOW)
    assert check_second(ledger, SECRET, person.id, new_recovery(ledger, person.id, NOW)[0], NOW) == "recovery"
    session = session_of(ledger, strengthen(ledger, token, "recovery", NOW), NOW)
    assert session is not None
    holder = make_holder(ledger, person.id, "Bladet", HolderKind.HOLDER, NOW)
    who = bearer(ledger, make_token(ledger, person.id, ("t", [Scope.TRADE], 9), NOW), NOW)
    assert may(who, Action.CLAIM, holder.id)
    claim = start_claim(ledger, Claimed(ClaimKind.DOMAIN, "blad.example"), holder, person, NOW)
    found = recheck(ledger, Prover(lambda _: [claim.line], lambda _host, _path: None), NOW)
    assert found == {ClaimState.PROVED: 1}
    case = ask(ledger, Asked(CaseKind.OPT_OUT, (Target(TargetKind.DOMAIN, "blad.example"),), holder.id), person, NOW)
    assert case.state is Step.VERIFIED
    assert [one.case.id for one in requests_of(ledger, person.id, [holder.id])] == [case.id, claim.case]
    offer = make_offer(ledger, Terms("alt", "CC0-1.0", None, ()), (holder.id, person.id), NOW)
    assert offers_of(ledger, frozenset({holder.id})) == (offer,)
    share = add_share(ledger, Upload("a.txt", UploadKind.TEXT, 3, "a" * 64, 1), (holder.id, person.id), "", NOW)
    assert shares_of(ledger, None) == (share,)
    assert len(trail(ledger)) == len({noted.number for noted in trail(ledger)}) > 8
    with ledger.reading() as connection:
        empty = {table.name for table in portal_tables.TABLES if connection.execute(select(table)).first() is None}
    assert empty == {"portal_identity", "portal_mandate", "portal_sign_in", "portal_factor"}
