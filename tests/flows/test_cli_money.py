"""Money on the command line: what is owed is shown, put on an invoice, exported, paid, and stopped by a budget."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest

from flows.crawl import crawl_source
from flows.settings import load_settings, moment
from flows.sources import chosen, sync_catalogue
from flows.workspace import open_workspace
from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.dues import publish_release
from ledger.errors import BudgetExceeded
from ledger.journal import Stamp
from ledger.records import ReleaseRecord, Usage
from ledger.releases import record_release
from ledger.terms import record_agreement
from tests.flows.test_cli import Call, call

__all__ = ["call"]

PAYEE = "Ærø Łódź <b>A/S"
SHARD = "ab" * 32


@pytest.fixture
def owing(call: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command where a release owes 1.234,50 euro, and a crawl would cost 100 more."""
    monkeypatch.setenv("FODAFTRYK_LEDGER__PAYER", "Fodaftryk A/S")
    monkeypatch.setenv("FODAFTRYK_LEDGER__IBAN", "DK5000400440116243")
    now = moment()
    day = now.date() - timedelta(days=1)
    with open_workspace(load_settings()) as space:
        sync_catalogue(space, now)
        for name, rate in (
            ("a", Rate(RateUnit.DOCUMENT, 1_234_500_000, "EUR")),
            ("c", Rate(RateUnit.CRAWL, 100_000_000, "EUR")),
        ):
            named = (name, "avis", PAYEE, "", AgreementForm.WRITTEN, ("train",), day, None, rate)
            record_agreement(space.ledger, Agreement(*named), "tester", now)
        used = Usage("avis", "agreement", "agreed", "LicenseRef-Agreement-a", 1, 500, 5000, (SHARD,))
        record_release(space.ledger, ReleaseRecord("0.1.0", "sha256:m", "p", now.date(), (used,)), now)
        publish_release(space.ledger, "0.1.0", Stamp("tester", now))
    return call


def test_a_statement_on_screen_as_csv_and_as_pdf(owing: Call) -> None:
    """Each line names its entry and its shards; names are shown as they are, in letters the page has."""
    shown = json.loads(owing("ledger", "statement", PAYEE, "--json")[1])
    line = shown["lines"][0]
    assert (line["amount"], line["currency"], line["status"], line["shards"]) == ("1234.50", "EUR", "accrued", [SHARD])
    assert shown["totals"] == [{"currency": "EUR", "owed": "1234.50", "paid": "0.00", "left": "1234.50"}]
    assert SHARD[:12] in owing("ledger", "statement", "--source", "avis")[1]
    code, out, _ = owing("ledger", "statement", "--release", "0.1.0", "--csv", "-", "--pdf", "s.pdf")
    rows = list(csv.DictReader(out.splitlines()))
    assert (code, rows[0]["shards"], rows[0]["payee"]) == (0, SHARD, PAYEE)
    first = Path("s.pdf").read_bytes()
    pages = pypdfium2.PdfDocument(first)
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    assert "Ærø ?ódz <b>A/S" in text.replace("\r\n", "")
    assert SHARD in text.replace("\r\n", "")
    owing("ledger", "statement", "--release", "0.1.0", "--pdf", "s.pdf")
    assert Path("s.pdf").read_bytes() == first
    assert "ledger accounts" in owing("ledger", "statement", "Ingen")[2]


