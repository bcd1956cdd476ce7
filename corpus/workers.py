"""Isolated workers: a page that hangs, crashes or eats memory costs itself and nothing else.

Each worker is a Python process of its own (`python -m corpus.workers`), fed one item at a time over a socket. It
bounds its own address space and the processor time of each item, dies when its parent dies, and is replaced after
some items, because parsers leak. The parent bounds the wall time as well, for a worker that waits. What the function
itself raises is a bug of ours and comes up in the parent; only a worker's death is counted as a loss.

The limit that decides is processor time, so that a busy machine does not lose other pages than an idle one.
"""

import ctypes
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection, wait
from typing import Any, Self

from corpus.documents import Reason
from corpus.errors import CorpusError

WALL_FACTOR = 4
"""Wall seconds allowed for each second of processor time: the machine is shared."""

AHEAD = 8
"""Items a worker may be ahead of the oldest unfinished one: bounds what waits for its turn."""

START_SECONDS_MAX = 120.0
"""Longest a worker may take to import its function on a busy machine."""

_PR_SET_PDEATHSIG = 1


class WorkerError(CorpusError):
    """The function failed in a worker, or a worker could not start: a fault of the program, not of the page."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Bounds of each worker: how many there are, what one item may cost, when a worker is replaced."""

    workers: int = 2
    seconds_per_item_max: float = 20.0
    memory_bytes_max: int = 2 << 30
    items_per_worker_max: int = 2_000


class _Worker:
    """One child process and the item it is at."""

    def __init__(self, function: str, limits: WorkerLimits) -> None:
        ours, theirs = socket.socketpair()
        arguments = [function, str(theirs.fileno()), str(os.getpid())]
        arguments += [str(limits.seconds_per_item_max), str(limits.memory_bytes_max)]
        command = [sys.executable, "-m", "corpus.workers", *arguments]
        nothing = subprocess.DEVNULL
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=nothing, stdout=nothing)  # noqa: S603 - ourselves
        theirs.close()
        self.connection = Connection(ours.detach())
        self.index: int | None = None
        self.done = 0
        self.deadline = 0.0
        if not (self.connection.poll(START_SECONDS_MAX) and self._hello()):
            self.stop()
            raise WorkerError(f"a worker for {function} did not start; its output above says why")

    def _hello(self) -> bool:
        try:
            return bool(self.connection.recv() == "ready")
        except (EOFError, OSError):
            return False

    def give(self, index: int, item: object, limits: WorkerLimits) -> None:
        self.index, self.done = index, self.done + 1
        self.deadline = time.monotonic() + WALL_FACTOR * limits.seconds_per_item_max
        with suppress(BrokenPipeError, ConnectionResetError):  # it died idle: `take` finds out
            self.connection.send(item)

    def take(self) -> Any:  # noqa: ANN401 - whatever the function returns, or the reason there is nothing
        """The answer to the item given, or the reason why there is none; the worker is dead then."""
        self.index = None
        try:
            failed, value = self.connection.recv()
        except (EOFError, OSError):
            code = self.process.wait()
            return Reason.EXTRACTION_TIMEOUT if code == -signal.SIGPROF else Reason.EXTRACTION_CRASHED
        if failed:
            raise WorkerError(f"a worker's function failed; this is a fault in the program:\n{value}")
        return value

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.connection.close()


class Workers:
    """Runs a function over items in child processes; use as a context manager.

    Workers die with the thread that started them, so use it from one that lives as long as they are needed.
    `function` is named as `package.module:name` and takes one picklable item.
    """

    def __init__(self, function: str, limits: WorkerLimits) -> None:
        self._function, self._limits = function, limits
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as stack:
            for worker in self._workers:
                stack.callback(worker.stop)
        self._workers = []

    def map(self, items: Iterable[object]) -> Iterator[Any]:
        """The function's answers in the order of the items; a Reason where a worker died of one.

        Raises WorkerError when the function raises, or a worker cannot start.
        """
        source = enumerate(items)
        answers: dict[int, Any] = {}
        exhausted = False
        started: deque[int] = deque()
        while True:
            while not exhausted and len(started) < AHEAD * self._limits.workers and (worker := self._idle()):
                pair = next(source, None)
                if pair is None:
                    exhausted = True
                    break
                worker.give(*pair, self._limits)
                started.append(pair[0])
            while started and started[0] in answers:
                yield answers.pop(started.popleft())
            if exhausted and not started:
                return
            if started and started[0] not in answers:
                answers |= self._collect()

    def _idle(self) -> _Worker | None:
        """A worker with nothing to do, started or replaced if need be; None when all are busy."""
        for worker in self._workers:
            if worker.index is None and worker.done >= self._limits.items_per_worker_max:
                self._drop(worker)
                break
        idle = next((worker for worker in self._workers if worker.index is None), None)
        if idle is None and len(self._workers) < self._limits.workers:
            idle = _Worker(self._function, self._limits)
            self._workers.append(idle)
        return idle

    def _collect(self) -> dict[int, Any]:
        """Wait for at least one busy worker; answers by index."""
        busy = {worker.connection: worker for worker in self._workers if worker.index is not None}
        patience = min(worker.deadline for worker in busy.values()) - time.monotonic()
        ready = wait(list(busy), max(0.0, patience))
        answers: dict[int, Any] = {}
        for connection, worker in busy.items():
            index = worker.index
            if index is None or (connection not in ready and time.monotonic() < worker.deadline):
                continue
            answers[index] = worker.take() if connection in ready else Reason.EXTRACTION_TIMEOUT
            if isinstance(answers[index], Reason):
                self._drop(worker)
        return answers

    def _drop(self, worker: _Worker) -> None:
        worker.stop()
        self._workers.remove(worker)


def _bound(memory_bytes_max: int, parent: int) -> None:
    """Bound this process's memory, and tie its life to its parent's."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes_max, memory_bytes_max))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(function: Callable[[Any], Any], connection: Connection, seconds_max: float) -> None:
    """Answer items until the parent closes the connection; a signal ends the process when one takes too long."""
    connection.send("ready")
    while True:
        try:
            item = connection.recv()
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_PROF, seconds_max)
        try:
            answer = (False, function(item))
        except MemoryError:
            os._exit(1)
        except BaseException:  # noqa: BLE001 - it is raised again, in the parent
            answer = (True, traceback.format_exc())
        signal.setitimer(signal.ITIMER_PROF, 0)
        connection.send_bytes(pickle.dumps(answer))


def main() -> None:
    """Entry point of a worker; the arguments are those `_Worker` gives."""
    name, descriptor, parent, seconds_max, memory_bytes_max = sys.argv[1:]
    _bound(int(memory_bytes_max), int(parent))
    module, _, attribute = name.partition(":")
    serve(getattr(import_module(module), attribute), Connection(int(descriptor)), float(seconds_max))


if __name__ == "__main__":
    main()
