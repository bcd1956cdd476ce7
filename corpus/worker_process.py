"""The processes of `corpus.workers`: the template that forks workers, and what each worker does.

The template answers two requests on its socket: `f` with a descriptor forks a worker that serves that connection, and
`r` with a process id waits for a worker's end. Each answer is a number of eight bytes.
"""

import ctypes
import gc
import itertools
import os
import pickle
import resource
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

WALL_FACTOR = 4
"""Wall seconds allowed for each second of processor time: the machine is shared."""

GC_THRESHOLD = 50_000
"""Objects made before Python looks for cycles among the young: trees are made of very many and freed without it."""

BATCHES_BEFORE_TRIM = 8
"""Batches after which memory that was freed is given back: trees leave holes, a quarter of what a worker holds."""

_PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Tie this process's life to its parent's."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def bound(memory_bytes_max: int) -> None:
    """Bound this process's memory; it leaves no core behind."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes_max, memory_bytes_max))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(function: Callable[[Any], Any], connection: Connection, seconds_max: float) -> None:
    """Answer batches until the parent closes the connection; a signal ends the process when an item takes too long.

    A thread of its own receives, so that the parent is never kept waiting by what it sends.
    """
    batches: SimpleQueue[bytes | None] = SimpleQueue()
    threading.Thread(target=_receive, args=(connection, batches), daemon=True).start()
    give_back = getattr(ctypes.CDLL(None), "malloc_trim", lambda _: 0)  # glibc alone has it
    for number in itertools.count(1):
        if (message := batches.get()) is None:
            return
        answers = [_answer(function, blob, seconds_max) for blob in pickle.loads(message)]  # noqa: S301 - our parent's
        connection.send_bytes(pickle.dumps(answers))
        if number % BATCHES_BEFORE_TRIM == 0:
            give_back(0)


def _receive(connection: Connection, batches: "SimpleQueue[bytes | None]") -> None:
    try:
        while True:
            batches.put(connection.recv_bytes())
    except (EOFError, OSError):
        batches.put(None)


def _answer(function: Callable[[Any], Any], blob: bytes, seconds_max: float) -> tuple[bool, Any]:
    """Whether the function answered, and its answer; or where it raised, without what of, and the whole traceback."""
    try:
        return True, _timed(function, pickle.loads(blob), seconds_max)  # noqa: S301 - as above
    except MemoryError:
        os._exit(1)
    except Exception as error:  # noqa: BLE001 - it costs the item; many such are raised again, in the parent
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        return False, (where, traceback.format_exc())


def _timed(function: Callable[[Any], Any], item: object, seconds_max: float) -> Any:  # noqa: ANN401 - as it comes
    """Processor time decides; wall time ends what waits and does not work."""
    signal.setitimer(signal.ITIMER_REAL, WALL_FACTOR * seconds_max)
    signal.setitimer(signal.ITIMER_PROF, seconds_max)
    try:
        return function(item)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _work(function: Callable[[Any], Any], descriptor: int, limits: tuple[float, int]) -> None:
    """What a forked worker does until its end; it never returns to the template's code."""
    code = 1
    try:
        seconds_max, memory_bytes_max = limits
        die_with(_TEMPLATE)
        bound(memory_bytes_max)
        gc.set_threshold(GC_THRESHOLD)
        serve(function, Connection(descriptor), seconds_max)
        code = 0
    finally:
        os._exit(code)


_TEMPLATE = os.getpid()


def main() -> None:
    """Entry point of the template; the arguments are those that `corpus.workers` gives."""
    name, descriptor, parent, seconds_max, memory_bytes_max, given = sys.argv[1:]
    die_with(int(parent))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all of us; the parent decides
    gc.disable()  # nothing of what is loaded is garbage
    module_name, _, attribute = name.partition(":")
    module = import_module(module_name)
    arguments = pickle.loads(bytes.fromhex(given))  # noqa: S301 - as above
    function = partial(getattr(module, attribute), *arguments)
    getattr(module, "prepare", lambda *_: None)(*arguments)
    gc.enable()
    gc.collect()
    gc.freeze()  # what is shared stays shared: no worker's collector touches it
    with socket.socket(fileno=int(descriptor)) as requests:
        requests.sendall(b"!")
        while True:
            request, descriptors, _, _ = socket.recv_fds(requests, 1, 1)
            if request == b"f":
                pid = os.fork()
                if not pid:
                    requests.close()
                    _work(function, descriptors[0], (float(seconds_max), int(memory_bytes_max)))
                os.close(descriptors[0])
                requests.sendall(pid.to_bytes(8, "little", signed=True))
            elif request == b"r":
                pid = int.from_bytes(requests.recv(8, socket.MSG_WAITALL), "little")
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                requests.sendall(code.to_bytes(8, "little", signed=True))
            else:
                return


if __name__ == "__main__":
    main()
