"""Withdrawals: nothing leaks whenever they come, and they cost what they take out, not what there is."""

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import flows.release
import flows.select
from corpus.errors import CorpusError
from flows.errors import FlowError
from flows.finding import wanted_withdrawals
from flows.honour import honour, keep_out, take_out
from ledger.errors import LedgerError
from tests.benchmarks.figures import show
from tests.benchmarks.flows.large_release import PER_SOURCE, release
from tests.flows.little import DAY, Little, text_about
from tests.flows.test_honour import case

BORDERS = (
    (flows.select, "cluster_documents"),
    (flows.select, "select_documents"),
    (flows.select, "withheld_documents"),
    (flows.release, "pack_source"),
    (flows.release, "check_ids_once"),
    (flows.release, "stage"),
    (flows.release, "record_release"),
    (flows.release, "show_release"),
    (flows.release, "attest_release"),
)
"""Steps of the pipeline: something may come before each and behind each, every time it is called."""

SECONDS_MAX = 1.5e-4
"""A document at rest may cost so many seconds to be looked at, of a core of our own: a million in two and a half
minutes."""


class Interrupted:
    """Calls something at one border of the pipeline, counted from its beginning."""

    def __init__(self, patched: pytest.MonkeyPatch, at: int, act: Callable[[], None]) -> None:
        self.passed, self._at, self._act, self._is_inside = 0, at, act, False
        for module, name in BORDERS:
            patched.setattr(module, name, self._around(getattr(module, name)))

    def _around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def around(*given: Any, **named: Any) -> Any:
            self._pass()
            answer = real(*given, **named)
            self._pass()
            return answer

        return around

    def _pass(self) -> None:
        if self._is_inside:
            return
        self.passed += 1
        if self.passed == self._at:
            self._is_inside = True
            self._act()
            self._is_inside = False


def pipeline(little: Little) -> str:
    """A crawl's documents come in, and all is released; what became of it."""
    near = text_about("hvalen").replace("Den store", "Den lille", 1)
    little.capture("late", {"copy": text_about("hvalen"), "near": near, "own": text_about("engen")})
    try:
        return f"sealed {little.release()}"
    except (CorpusError, FlowError, LedgerError, AssertionError, ValueError) as error:
        return f"stopped by {type(error).__name__}"


def test_no_withdrawal_leaks(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """At a random border of a running pipeline a text is withdrawn: what is shown from then on holds none of it."""
    points, chosen = pytestconfig.getoption("--points"), random.Random(pytestconfig.getoption("--seed"))
    with Little.opened(tmp_path / "made") as made:
        made.capture("blog", {"story": text_about("hvalen"), "other": text_about("skoven")})
        made.capture("web", {"same": text_about("hvalen"), **{f"p{n}": text_about(f"p{n}") for n in range(4)}})
        made.release()
    with made.copied(tmp_path / "counted") as little, pytest.MonkeyPatch.context() as patched:
        counter = Interrupted(patched, 0, lambda: None)
        pipeline(little)
    outcomes, leaked, left = Counter[str](), 0, 0
    for _ in range(points):
        at, whole = chosen.randint(1, counter.passed), chosen.random() < 0.5
        with made.copied(tmp_path / "one") as little:
            outcomes[withdrawn_at(little, at, whole=whole)] += 1
            leaked += leaks(little, since=set(json.loads((tmp_path / "before").read_text())))
            left += len(little.holding("hvalen", "captures/", "documents/"))
        shutil.rmtree(tmp_path / "one")
    show(
        f"{points} withdrawals at random borders of {counter.passed}",
        {**dict(outcomes.most_common()), "leaked": leaked, "left": left},
    )
    assert (leaked, left) == (0, 0)


def withdrawn_at(little: Little, at: int, *, whole: bool) -> str:
    """Run the pipeline with a withdrawal at a border, excluded alone or whole; then all that comes after it."""
    space = little.space
    before = space.settings.data.parents[1] / "before"

    def withdraw() -> None:
        before.write_text(json.dumps(list(space.storage.keys("releases/"))))
        case(little, "blog.test")
        found = keep_out(space, wanted_withdrawals(space, [], DAY.date()), DAY)
        if whole:
            take_out(space, found, DAY)

    with pytest.MonkeyPatch.context() as patched:
        Interrupted(patched, at, withdraw)
        outcome = pipeline(little)
    honour(space, [], DAY)
    little.release()
    honour(space, [], DAY)
    return outcome


def leaks(little: Little, since: set[str]) -> int:
    """Withdrawn texts and near-copies in releases that were shown since."""
    storage, leaked = little.space.storage, 0
    for key in storage.keys("releases/"):
        if key.endswith("/manifest.json") and key not in since:
            for shard in json.loads(storage.local(key).read_bytes())["shards"]:
                texts = pq.read_table(storage.local(shard["path"]), columns=["text", "url"]).to_pylist()
                leaked += sum("hvalen" in row["text"] or "//blog.test/" in row["url"] for row in texts)
    return leaked


def test_only_shards_that_hold_withdrawn_texts_are_written(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """A thousand documents of one host leave a large release: one shard is written anew, and time goes into looking."""
    documents = pytestconfig.getoption("--released")
    with Little.opened(tmp_path) as little:
        before = release(little, documents)
        case(little, "x.s001.test")
        began, cpu = time.perf_counter(), time.process_time()
        done = honour(little.space, [], DAY)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        after = little.manifest()
        again = time.perf_counter()
        honour(little.space, [], DAY)
        again = time.perf_counter() - again
    written = {shard.path for shard in after.shards} - {shard.path for shard in before.shards}
    figures = {
        "withdrawn": sum(done.excluded.values()),
        "shards": len(before.shards),
        "shards written": len(written),
        "rows left": sum(shard.rows for shard in after.shards),
        "s": seconds,
        "cpu_s": cpu,
        "s, a round that finds nothing": again,
    }
    show(f"A thousand documents withdrawn from {documents:,}", figures)
    assert figures["withdrawn"] == done.tombstones == done.purged.documents == PER_SOURCE // 10
    assert (len(written), figures["rows left"]) == (1, documents - PER_SOURCE // 10)
    assert cpu <= 10 + SECONDS_MAX * documents
