"""From a bank's statement to a file for the bank: matched line by line, paid once, claimed, and held by budgets."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.agreements import Agreement, AgreementForm, PartyKind, Rate, RateUnit
from ledger.bank import import_statement, match_line, parse_statement, unmatched
from ledger.budgets import PROJECT, budgets, check_budget, set_budget
from ledger.case_book import open_case, take_step
from ledger.cases import Case, CaseKind, CaseStep, Proof, Step
from ledger.changes import claim_domain
from ledger.dues import accrue_dues, publish_release
from ledger.errors import BudgetExceeded, RecordConflict, RecordRefused, UnknownRecord
from ledger.invoices import invoices, make_invoice, owed_payees
from ledger.journal import Stamp, entries
from ledger.money import format_amount
from ledger.orders import cancel_batch, make_batch, read_batch
from ledger.payees import Payee, Vat, check_iban, record_payee
from ledger.payments import payments
from ledger.records import CrawlRecord, DueStatus, ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release, releases
from ledger.sepa import csv_file, sepa_file
from ledger.sources import record_crawl, sync_source
from ledger.standing import accounts, money_subjects
from ledger.statements import Scope, statement
from ledger.store import Ledger
from ledger.targets import Target, TargetKind

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = NOW.date()
STAMP = Stamp("accounts", NOW)
KRONE = 1_000_000
IBAN, DANISH = "DE89370400440532013000", "DK5000400440116243"


def agree(ledger: Ledger, name: str, payee: str, rate: Rate | None, *, collective: bool = False) -> None:
    """A source with one agreement; a collective's dues go to the collective."""
    party = ("Forbundet", payee) if collective else (payee or name, payee)
    kind = PartyKind.COLLECTIVE if collective else PartyKind.HOLDER
    form = (AgreementForm.WRITTEN, ("train",), DAY, None, rate, "", kind, f"{name}s ejer" if collective else "")
    terms = Agreement(f"{name}-1", name, *party, *form)
    sync_source(ledger, Source(name, name, "", SourceStatus.AGREED, f"{name}s ejer", "", "web"), [], [terms], NOW)


def release(ledger: Ledger, version: str, words: dict[str, int]) -> None:
    """A published release of some words of some sources, a document each."""
    used = tuple(
        Usage(name, "agreement", "agreed", f"LicenseRef-Agreement-{name}-1", 1, count, count, (f"{version}{name}" * 8,))
        for name, count in words.items()
    )
    record_release(ledger, ReleaseRecord(version, version, "p", DAY, used), NOW)
    publish_release(ledger, version, STAMP)


@pytest.fixture
def billed(ledger: Ledger) -> Ledger:
    """Two sources of one collective, invoiced together in euro, and one payee in kroner."""
    for name, price in (("avis", 100), ("blad", 50)):
        agree(ledger, name, "", Rate(RateUnit.DOCUMENT, price * KRONE, "EUR"), collective=True)
    agree(ledger, "blog", "Åse Ærø", Rate(RateUnit.DOCUMENT, 7 * KRONE, "DKK"))
    release(ledger, "v1", {"avis": 10, "blad": 20, "blog": 30})
    for payee, currency in owed_payees(ledger):
        make_invoice(ledger, payee, currency, DAY, STAMP)
    return ledger


