"""Measures can be counted by hand on small texts, and are what their formulas say on any text."""

import itertools
from collections import Counter
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document_files import SCHEMA
from corpus.measures import Measures
from corpus.measuring import TOKEN, measure, plain_lines, tokenise
from corpus.repetition import DUPLICATE_N, TOP_N, repeated, repeated_ngrams
from corpus.wordlists import DIFFERENT_MIN, LISTS, read_list
from tests.corpus import texts

SHARES = [field.name for field in fields(Measures) if field.name.endswith("_share")]


def top(words: list[str], n: int) -> int:
    """The formula as Gopher says it, n-gram by n-gram."""
    ngrams = [" ".join(words[start : start + n]) for start in range(len(words) - n + 1)]
    return max((len(ngram) * count for ngram, count in Counter(ngrams).most_common(1)), default=0)


def duplicate(words: list[str], n: int) -> int:
    """The formula as Gopher says it, word by word."""
    seen, chars, start = set(), 0, 0
    while start + n <= len(words):
        ngram = tuple(words[start : start + n])
        chars += len("".join(ngram)) if ngram in seen else 0
        start += n if ngram in seen else 1
        seen.add(ngram)
    return chars


@given(st.lists(st.sampled_from(["en", "to", "tre", "fire", "fem"]), max_size=90))
def test_ngrams_in_one_walk_are_those_counted_one_by_one(words: list[str]) -> None:
    """Looking only where shorter n-grams are repeated finds all there is, for every n."""
    tops, duplicates = repeated_ngrams(words, Counter(words))
    assert tops == {n: top(words, n) for n in TOP_N}
    assert duplicates == {n: duplicate(words, n) for n in DUPLICATE_N}


@given(st.text(max_size=300) | st.sampled_from([value for name, value in vars(texts).items() if name.isupper()]))
def test_measures_are_in_range(text: str) -> None:
    """Shares are from 0 to 1, nothing is negative, and words are tokens."""
    measures = measure(text)
    assert all(getattr(measures, field.name) >= 0 for field in fields(Measures))
    assert all(getattr(measures, name) <= 1 for name in SHARES)
    assert measures.words <= measures.words_and_marks


def test_words_and_lines_by_hand() -> None:
    """A heading, a list and a table: marks of structure are not read, bullets and punctuation are."""
    text = "# Fem ord\n\n- Den er 1,5 m...\n\n| Aa | b-c's |\n\nOg så { slut!"
    assert plain_lines(text) == ["Fem ord", "- Den er 1,5 m...", "Aa b-c's", "Og så { slut!"]
    found = measure(text)
    assert (found.words, found.words_and_marks, found.lines) == (11, 15, 4)
    assert (found.stop_words, found.stop_words_share) == (1, 1 / 11)  # "Den" is another word than "den"
    assert found.mean_word_length == (3 + 3 + 3 + 2 + 3 + 1 + 2 + 5 + 2 + 2 + 4) / 11
    assert (found.alphabetic_share, found.alphabetic_words_share) == (10 / 15, 10 / 11)
    assert (found.ellipses_per_token, found.lines_per_token) == (1 / 15, 3 / 15)
    assert (found.bullet_lines_share, found.ellipsis_lines_share) == (0.25, 0.25)
    assert (found.punctuated_lines_share, found.short_lines_share, found.c4_lines_share) == (0.5, 1.0, 0.25)
    assert found.fragments_share == (7 + 8) / len("\n".join(plain_lines(text)))
    assert found.code_lines_share == 0.25


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Han kom kl. 9, f.eks. i går.", ["Han", "kom", "kl.", "9", ",", "f.eks.", "i", "går", "."]),
        ("Den 5. maj 2020, jf. § 2.", ["Den", "5.", "maj", "2020", ",", "jf.", "§", "2."]),
        ("for- og bagside/kant...", ["for-", "og", "bagside", "/", "kant", "..."]),
        ("⟨E-MAIL⟩ (se https://a.dk/b)", ["⟨E-MAIL⟩", "(", "se", "https://a.dk/b)"]),
    ],
)
def test_tokens_are_those_of_danish(text: str, tokens: list[str]) -> None:
    """Ordinals, abbreviations, placeholders and addresses are one token each; a slash parts two words."""
    assert tokenise(text) == tokens


@given(st.lists(st.sampled_from(("inkl", "kl", "bogen", "Ø", "a", "osv", "5", "ªbc", ".", ",", "..", "-")), max_size=4))
def test_a_word_with_a_mark_is_split_as_any_other(pieces: list[str]) -> None:
    """The short way for a word before a full stop or a comma gives the tokens of the pattern."""
    chunk = "".join(pieces)
    assert tokenise(chunk) == TOKEN.findall(chunk)


def test_repetition_by_hand() -> None:
    """Lines and phrases said twice, of all characters."""
    assert repeated(["abcd", "ef", "abcd"]) == (1, 4)
    found = measure("abcd\n\nef\n\nabcd")
    assert found.duplicate_lines_share == found.duplicate_paragraphs_share == 1 / 3
    assert (found.duplicate_line_chars_share, found.duplicate_paragraph_chars_share) == (0.4, 4 / 14)
    assert measure("en to tre fire fem " * 2).duplicate_5grams_share == 14 / 37
    assert measure("aa bb aa bb").top_2grams_share == 10 / 11


