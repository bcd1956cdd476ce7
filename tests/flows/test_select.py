"""Deciding and sealing anew: what changes when the catalogue, the day or another run does, without fetching."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from corpus.errors import SealError
from dedup.errors import MixedError
from dedup.parameters import Parameters
from flows.crawl import fresh_crawl, scope_of
from flows.errors import FlowError
from flows.paths import crawled_at, finished_crawls, newest_crawl
from flows.records import newest_record
from flows.release import Draft, latest_manifest, seal
from flows.rights import terms_of
from flows.select import Right, decide_source, dedupe
from flows.settings import load_settings
from flows.sources import read_sources
from flows.workspace import Workspace, open_workspace
from tests.flows.conftest import NOW, Demo

DAY = datetime.fromisoformat(NOW)


@pytest.fixture
def space(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A copy of the demo's data, opened."""
    copy = replace(demo, data=tmp_path / "data")
    shutil.copytree(demo.data, copy.data)
    for name, value in copy.environment().items():
        monkeypatch.setenv(name, value)
    with open_workspace(load_settings()) as opened:
        yield opened


def rules(space: Workspace, right: Right) -> Counter[str]:
    """The blog's decisions on a right, by rule."""
    record = newest_record(space)
    assert record is not None
    documents = [key for key in record.documents if key.startswith("documents/blog/")]
    decided = decide_source(space, record.crawls["blog"], documents, right)
    found = [rule for key in decided for rule in pq.read_table(space.storage.local(key))["rule"].to_pylist()]
    return Counter(rule for rule in found if rule is not None)


def right_of(space: Workspace) -> Right:
    """What the blog is decided by on the day of the demo."""
    source = next(source for source in read_sources(space.settings.catalogue) if source.name == "blog")
    return Right(terms_of(space, source), scope_of(source), DAY.date())


def test_old_evidence_decides_nothing(space: Workspace) -> None:
    """A year after its crawl a page is held until it is fetched again, as its rights may have changed."""
    right = right_of(space)
    today = rules(space, right)
    assert "evidence-too-old" not in today
    days = space.policy.evidence_days_max
    assert rules(space, replace(right, as_of=(DAY + timedelta(days=days)).date())) == today
    later = rules(space, replace(right, as_of=(DAY + timedelta(days=days + 1)).date()))
    assert later == {"evidence-too-old": today.total()}


def test_what_was_signed_otherwise_is_not_clustered(space: Workspace) -> None:
    """Documents whose signatures were made with other parameters are refused by name, with what to do."""
    record = newest_record(space)
    assert record is not None
    other = space.settings.model_copy(update={"dedup": Parameters(seed=2)})
    with pytest.raises(MixedError, match=r"documents/.* was signed with seed 1 and not 2.*anew"):
        dedupe(replace(space, settings=other), {key: key for key in record.documents})


def test_what_the_catalogue_excludes_now_is_excluded(space: Workspace) -> None:
    """A pattern added to a source's scope takes its pages out of the next release, though they were crawled before."""
    right = right_of(space)
    today = rules(space, right)
    narrower = rules(space, replace(right, scope=replace(right.scope, exclude=("/2025/",))))
    assert narrower.total() == today.total()
    assert 0 < narrower["out-of-scope"] < today.total()


def test_a_run_as_of_another_time_sees_what_there_was_then(space: Workspace) -> None:
    """A crawl begun after the time of a run is not fresh in it, and is not used."""
    source = next(source for source in read_sources(space.settings.catalogue) if source.name == "blog")
    crawl = finished_crawls(space.storage, "blog")[-1]
    began = crawled_at(crawl)
    assert began.tzinfo is UTC
    before = began - timedelta(seconds=1)
    assert newest_crawl(space.storage, "blog", before) is None
    assert fresh_crawl(space, source, before) is None
    assert newest_crawl(space.storage, "blog", began) == fresh_crawl(space, source, began) == crawl
    assert fresh_crawl(space, source, began + timedelta(days=source.crawl.fresh_days)) is None


def test_a_release_sealed_meanwhile_is_not_followed_by_an_older_one(space: Workspace) -> None:
    """A run that began before another one sealed its release seals nothing, and says to run again."""
    record, latest = newest_record(space), latest_manifest(space, DAY)
    assert record is not None
    assert latest is not None
    with pytest.raises(SealError, match="Run again"):
        seal(space, Draft(record.selection, latest.shards, after=""), DAY)
    assert seal(space, Draft(record.selection, latest.shards, after=latest.version), DAY).new is False


def test_one_release_at_a_time(space: Workspace) -> None:
    """While one process works on something another is told so, and what to do."""
    with space.alone_in("release"), pytest.raises(FlowError, match="another run"), space.alone_in("release"):
        pytest.fail("two were let in")
    with space.alone_in("release"):
        pass


def test_what_a_killed_process_left_is_swept(space: Workspace) -> None:
    """Opening the workspace removes the scratch folders of processes that are gone, and no others."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = space.work / f"scratch-{gone.pid}-abc"
    left.mkdir(parents=True)
    with space.scratch() as mine, open_workspace(space.settings):
        assert not left.exists()
        assert mine.parent.is_dir()
