"""What the language model is trained on: labelled sentences, translations of programs, and rows made of both.

Sentences come from train.parquet; translations of programs from packages, as `language_strings.py` says.

Words come from wordfreq's lists of the most frequent words of a language (CC BY-SA 4.0): a few drawn by frequency make
a row, so that the model knows many more words than the sentences have.

Made rows: fragments of sentences, because menus and headings are; Bokmål as it is spoken in the dialects, which must
not come out Danish; texts whose Danish letters are spelled out or lost; noise and wrongly decoded text, which are
*other*, as everything is that the model does not know.
"""

import itertools
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import wordfreq

from corpus.language import is_latin, normalise

Row = tuple[str, str]
"""Label and normalised text."""

SEED = 20261124
NOISE_ROWS, MOJIBAKE_ROWS, DIALECT_ROWS, SPELLED_ROWS = 8_000, 1_500, 4_000, 1_500
WORD_ROWS = {"da": 200_000, "nb": 200_000, "sv": 100_000, "is": 50_000, "de": 50_000, "nl": 50_000, "en": 50_000}
"""Rows of words by language; there is no list for Nynorsk and Faroese."""

FLATTENED = 0.8
"""Power of a word's frequency with which it is drawn: below 1, so that rare words come too."""

FOREIGN_TIMES = 4
"""A word this many times as frequent in another language is a guest in this one, and is left out."""

SENTENCE_TIMES = 2
"""How often a sentence is a row: more than once, or rows of words drown them."""

FRAGMENT_WORDS = (2, 7)
FRAGMENTS = {"da": 3, "nb": 3, "nn": 4, "fo": 4, "is": 2}
"""Fragments cut from each sentence by label, others 1: more where neighbours are alike or rows few."""

DIALECTS = {
    "jeg": ("æ", "eg", "e", "i", "æg", "jæ"), "ikke": ("ikkje", "itj", "ikkj", "ente", "ikke"), "er": ("e",),
    "hva": ("ka", "kva", "ke"), "hvor": ("kor", "korr"), "hvem": ("kem", "kæm"), "hvordan": ("korsn", "koss"),
    "de": ("dem", "dei", "dæm"), "noe": ("nokka", "noko", "nåkka"), "noen": ("nokken", "någen", "nån"),
    "meg": ("mæ", "me", "meg"), "deg": ("dæ", "de", "deg"), "seg": ("sæ",), "mye": ("møkje", "mykje", "my"),
    "skal": ("ska",), "skulle": ("sku",), "til": ("te", "tel"), "har": ("ha", "har", "hæ"), "var": ("va",),
    "og": ("å", "og"), "å": ("å", "og"), "en": ("ein", "en", "æin"), "et": ("et", "eit"), "dere": ("dokker", "dåkker"),
    "være": ("vær", "vere"), "bare": ("bærre", "berre", "bare"), "det": ("de", "det", "d"), "fra": ("ifra", "fra"),
    "kommer": ("kjæm", "kjem", "kommer"), "også": ("åsså", "og"), "vet": ("veit",), "nå": ("no",), "hun": ("ho", "hu"),
    "tror": ("trur",), "blir": ("bli", "blir"), "selv": ("sjøl",), "helt": ("heilt",), "hele": ("heile",),
    "mer": ("meir", "mer"), "opp": ("opp",),
}  # fmt: skip
"""Bokmål words, and how they are written by those who write as they speak, from all parts of the country."""

