"""Personal data goes, what only looks like it stays. All numbers are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.finders.cprs import passes_mod11
from corpus.finders.findings import Counts
from corpus.personal import redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hans nummer er 010190-1234.", "Hans nummer er ⟨CPR⟩."),
        ("CPR: 0101901234", "CPR: ⟨CPR⟩"),
        ("personnummer 290200 1234", "personnummer ⟨CPR⟩"),
        ("cpr-nr. 010190\u00a01234", "cpr-nr. ⟨CPR⟩"),
        ("Cpr.nr. 01.01.90-1234", "Cpr.nr. ⟨CPR⟩"),
        ("cpr 01 01 90 1234", "cpr ⟨CPR⟩"),
        ("cpr 01/01/90-1234", "cpr ⟨CPR⟩"),
        ("CPR-nr. 010190\n-1234", "CPR-nr. ⟨CPR⟩"),
        ("010190–1234 og 010190 - 1235", "⟨CPR⟩ og ⟨CPR⟩"),
        ("Ole Holm, 0101901234", "Ole Holm, ⟨CPR⟩"),
        ("CPR O1O190-1234", "CPR ⟨CPR⟩"),
        ("Erstatningsnummer 610190-1234 er givet.", "Erstatningsnummer ⟨CPR⟩ er givet."),
        ("X-eCPR 020329-1WQ3", "X-eCPR ⟨CPR⟩"),
        ("Erstatnings-CPR 020329-1W23", "Erstatnings-CPR ⟨CPR⟩"),
        ("1 010190-1234 Ole\n2 010290-1234 Bo", "1 ⟨CPR⟩ Ole\n2 ⟨CPR⟩ Bo"),
        ("0203291WQ3", "⟨CPR⟩"),
        ("Lejer: Ole Holm010190-1234", "Lejer: Ole Holm⟨CPR⟩"),
        ("| Navn | CPR |\n|---|---|\n| Ole | 0101901234 |", "| Navn | CPR |\n|---|---|\n| Ole | ⟨CPR⟩ |"),
    ],
)
def test_cpr_numbers_are_found_in_all_their_shapes(text: str, expected: str) -> None:
    """By hyphen and date, by a word, by the head of a column; with and without checksum; also for the foreign-born."""
    assert redact(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ring 33 12 34 56.", "Ring ⟨TELEFON⟩."),
        ("(+45) 20 12 34 56", "⟨TELEFON⟩"),
        ("tlf. (+45 20 12 34 56)", "tlf. ⟨TELEFON⟩"),
        ("(ring til +46 8 123 456 78)", "(ring til ⟨TELEFON⟩)"),
        ("+4520123456", "⟨TELEFON⟩"),
        ("0045 33 12 34 56", "⟨TELEFON⟩"),
        ("Opkald fra 0044 20 7946 0958", "Opkald fra ⟨TELEFON⟩"),
        ("Tlf. 33123456", "Tlf. ⟨TELEFON⟩"),
        ("Tlf.33123456E-mail", "Tlf.⟨TELEFON⟩E-mail"),
        ("tlf33123456", "tlf⟨TELEFON⟩"),
        ("mobil: 2012 3456", "mobil: ⟨TELEFON⟩"),
        ("mob.nr. 20123456", "mob.nr. ⟨TELEFON⟩"),
        ("Ole Holm (formand) 20123456", "Ole Holm (formand) ⟨TELEFON⟩"),
        ("mobil 201 23 456", "mobil ⟨TELEFON⟩"),
        ("ring på 20 123 456", "ring på ⟨TELEFON⟩"),
        ("tlf. 33 12\n34 56", "tlf. ⟨TELEFON⟩"),
        ("Telefon:\n33123456", "Telefon:\n⟨TELEFON⟩"),
        ("20.12.34.56", "⟨TELEFON⟩"),
        ("Kontor 3312-3456", "Kontor ⟨TELEFON⟩"),
        ("Mød op kl. 18, ring på 20123456", "Mød op kl. 18, ring på ⟨TELEFON⟩"),
        ("33123456 (mobil)", "⟨TELEFON⟩ (mobil)"),
        ("tlf. 33123456 eller 20123456", "tlf. ⟨TELEFON⟩ eller ⟨TELEFON⟩"),
        ("Ole Holm, 33123456", "Ole Holm, ⟨TELEFON⟩"),
        ("Navn;Tlf\nOle;33123456", "Navn;Tlf\nOle;⟨TELEFON⟩"),
        ("+46 8 123 456 78", "⟨TELEFON⟩"),
        ("+299 32 10 00, +298 123456", "⟨TELEFON⟩, ⟨TELEFON⟩"),
        ("+44 (0)20 7946 0958", "⟨TELEFON⟩"),
        ("[Ring](tel:+4533123456)", "[Ring](tel:⟨TELEFON⟩)"),
    ],
)
def test_telephones_are_found_in_all_their_groupings(text: str, expected: str) -> None:
    """By a country's code, by groups of two or four, by a word before or behind, by the head of a column."""
    assert redact(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Skriv til inger.holm+avis@avisen.dk i dag.", "Skriv til ⟨E-MAIL⟩ i dag."),
        ("Skriv til inger(at)avisen.dk.", "Skriv til ⟨E-MAIL⟩."),
        ("Skriv til inger [snabel-a] avisen.dk", "Skriv til ⟨E-MAIL⟩"),
        ("inger (at) avisen punktum dk", "⟨E-MAIL⟩"),
        ("inger at avisen punktum dk", "⟨E-MAIL⟩"),
        ("mailto:inger%40avisen.dk, ole＠avisen.dk", "mailto:⟨E-MAIL⟩, ⟨E-MAIL⟩"),
        ("inger@avisen (dot) dk, ole@avisen punktum dk", "⟨E-MAIL⟩, ⟨E-MAIL⟩"),
        ("inger AT avisen DOT dk", "⟨E-MAIL⟩"),
        ("inger -at- avisen.dk", "⟨E-MAIL⟩"),
        ("inger snabel-a avisen.dk", "⟨E-MAIL⟩"),
        ("inger @ avisen.dk", "⟨E-MAIL⟩"),
        ("<mailto:søren@blåbær.dk>", "<mailto:⟨E-MAIL⟩>"),
        ("Mail: INGER@AVISEN.DK.Ring nu", "Mail: ⟨E-MAIL⟩.Ring nu"),
        ("inger@avisen.dkTlf", "⟨E-MAIL⟩Tlf"),
    ],
)
def test_mailboxes_are_found_plain_and_disguised(text: str, expected: str) -> None:
    """With a full stop or a word run into them, and with their sign or their dot in words."""
    assert redact(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IBAN DK50 0040 0440 1162 43.", "IBAN ⟨IBAN⟩."),
        ("dk5000400440116243", "⟨IBAN⟩"),
        ("GB29 NWBK 6016 1331 9268 19", "⟨IBAN⟩"),
        ("DE89 3704 0044\n0532 0130 00", "⟨IBAN⟩"),
        ("Konto 1234 0101901234", "Konto ⟨KONTO⟩"),
        ("Reg.nr. 1234, kontonr. 0001234567", "Reg.nr. ⟨KONTO⟩"),
        ("+71<123456789012347+12345678<", "⟨KONTO⟩"),
        ("+73<  +12345678<", "⟨KONTO⟩"),
        ("Kortnr. 4571 0000 0000 0001", "Kortnr. ⟨KORT⟩"),
        ("Fra 10.20.30.140:8080", "Fra ⟨IP⟩:8080"),
        ("IP 8.8.8.8", "IP ⟨IP⟩"),
        ("DNS-servere: 10.0.0.1 og 10.0.0.2", "DNS-servere: ⟨IP⟩ og ⟨IP⟩"),
        ("http://10.1.2.3/ og 10.1.2.3:8080", "http://⟨IP⟩/ og ⟨IP⟩:8080"),
        ("2001:db8::8a2e:370:7334", "⟨IP⟩"),
        ("Ole Holm, Nørregade 12, 2. tv., 8000 Aarhus C", "Ole Holm, ⟨ADRESSE⟩"),
        ("Ole Holm, Skovbrynet 4, 2. th., 2880 Bagsværd", "Ole Holm, ⟨ADRESSE⟩"),
        ("Ole Holm bor på Egevej 3 i Skive", "Ole Holm bor på ⟨ADRESSE⟩ i Skive"),
        ("Klager: Ole Holm. Adresse: Egevej 3", "Klager: Ole Holm. Adresse: ⟨ADRESSE⟩"),
        ("Ole Holm, Åboulevarden 3B", "Ole Holm, ⟨ADRESSE⟩"),
        ("Ole Holm bor på Gammel Kongevej 3B.", "Ole Holm bor på ⟨ADRESSE⟩."),
        ("Ole Holm\nNiels Juels Gade 5\n1059 København K", "Ole Holm\n⟨ADRESSE⟩"),
    ],
)
def test_accounts_cards_addresses_and_machines_are_found(text: str, expected: str) -> None:
    """By checksum and length, by a word, by a sign, or beside a person's name."""
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "CVR 13 58 56 28",
        "CVR-nr. 13585628",
        "CVR-nr.: 33 12 34 56",
        "Moms/CVR: 33 12 34 56",
        "CVR-nummeret, for eksempel 33 12 34 56",
        "Tlf. står i bogen. SE-nr. 33123456",
        "P-nummer 1001901234",
        "SE nr. 33 12 34 56",
        "Byggesag 010190-1234",
        "MMSI 2191 2345",
        "ISBN 978-87-02-12345-6",
        "ISBN: 8702123456",
        "ISSN (trykt udgave): 2434-5679",
        "EAN 5790001234567",
        "EAN-nummer 5790 0012 3456 7",
        "GLN 5790001234567",
        "Ordrenr. 20123456",
        "Ordrenummer (ti cifre): 0101901234",
        "Din ordre med nummer 010190-1234 er sendt.",
        "0101000001 er ordrenummeret",
        "Faktura 20 12 34 56",
        "Art. nr. 3312-3456",
        "Sagsnr. 2021-12345",
        "j.nr. 2021-1234",
        "Den 24.11.2026 kl. 10.30",
        "24-11-2026",
        "Konto oprettet 24.11.2026, =DISKONTO(25.1.2001)",
        "20261124",
        "2026-11-24 10:30:15",
        "20261124103015",
        "Perioden 01.01.20-31.12.20",
        "lov nr. 1093 af 20.8.2023",
        "LBK nr 1234 af 01/02/2020",
        "§ 11 b, stk. 2-3",
        "1914-1918",
        "7913 7914 7915 7916",
        "12.345.678 kroner",
        "+12 500 000 kr.",
        "33 12 34 56 visninger",
        "33 12 34 56 pct.",
        "Mål 0101901235 stykker",
        "Version 20.12.34.56",
        "version 10.0.190.145",
        "afsnit 3.1.2.140",
        "127.0.0.1",
        "00:1a:2b:3c:4d:5e",
        "std::vector",
        "320190-1234",
        "Reservedel 010190-1234 passer",
        "Kode 020329-1W23",
        "2024 010190-1234",
        "011390-1234",
        "10.20.30.40",
        "55.676098, 12.568337",
        "+55.676098, +12.568337",
        "10.1145/33123456.33123457",
        "https://avis.dk/artikel/33123456",
        "3,14159265",
        "matr.nr. 12ab Vor Frue By",
        "550e8400-e29b-41d4-a716-446655440000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "DK51 0040 0440 1162 43",
        "4571 0000 0000 0002",
        "@inger skrev det",
        "ikon@2x.png",
        "git@github.com:bruger/projekt.git",
        "pakke@1.2.3.4",
        "Han sagde, at firma.dk er nede",
        "Nørregade 12, 8000 Aarhus C",
        "Lund Byg A/S, Nørregade 12, 8000 Aarhus C",
        "Grundejerforeningen Solbakken, Solbakken 12, 3000 Helsingør",
        "Den Blå Planet, Nørregade 12",
        "Ring 112, 114 eller 1813.",
    ],
)
def test_look_alikes_are_left_alone(text: str) -> None:
    """Companies' and books' numbers, dates, laws, orders, amounts, places and versions are no personal data."""
    assert redact(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "post@aarhus.dk",
        "kultur@aarhus.dk",
        "Skriv til info@kulturministeriet.dk.",
        "borgerservice@odense.dk",
        "sst@sst.dk",
        "biblioteket@roskildebib-bibliotek.dk",
        "Havlund Kommune: post@havlund.dk",
        "Aarhus Kommune, tlf. 89 40 20 00",
        "Aalborg Kommunes hovednummer er 99 31 31 31",
        "Ring til Sundhedsstyrelsen på 72 22 74 00",
        "Retten i Odense, telefon 99 68 70 00",
        "Havlund Kommune, Havnen 1, 8999 Havlund, tlf. 79 99 50 00",
        "Havlund Kommune\nStore Torv 1\n8999 Havlund\nCVR 12345678\npost@havlund.dk\n+45 79 99 50 00",
    ],
)
def test_public_offices_contacts_stay(text: str) -> None:
    """A function's mailbox at an office, and the number behind an office's name and address."""
    assert redact(text).text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mette.lund@aarhus.dk", "⟨E-MAIL⟩"),
        ("info@lundbyg.dk", "⟨E-MAIL⟩"),
        ("Aarhus Kommune, Mette Lund, tlf. 89 40 20 01", "Aarhus Kommune, Mette Lund, tlf. ⟨TELEFON⟩"),
        ("Mette Lund, Aarhus Kommune, tlf. 89 40 20 01", "Mette Lund, Aarhus Kommune, tlf. ⟨TELEFON⟩"),
        ("Havlund Kommune, Havnen 1, Mettes mobil 79995001", "Havlund Kommune, Havnen 1, Mettes mobil ⟨TELEFON⟩"),
        ("Mette Lund i Aarhus Kommune svarer på 89402001", "Mette Lund i Aarhus Kommune svarer på ⟨TELEFON⟩"),
    ],
)
def test_persons_at_public_offices_do_not(text: str, expected: str) -> None:
    """A person's mailbox or number at an office is a person's, and so is a firm's: doubt is for the person."""
    assert redact(text).text == expected


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
