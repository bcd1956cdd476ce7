"""Fixtures: a little web on loopback and the crawler set on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawler.little_web import Crawler, LittleWeb, little_web


@pytest.fixture
def web() -> Iterator[LittleWeb]:
    """A little web on a free port of loopback."""
    with little_web() as little:
        yield little


@pytest.fixture
def crawler(web: LittleWeb, tmp_path: Path) -> Crawler:
    """The crawler, set on the little web."""
    return Crawler(web, tmp_path / "crawl")
