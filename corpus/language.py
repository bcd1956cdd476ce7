"""Which language a text is in: one small fastText model, asked line by line, and its words where it is in doubt.

Danish and Bokmål share most of their words, so the unit of decision is the longest that has one language, a line
(a paragraph, in extracted text), and the unit of weight is the letter. Lines under `LETTERS_MIN` letters say too
little: neighbours are joined until they say enough, and what is left over is not judged: it goes with the rest. Where
a line is in doubt, the other lines of its text tell what to expect, as much as they have letters: a paragraph that is
good Danish and good Bokmål is Danish among Danish ones. Who is sure is not asked again, so a mixed page stays mixed.

The model sees letters only, in lower case, normalised to NFC: `normalise` is used by the training script as well, and
a change in it asks for a new model. Model and table are read only when their SHA-256 is the one in the recipe beside
them, because half a model loads without complaint and answers nonsense. The recipe also has the temperature that makes
the model's probabilities true: of what it says with 0.8, eight in ten are right.

In doubt between Danish and a language near it, a table is asked how Danish the words of the line are, which is told in
`word_evidence.py`, and Danish has a weight below 1, because Norwegian that is taken for Danish stays, while a Danish
line in doubt still goes with its neighbours.
"""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import fasttext

from corpus.errors import CorpusError
from corpus.word_evidence import Table, evidence, unpack

MODELS = Path(__file__).parent / "models"

LETTERS_MIN = 36
"""Under this many letters, those of a sentence of fifty characters, many strings are valid in Danish and Bokmål."""

DA_SHARE_MIN = 0.5
"""A document is Danish when at least this share of its judged letters stands in Danish lines."""

WINDOW = 100
"""Of a line of more than three times as many characters the model sees this many at its beginning, middle and end:
its answer does not change behind a few hundred. Of lines among `LINES_SEVERAL` or more half of that will do."""

LINES_SEVERAL = 4

LINES_MANY, CHARS_MANY = 12, 500
"""Lines and characters of a text whose half says enough, when that half is of one mind."""

MIXED_SHARE = 0.1
"""A text is mixed when more than this share of its letters is Danish, and more than this share is not."""

LATIN_SHARE_MIN = 0.5
"""A line with a smaller share of Latin letters is in none of the languages the model knows apart."""

SURE_MIN = 0.98
"""A line judged with this probability needs no word from its neighbours."""

EXPECTED_LETTERS = 40
"""What neighbours have to outweigh: before they speak, all labels are expected alike, with this many letters."""

PROBABILITY_MIN = 0.001
"""Labels less probable are left out: together they weigh less than the last digit that is shown."""

LABELS = 10
"""Labels the model tells apart."""

UNKNOWN, OTHER, DANISH = "unknown", "other", "da"
NEIGHBOURS = frozenset({"nb", "nn", "sv"})
"""Languages that share most of their words with Danish: in doubt between one of them and it the words are asked."""

_GOLDEN = 0.6180339887  # its multiples fall into both halves evenly, whatever order the lines alternate in
_PLACEHOLDER = re.compile("⟨[A-ZÆØÅ-]{1,20}⟩")
_NAMES_A_THING = re.compile(r"://|^www\.|@|[/\\_][^/\\_]*[/\\_]")
_IN_NAMES_OF_THINGS = ("@", "/", "\\", "_", "www.")
_WORD = re.compile(r",?[^\W\d_]+")
_FOREIGN = re.compile("[^\u0000-\u024f]")  # up to Latin Extended-B: all Latin alphabets of Europe


class ModelError(CorpusError):
    """The language model cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Identified:
    """The language of a text.

    `label` is one of da nb nn sv fo is de en nl other unknown; `score` the mean probability of that label over the
    judged letters; `da_share` the share of the judged letters that stand in Danish lines. Both from 0 to 1.
    """

    label: str
    score: float
    da_share: float


@dataclass(frozen=True, slots=True)
class Model:
    """What predicts, as fastText's `predict` does; the table asked in doubt; temperature and weight of Danish."""

    predict: Callable[[str, int, float, str], list[tuple[float, str]]]
    words: Table
    temperature: float = 1.0
    danish_weight: float = 1.0


def normalise(line: str) -> str:
    """What the model is shown of a line: words of letters in lower case and NFC, one space apart.

    A comma stands before the word that follows it: Danish has one before *at* and *som*, where Norwegian has none.
    Addresses, paths and names of files are left out; they are in no language.
    """
    text = unicodedata.normalize("NFC", line)
    text = (_PLACEHOLDER.sub(" ", text) if "⟨" in text else text).lower()
    if any(map(text.__contains__, _IN_NAMES_OF_THINGS)):
        text = " ".join(token for token in text.split() if not _NAMES_A_THING.search(token))
    return " ".join(_WORD.findall(text.replace(", ", " ,")))


def letters_of(words: str) -> int:
    """Letters in a normalised text: all of it but spaces and commas."""
    return len(words) - words.count(" ") - words.count(",")


def is_latin(words: str) -> bool:
    """Whether at least `LATIN_SHARE_MIN` of the letters of a normalised line are Latin."""
    try:
        words.encode("latin-1")
    except UnicodeEncodeError:
        return len(_FOREIGN.findall(words)) <= (1 - LATIN_SHARE_MIN) * letters_of(words)
    return True  # most are, and this is ten times as fast as a look at each letter


