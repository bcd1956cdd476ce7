"""Fixtures: a little web on loopback and the crawler set on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.starting import Crawls
from tests.crawler.little_web import Crawler, LittleWeb, little_web


@pytest.fixture
def web() -> Iterator[LittleWeb]:
    """A little web on a free port of loopback."""
    with little_web() as little:
        yield little


@pytest.fixture(scope="session")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawls]:
    """What starts crawls, where the environment names a proxy that nobody must ask."""
    with Crawls() as crawls:
        with pytest.MonkeyPatch.context() as patch, (tmp_path_factory.mktemp("crawls") / "log").open("wb") as log:
            patch.setenv("http_proxy", "http://127.0.0.1:9")
            crawls.start(Path("no such job"), log.fileno()).__exit__()  # its template is there behind it
        yield crawls


@pytest.fixture
def crawler(web: LittleWeb, crawls: Crawls, tmp_path: Path) -> Crawler:
    """The crawler, set on the little web."""
    return Crawler(web, tmp_path / "crawl", crawls)
