"""The labelled sentences of the benchmarks: a folder (`--lid`) that is not part of the project."""

import hashlib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from deploy.language_scores import Labelled


def labelled_file(config: pytest.Config, name: str) -> Path:
    """A file of the folder that was named; without one the benchmark is left out."""
    if not config.getoption("--lid"):
        pytest.skip('needs labelled sentences: make bench ARGS="--lid FOLDER"')
    return Path(config.getoption("--lid")) / name


def read_labelled(path: Path) -> list[Labelled]:
    """Label, text, source and language of each row."""
    table = pq.read_table(path, columns=["label", "text", "source", "lang"]).to_pydict()
    return list(zip(table["label"], table["text"], table["source"], map(str, table["lang"]), strict=True))


def digest_of_file(path: Path) -> str:
    """SHA-256 in hex: floors hold for one."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