@cache
def load_model(folder: Path = MODELS) -> Model:
    """Load `language.ftz` and `language.words` from a folder, once a process.

    Raises ModelError when a file is missing or they are not the ones `language.json` was written for.
    """
    model = folder / "language.ftz"
    try:
        words = (folder / "language.words").read_bytes()
        digest, expected = hashlib.sha256(model.read_bytes() + words).hexdigest(), _recipe(folder)["model_sha256"]
    except OSError as error:
        raise ModelError(f"no language model: {error}; restore {folder} from the repository") from error
    if digest != expected:
        raise ModelError(f"{model} has SHA-256 {digest}, its recipe says {expected}; restore both from the repository")
    calibration = _recipe(folder)["calibration"]
    return Model(
        fasttext.load_model(str(model)).f.predict,
        unpack(words),
        float(calibration["temperature"]),
        float(calibration["danish_weight"]),
    )


@cache
def model_digest(folder: Path = MODELS) -> str:
    """SHA-256 of model and table, one after the other, in hex: part of what makes two refinements comparable."""
    return str(_recipe(folder)["model_sha256"])


@cache
def _recipe(folder: Path = MODELS) -> dict[str, Any]:
    recipe: dict[str, Any] = json.loads((folder / "language.json").read_bytes())
    return recipe


def probabilities(words: str) -> dict[str, float]:
    """Calibrated probability of each label that may be, for one normalised text of at least a word."""
    if not is_latin(words):
        return {OTHER: 1.0}
    model = load_model()
    answers = model.predict(f"{words}\n", -1, PROBABILITY_MIN, "strict")
    weights = {label[9:]: probability for probability, label in answers}  # behind __label__
    if answers[0][0] < SURE_MIN and DANISH in (first_two := list(weights)[:2]) and not NEIGHBOURS.isdisjoint(first_two):
        weights[DANISH] *= model.danish_weight * math.exp(evidence(words, model.words))
    if model.temperature != 1.0:
        weights = {label: probability ** (1 / model.temperature) for label, probability in weights.items()}
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


def identify(text: str, letters_min: int = LETTERS_MIN) -> Identified:
    """Identify the language of a text, line by line, weighted by letters; with fewer than `letters_min` it is unknown.

    With `letters_min` 1 every text that has a letter is answered. Of a text of many lines half are read first, and the
    rest only when that half is mixed.
    """
    lines = [line for line in text.splitlines() if line]
    if len(lines) >= LINES_MANY and len(text) >= CHARS_MANY:
        found = _decide([line for number, line in enumerate(lines) if number * _GOLDEN % 1 < 0.5], letters_min)
        if found.label != UNKNOWN and not MIXED_SHARE < found.da_share < 1 - MIXED_SHARE:
            return found
    return _decide(lines, letters_min)


def _decide(lines: list[str], letters_min: int) -> Identified:
    blocks = list(_blocks(lines, letters_min))
    weights = [letters for _, letters in blocks]
    total = sum(weights)
    if not total:
        return Identified(UNKNOWN, 0.0, 0.0)
    said = _with_neighbours([probabilities(words) for words, _ in blocks], weights)
    letters: dict[str, int] = {}
    for each, weight in zip(said, weights, strict=True):
        label = max(each, key=each.__getitem__)
        letters[label] = letters.get(label, 0) + weight
    da_share = letters.get(DANISH, 0) / total
    if da_share >= DA_SHARE_MIN:
        label = DANISH
    else:
        label = max((key for key in sorted(letters) if key != DANISH), key=letters.__getitem__)
    score = sum(each.get(label, 0.0) * weight for each, weight in zip(said, weights, strict=True)) / total
    return Identified(label, min(score, 1.0), da_share)


def _blocks(lines: list[str], letters_min: int) -> Iterator[tuple[str, int]]:
    """What is judged as one, normalised, and its letters: long lines by windows, short neighbours joined."""
    window = WINDOW if len(lines) < LINES_SEVERAL else WINDOW // 2
    held = ""
    for line in lines:
        is_long = len(line) > 3 * window
        words = normalise(_windows(line, window) if is_long else line)
        letters = letters_of(words)
        if letters >= letters_min:
            yield words, letters * len(line) // (3 * window) if is_long else letters
        elif letters:
            held = f"{held} {words}" if held else words
            if letters_of(held) >= letters_min:
                yield held, letters_of(held)
                held = ""


def _windows(line: str, window: int) -> str:
    middle = (len(line) - window) // 2
    return f"{line[:window]} {line[middle : middle + window]} {line[-window:]}"


def _with_neighbours(said: list[dict[str, float]], weights: list[int]) -> list[Mapping[str, float]]:
    """Probabilities of each block, those in doubt weighed by what the other blocks say, letter by letter."""
    if len(said) == 1 or all(max(each.values()) >= SURE_MIN for each in said):
        return list(said)
    sums: dict[str, float] = {}
    for each, weight in zip(said, weights, strict=True):
        for label, probability in each.items():
            sums[label] = sums.get(label, 0.0) + weight * probability
    told: list[Mapping[str, float]] = []
    for each, weight in zip(said, weights, strict=True):
        if max(each.values()) >= SURE_MIN:
            told.append(each)
            continue
        expected = {label: sums[label] - weight * p + EXPECTED_LETTERS / LABELS for label, p in each.items()}
        total = sum(p * expected[label] for label, p in each.items())
        told.append({label: p * expected[label] / total for label, p in each.items()})
    return told
