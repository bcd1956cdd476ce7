"""Tampering of every kind, by somebody who owns the database and has dropped its triggers: all of it is found."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from ledger import tables
from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.attest import attest, prove
from ledger.audit import FINDINGS_MAX, Audit, audit, audit_in
from ledger.case_book import open_case
from ledger.cases import Case, CaseKind, CaseStep, Proof, Step
from ledger.checkpoints import open_checkpoint
from ledger.conflicts import Conflict
from ledger.errors import JournalBroken
from ledger.journal import Event, Stamp, append_all, digest
from ledger.leaves import Line, leaf
from ledger.licences import LicenceAssertion
from ledger.merkle import EMPTY
from ledger.notes import SecretKey
from ledger.payments import record_payment
from ledger.records import CrawlRecord, Payment, ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.repertoire import Repertoire, record_repertoire
from ledger.settlements import Ruling, record_settlement
from ledger.sources import record_crawl, sync_source
from ledger.store import Ledger, open_ledger
from ledger.targets import Target, TargetKind
from ledger.tlog_proofs import check_proof
from ledger.tree import LINE, grow, size_of

KEY = SecretKey("example.dk/ledger", bytes(range(32)))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
STAMP = Stamp("tester", NOW)


def stock(ledger: Ledger) -> None:
    """A row of every kind that is journalled: entries 0 to 9; then events up to 600."""
    rate = Rate(RateUnit.DOCUMENT, 1_000_000, "DKK")
    forms = (AgreementForm.WRITTEN, ("train",), date(2026, 1, 1), None, rate)
    agreement = Agreement("aftale-1", "avis", "Avisen A/S", "Avisen A/S", *forms)
    said = LicenceAssertion("CC0-1.0", "the holder", "https://avis.dk/", None, confirmed=True, note="brev")
    source = Source("avis", "Avisen", "https://avis.dk/", SourceStatus.AGREED, "Avisen A/S", "", "news")
    sync_source(ledger, source, [said], [agreement], NOW)
    record_crawl(ledger, CrawlRecord("avis", "crawl-1", "sha256:1", {"captured": 7}), NOW)
    usage = Usage("avis", "agreement", "agreed", agreement.licence, 7, 700, 7000, ("ab", "cd"))
    record_release(ledger, ReleaseRecord("0.1.0", "sha256:2", "sha256:3", date(2026, 11, 24), (usage,)), NOW)
    record_payment(ledger, Payment("avis", "Avisen A/S", 5_000_000, "DKK", "ref-1", date(2026, 11, 24)), "bank", NOW)
    conflict = Conflict("avis", "", ("CC-BY-4.0", "CC0-1.0"), (), None)
    record_settlement(ledger, conflict, Ruling("CC0-1.0", "read in their letter"), STAMP)
    received = CaseStep(Step.RECEIVED, date(2026, 11, 24), "office", "by mail", (Proof.MAIL,), ("letter-1",))
    targets = (Target(TargetKind.DOMAIN, "nej.dk"), Target(TargetKind.AUTHOR, "aase aae"))
    open_case(ledger, Case("", CaseKind.OPT_OUT, targets, "Aase Aae", "aase@nej.dk", (received,)), STAMP)
    listed = Repertoire("forbund", "Forbundet", "https://forbund.dk/", date(2026, 1, 1))
    record_repertoire(ledger, listed, targets, STAMP)
    fill(ledger, 600)


def fill(ledger: Ledger, size: int) -> None:
    """Enter events until there are `size` entries."""
    with ledger.writing() as connection:
        events = (Event("try", f"source:{'ab'[number % 2]}", {"n": number}) for number in range(size))
        append_all(connection, STAMP, list(events)[size_of(connection) :])


@pytest.fixture
def stocked(ledger: Ledger) -> Ledger:
    """A ledger of 600 entries with its triggers dropped."""
    stock(ledger)
    drop_triggers(ledger)
    return ledger


def drop_triggers(ledger: Ledger) -> None:
    """What anybody can do who owns the database."""
    if ledger.engine.dialect.name == "sqlite":
        with ledger.reading() as connection:
            names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        change(ledger, *(f"DROP TRIGGER {name}" for name in names))
    else:
        names = tables.metadata.tables.keys()
        change(ledger, *(f"ALTER TABLE {name} DISABLE TRIGGER ALL" for name in names))


def change(ledger: Ledger, *statements: str) -> None:
    """Run statements in one transaction, with no key between tables in the way."""
    with _unguarded(ledger) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()


@contextmanager
def _unguarded(ledger: Ledger) -> Iterator[Connection]:
    with ledger.engine.connect() as connection:
        if ledger.engine.dialect.name == "sqlite":
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.execute("PRAGMA foreign_keys = OFF")
        yield connection


def rewrite(connection: Connection) -> None:
    """Make everything in the database fit together again: digests, and the whole kept tree."""
    for row in connection.execute(text(f"SELECT {', '.join(c.name for c in LINE)} FROM entry")).all():
        seq, at, kind, subject, actor, body = row
        line: Line = (seq, at, kind, subject, actor, body)
        made = {"d": digest(leaf(line)), "s": seq}
        connection.execute(text("UPDATE entry SET digest = :d WHERE seq = :s"), made)
    connection.execute(text("DELETE FROM subtree"))
    grow(connection, 0, size_of(connection))


def published(ledger: Ledger) -> dict[str, str]:
    """A checkpoint of 600 entries, as others hold it."""
    return {"checkpoints/600": attest(ledger, KEY, None)}


def audited(ledger: Ledger, notes: dict[str, str] | None = None) -> Audit:
    """An audit against notes."""
    known = {place: open_checkpoint(note, KEY.public) for place, note in (notes or {}).items()}
    return audit(ledger, known)


def wheres(found: Audit) -> str:
    """What was found, in one string."""
    return "; ".join(f"{finding.where} {finding.what}" for finding in found.findings)


def test_a_whole_ledger_has_no_findings(ledger: Ledger) -> None:
    """Every kind of row and entry passes, and checkpoints of every size that was signed."""
    assert audited(ledger).root == EMPTY
    assert audited(ledger, {"zero": attest(ledger, KEY, None)}).findings == ()
    stock(ledger)
    notes = published(ledger)
    fill(ledger, 700)
    notes["checkpoints/700"] = attest(ledger, KEY, notes["checkpoints/600"])
    fill(ledger, 710)
    found = audited(ledger, notes)
    assert (found.entries, found.covered, found.findings) == (710, 700, ())


INSERT = "INSERT INTO entry (seq, recorded_at, kind, subject, actor, body, digest)"
COPY = "recorded_at, kind, subject, actor, body, digest FROM entry WHERE seq = 9"


TAMPERED: list[tuple[list[str], str]] = [
    (["UPDATE entry SET body = '{\"n\":99}' WHERE seq = 77"], "entry 77 was changed"),
    (["UPDATE entry SET actor = 'other' WHERE seq = 599"], "entry 599 was changed"),
    (["UPDATE entry SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE seq = 3"], "entry 3 was changed"),
    (["UPDATE entry SET digest = 'sha256:0' WHERE seq = 300"], "entry 300 was changed"),
    (["DELETE FROM entry WHERE seq = 77"], "entry 77 is missing"),
    (["DELETE FROM entry WHERE seq = 0"], "entry 0 is missing"),
    (
        [
            "UPDATE entry SET seq = -1 WHERE seq = 80",
            "UPDATE entry SET seq = 80 WHERE seq = 90",
            "UPDATE entry SET seq = 90 WHERE seq = -1",
        ],
        "entry 80 was changed",
    ),
    ([f"{INSERT} SELECT -1, {COPY}"], "entry 0"),
    (
        [f"{INSERT} SELECT 601, {COPY}"],
        "entry 600",
    ),
    (
        [f"{INSERT} SELECT 600, {COPY}"],
        "entry 600",
    ),
    (["UPDATE subtree SET hash = '00' WHERE number = 1"], "the kept tree, level 1, hash 1"),
    (["DELETE FROM subtree WHERE number = 0"], "the kept tree, level 1, hash 0 is missing"),
    (["INSERT INTO subtree VALUES (2, 0, '00')"], "the kept tree has 3 hashes"),
    (["DELETE FROM entry WHERE seq > 400"], "checkpoints/600 has 600 entries, and the journal 401: 199 are gone"),
    (["DELETE FROM entry WHERE seq > 598"], "checkpoints/600 has 600 entries, and the journal 599: 1 are gone"),
    (["UPDATE payment SET amount_micro = 1"], "payment Avisen A/S ref-1 is not what entry 6 says: amount_micro"),
    (["UPDATE payment SET reference = 'ref-2'"], "one of payee, reference"),
    (["DELETE FROM payment"], "entry 6 has no row in the table payment"),
    (["UPDATE obligation SET currency = 'EUR'"], "is not what entry 5 says: currency"),
    (["UPDATE usage SET words = 1"], "is not what entry 4 says: words"),
    (["UPDATE usage_shard SET digest = 'ef' WHERE digest = 'ab'"], "is not what entry 4 says: shards"),
    (["UPDATE release SET manifest_digest = 'sha256:9'"], "release 0.1.0 is not what entry 3 says"),
    (["UPDATE agreement SET payee = 'Tyven'"], "agreement aftale-1 is not what entry 1 says: one of party, payee"),
    (["UPDATE agreement SET \"end\" = '2026-01-02'"], "agreement aftale-1 is not what entry 1 says: end"),
    (["UPDATE licence SET note = ''"], "source avis is not what entry 0 says: one of title"),
    (["UPDATE crawl SET counts = '{}'"], "crawl crawl-1 is not what entry 2 says: counts"),
    (["UPDATE settlement SET note = ''"], "settlement 7 is not what entry 7 says: one of note"),
    (["UPDATE settlement SET licence = 'CC-BY-4.0'"], "settlement 7 is not what entry 7 says: licence"),
    (["DELETE FROM settlement"], "entry 7 has no row in the table settlement"),
    (["DELETE FROM case_step"], "entry 8 has no row in the table case_step"),
    (["UPDATE rights_case SET requester = 'Bo'"], "case_step 2026-0001 0 is not what entry 8 says: one of reason"),
    (["UPDATE case_target SET value = 'ja.dk' WHERE kind = 'domain'"], "case_step 2026-0001 0 is not what entry 8"),
    (["DELETE FROM repertoire_item WHERE kind = 'author'"], "repertoire forbund is not what entry 9 says"),
    (["UPDATE payment SET entry_seq = 4000"], "payment Avisen A/S ref-1 is not what entry 4000 says"),
    (["UPDATE payment SET entry_seq = 1"], "payment Avisen A/S ref-1 is not what entry 1 says"),
    (["UPDATE payment SET nonce = 'none'"], "payment Avisen A/S ref-1 is not what entry 6 says"),
    (["UPDATE entry SET body = 'x' WHERE seq = 5"], "is not what entry 5 says: it or the entry cannot be read"),
    (["UPDATE entry SET body = '[]' WHERE seq = 4"], "is not what entry 4 says: it or the entry cannot be read"),
]


def test_tampering_is_found(stocked: Ledger) -> None:
    """Changed, removed, exchanged and added entries, a cut tail, a changed tree, and rows that say something else."""
    notes = published(stocked)
    known = {place: open_checkpoint(note, KEY.public) for place, note in notes.items()}
    with _unguarded(stocked) as connection:
        for statements, wanted in TAMPERED:
            for statement in statements:
                assert connection.exec_driver_sql(statement).rowcount > 0
            assert wanted in wheres(audit_in(connection, known)), statements
            connection.rollback()
    assert audited(stocked, notes).findings == ()


def _do(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def _replaced(connection: Connection) -> None:
    """Another ledger, whole and shorter, in the place of this one."""
    names = [table.name for table in reversed(tables.metadata.sorted_tables)]
    _do(connection, *(f"DELETE FROM {name}" for name in names))
    append_all(connection, STAMP, [Event("other", "source:a", {"n": number}) for number in range(500)])


def _changed(connection: Connection) -> None:
    _do(connection, "UPDATE entry SET body = '{\"n\":99}' WHERE seq = 77")


def _cut(connection: Connection) -> None:
    _do(connection, "DELETE FROM entry WHERE seq > 400")


def _regrown(connection: Connection) -> None:
    """Cut, and filled again with other events to the same size."""
    _cut(connection)
    rewrite(connection)
    append_all(connection, STAMP, [Event("other", "source:a", {"n": number}) for number in range(199)])


def _swapped(connection: Connection) -> None:
    moves = ((80, -1), (90, 80), (-1, 90))
    _do(connection, *(f"UPDATE entry SET seq = {to} WHERE seq = {seq}" for seq, to in moves))


def _inserted(connection: Connection) -> None:
    _do(
        connection,
        "UPDATE entry SET seq = -seq WHERE seq > 300",
        "UPDATE entry SET seq = 1 - seq WHERE seq < 0",
        f"{INSERT} SELECT 301, recorded_at, kind, subject, actor, '{{}}', digest FROM entry WHERE seq = 300",
    )


def test_a_rewritten_ledger_that_fits_is_found_by_a_checkpoint(stocked: Ledger) -> None:
    """When all of it was made to fit again, nothing inside shows it, and a checkpoint that others hold does."""
    known = {"theirs": open_checkpoint(published(stocked)["checkpoints/600"], KEY.public)}
    with _unguarded(stocked) as connection:
        for tamper in (_changed, _cut, _regrown, _swapped, _inserted, _replaced):
            tamper(connection)
            rewrite(connection)
            assert wheres(audit_in(connection, {})) == "", tamper
            assert "theirs" in wheres(audit_in(connection, known)), tamper
            connection.rollback()


def test_a_rewritten_ledger_signs_nothing_more(stocked: Ledger) -> None:
    """The next checkpoint would contradict the last one, so there is none."""
    note = published(stocked)["checkpoints/600"]
    for tamper in (_changed, _cut):
        with _unguarded(stocked) as connection:
            tamper(connection)
            rewrite(connection)
            connection.commit()
        with pytest.raises(JournalBroken, match="does not begin with the 600"):
            attest(stocked, KEY, note)


def test_a_changed_tree_signs_and_proves_nothing(stocked: Ledger) -> None:
    """A kept hash that was changed or removed stops the next checkpoint and the proofs it lies under."""
    note = published(stocked)["checkpoints/600"]
    zeros = "0" * 64
    for statement in (f"UPDATE subtree SET hash = '{zeros}'", "UPDATE subtree SET hash = 'x'", "DELETE FROM subtree"):
        change(stocked, statement)
        with pytest.raises(JournalBroken, match="audit"):
            attest(stocked, KEY, note)
        with pytest.raises(JournalBroken, match="audit"):
            list(prove(stocked, ["source:a"], note, KEY.public))


def test_a_changed_entry_proves_nothing(stocked: Ledger) -> None:
    """A proof is checked before it is given away."""
    note = published(stocked)["checkpoints/600"]
    change(stocked, "UPDATE entry SET actor = 'other' WHERE seq = 77")
    with pytest.raises(JournalBroken, match=r"entry \d+ does not lead"):
        list(prove(stocked, ["source:b"], note, KEY.public))


def test_another_key_signs_nothing_after_ours(stocked: Ledger) -> None:
    """With another key of the same name nothing is signed, and our checkpoint is not proved under."""
    note = published(stocked)["checkpoints/600"]
    other = SecretKey(KEY.name, bytes(32))
    with pytest.raises(JournalBroken, match="not signed by"):
        attest(stocked, other, note)
    with pytest.raises(JournalBroken, match="not signed by"):
        list(prove(stocked, ["source:a"], note, other.public))


def test_a_holder_gets_every_entry_about_them_and_no_other(ledger: Ledger) -> None:
    """Each proof holds; entries behind the checkpoint are not proved; the same journal gives the same checkpoint."""
    stock(ledger)
    note = attest(ledger, KEY, None)
    assert attest(ledger, KEY, note) == note
    fill(ledger, 650)
    proofs = list(prove(ledger, ["source:a", "release:0.1.0"], note, KEY.public))
    assert [proof.index for proof in proofs][:3] == [3, 10, 12]
    assert proofs[-1].index == 598
    assert all(check_proof(proof, proof.extra, KEY.public).size == 600 for proof in proofs)


def test_a_value_of_another_kind_is_found(tmp_path: Path) -> None:
    """SQLite takes bytes where a text should be; the audit tells of the entry, and reads on."""
    ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    fill(ledger, 20)
    drop_triggers(ledger)
    change(ledger, "UPDATE entry SET actor = x'00' WHERE seq = 7")
    found = audited(ledger)
    assert [finding.where for finding in found.findings] == ["entry 7"]
    assert found.entries == 20
    ledger.close()


def test_an_audit_tells_the_first_findings_only(stocked: Ledger) -> None:
    """A ledger of which everything was changed does not fill the screen."""
    change(stocked, "UPDATE entry SET actor = 'other'")
    assert len(audited(stocked).findings) == FINDINGS_MAX


def test_an_older_file_in_the_ledgers_place_is_found(tmp_path: Path) -> None:
    """A copy of the database from before, put back whole, is shorter than what was published."""
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    ledger = open_ledger(url)
    fill(ledger, 300)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as connection:
        connection.execute("VACUUM INTO ?", [str(tmp_path / "copy.sqlite")])
    fill(ledger, 600)
    notes = published(ledger)
    ledger.close()
    older = open_ledger(f"sqlite:///{tmp_path}/copy.sqlite")
    assert wheres(audited(older)) == ""
    assert "300 are gone" in wheres(audited(older, notes))
    older.close()
