"""Personal data goes, what only looks like it stays. All numbers are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.finders.cprs import passes_mod11
from corpus.personal import Counts, redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Skriv til inger.holm+avis@avisen.dk i dag.", "Skriv til ⟨E-MAIL⟩ i dag."),
        ("Skriv til inger(at)avisen.dk.", "Skriv til ⟨E-MAIL⟩."),
        ("Skriv til inger [snabel-a] avisen.dk", "Skriv til ⟨E-MAIL⟩"),
        ("Hans nummer er 010190-1234.", "Hans nummer er ⟨CPR⟩."),
        ("CPR: 0101901234", "CPR: ⟨CPR⟩"),
        ("personnummer 290200 1234", "personnummer ⟨CPR⟩"),
        ("Erstatningsnummer 610190-1234 er givet.", "Erstatningsnummer ⟨CPR⟩ er givet."),
        ("X-eCPR 020329-1WQ3", "X-eCPR ⟨CPR⟩"),
        ("Ring 33 12 34 56.", "Ring ⟨TELEFON⟩."),
        ("(+45) 20 12 34 56", "⟨TELEFON⟩"),
        ("+4520123456", "⟨TELEFON⟩"),
        ("0045 33 12 34 56", "⟨TELEFON⟩"),
        ("Tlf. 33123456", "Tlf. ⟨TELEFON⟩"),
        ("mobil: 2012 3456", "mobil: ⟨TELEFON⟩"),
        ("20.12.34.56", "⟨TELEFON⟩"),
        ("Kontor 3312-3456", "Kontor ⟨TELEFON⟩"),
        ("+46 8 123 456 78", "⟨TELEFON⟩"),
    ],
)
def test_personal_data_is_replaced_by_its_kind(text: str, expected: str) -> None:
    """E-mail, CPR and telephone in the forms Danes write them."""
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "CVR 13 58 56 28",
        "CVR-nr. 13585628",
        "CVR-nr.: 33 12 34 56",
        "ISBN 978-87-02-12345-6",
        "EAN 5790001234567",
        "EAN-nummer 5790 0012 3456 7",
        "Ordrenr. 20123456",
        "Faktura 20 12 34 56",
        "Den 24.11.2026 kl. 10.30",
        "24-11-2026",
        "20261124",
        "lov nr. 1093 af 20.8.2023",
        "§ 11 b, stk. 2-3",
        "1914-1918",
        "12.345.678 kroner",
        "Mål 0101901235 stykker",
        "Version 20.12.34.56",
        "320190-1234",
        "011390-1234",
        "10.20.30.40",
        "3,14159265",
        "@inger skrev det",
    ],
)
def test_look_alikes_are_left_alone(text: str) -> None:
    """Company numbers, book numbers, dates, laws, orders, accounts and amounts are no personal data."""
    assert redact(text).text == text


def test_what_was_replaced_is_counted_by_kind() -> None:
    """Counts are of each kind."""
    redacted = redact("a@b.dk, c@d.dk, 010190-1234, tlf. 33123456")
    assert redacted.counts == Counts(emails=2, cprs=1, phones=1)


def test_a_cue_on_another_line_does_not_count() -> None:
    """A number belongs to the words of its own line, unless the line above ends in a label."""
    assert redact("Telefonen er lukket.\nAlt i alt 13585628").text == "Telefonen er lukket.\nAlt i alt 13585628"
    assert redact("Telefon:\n13585628").text == "Telefon:\n⟨TELEFON⟩"


def test_checksum() -> None:
    """The checksum worked by hand: 4*0+3*1+2*0+7*1+6*0+5*0+4*0+3*0+2*0+1*1 = 11."""
    assert passes_mod11("0101000001")
    assert not passes_mod11("0101000002")
    assert redact("Mål 0101000001").text == "Mål ⟨CPR⟩"


@given(st.text(alphabet="0123456789 .-+()/@adkcprtlf\n", max_size=120))
def test_running_twice_changes_nothing(text: str) -> None:
    """What was replaced is not found again, and nothing new is."""
    once = redact(text).text
    assert redact(once).text == once
