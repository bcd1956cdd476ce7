"""Rules: what measuring a text costs, and whether the measures are DataTrove's, on the same texts in one run."""

import json
import random
import subprocess
import time
from datetime import date
from pathlib import Path
from statistics import fmean, median
from typing import Any

import pytest

from corpus.charset import decode
from corpus.extract import extract
from corpus.measures import Measures
from corpus.measuring import measure, plain_lines, tokenise
from corpus.profiles import load_profile
from corpus.rules import hold, judge
from tests.benchmarks.figures import show
from tests.corpus import texts

ROOT = Path(__file__).parents[3]
SCRIPT = Path(__file__).with_name("datatrove_measures.py")
DEMO = ROOT / "deploy" / "demo" / "sites"

FETCHED = date(2026, 11, 24)

TEXTS = 120
WORDS = 500
SPEED_MIN = 6.0
"""Texts per CPU second, against the three filters of DataTrove that FineWeb2 uses."""

AGREEMENT_MIN = 0.95
"""Of the texts, those on which FineWeb2's limits say the same for our tokens as DataTrove does for its own."""


def _paragraphs() -> list[str]:
    """Danish paragraphs to make texts of: those of the demo's pages and of the tests."""
    html = [decode(file.read_bytes(), "text/html").text for file in sorted(DEMO.rglob("*.html"))]
    read = [extract(page, "https://demo.test/", FETCHED).text for page in html]
    tried = [value for name, value in vars(texts).items() if name.isupper()]
    return sorted({paragraph for text in read + tried for paragraph in text.split("\n\n") if len(paragraph) > 20})


def _made(seed: int) -> list[str]:
    """Texts of about WORDS words, a third of them with paragraphs that come again."""
    chance, paragraphs = random.Random(seed), _paragraphs()
    made = []
    for number in range(TEXTS):
        chosen: list[str] = []
        while sum(paragraph.count(" ") + 1 for paragraph in chosen) < WORDS:
            again = chosen and number % 3 == 0 and chance.random() < 0.3
            chosen.append(chance.choice(chosen if again else paragraphs))
        made.append("\n\n".join(chosen))
    return made


def _texts(config: pytest.Config) -> list[str]:
    """The texts of `--texts`, or such as are made here."""
    file = config.getoption("--texts")
    if not file:
        return _made(config.getoption("--seed"))
    rows = [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows if plain_lines(row["text"])]


def _datatrove(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], float]:
    """What DataTrove says of each text, and the CPU seconds that judging them took."""
    command = [ROOT / ".uv" / "bin" / "uv", "run", "--quiet", "--no-project", "--script", SCRIPT]
    asked = "".join(json.dumps(row) + "\n" for row in rows)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
    assert not done.returncode, f"DataTrove could not be installed or run: {done.stderr[-500:]}"
    *told, last = map(json.loads, done.stdout.splitlines())
    return told, last["seconds"]


def _difference(mine: Measures, row: dict[str, Any], name: str) -> float:
    """How far a measure is from DataTrove's on the same tokens; ours stops at 1 where tokens stand without spaces."""
    theirs = row["ours"][name]
    return abs(getattr(mine, name) - (min(1.0, theirs) if name.endswith("share") else theirs))


def test_measures_are_datatroves_and_cheap(request: pytest.FixtureRequest) -> None:
    """On our tokens every measure is equal; on DataTrove's own, FineWeb2's verdict is nearly always the same."""
    given, profile = _texts(request.config), load_profile("fineweb2")
    plain = ["\n".join(plain_lines(text)) for text in given]
    told, theirs = _datatrove([{"text": text, "tokens": tokenise(text)} for text in plain])
    ours = []
    for _ in range(request.config.getoption("--rounds")):
        began = time.process_time()
        for text in given:
            judge(text, profile)
        ours.append(time.process_time() - began)
    measured = [measure(text) for text in given]
    apart = {name: max(map(_difference, measured, told, [name] * len(told))) for name in told[0]["ours"]}
    verdicts = [hold(mine, profile)[0] is None for mine in measured]
    agreement = fmean(verdict is row["kept"] for verdict, row in zip(verdicts, told, strict=True))
    words = sum(mine.words for mine in measured)
    show(
        "rules",
        {
            "texts": len(given),
            "words a text": words / len(given),
            "µs a text": 1e6 * min(ours) / len(given),
            "µs for 500 words": 500e6 * min(ours) / words,
            "datatrove, µs a text": 1e6 * theirs / len(given),
            "ratio by CPU": theirs / median(ours),
            "largest difference of a measure": max(apart.values()),
            "kept by FineWeb2's limits, ours": fmean(verdicts),
            "kept by FineWeb2's limits, datatrove": fmean(row["kept"] for row in told),
            "same verdict": agreement,
        },
    )
    assert {name: value for name, value in apart.items() if value > 1e-9} == {}
    assert theirs / median(ours) >= SPEED_MIN
    assert agreement >= AGREEMENT_MIN
