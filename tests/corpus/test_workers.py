"""A page that hangs, crashes or eats memory costs itself; the rest comes out in order."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.documents import Reason
from corpus.errors import CorpusError
from corpus.workers import BATCH_ITEMS, RAISED_MIN, Lost, Template, WorkerError, WorkerLimits, Workers

BEHAVIOUR = """
import os, signal, time

def behave(item):
    if item == "hang":
        while True:
            pass
    if item == "sleep":
        time.sleep(600)
    if item == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if item == "memory":
        bytearray(1 << 40)
    if item == "pid":
        return os.getpid()
    if item == "bug":
        raise ValueError("our own mistake")
    return item.upper()
"""


@pytest.fixture
def behaviour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A function for workers that does what its item says."""
    (tmp_path / "behaviour_of_workers.py").write_text(BEHAVIOUR)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "behaviour_of_workers:behave"


def limits(workers: int = 2, *, seconds: float = 0.5, items: int = 100) -> WorkerLimits:
    """Tight limits, so that the tests are quick."""
    return WorkerLimits(workers=workers, seconds_per_item_max=seconds, items_per_worker_max=items)


def test_losses_are_counted_and_the_rest_is_in_order(behaviour: str) -> None:
    """A hang, a crash and too much memory each give their reason, and every other item its answer in its place."""
    items = ["a", "hang", "b", "crash", "c", "memory", "d", "sleep", "e"]
    with Template(behaviour, limits()) as template, Workers(template) as workers:
        answers = list(workers.map(items))
    timeout, crashed = Lost(Reason.EXTRACTION_TIMEOUT), Lost(Reason.EXTRACTION_CRASHED)
    assert answers == ["A", timeout, "B", crashed, "C", crashed, "D", timeout, "E"]


def test_a_worker_is_replaced_after_its_items(behaviour: str) -> None:
    """No process answers more items than it may."""
    with Template(behaviour, limits(1, items=2)) as template, Workers(template) as workers:
        pids = list(workers.map(["pid"] * 5))
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [2, 2, 1]


def test_what_the_function_raises_at_is_lost_alone(behaviour: str) -> None:
    """Its answer says where that was and not what of, since that may be a person's; the worker goes on."""
    with Template(behaviour, limits(1)) as template, Workers(template) as workers:
        before, found, after = workers.map(["pid", "bug", "pid"])
    assert before == after
    assert found == Lost(Reason.EXTRACTION_CRASHED, "ValueError at behaviour_of_workers.py:17")


def test_a_fault_of_the_program_is_not_a_loss(behaviour: str) -> None:
    """What the function raises again and again comes up in the parent, with its traceback; one in twelve may fail."""
    some = ["bug", *["a"] * 11] * 2 * RAISED_MIN
    with Template(behaviour, limits(1)) as template, Workers(template) as workers:
        assert sum(isinstance(answer, Lost) for answer in workers.map(some)) == 2 * RAISED_MIN
    with (
        Template(behaviour, limits(1)) as template,
        Workers(template) as workers,
        pytest.raises(WorkerError, match="our own mistake"),
    ):
        list(workers.map(["bug"] * RAISED_MIN))


def test_a_worker_that_cannot_start_says_so() -> None:
    """A function that does not exist is an error at once, of those the command line tells, and not a lost page."""
    with (
        Template("corpus.no_such_module:f", limits(1)) as template,
        Workers(template) as workers,
        pytest.raises(CorpusError, match="did not start"),
    ):
        list(workers.map(["a"]))


def test_items_are_taken_as_they_are_needed(behaviour: str) -> None:
    """An endless row of items is read only a little ahead."""
    taken: list[int] = []

    def endless() -> object:
        while True:
            taken.append(1)
            yield "a"

    with Template(behaviour, limits(1)) as template, Workers(template) as workers:
        answers = workers.map(endless())  # type: ignore[arg-type]
        assert next(answers) == "A"
    assert len(taken) <= 5 * BATCH_ITEMS


def test_workers_die_with_their_parent(behaviour: str) -> None:
    """When the parent is killed, no worker goes on."""
    program = (
        "import sys; from corpus.workers import *\n"
        f"with Template({behaviour!r}, WorkerLimits(workers=1)) as template, Workers(template) as workers:\n"
        "    print(*workers.map(['pid']), flush=True)\n"
        "    print(*workers.map(['sleep']))\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while _runs(worker) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(worker)


def _runs(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_nothing_is_left_open(behaviour: str) -> None:
    """After use no descriptor of a worker is left in the parent."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    with Template(behaviour, limits()) as template, Workers(template) as workers:
        list(workers.map(["a", "crash", "b"]))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_one_row_after_another_finds_the_same_workers(behaviour: str) -> None:
    """Workers stay for the next row of items, also when the one before was given up in the middle."""
    with Template(behaviour, limits(1)) as template, Workers(template) as workers:
        first = list(workers.map(["pid"]))
        assert list(workers.map(["pid", "a"])) == [*first, "A"]
        begun = workers.map(["a"] * 100)
        next(begun)
        begun.close()  # type: ignore[attr-defined]
        assert list(workers.map(["b"])) == ["B"]


def test_rows_of_many_threads_share_a_template(behaviour: str) -> None:
    """Threads that are gone before it leave the shared template to the others, and each row has workers of its own."""

    def row(_: int) -> tuple[int, list[object]]:
        with Workers(template) as workers:
            (pid,) = workers.map(["pid"])
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
            answers = list(workers.map(["a", "crash", "b"]))
        assert not _runs(pid)
        return parent, answers

    with Template(behaviour, limits(1)) as template:
        with ThreadPoolExecutor(3) as threads:
            shared = list(threads.map(row, range(6)))
        shared.append(row(0))
    assert shared == [(shared[0][0], ["A", Lost(Reason.EXTRACTION_CRASHED), "B"])] * 7
    assert not _runs(shared[0][0])


def test_what_was_beside_a_lost_item_is_not_lost(behaviour: str) -> None:
    """Of a full batch only the item that killed its worker is gone, however often that happens."""
    items = ["a", "crash", "b", "c", "crash", "d", "e", "f"] * 3
    with Template(behaviour, limits()) as template, Workers(template) as workers:
        answers = list(workers.map(items))
    assert [answer for answer in answers if not isinstance(answer, Lost)] == list("ABCDEF" * 3)
    assert answers.count(Lost(Reason.EXTRACTION_CRASHED)) == 6


def test_the_loss_of_the_template_is_told(behaviour: str) -> None:
    """When the process that forks workers is killed, as for memory, that is an error that says so."""
    with Template(behaviour, limits(1)) as template, Workers(template) as workers:
        (pid,) = workers.map(["pid"])
        forks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(forks, signal.SIGKILL)
        with pytest.raises(WorkerError, match="is gone"):
            list(workers.map(["crash"]))
