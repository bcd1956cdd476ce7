"""Erasing names leaves the journal, its root, its proofs and its checkpoints as they were."""

from datetime import date

import pytest
from sqlalchemy import text

from ledger.attest import attest, prove
from ledger.audit import audit
from ledger.case_book import cases
from ledger.checkpoints import open_checkpoint
from ledger.erasure import erase
from ledger.errors import RecordRefused, UnknownRecord
from ledger.journal import entries
from ledger.payments import payments
from ledger.rows import openings
from ledger.store import Ledger
from ledger.tlog_proofs import check_proof
from tests.ledger.test_audit import KEY, STAMP, stock


def test_erasing_names_leaves_the_log_standing(ledger: Ledger) -> None:
    """Names, notes and nonces are gone; the root over what was there is the same, old proofs and checkpoints hold."""
    stock(ledger)
    note = attest(ledger, KEY, None)
    before = entries(ledger)
    opened = openings(ledger, ["avis"])
    assert [opening.entry for opening in opened] == [0, 1, 6, 7]
    proofs = list(prove(ledger, ["source:avis"], note, KEY.public))

    assert erase(ledger, "source:avis", STAMP) == (0, 1, 7)

    assert entries(ledger)[:-1] == before
    assert attest(ledger, KEY, note) != note
    assert audit(ledger, {"before": open_checkpoint(note, KEY.public)}).findings == ()
    assert all(check_proof(proof, proof.extra, KEY.public) for proof in proofs)
    assert [opening.entry for opening in openings(ledger, ["avis"])] == [6]
    with ledger.reading() as connection:
        for table in ("source", "licence", "agreement"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert not any("Avisen" in str(row) or "brev" in str(row) for row in rows)
            assert not any(opening.nonce in str(row) for row in rows for opening in opened)
    assert (entries(ledger)[-1].kind, entries(ledger)[-1].body) == ("erasure", '{"entries":[0,1,7]}')


def test_what_was_paid_stays(ledger: Ledger) -> None:
    """Payments keep their payee, as the books must; erasing again changes nothing, and of nobody is an error."""
    stock(ledger)
    paid = payments(ledger)
    erase(ledger, "source:avis", STAMP)
    assert payments(ledger) == paid
    assert paid[0].paid_on == date(2026, 11, 24)
    before = entries(ledger)
    assert erase(ledger, "source:avis", STAMP) == ()
    assert entries(ledger) == before
    with pytest.raises(UnknownRecord, match="nobody"):
        erase(ledger, "source:nobody", STAMP)
    with pytest.raises(RecordRefused, match="case:<id>"):
        erase(ledger, "release:0.1.0", STAMP)


def test_who_asked_in_a_case_is_erased_and_the_case_goes_on(ledger: Ledger) -> None:
    """Name, address and reasons are gone; what the case keeps out stays out, and the audit finds nothing."""
    stock(ledger)
    case = next(iter(cases(ledger)))
    assert erase(ledger, f"case:{case.id}", STAMP) == (8,)
    held = next(iter(cases(ledger)))
    assert (held.requester, held.contact, held.steps[0].reason) == ("", "", "")
    assert (held.targets, held.kind, held.received_on) == (case.targets, case.kind, case.received_on)
    assert audit(ledger, {}).findings == ()