def test_a_collective_has_one_invoice_and_each_of_its_sources_a_line(billed: Ledger) -> None:
    """One agreement's party is paid for all; a statement names what each due was counted from, to the shard."""
    assert [(one.payee, one.amount_micro // KRONE) for one in invoices(billed, DAY)] == [
        ("Forbundet", 150),
        ("Åse Ærø", 7),
    ]
    found = statement(billed, Scope("Forbundet"), DAY)
    assert [(line.due.source, line.words, line.shards) for line in found.lines] == [
        ("avis", 10, ("v1avis" * 8,)),
        ("blad", 20, ("v1blad" * 8,)),
    ]
    journal = entries(billed)
    assert [journal[line.entry].kind for line in found.lines] == ["due", "due"]
    assert [(total.currency, total.left_micro // KRONE) for total in found.totals] == [("EUR", 150)]
    assert [line.due.source for line in statement(billed, Scope("blads ejer"), DAY).lines] == ["blad"]
    assert len(statement(billed, Scope(release="v1"), DAY).lines) == 3
    assert statement(billed, Scope(until=DAY - timedelta(days=1)), DAY).lines == ()
    with pytest.raises(UnknownRecord, match="of that name"):
        statement(billed, Scope("Ingen"), DAY)


BANK = """Bogføringsdato;Tekst;Beløb
25-11-2026;Overførsel FT-000002;-7,00
25-11-2026;Kaffe;-35,50
25-11-2026;Kaffe;-35,50
26-11-2026;Indbetaling;1.000,00
"""


def test_a_bank_statement_pays_what_it_names_and_keeps_the_rest_in_sight(billed: Ledger) -> None:
    """Read twice it adds nothing; alike lines are two; what is matched by hand is gone from the list."""
    lines = parse_statement(BANK, "DKK")
    done = import_statement(billed, lines, STAMP)
    assert (done.new, done.matched, [line.text for line in done.unmatched]) == (4, 1, ["Kaffe", "Kaffe"])
    assert invoices(billed, DAY)[1].status is DueStatus.PAID
    before = entries(billed)
    again = import_statement(billed, lines, STAMP)
    assert (again.new, again.matched, entries(billed)) == (0, 0, before)
    line = done.unmatched[0].id.removeprefix("sha256:")
    with pytest.raises(RecordRefused, match="Åse Ærø"):
        match_line(billed, line, "Kaffebaren", STAMP)
    match_line(billed, line[:12], "Åse Ærø", STAMP)
    assert len(unmatched(billed)) == 1
    assert [paid.amount_micro for paid in payments(billed)] == [7 * KRONE, 35_500_000]
    kinds = {entry.kind for entry in entries(billed) if entry.subject in money_subjects(billed, {"blog"})}
    assert kinds == {"invoice", "payment"}
    assert money_subjects(billed, {"avis"}) == []
    assert money_subjects(billed, {"avis", "blad"}) == ["invoice:1"]
    with pytest.raises(UnknownRecord, match="0 unmatched"):
        match_line(billed, line[:12], "Åse Ærø", STAMP)


def test_a_line_that_cannot_be_read_is_told_by_its_number() -> None:
    """Day, amount, currency, too few cells: every wrong line is named, and nothing is read."""
    rows = ("24-11-2026,-1.00,DKK,a", "24/13/2026,-1.00,DKK,b", "2026-11-24,x,DKK,c", "2026-11-24,1,kr,d", "2026")
    wrong = "\n".join(("date,amount,currency,text", *rows))
    with pytest.raises(RecordRefused) as refused:
        parse_statement(wrong, "DKK")
    assert [line.split(":")[0] for line in str(refused.value).splitlines()[1:]] == [
        "line 3",
        "line 4",
        "line 5",
        "line 6",
    ]
    with pytest.raises(RecordRefused, match=r"line 1: .*amount or beløb"):
        parse_statement("dato;tekst\n", "DKK")
    with pytest.raises(RecordRefused, match="thousands or decimals"):
        parse_statement("dato;beløb;tekst\n24-11-2026;-1.234;a\n", "DKK")
    with pytest.raises(RecordRefused, match="a character that is none"):
        parse_statement("dato;beløb;tekst\n24-11-2026;-1,00;a\0b\n", "DKK")


@given(st.integers(-(10**11), 10**11).filter(bool))
def test_amounts_are_read_as_banks_write_them(ore: int) -> None:
    """Danish and English, with and without marks between thousands, the same øre comes out."""
    whole, rest = divmod(abs(ore), 100)
    sign = "-" if ore < 0 else ""
    shapes = (f"{sign}{whole:,}.{rest:02}", f"{sign}{whole},{rest:02}", f"{sign}{whole}.{rest:02}")
    danish = f"{sign}{whole:,}".replace(",", ".") + f",{rest:02}"
    for shape in (*shapes, danish):
        (line,) = parse_statement(f"dato;beløb;tekst\n24-11-2026;{shape};a\n", "DKK")
        assert line.amount_micro == ore * 10_000


def test_what_is_due_goes_into_one_file_only(billed: Ledger) -> None:
    """The file fits its schema, is the same when written again, and the next has nothing, until it is cancelled."""
    with pytest.raises(RecordRefused, match="Forbundet"):
        make_batch(billed, "EUR", DAY, STAMP)
    record_payee(billed, Payee("Forbundet", IBAN, Vat.EXEMPT), "accounts", NOW)
    record_payee(billed, Payee("Åse Ærø", DANISH, Vat.EXEMPT), "accounts", NOW)
    batch = make_batch(billed, "EUR", DAY, STAMP)
    assert batch is not None
    written = sepa_file(batch, "Fodaftryk A/S", DANISH)
    assert b'<InstdAmt Ccy="EUR">150.00</InstdAmt>' in written
    assert b"FT-000001" in written
    assert sepa_file(read_batch(billed, batch.number), "Fodaftryk A/S", DANISH) == written
    assert make_batch(billed, "EUR", DAY, STAMP) is None
    cancel_batch(billed, batch.number, STAMP)
    with pytest.raises(UnknownRecord, match="cancelled"):
        read_batch(billed, batch.number)
    again = make_batch(billed, "EUR", DAY, STAMP)
    assert again is not None
    assert (again.number, again.orders) == (2, batch.orders)
    kroner = make_batch(billed, "DKK", DAY, STAMP)
    assert kroner is not None
    assert csv_file(kroner).splitlines()[1].endswith("0040;0440116243;DK5000400440116243;7,00;DKK;FT-000002")
    with pytest.raises(RecordRefused, match="CSV"):
        sepa_file(kroner, "Fodaftryk A/S", DANISH)


@pytest.mark.parametrize(
    "wrong", ["DK5000400440116244", "DK50", "5000400440116243", "DK50-0040-0440", "ÅÅ" + DANISH[2:]]
)
def test_a_wrong_account_is_refused(wrong: str) -> None:
    """Check digits, length and shape; spaces and small letters do not matter."""
    assert check_iban("dk50 0040 0440 1162 43") == DANISH
    with pytest.raises(RecordRefused, match="no IBAN"):
        check_iban(wrong)


def test_unclaimed_dues_move_on_a_claim_and_later_ones_follow(ledger: Ledger) -> None:
    """They accrue for the domain and are on no invoice; a claim that was acted on moves them, once, to one payee."""
    agree(ledger, "forum", "domain:forum.dk", Rate(RateUnit.DOCUMENT, 7 * KRONE, "DKK"))
    release(ledger, "v1", {"forum": 1})
    assert owed_payees(ledger) == ()
    with pytest.raises(RecordRefused, match="claim"):
        make_invoice(ledger, "domain:forum.dk", "DKK", DAY, STAMP)
    received = CaseStep(Step.RECEIVED, DAY, "office", "brev")
    target = Target(TargetKind.DOMAIN, "forum.dk")
    case = open_case(ledger, Case("", CaseKind.CLAIM, (target,), "Forum ApS", "", (received,)), STAMP).id
    with pytest.raises(RecordRefused, match="no claim that was verified"):
        claim_domain(ledger, "forum.dk", "Forum ApS", case, STAMP)
    take_step(ledger, case, CaseStep(Step.VERIFIED, DAY, "office", "", (Proof.CONTROL, Proof.ENTITLEMENT)), STAMP)
    take_step(ledger, case, CaseStep(Step.ACTED, DAY, "office", "udbetales"), STAMP)
    assert claim_domain(ledger, "forum.dk", "Forum ApS", case, STAMP)
    assert not claim_domain(ledger, "forum.dk", "Forum ApS", case, STAMP)
    with pytest.raises(RecordConflict, match="Forum ApS"):
        claim_domain(ledger, "forum.dk", "En anden", case, STAMP)
    for other, why in (("blog.dk", "is about forum.dk, and not about blog.dk"), ("intet", "no domain")):
        with pytest.raises(RecordRefused, match=why):
            claim_domain(ledger, other, "Forum ApS", case, STAMP)
    release(ledger, "v2", {"forum": 1})
    assert [(row.payee, row.owed_micro) for row in accounts(ledger, DAY)] == [("Forum ApS", 14 * KRONE)]
    bill = make_invoice(ledger, "Forum ApS", "DKK", DAY, STAMP)
    assert bill is not None
    assert bill.amount_micro == 14 * KRONE


def test_a_release_over_budget_is_stopped_and_that_is_entered(ledger: Ledger) -> None:
    """Nothing of it is recorded but that; allowed more, it is sealed; next year's budget is whole."""
    agree(ledger, "avis", "Avis", Rate(RateUnit.DOCUMENT, 100 * KRONE, "DKK"))
    release(ledger, "v1", {"avis": 1})
    set_budget(ledger, PROJECT, 150 * KRONE, "DKK", STAMP)
    set_budget(ledger, "avis", 199_990_000, "DKK", STAMP)
    with pytest.raises(BudgetExceeded, match=r"the project.*100.00 DKK.*budget 200.00 --source avis --currency DKK"):
        release(ledger, "v2", {"avis": 1})
    assert [record.version for record in releases(ledger)] == ["v1"]
    assert entries(ledger)[-1].kind == "stopped"
    for scope in (PROJECT, "avis"):
        set_budget(ledger, scope, 200 * KRONE, "DKK", STAMP)
    release(ledger, "v2", {"avis": 1})
    assert [format_amount(each.spent_micro) for each in budgets(ledger, DAY)] == ["200.00", "200.00"]
    assert [each.spent_micro for each in budgets(ledger, DAY.replace(year=2027))] == [0, 0]


def test_a_crawl_over_budget_is_stopped_before_it_begins(ledger: Ledger) -> None:
    """A price by the crawl: the second would exceed the budget, with the first one counted and not entered yet."""
    agree(ledger, "avis", "Avis", Rate(RateUnit.CRAWL, 100 * KRONE, "DKK"))
    set_budget(ledger, "avis", 150 * KRONE, "DKK", STAMP)
    check_budget(ledger, "avis", DAY, STAMP)
    record_crawl(ledger, CrawlRecord("avis", "c1", "sha256:1", {}), NOW)
    for _ in range(2):
        with pytest.raises(BudgetExceeded, match="avis is not crawled"):
            check_budget(ledger, "avis", DAY, STAMP)
        accrue_dues(ledger, DAY, STAMP)
    assert [entry.kind for entry in entries(ledger)].count("stopped") == 2
    assert accrue_dues(ledger, DAY, STAMP) == ()
    assert [(row.owed_micro, row.status) for row in accounts(ledger, DAY)] == [(100 * KRONE, DueStatus.ACCRUED)]