def test_from_invoice_to_payment(owing: Call) -> None:
    """Invoiced, disputed and settled, written for the bank once, paid by its statement, and shown as paid."""
    assert json.loads(owing("ledger", "invoice", "--json")[1])[0]["amount"] == "1234.50"
    assert json.loads(owing("ledger", "invoice", "--json")[1]) == []
    assert owing("ledger", "dispute", "FT-000001", "--note", "for højt")[0] == 0
    assert json.loads(owing("ledger", "invoices", "--json")[1])[0]["status"] == "disputed"
    assert "Nothing" in owing("ledger", "export-due", "due.xml")[1]
    assert owing("ledger", "dispute", "FT-000001", "--settled", "--note", "de er enige")[0] == 0
    assert "ledger payee" in owing("ledger", "export-due", "due.xml")[2]
    assert owing("ledger", "payee", PAYEE, "--iban", "DE89 3704 0044 0532 0130 00", "--vat", "added")[0] == 0
    code, _, noticed = owing("ledger", "export-due", "due.xml")
    assert (code, "VAT is added" in noticed) == (0, True)
    assert "export-due FILE --again 1" in owing("ledger", "export-due", "nowhere/due.xml", "--again", "1")[2]
    assert "1234.50" in Path("due.xml").read_text()
    assert owing("ledger", "export-due", "due.xml")[0] == 2
    assert "Nothing" in owing("ledger", "export-due", "due2.xml")[1]
    assert owing("ledger", "export-due", "due2.xml", "--again", "1")[0] == 0
    assert Path("due2.xml").read_bytes() == Path("due.xml").read_bytes()
    assert "cancel" in owing("ledger", "waive", "FT-000001", "--note", "x")[2]
    Path("bank.csv").write_bytes(f"Dato;Beløb;Tekst\n{date.today():%d-%m-%Y};-1.234,50;FT-000001 æ\n".encode("cp1252"))  # noqa: DTZ011
    done = json.loads(owing("ledger", "import-bank", "bank.csv", "--currency", "EUR", "--json")[1])
    assert (done["new"], done["matched"], done["unmatched"]) == (1, 1, [])
    assert json.loads(owing("ledger", "invoices", "--json")[1]) == []
    assert json.loads(owing("ledger", "accounts", "--json")[1])[0]["status"] == "paid"
    assert owing("ledger", "reverse", "avis", "--for", "0.1.0", "--note", "taget ned")[0] == 0
    assert json.loads(owing("ledger", "accounts", "--json")[1])[0]["credit"] == "1234.50"
    assert owing("ledger", "withdraw", "0.1.0", "--note", "trukket")[0] == 0
    assert owing("ledger", "waive", "avis", "--note", "x")[0] == 2
    assert "matched" in owing("ledger", "bank")[1]


def test_a_budget_stops_a_crawl_before_it_fetches(owing: Call) -> None:
    """The refusal says by how much and how to allow it; the journal has that it was stopped."""
    assert owing("ledger", "budget", "1300", "--source", "avis", "--currency", "EUR")[0] == 0
    assert json.loads(owing("ledger", "budget", "--json")[1])[0]["left"] == "65.50"
    with open_workspace(load_settings()) as space:
        source = chosen(sync_catalogue(space, moment()), ["avis"])[0]
        with pytest.raises(BudgetExceeded, match=r"1334\.50 --source avis --currency EUR"):
            crawl_source(space, source, moment())
    assert "stopped" in {entry["kind"] for entry in json.loads(owing("ledger", "show", "avis", "--json")[1])["entries"]}


def test_what_is_owed_in_two_currencies_is_told_in_both(owing: Call) -> None:
    """A source has one row in `status`, with as many amounts as there are currencies it is owed in."""
    year = ("--start", date.today().isoformat(), "--price", "45000000", "--per", "year", "--currency", "NOK")  # noqa: DTZ011
    assert owing("ledger", "agree", "avis", "--id", "kopinor-nb-2026", "--party", "Kopinor", *year)[0] == 0
    assert "paid through 'Kopior' but through Kopinor" in owing("ledger", "invoice", "Kopior")[2]
    assert owing("ledger", "invoice", "Kopinor")[0] == 0
    row = json.loads(owing("status", "--json")[1])[0]
    assert (row["owed"], row["paid"], row["currency"]) == ("1234.50, 45000000.00", "0.00, 0.00", "EUR, NOK")
    assert row["payment"] == "accrued, invoiced"