_ENDINGS = (("ene", ("an", "ann", "a")), ("er", ("e", "a", "e")), ("et", ("a", "e")), ("en", ("en", "n")))
_SPELLINGS = tuple(
    str.maketrans(each)
    for each in (
        {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe"},
        {"æ": "a", "ø": "o", "å": "a", "ä": "a", "ö": "o"},
        {"å": "aa"},
    )
)


def read_table(path: Path) -> list[tuple[str, str, str, str]]:
    """Label, text, source and language of each row of train.parquet or dev.parquet."""
    table = pq.read_table(path, columns=["label", "text", "source", "lang"]).to_pydict()
    return list(zip(table["label"], table["text"], table["source"], map(str, table["lang"]), strict=True))


def read_sentences(path: Path, without: Iterable[str] = ()) -> list[Row]:
    """Rows of a table, without some sources; not those of another script, which never reach the model."""
    out = frozenset(without)
    pairs = ((label, normalise(text)) for label, text, source, _ in read_table(path) if source not in out)
    return [(label, words) for label, words in pairs if words and is_latin(words)]


def made_of(sentences: list[Row], strings: list[Row], chance: random.Random) -> list[Row]:
    """All rows the model is trained on, shuffled."""
    dialect = list(_dialect(sentences, chance))
    often = sentences * SENTENCE_TIMES
    rows = [
        *often, *fragments(often, FRAGMENTS, FRAGMENT_WORDS, chance),
        *strings, *fragments(strings, {}, (1, 5), chance), *_words(chance),
        *dialect, *fragments(dialect, {}, FRAGMENT_WORDS, chance),
        *_spelled(sentences, chance), *_noise(chance),
    ]  # fmt: skip
    chance.shuffle(rows)
    return rows


def fragments(
    rows: Iterable[Row], times: dict[str, int], words: tuple[int, int], chance: random.Random
) -> Iterator[Row]:
    """Cut pieces of a few words out of longer texts."""
    for label, text in rows:
        parts = text.split()
        for _ in range(times.get(label, 1)):
            size = chance.randint(*words)
            if len(parts) > size:
                start = chance.randrange(len(parts) - size + 1)
                yield label, " ".join(parts[start : start + size])


def mojibake(path: Path, chance: random.Random) -> Iterator[Row]:
    """UTF-8 of other scripts read as a Western encoding: it looks Latin, and is in no language."""
    texts = [text for _, text, _, _ in read_table(path) if not is_latin(normalise(text))]
    for text in chance.sample(texts, min(MOJIBAKE_ROWS, len(texts))):
        words = normalise(text.encode().decode(chance.choice(("latin-1", "cp1252")), "replace"))[:200]
        if words and is_latin(words):
            yield "other", words


def _words(chance: random.Random) -> Iterator[Row]:
    """Rows of two to seven words, drawn by their frequency in one language."""
    lists = {language: wordfreq.get_frequency_dict(language, "small") for language in WORD_ROWS}
    for language, rows in WORD_ROWS.items():
        own = {
            word: frequency**FLATTENED
            for word, frequency in lists[language].items()
            if word == normalise(word) and is_latin(word)
            and all(lists[other].get(word, 0.0) <= FOREIGN_TIMES * frequency for other in lists)
        }  # fmt: skip
        words, weights = list(own), list(itertools.accumulate(own.values()))
        for _ in range(rows):
            yield language, " ".join(chance.choices(words, cum_weights=weights, k=chance.randint(*FRAGMENT_WORDS)))


def _dialect(rows: list[Row], chance: random.Random) -> Iterator[Row]:
    """Bokmål sentences as they are spoken: the small words, and the endings of half of the others."""
    texts = [text for label, text in rows if label == "nb" and 3 <= text.count(" ") + 1 <= 40]
    for text in chance.sample(texts, min(DIALECT_ROWS, len(texts))):
        yield "nb", " ".join(_spoken(word, chance) for word in text.split())


def _spoken(word: str, chance: random.Random) -> str:
    if word in DIALECTS:
        return chance.choice(DIALECTS[word])
    if len(word) <= 4 or chance.random() < 0.5:
        return word
    for ending, others in _ENDINGS:
        if word.endswith(ending):
            return word.removesuffix(ending) + chance.choice(others)
    return word.removesuffix("e") + chance.choice(("e", "a", "")) if word.endswith("e") else word


def _spelled(rows: list[Row], chance: random.Random) -> Iterator[Row]:
    """Nordic sentences as they are written without æ, ø and å: spelled out, or with the nearest letter."""
    for wanted in ("da", "nb", "nn", "sv"):
        texts = [text for label, text in rows if label == wanted and re.search("[æøåäö]", text)]
        for text in chance.sample(texts, min(SPELLED_ROWS, len(texts))):
            yield wanted, text.translate(chance.choice(_SPELLINGS))


def _noise(chance: random.Random) -> Iterator[Row]:
    """Rows of no language: random letters, syllables open and closed, and repetitions, labelled other."""
    consonants, vowels, letters = "bcdfghjklmnprstvwxz", "aeiouy", "abcdefghijklmnopqrstuvwxyz"
    for number in range(NOISE_ROWS):
        size = chance.randint(2, 12)
        if number % 4 == 0:
            words = ["".join(chance.choices(letters, k=chance.randint(1, 10))) for _ in range(size)]
        elif number % 4 == 1:
            words = ["".join(chance.choices(letters, k=chance.randint(1, 5)))] * (size + 1)
        else:
            ends = consonants if number % 4 == 2 else ("",)
            pick = chance.choice
            words = [
                "".join(pick(consonants) + pick(vowels) + pick(ends) for _ in range(chance.randint(1, 3)))
                for _ in range(size)
            ]
        yield "other", " ".join(words)
