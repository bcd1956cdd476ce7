"""Which language a text is in: one small fastText model, asked line by line.

Danish and Bokmål share most of their words, so the unit of decision is the longest that has one language, a line
(a paragraph, in extracted text), and the unit of weight is the character. Lines under `LETTERS_MIN` letters say too
little: neighbours are joined until they say enough, and what is left over is not judged. The model sees letters only,
in lower case, normalised to NFC: `normalise` is used by the training script as well, and a change in it asks for a
new model. The model file is read only when its SHA-256 is the one in the recipe beside it, because half a model
loads without complaint and answers nonsense.
"""

import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import fasttext

from corpus.errors import CorpusError

MODELS = Path(__file__).parent / "models"

LETTERS_MIN = 40
"""Under this many letters too many strings are valid in both Danish and Bokmål to say which."""

DA_SHARE_MIN = 0.5
"""A document is Danish when at least this share of its judged letters stands in Danish lines."""

LETTERS_MAX = 2_000
"""Letters of one line shown to the model; the answer does not change behind a few hundred."""

LATIN_SHARE_MIN = 0.5
"""A line with a smaller share of Latin letters is in none of the languages the model knows apart."""

UNKNOWN, OTHER, DANISH = "unknown", "other", "da"

_PLACEHOLDER = re.compile("⟨[A-ZÆØÅ-]{1,20}⟩")
_NAMES_A_THING = re.compile(r"://|^www\.|@|[/\\_][^/\\_]*[/\\_]")
_MAY_NAME_A_THING = re.compile(r"[@/\\_]|www\.")
_WORD = re.compile(r"[^\W\d_]+")
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


def normalise(line: str) -> str:
    """What the model is shown of a line: words of letters in lower case and NFC, one space apart.

    Addresses, paths and names of files are left out; they are in no language.
    """
    text = _PLACEHOLDER.sub(" ", unicodedata.normalize("NFC", line)).lower()
    if _MAY_NAME_A_THING.search(text):
        text = " ".join(token for token in text.split() if not _NAMES_A_THING.search(token))
    return " ".join(_WORD.findall(text))


def is_latin(words: str) -> bool:
    """Whether at least `LATIN_SHARE_MIN` of the letters of a normalised line are Latin."""
    return words.isascii() or len(_FOREIGN.findall(words)) <= (1 - LATIN_SHARE_MIN) * letters_of(words)


@cache
def load_model(folder: Path = MODELS) -> Any:  # noqa: ANN401 - fastText has no types
    """Load `language.ftz` from a folder, once a process.

    Raises ModelError when the file is missing or is not the one `language.json` was written for.
    """
    model, recipe = folder / "language.ftz", folder / "language.json"
    try:
        digest = hashlib.sha256(model.read_bytes()).hexdigest()
        expected = json.loads(recipe.read_bytes())["model_sha256"]
    except OSError as error:
        raise ModelError(f"no language model: {error}; restore {folder} from the repository") from error
    if digest != expected:
        raise ModelError(f"{model} has SHA-256 {digest}, its recipe says {expected}; restore both from the repository")
    return fasttext.load_model(str(model))


@cache
def model_digest(folder: Path = MODELS) -> str:
    """SHA-256 of the model the recipe names, in hex: part of what makes two refinements comparable."""
    return str(json.loads((folder / "language.json").read_bytes())["model_sha256"])


def identify(text: str) -> Identified:
    """Identify the language of a text, line by line, weighted by letters."""
    letters: defaultdict[str, int] = defaultdict(int)
    scores: defaultdict[str, float] = defaultdict(float)
    for words in _blocks(text):
        weight = letters_of(words)
        label, score = _judge(words)
        letters[label] += weight
        scores[label] += weight * score
    total = sum(letters.values())
    if not total:
        return Identified(UNKNOWN, 0.0, 0.0)
    da_share = letters[DANISH] / total
    label = (
        DANISH
        if da_share >= DA_SHARE_MIN
        else max((key for key in sorted(letters) if key != DANISH), key=letters.__getitem__)
    )
    return Identified(label, scores[label] / total, da_share)


def _blocks(text: str) -> Iterator[str]:
    """Normalised lines long enough to judge; short neighbours are joined until they are."""
    held = ""
    for line in text.splitlines():
        words = normalise(line)
        if not words:
            continue
        if letters_of(words) >= LETTERS_MIN:
            yield words
            continue
        held = f"{held} {words}".strip()
        if letters_of(held) >= LETTERS_MIN:
            yield held
            held = ""


def letters_of(words: str) -> int:
    """Letters in a normalised text: all of it but the spaces."""
    return len(words) - words.count(" ")


def probabilities(words: str) -> dict[str, float]:
    """Probability of each label for one normalised text that has a word; they sum to 1."""
    if not is_latin(words):
        return {OTHER: 1.0}
    answers = cast("list[tuple[float, str]]", load_model().f.predict(words[:LETTERS_MAX] + "\n", -1, 0.0, "strict"))
    return {label.removeprefix("__label__"): min(probability, 1.0) for probability, label in answers}


def _judge(words: str) -> tuple[str, float]:
    """Label and probability of one normalised block."""
    said = probabilities(words)
    label = max(said, key=said.__getitem__)
    return label, said[label]
