# /// script
# requires-python = ">=3.11"
# dependencies = ["fasttext-numpy2", "pyarrow", "numpy"]
# ///
"""Train the language model: labelled sentences in, `language.ftz` and its recipe `language.json` out.

Runs in an environment of its own, because the library that trains and the one that predicts share a module name:

    uv run deploy/train_language.py DATA OUT

DATA holds train.parquet and dev.parquet (columns label, text, source) and SOURCES.md with their licences. One thread
and a fixed seed: the same data and library give the same model.
"""

import argparse
import hashlib
import importlib.metadata
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import fasttext
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus.language import LETTERS_MIN, is_latin, normalise

SEED = 20261124
NOISE_ROWS = 6_000
FRAGMENT_WORDS = (2, 7)
FRAGMENTS = {"da": 2, "nb": 3, "nn": 4, "fo": 4, "is": 2}
"""Fragments cut from each sentence by label, others 1: more where neighbours are alike or rows few."""

PARAMETERS: dict[str, Any] = {
    "dim": 32, "epoch": 15, "lr": 0.5, "minn": 2, "maxn": 5, "wordNgrams": 1, "bucket": 1_000_000,
    "minCount": 1, "loss": "softmax", "thread": 1, "seed": SEED,
}  # fmt: skip
QUANTISE: dict[str, Any] = {
    "cutoff": 45_000,
    "retrain": True,
    "epoch": 3,
    "lr": 0.1,
    "qnorm": True,
    "dsub": 2,
    "thread": 1,
}


def rows(path: Path) -> list[tuple[str, str]]:
    """Label and normalised text of each row whose script is Latin: the others never reach the model."""
    table = pq.read_table(path, columns=["label", "text"]).to_pydict()
    pairs = ((label, normalise(text)) for label, text in zip(table["label"], table["text"], strict=True))
    return [(label, words) for label, words in pairs if words and is_latin(words)]


def fragments(pairs: Iterable[tuple[str, str]], chance: random.Random) -> Iterator[tuple[str, str]]:
    """Cut pieces of 2 to 7 words out of longer sentences: headings and menu entries look like that."""
    for label, text in pairs:
        words = text.split()
        for _ in range(FRAGMENTS.get(label, 1)):
            size = chance.randint(*FRAGMENT_WORDS)
            if len(words) > size:
                start = chance.randrange(len(words) - size + 1)
                yield label, " ".join(words[start : start + size])


def noise(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Rows of no language: random letters, syllables and repetitions, labelled other."""
    consonants, vowels, letters = "bcdfghjklmnprstvwxz", "aeiouy", "abcdefghijklmnopqrstuvwxyz"
    for _ in range(NOISE_ROWS):
        kind = chance.randrange(3)
        if kind == 0:
            words = ["".join(chance.choices(letters, k=chance.randint(1, 10))) for _ in range(chance.randint(2, 12))]
        elif kind == 1:
            words = [
                "".join(chance.choice(consonants) + chance.choice(vowels) for _ in range(chance.randint(1, 4)))
                for _ in range(chance.randint(2, 12))
            ]
        else:
            words = ["".join(chance.choices(letters, k=chance.randint(1, 5)))] * chance.randint(3, 12)
        yield "other", " ".join(words)


def predict(model: Any, text: str) -> str:  # noqa: ANN401 - fastText has no types
    """The model's first label for a normalised text."""
    return str(model.f.predict(text + "\n", 1, 0.0, "strict")[0][1]).removeprefix("__label__")


def f1_by_label(pairs: list[tuple[str, str]], model: Any) -> dict[str, float]:  # noqa: ANN401 - as above
    """F1 of each label, and the share of Bokmål taken for Danish as `nb_as_da`."""
    counts = Counter((label, predict(model, text)) for label, text in pairs)
    labels = sorted({label for label, _ in counts})
    scores = {}
    for label in labels:
        hit = counts[label, label]
        true, said = sum(counts[label, x] for x in labels), sum(counts[x, label] for x in labels)
        scores[label] = round(2 * hit / (true + said), 4)
    bokmaal = sum(counts["nb", x] for x in labels)
    return scores | {"nb_as_da": round(counts["nb", "da"] / bokmaal, 4) if bokmaal else 0.0}


def score(pairs: list[tuple[str, str]], model: Any) -> dict[str, dict[str, float]]:  # noqa: ANN401 - as above
    """F1 by label over all rows, by length in characters, and over made documents of twelve rows of one label."""
    documents = []
    for label in sorted({label for label, _ in pairs}):
        texts = [text for other, text in pairs if other == label]
        documents += [(label, " ".join(texts[i : i + 12])) for i in range(0, len(texts) - 11, 12)]
    return {
        "all": f1_by_label(pairs, model),
        "judged": f1_by_label([x for x in pairs if len(x[1].replace(" ", "")) >= LETTERS_MIN], model),
        "short_under_50": f1_by_label([x for x in pairs if len(x[1]) < 50], model),
        "mid_50_to_150": f1_by_label([x for x in pairs if 50 <= len(x[1]) < 150], model),
        "long_over_150": f1_by_label([x for x in pairs if len(x[1]) >= 150], model),
        "documents": f1_by_label(documents, model),
    }


def train(pairs: list[tuple[str, str]], out: Path) -> Any:  # noqa: ANN401 - as above
    """Train, quantise and save; returns the quantised model."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"__label__{label} {text}\n" for label, text in pairs)
        file.flush()
        model = fasttext.train_supervised(file.name, verbose=1, **PARAMETERS)
        model.quantize(file.name, verbose=1, **QUANTISE)
    model.save_model(str(out))
    return model


def main() -> None:
    """Read the data, train, score, write model and recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    chance = random.Random(SEED)  # noqa: S311 - a reproducible shuffle, not a secret
    sentences = rows(arguments.data / "train.parquet")
    pairs = [*sentences, *fragments(sentences, chance), *noise(chance)]
    chance.shuffle(pairs)
    arguments.out.mkdir(parents=True, exist_ok=True)
    model = train(pairs, arguments.out / "language.ftz")
    files = ("train.parquet", "dev.parquet", "SOURCES.md")
    recipe = {
        "model_sha256": hashlib.sha256((arguments.out / "language.ftz").read_bytes()).hexdigest(),
        "labels": sorted(label.removeprefix("__label__") for label in model.get_labels()),
        "data_sha256": {name: hashlib.sha256((arguments.data / name).read_bytes()).hexdigest() for name in files},
        "rows": len(pairs),
        "parameters": PARAMETERS,
        "quantise": QUANTISE,
        "fragments": FRAGMENTS,
        "noise_rows": NOISE_ROWS,
        "library": f"fasttext-numpy2 {importlib.metadata.version('fasttext-numpy2')}",
        "dev": score(rows(arguments.data / "dev.parquet"), model),
        "licences_of_the_text": [
            "CC-BY-SA-4.0", "CC-BY-SA-3.0", "CC-BY-2.0-FR", "MIT", "ISC",
        ],
    }  # fmt: skip
    (arguments.out / "language.json").write_text(json.dumps(recipe, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
