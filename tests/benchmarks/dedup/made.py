"""Danish documents of about 500 words to measure on: sentences of a given table, or of the texts of the tests."""

import random
import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

ROOT = Path(__file__).parents[3]
WORDS = 500


def sentences(table: str) -> list[str]:
    """Sentences of a Parquet file's column `text` (Danish alone, where a column `label` says so), or the project's."""
    if table:
        rows = pq.read_table(table).to_pylist()
        return [row["text"] for row in rows if row.get("label", "da") == "da"]
    files = [ROOT / "docs" / name for name in ("rettighedshavere.md", "om-robotten.md")]
    text = " ".join(path.read_text(encoding="utf-8") for path in [*files, ROOT / "tests" / "corpus" / "texts.py"])
    return [sentence for sentence in re.split(r"(?<=[.!?:])\s+", text) if len(sentence.split()) > 3]


def documents(table: str, count: int, seed: int) -> list[str]:
    """Documents of whole sentences, the same for the same seed; of a large table no sentence comes twice."""
    chosen = random.Random(seed)
    pool = sentences(table)
    order = chosen.sample(pool, len(pool))
    made = []
    for _ in range(count):
        parts: list[str] = []
        words = 0
        while words < WORDS:
            if not order:
                order = chosen.sample(pool, len(pool))
            parts.append(order.pop())
            words += len(parts[-1].split())
        made.append(" ".join(parts))
    return made


def mutated(text: str, share: float, seed: int, others: Sequence[str], *, in_one_run: bool) -> str:
    """The text with a share of its words replaced by words of `others`, in one run or at places of chance."""
    chosen = random.Random(seed)
    words = text.split()
    count = max(1, round(share * len(words)))
    first = chosen.randrange(len(words) - count + 1)
    places = range(first, first + count) if in_one_run else chosen.sample(range(len(words)), count)
    for place in places:
        words[place] = chosen.choice(others)
    return " ".join(words)
