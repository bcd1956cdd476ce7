"""Replaying a policy: a million documents judged under two policies, from what a run stored."""

import resource
import time
from dataclasses import replace
from pathlib import Path

import pytest

from flows.policy_diff import Difference, Question, money_rows, move_rows, moves
from flows.sources import read_sources
from flows.workspace import open_workspace
from ledger.policy import load_policy
from tests.benchmarks.figures import show
from tests.benchmarks.ledger.made_evidence import NOW, Shape, make, settings_in

MICROSECONDS_MAX = 60
"""A decision, at a million of them in a minute."""

SHAPES = {
    "alike": (False, False),
    "each page its own words": (True, False),
    "embargo, scopes and a list of ten thousand": (False, True),
    "all of it": (True, True),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_million_decisions_in_a_minute(name: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Whether the pages of a source say much the same or each something else, and however its texts are narrowed."""
    own_words, narrowed = SHAPES[name]
    shape = Shape(pytestconfig.getoption("--decisions"), own_words, narrowed)
    policy = load_policy()
    settings = settings_in(tmp_path, shape)
    with open_workspace(settings) as space:
        record = make(space, shape)
        began, cpu = time.perf_counter(), time.process_time()
        counted = Difference()
        question = Question(policy, replace(policy, version="ny", counted=(), bases=policy.bases[1:]), NOW.date())
        moved = sum(1 for _ in moves(space, record, read_sources(settings.catalogue), question, counted))
        rows = len(move_rows(counted)) + len(money_rows(space, counted, NOW.date()))
        seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    show(
        f"policy diff: {name}",
        {
            "documents": counted.documents,
            "kinds of evidence": counted.kinds,
            "moved": moved,
            "rows": rows,
            "seconds": seconds,
            "cpu_s": cpu_s,
            "microseconds per decision, CPU": cpu_s / counted.documents * 1e6,
            "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        },
    )
    assert counted.documents == shape.documents
    assert moved > 0
    assert cpu_s / counted.documents * 1e6 < MICROSECONDS_MAX
