# /// script
# requires-python = ">=3.11"
# dependencies = ["fasttext-numpy2==0.10.4", "pyarrow", "numpy", "wordfreq==3.1.1"]
# ///
"""Train the language model: labelled texts in, `language.ftz`, `language.words` and their recipe `language.json` out.

Runs in an environment of its own, because the library that trains and the one that predicts share a module name:

    uv run deploy/train_language.py DATA OUT --strings FOLDER … --fold 1      # and so on: a source left out, scored
    uv run deploy/train_language.py DATA OUT --strings FOLDER …               # the model and its recipe

DATA holds train.parquet and dev.parquet (columns label, text, source, lang) and SOURCES.md with their licences; the
folders hold translations of programs: `language_strings.py` says which. The folds, when they are there, tell the
temperature. One thread and fixed seeds: the same data and library give the same model.
"""

import argparse
import hashlib
import importlib.metadata
import json
import math
import random
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import fasttext

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import language, word_evidence
from deploy.language_rows import SEED, Row, made_of, mojibake, read_sentences, read_table
from deploy.language_scores import Labelled, calibration_error, scores
from deploy.language_sources import SOURCES
from deploy.language_strings import read_strings
from deploy.language_words import weights_of

PARAMETERS: dict[str, Any] = {
    "dim": 10, "epoch": 4, "lr": 0.5, "minn": 3, "maxn": 5, "wordNgrams": 1, "bucket": 1_000_000,
    "minCount": 1, "loss": "softmax", "thread": 1, "seed": SEED,
}  # fmt: skip
QUANTISE: dict[str, Any] = {
    "cutoff": 80_000, "retrain": True, "epoch": 3, "lr": 0.1, "qnorm": True, "dsub": 2, "thread": 1,
}  # fmt: skip
FOLDS = (
    ("FLORES-200", "SIB-200"),
    ("Tatoeba",),
    ("iD-i18n", "VisualEditor-i18n"),
    ("DDT-train(DaN+)", "UD_Danish-DDT", "NDT"),
)
"""Sources left out together: SIB's sentences are those of FLORES, and treebanks of newspapers are of one kind."""

DANISH_WEIGHT = 0.7
"""In doubt between Danish and a neighbour: on sources left out the best lies between 0.5 and 1, and Bokmål of 50 to 150
characters is taken for Danish in .003 of cases with it, .005 without."""

TEMPERATURES = tuple(step / 20 for step in range(14, 61))
CALIBRATION_GAIN_MIN = 0.005
"""Less than this is within the noise of the bins, and no reason to bend what the model says."""

CALIBRATION_ROWS = 400
"""Rows of each label that the temperature is found with."""


def train(rows: list[Row], out: Path | None = None) -> Any:  # noqa: ANN401 - fastText has no types
    """Train; and quantise and save, when told where. Quantising changes the figures by less than another seed does."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"__label__{label} {text}\n" for label, text in rows)
        file.flush()
        model = fasttext.train_supervised(file.name, verbose=1, **PARAMETERS)
        if out:
            model.quantize(file.name, verbose=1, **QUANTISE)
            model.save_model(str(out))
    return model


def use(model: Any, table: bytes, temperature: float = 1.0) -> None:  # noqa: ANN401 - as above
    """Let the program decide with this model and table, so that the scores are the program's."""
    words = word_evidence.unpack(table)
    language.load_model = lambda: language.Model(model.f.predict, words, temperature, DANISH_WEIGHT)


def calibration(rows: list[Labelled], chance: random.Random) -> dict[str, tuple[float, float]]:
    """Mean loss and calibration error of lines that are long enough to judge, by temperature; labels balanced.

    The program's model has to be in use without a temperature.
    """
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for label, text, _, _ in rows:
        words = language.normalise(text)
        if language.letters_of(words) >= language.LETTERS_MIN and language.is_latin(words):
            texts[label].append(words)
    said = []
    for label, lines in sorted(texts.items()):
        some = chance.sample(lines, min(CALIBRATION_ROWS, len(lines)))
        said += [(label, language.probabilities(words)) for words in some]
    return {str(temperature): _at(said, temperature) for temperature in TEMPERATURES}