@pytest.mark.parametrize(
    ("text", "measured", "value"),
    [
        ("bl\ufffd", "mojibake_share", 0.5),
        ("Vi bruger cookies. Andre ord her", "boilerplate_share", 18 / 32),
        ("Siden findes ikke.", "error_share", 1.0),
        ("Siden findes ikke. " + "ord " * 37, "error_share", 1.0),
        ("Siden findes ikke. " + "ord " * 77, "error_share", 0.5),
        ("Siden findes ikke. " + "ord " * 200, "error_share", 0.0),
        ("Lorem ipsum her", "placeholders", 1),
        ("casino bonus jackpot poker " * 5, "spam_weight", 0.0),
        ("casino bonus jackpot poker roulette " * 5, "spam_weight", 100.0),
        ("Casino BONUS jackpot poker roulette " * 5, "spam_weight", 100.0),
    ],
)
def test_phrases_and_lists_by_hand(text: str, measured: str, value: float) -> None:
    """What gives a page away is a share of it; four words of a list, however often, weigh nothing."""
    assert getattr(measure(text), measured) == pytest.approx(value)


@pytest.mark.parametrize(
    "line",
    [
        "Siden blev ikke fundet",
        "Siden findes desværre ikke mere",
        "Vi kunne ikke finde siden",
        "Fejl 404",
        "Fejlkode 500",
        "404: Not Found",
        "403 Forbidden",
        "Page not found",
        "Not found on this server",
        "Internal Server Error",
        "Service Unavailable",
        "Bad Gateway",
        "Access denied",
        "Du har ikke adgang til siden",
        "Adgang nægtet",
        "Uventet fejl",
        "Der er opstået en fejl",
        "Midlertidigt ude af drift",
        "Prøv igen senere",
        "Flyttet eller slettet",
        "Artiklen er fjernet",
        "Utilgængelig af juridiske grunde",
        "Du skal logge ind",
        "Aktiver JavaScript",
        "JavaScript er slået fra",
        "Du sendes videre",
        "Du viderestilles nu",
    ],
)
def test_reports_of_errors_are_found(line: str) -> None:
    """Each way of telling an error is a phrase, and is not passed over for want of an anchor."""
    assert measure(line).error_share > 0


@pytest.mark.parametrize(
    "line",
    [
        "Vi bruger cookies",
        "Giv samtykke til statistik",
        "Acceptér alle",
        "Kun nødvendige",
        "Tilmeld dig vores nyhedsbrev",
        "Alle rettigheder forbeholdes",
        "All rights reserved",
        "Del siden",
        "Del på Facebook",
        "Skriv en kommentar",
        "Følg os på Instagram",
        "Læs vores privatlivspolitik",
        "Handelsbetingelser",
        "Krævede felter er markeret med *",
        "Din e-mailadresse vil ikke blive publiceret",
        "Spring til indhold",
        "Læs også",
        "Mest læste",
        "Send til en ven",
        "Fandt du det, du søgte?",
        "Terms of use",
        "Privacy policy",
        "Vi behandler dine oplysninger fortroligt",
        "Dine personoplysninger",
        "Vi gemmer oplysninger om dig",
        "Du har altid ret til indsigt",
        "Oplysningerne slettes",
    ],
)
def test_furniture_of_pages_is_found(line: str) -> None:
    """Each phrase of consent, sharing and policy is found in the line that it makes up."""
    assert measure(line).boilerplate_share == 1.0


def test_long_and_hostile_texts_are_measured_in_linear_time() -> None:
    """A line of a hundred thousand words, all the same or all different, is measured within the test's time."""
    assert measure("ord " * 100_000).duplicate_10grams_share > 0.7
    assert measure(" ".join(map(str, range(100_000)))).duplicate_5grams_share == 0
    assert measure("." * 400_000).words == 0
    assert measure("ab " * 50_000 + "cookie." * 50_000).boilerplate_share > 0.5


def test_word_lists_are_read_and_clean() -> None:
    """Every word of a list stands there once, in lower case, with a weight from 1 to 2."""
    for file in sorted(LISTS.glob("*.txt")):
        text = file.read_text(encoding="utf-8")
        rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
        words = list(itertools.chain.from_iterable(row[1:] for row in rows))
        assert {row[0] for row in rows} == {"1", "2"}
        assert words == [word.lower() for word in words]
        assert [word for word, count in Counter(words).items() if count > 1] == []
        assert len(read_list(text)) == len(words) > DIFFERENT_MIN


def test_every_measure_is_a_column_with_a_meaning() -> None:
    """Model teams read the meaning and the unit of each measure in the file itself."""
    for field in fields(Measures):
        metadata = SCHEMA.field(field.name).metadata
        assert metadata[b"meaning"]
        assert metadata[b"unit"]
