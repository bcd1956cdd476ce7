"""Isolated workers: a page that hangs, crashes or eats memory costs itself and nothing else.

A template process (`python -m corpus.worker_process`) imports the function once, with all it needs, and forks the
workers: they start in a millisecond and share what was imported. Many rows of items may share it, each with its own
workers. Each worker is fed batches of items over a socket, the next while it is at one. It bounds its own address space
and the time of each item, dies when the template dies, as that does with the parent, and is replaced after some items,
because parsers leak. A batch that cost a worker its life is given again item by item, so that one alone is lost. An
item that the function raises at is lost too, and says where; but when many are, the program is at fault, and it stops.

The limit that decides is processor time, so that a busy machine does not lose other pages than an idle one.
"""

import os
import pickle
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from threading import Lock
from typing import Any, Self

from corpus.documents import Reason
from corpus.errors import CorpusError

BATCH_ITEMS = 8
BATCH_BYTES = 1 << 20
"""A batch is full with so many items or bytes: small pages go together, a large one alone."""

BATCHES_GIVEN = 2
"""Batches a worker has at a time: the one it is at, and the next."""

AHEAD = 8 * BATCH_ITEMS
"""Items a worker may be ahead of the oldest unfinished one: bounds what waits for its turn."""

START_SECONDS_MAX = 120.0
"""Longest the template may take to import the function on a busy machine."""

_TIMEOUTS = frozenset({-signal.SIGPROF, -signal.SIGALRM})

RAISED_MIN, RAISED_SHARE_MAX = 20, 0.1
"""When the function has raised at so many items, and at more than this share of all, it is no matter of the items."""

Batch = list[tuple[int, bytes]]
"""Items by their place in the row of all, pickled."""


class WorkerError(CorpusError):
    """The function fails at every turn, or a worker could not start: a fault of the program, not of the page."""


@dataclass(frozen=True, slots=True)
class Lost:
    """An item without an answer: why, and where in the program, when the function raised at it."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Bounds of each worker: how many there are, what one item may cost, when a worker is replaced."""

    workers: int = 2
    seconds_per_item_max: float = 20.0
    memory_bytes_max: int = 2 << 30
    items_per_worker_max: int = 2_000


class Template:
    """The process that imported a function and forks the workers; it starts with the first, and may have many rows'.

    `function` is named as `package.module:name` and takes one picklable item, behind what is `given`, if anything:
    little, and picklable too. Its module may have a `prepare`, which is called once with what is given, before workers
    are forked. Use it as a context manager, from any number of threads.
    """

    def __init__(self, function: str, limits: WorkerLimits, given: tuple[object, ...] = ()) -> None:
        self.limits = limits
        self._function, self._given = function, given
        self._alone, self._thread = Lock(), ThreadPoolExecutor(max_workers=1)
        self._process: subprocess.Popen[bytes] | None = None
        self._ours, self._theirs = socket.socketpair()
        self._ours.settimeout(START_SECONDS_MAX)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._alone:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
            self._thread.shutdown()
            self._ours.close()
            self._theirs.close()

    def fork(self) -> tuple[int, Connection]:
        """A new worker: its process id, and the connection to it."""
        with self._alone:
            if self._process is None:
                self._start()
            ours, theirs = socket.socketpair()
            with ours, theirs:
                with suppress(OSError):  # it is gone: no answer comes
                    socket.send_fds(self._ours, [b"f"], [theirs.fileno()])
                return self._answer(), Connection(ours.detach())

    def reap(self, pid: int) -> int:
        """Bury a worker that is dead or dying; what it died of, as a negative signal number, or its exit code."""
        with self._alone:
            with suppress(OSError):  # as above
                self._ours.sendall(b"r" + pid.to_bytes(8, "little"))
            return self._answer()

    def _start(self) -> None:
        """Start it from a thread of its own, with which it dies: who asks for a worker may be gone sooner."""
        arguments = [self._function, str(self._theirs.fileno()), str(os.getpid())]
        arguments += [str(self.limits.seconds_per_item_max), str(self.limits.memory_bytes_max)]
        arguments += [pickle.dumps(self._given).hex()]
        command = [sys.executable, "-m", "corpus.worker_process", *arguments]
        self._process = self._thread.submit(_process, command, self._theirs.fileno()).result()
        self._theirs.close()
        try:
            answer = self._ours.recv(1)
        except OSError:
            answer = b""
        if not answer:
            raise WorkerError(f"a worker for {self._function} did not start; its output above says why")

    def _answer(self) -> int:
        try:
            answer = self._ours.recv(8, socket.MSG_WAITALL)
        except OSError:
            answer = b""
        if len(answer) < 8:
            raise WorkerError("the process that starts workers is gone; see whether memory ran out, and run again")
        return int.from_bytes(answer, "little", signed=True)


