"""What holds for every text: offsets are right, nothing else changes, twice is once, and hostile text is only text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.finders.findings import Kind
from corpus.personal import redact

PARTS = (
    *("010190-1234", "0101901234", "010190 1234", "33123456", "33 12 34 56", "3312-3456", "13585628", "8", "1", "12"),
    *("+45", "+46", "0045", "(+45)", "DK5000400440116243", "DK50", "0040", "0440 1162 43", "4571", "O1", "2l"),
    *("a@b.dk", "inger.holm@avis.dk", "(at)", "punktum", "at", "snabel-a", "dk", "post@aarhus.dk", "Aarhus Kommune"),
    *(".", ",", ";", "|", "-", "–", "/", "(", ")", ":", "@", "+", "#", "§", "⟨", "⟩", "⟨TELEFON⟩", "⟨CPR⟩", "⟨E-MAIL⟩"),
    *("tlf.", "tlf", "cpr", "CPR:", "cvr", "ordrenr.", "konto", "reg.nr.", "mobil", "på", "ring", "kr.", "og", "nr."),
    *(
        "IBAN",
        "ip",
        "10.20.30.140",
        "2001:db8::1",
        "fe80:",
        "Anne Holm",
        "Nørregade",
        "vej",
        "8000",
        "\n",
        "\n\n",
        "\t",
    ),
)
"""What texts are made of to make trouble: numbers, words that name them, placeholders, and what may stand between."""

troublesome = st.lists(st.sampled_from([*PARTS, " ", " ", "\n"]), max_size=30).map("".join)
any_text = st.text(max_size=200)
digits_and_signs = st.text(alphabet="0123456789 .-+()/@adkcprtlf:;|<\n⟨⟩", max_size=120)


@settings(max_examples=200)
@given(st.one_of(troublesome, any_text, digits_and_signs))
def test_running_twice_changes_nothing(text: str) -> None:
    """What was replaced is not found again, and nothing new is."""
    once = redact(text)
    twice = redact(once.text)
    assert (twice.text, twice.findings) == (once.text, ())


@settings(max_examples=100)
@given(st.one_of(troublesome, any_text, digits_and_signs))
def test_offsets_are_those_of_the_original(text: str) -> None:
    """Findings are in order and apart, and putting placeholders at their offsets gives the text that was returned."""
    redacted, shown, at = redact(text), "", 0
    for finding in redacted.findings:
        assert at <= finding.start < finding.end <= len(text)
        shown += text[at : finding.start] + finding.kind.placeholder
        at = finding.end
    assert shown + text[at:] == redacted.text


@given(st.text(alphabet=st.characters(exclude_categories=("Nd",), exclude_characters="@(), .[]{}-_<>"), max_size=200))
def test_text_without_digits_and_signs_stays(text: str) -> None:
    """Without a digit and without a sign for "at" there is nothing to find."""
    assert redact(text).text == text


def test_counts_are_those_of_the_findings() -> None:
    """Each kind is counted where it is found."""
    text = (
        "Anne Holm, Nørregade 1, 8000 Aarhus C, 010190-1234, tlf. 33123456, a@b.dk, IBAN DK5000400440116243, "
        "konto 1234 0001234567, kort 4571 0000 0000 0001, ip 10.20.30.140"
    )
    redacted = redact(text)
    assert sorted(finding.kind for finding in redacted.findings) == sorted(Kind)
    counts = redacted.counts
    assert (counts.cprs, counts.phones, counts.emails, counts.ibans) == (1, 1, 1, 1)
    assert (counts.accounts, counts.cards, counts.addresses, counts.ips) == (1, 1, 1, 1)


HOSTILE = (
    *("1", "9 ", "1\n", "12 34 ", "@", "a@", "a@a.", " ", "\n", "+45 ", "+", "(", "0045", "-", "12--34--", "1.", "O1"),
    *(
        "1 . 2 . ",
        "1.1.1.1 ",
        ":",
        "1:",
        "fe80:",
        "::1 ",
        "(at)",
        "a (at) ",
        " at ",
        "a at b ",
        "punktum ",
        "snabel-a ",
    ),
    *("tlf ", "tlf 1 2 3 4 5 6 7\n", "cpr ", "33123456, ", "33 12 34 56 ", "010190-1234 ", "DK", "DK50 ", "AB12 CDEF "),
    *("reg 1234 konto ", "|1", "1|\n", "1\t2\t3\t\n", "1;a;", "A", "Aa ", "Anne Vej 1 ", "vej 1 ", "Aarhus Kommune "),
    *("aministeriet ", "www.a/1", "⟨TELEFON⟩ 12345678 ", "⟨", "⟩", "+71<1", "4571-", "1 nr ", "(1", ") "),
)


@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_text_takes_time_by_its_length(part: str) -> None:
    """Four times the text takes about four times as long, and never more than 60 microseconds a character."""
    small, large = (part * (length // len(part)) for length in (4_000, 16_000))
    began = time.process_time()
    redact(small)
    middle = time.process_time()
    redact(large)
    seconds = time.process_time() - middle
    assert seconds < max(0.25, 10 * (middle - began))
    assert seconds < len(large) * 60e-6
