"""Exclusions at the select step: copies of what was withdrawn stay out, until it is lifted; by a world in memory."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from corpus.exclusions import Excluded, put_exclusions, texts_of
from corpus.fates import count_fates
from flows.select import dedupe, select
from flows.workspace import Workspace
from ledger.journal import Stamp
from ledger.withdrawals import LiftReason, exclude, exclusions, lift
from tests.flows.little import DAY, Little, text_about

STAMP = Stamp("jura", DAY)


@pytest.fixture
def little(tmp_path: Path) -> Iterator[Little]:
    """A workspace with documents and decisions, and nothing crawled."""
    with Little.opened(tmp_path) as opened:
        yield opened


def excluded(space: Workspace, key: str, url: str) -> str:
    """Exclude one text of a documents file; returns the digest of the file of exclusions."""
    for rows, signatures in texts_of(space.storage.local(key), ["id", "text_digest", "url"]):
        place = [row["url"] for row in rows].index(url)
        row = rows[place]
        out = Excluded((row["id"],), (row["text_digest"],), signatures[place : place + 1], (True,))
        with space.scratch() as scratch:
            return put_exclusions(space.storage, scratch, out, space.settings.dedup.signing_text)
    raise AssertionError(url)


def fates(little: Little, documents: dict[str, str]) -> dict[str, str]:
    """What becomes of each document, by its address."""
    space = little.space
    selection = select(space, documents, dedupe(space, documents), exclusions(space.ledger))
    assert sum(each.total() for each in count_fates(space.storage.local(selection)).values()) == 5
    rows = pq.read_table(space.storage.local(selection), columns=["url", "fate", "reason"]).to_pylist()
    return {row["url"]: row["reason"] or row["fate"] for row in rows}


def test_copies_of_a_withdrawn_text_stay_out_until_it_is_lifted(little: Little) -> None:
    """The text, the same text elsewhere and a near-copy are out, a copy used by agreement and all else is not."""
    space = little.space
    story = text_about("hvalen")
    blog = little.documents("blog", {"story": story, "other": text_about("skoven")})
    web = little.documents("web", {"same": story, "near": story.replace("Den store", "Den lille", 1)})
    news = little.documents("news", {"agreed": story}, right="agreement")
    documents = blog | web | news
    before = fates(little, documents)
    assert set(before.values()) == {"released", "duplicate"}
    digest = excluded(space, next(iter(blog)), "http://blog.test/story")
    assert exclude(space.ledger, "agreement:a", digest, 1, STAMP)
    after = fates(little, documents)
    assert after == {
        "http://blog.test/story": "withdrawn",
        "http://blog.test/other": "released",
        "http://web.test/same": "copy-of-withdrawn",
        "http://web.test/near": "copy-of-withdrawn",
        "http://news.test/agreed": "released",
    }
    lift(space.ledger, "agreement:a", LiftReason.LICENCE, STAMP)
    assert fates(little, documents) == before


def test_a_later_crawl_is_asked_too(little: Little) -> None:
    """A near-copy that turns up after the withdrawn text itself is gone is known by its signature alone."""
    space = little.space
    story = text_about("hvalen")
    gone = little.documents("blog", {"story": story})
    digest = excluded(space, next(iter(gone)), "http://blog.test/story")
    exclude(space.ledger, "agreement:a", digest, 1, STAMP)
    later = little.documents(
        "web", {name: text_about(name) for name in ("a", "b", "c", "d")} | {"copy": story + " Slut."}
    )
    assert fates(little, later)["http://web.test/copy"] == "copy-of-withdrawn"
    assert sorted(fates(little, later).values()) == ["copy-of-withdrawn", *["released"] * 4]