def _at(said: list[tuple[str, dict[str, float]]], temperature: float) -> tuple[float, float]:
    loss, answers = 0.0, []
    for label, probabilities in said:
        weights = {key: value ** (1 / temperature) for key, value in probabilities.items()}
        total = sum(weights.values())
        first = max(weights, key=weights.__getitem__)
        answers.append((first == label, weights[first] / total))
        loss -= math.log(max(weights.get(label, 0.0) / total, language.PROBABILITY_MIN / 10))
    return loss / max(1, len(said)), calibration_error(answers)


def fold(number: int, data: Path, strings: list[Row], out: Path) -> None:
    """Train without a fold's sources, and write its scores on them."""
    left_out, chance = FOLDS[number - 1], random.Random(SEED)  # noqa: S311 - reproducible, not a secret
    sentences = read_sentences(data / "train.parquet", left_out)
    held = [row for row in read_table(data / "train.parquet") if row[2] in left_out]
    unseen = {language.normalise(text) for _, text, _, _ in held}
    strings = [row for row in strings if row[1] not in unseen]
    model = train(made_of(sentences, strings, chance))
    table = word_evidence.pack(weights_of([*sentences, *strings]))
    use(model, table)
    losses = calibration(held, chance)
    told = {"left_out": left_out, "scores": scores(held, chance), "calibration": losses}
    (out / f"fold-{number}.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def temperature_of(folds: list[dict[str, Any]]) -> dict[str, float]:
    """The temperature with the least loss over all folds, if it lowers the calibration error by enough; both errors."""
    if not folds:
        return {"temperature": 1.0, "danish_weight": DANISH_WEIGHT}
    loss = {each: sum(one["calibration"][str(each)][0] for one in folds) for each in TEMPERATURES}
    error = {each: sum(one["calibration"][str(each)][1] for one in folds) / len(folds) for each in TEMPERATURES}
    best = min(TEMPERATURES, key=loss.__getitem__)
    if error[1.0] - error[best] < CALIBRATION_GAIN_MIN:
        best = 1.0
    return {
        "temperature": best,
        "danish_weight": DANISH_WEIGHT,
        "error": round(error[best], 4),
        "error_without": round(error[1.0], 4),
    }


def main() -> None:
    """Read the data, train, score, write model and recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--strings", type=Path, nargs="+", default=[])
    parser.add_argument("--fold", type=int, choices=range(1, len(FOLDS) + 1))
    arguments = parser.parse_args()
    data, out = arguments.data, arguments.out
    chance = random.Random(SEED)  # noqa: S311 - a reproducible shuffle, not a secret
    judged = read_table(data / "dev.parquet")
    strings, digest = read_strings(arguments.strings, chance, frozenset(language.normalise(row[1]) for row in judged))
    strings += mojibake(data / "train.parquet", chance)
    out.mkdir(parents=True, exist_ok=True)
    if arguments.fold:
        fold(arguments.fold, data, strings, out)
        return
    sentences = read_sentences(data / "train.parquet")
    rows = made_of(sentences, strings, chance)
    model = train(rows, out / "language.ftz")
    table = word_evidence.pack(weights_of([*sentences, *strings]))
    (out / "language.words").write_bytes(table)
    folds = [json.loads(path.read_bytes()) for path in sorted(out.glob("fold-*.json"))]
    calibrated = temperature_of(folds)
    use(model, table, calibrated["temperature"])
    files = ("train.parquet", "dev.parquet", "SOURCES.md")
    recipe = {
        "model_sha256": hashlib.sha256((out / "language.ftz").read_bytes() + table).hexdigest(),
        "labels": sorted(label.removeprefix("__label__") for label in model.get_labels()),
        "data_sha256": {name: hashlib.sha256((data / name).read_bytes()).hexdigest() for name in files},
        "strings_sha256": digest,
        "rows": len(rows),
        "words_and_pairs": len(word_evidence.unpack(table)),
        "parameters": PARAMETERS,
        "quantise": QUANTISE,
        "libraries": {name: importlib.metadata.version(name) for name in ("fasttext-numpy2", "wordfreq")},
        "calibration": calibrated,
        "dev": scores(judged, chance),
        "left_out": {" + ".join(each["left_out"]): each["scores"] for each in folds},
        "licences_of_the_text": sorted(set(", ".join(licence for licence, _ in SOURCES.values()).split(", "))),
        "sources": {name: {"licence": licence, "by": authors} for name, (licence, authors) in SOURCES.items()},
    }
    (out / "language.json").write_text(json.dumps(recipe, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