def _process(command: list[str], descriptor: int) -> subprocess.Popen[bytes]:
    """A process of ours that has a descriptor, hears and says nothing, and calculates with one thread."""
    nothing, environment = subprocess.DEVNULL, {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(command, pass_fds=[descriptor], stdin=nothing, stdout=nothing, env=environment)  # noqa: S603


class _Worker:
    """One worker and the batches it was given and has not answered."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._pid, self.connection = template.fork()
        self.given: deque[Batch] = deque()
        self.taken = 0

    def give(self, batch: Batch) -> None:
        self.given.append(batch)
        self.taken += len(batch)
        with suppress(BrokenPipeError, ConnectionResetError):  # it died: `take` finds out
            self.connection.send_bytes(pickle.dumps([blob for _, blob in batch]))

    def take(self) -> list[tuple[bool, Any]] | Reason:
        """The answers to the oldest batch given, as `worker_process` gives them, or what the worker died of."""
        try:
            answers = pickle.loads(self.connection.recv_bytes())  # noqa: S301 - from our own worker
        except (EOFError, OSError):
            timed_out = self._template.reap(self._pid) in _TIMEOUTS
            self.connection.close()
            return Reason.EXTRACTION_TIMEOUT if timed_out else Reason.EXTRACTION_CRASHED
        self.given.popleft()
        return list(answers)

    def stop(self) -> None:
        with suppress(ProcessLookupError):  # it died with the template
            os.kill(self._pid, signal.SIGKILL)
        self.connection.close()
        self._template.reap(self._pid)


class Workers:
    """Runs a function over items in child processes; use as a context manager, for one row of items or for many.

    Several may have one template, which stands as long as any of them.
    """

    def __init__(self, template: Template) -> None:
        self._template, self._limits = template, template.limits
        self._workers: list[_Worker] = []
        self._answered = self._raised = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in list(self._workers):
            with suppress(WorkerError):  # the template is gone, and its workers with it
                self._drop(worker)

    def map(self, items: Iterable[object]) -> Iterator[Any]:
        """The function's answers in the order of the items; Lost where it raised, or a worker died.

        Raises WorkerError when the function raises at one item after the other, or a worker cannot start.
        """
        fresh = _batches(items, min(BATCH_ITEMS, self._limits.items_per_worker_max))
        again: deque[Batch] = deque()
        answers: dict[int, Any] = {}
        following = taken = 0
        try:
            while True:
                while taken - following < AHEAD * self._limits.workers and (worker := self._free()):
                    batch = again.popleft() if again else next(fresh, None)
                    if batch is None:
                        break
                    taken = max(taken, batch[-1][0] + 1)
                    worker.give(batch)
                while following in answers:
                    yield answers.pop(following)
                    following += 1
                if not any(worker.given for worker in self._workers) and not again:
                    return
                self._collect(answers, again)
        finally:  # whoever stops in the middle leaves no answers behind for the next row
            for worker in [worker for worker in self._workers if worker.given]:
                self._drop(worker)

    def _free(self) -> _Worker | None:
        """The worker with least to do, started or replaced if need be; None when all have enough."""
        for worker in [each for each in self._workers if self._is_spent(each) and not each.given]:
            self._drop(worker)
        if len(self._workers) < self._limits.workers and all(worker.given for worker in self._workers):
            self._workers.append(_Worker(self._template))
        ready = [each for each in self._workers if len(each.given) < BATCHES_GIVEN and not self._is_spent(each)]
        return min(ready, key=lambda worker: len(worker.given), default=None)

    def _is_spent(self, worker: _Worker) -> bool:
        return worker.taken + min(BATCH_ITEMS, self._limits.items_per_worker_max) > self._limits.items_per_worker_max

    def _collect(self, answers: dict[int, Any], again: deque[Batch]) -> None:
        """Wait for at least one worker; add its answers by place, and what must be given again."""
        busy = {worker.connection: worker for worker in self._workers if worker.given}
        for connection in wait(list(busy)):
            worker = busy[connection]  # type: ignore[index] # all that was waited for is a connection
            batch = worker.given[0]
            found = worker.take()
            if not isinstance(found, Reason):
                answers |= {place: self._answer(*answer) for (place, _), answer in zip(batch, found, strict=True)}
                continue
            self._workers.remove(worker)
            again.extend(list(worker.given)[1:])
            if len(batch) == 1:
                answers[batch[0][0]] = Lost(found)
            else:
                again.extend([item] for item in batch)

    def _answer(self, is_done: bool, value: Any) -> Any:  # noqa: ANN401, FBT001 - as it comes
        self._answered += 1
        if is_done:
            return value
        self._raised += 1
        where, told = value
        if self._raised >= RAISED_MIN and self._raised > RAISED_SHARE_MAX * self._answered:
            raise WorkerError(f"a worker's function fails again and again; this is a fault in the program:\n{told}")
        return Lost(Reason.EXTRACTION_CRASHED, where)

    def _drop(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.stop()


def _batches(items: Iterable[object], most: int) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for place, item in enumerate(items):
        blob = pickle.dumps(item)
        if batch and (len(batch) == most or size + len(blob) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((place, blob))
        size += len(blob)
    if batch:
        yield batch
