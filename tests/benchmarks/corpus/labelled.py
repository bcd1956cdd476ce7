"""The labelled sentences of the benchmarks: a folder (`--lid`) that is not part of the project."""

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from deploy.language_scores import Labelled

LABELS = ("da", "nb", "nn", "sv", "fo", "is", "de", "en", "nl", "other")
TEXT_CHARS_MIN = 200
"""Main text of a page that counts as Danish: shorter ones are dropped for their length anyway."""


def labelled_file(config: pytest.Config, name: str) -> Path:
    """A file of the folder that was named; without one the benchmark is left out."""
    if not config.getoption("--lid"):
        # They are other people's sentences, and no part of the project: who has none can measure all else.
        pytest.skip('needs labelled sentences: make bench ARGS="--lid FOLDER"')
    return Path(config.getoption("--lid")) / name


def read_labelled(path: Path) -> list[Labelled]:
    """Label, text, source and language of each row."""
    table = pq.read_table(path, columns=["label", "text", "source", "lang"]).to_pydict()
    return list(zip(table["label"], table["text"], table["source"], map(str, table["lang"]), strict=True))


def digest_of_file(path: Path) -> str:
    """SHA-256 in hex: floors hold for one."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def texts_by_label(path: Path) -> dict[str, list[str]]:
    """The texts of each label."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for label, text, _, _ in read_labelled(path):
        texts[label].append(text)
    return texts


def made_page(texts: dict[str, list[str]], label: str, frame: str, chance: random.Random) -> str:
    """A page with main text of one label, and a menu and a notice about cookies of another."""
    words = (escape(chance.choice(texts[frame])[:40]) for _ in range(chance.randint(5, 25)))
    menu = "".join(f"<li><a href='/side'>{each}</a></li>" for each in words)
    notice = escape(" ".join(chance.choices(texts[frame], k=chance.randint(1, 5))))
    main = "".join(f"<p>{escape(text)}</p>\n" for text in _paragraphs(texts[label], chance))
    opened, closed = chance.choice((("<nav>", "</nav>"), ("<div>", "</div>")))
    return (
        f"<html><head><style>p {{}}</style></head><body>{opened}<ul>{menu}</ul>{closed}<div>{notice}</div>"
        f"<article><h1>{escape(chance.choice(texts[label]))}</h1>{main}</article><footer>{notice}</footer></body></html>"
    )


def _paragraphs(texts: list[str], chance: random.Random) -> Iterator[str]:
    chars, wanted = 0, max(TEXT_CHARS_MIN, chance.randint(0, 4_000))
    while chars < wanted:
        paragraph = " ".join(chance.choices(texts, k=chance.randint(1, 5)))
        chars += len(paragraph)
        yield paragraph
