"""Starting crawls, each a process of its own that begins at once.

Loading what crawls need takes a second of processor time and 70 MB. A template process does it once, with the first
crawl, and forks every one; they share what is loaded, and else nothing: each has its own output, end and exit code, as
`python -m crawler JOB.json` has. When this process dies, crawls under way are told to stop.
"""

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from threading import Lock
from typing import Self


class StartError(RuntimeError):
    """The process that crawls are forked from did not start, or is gone; the message says what to do next."""


class Crawl:
    """One crawl under way: `pid`, and `told` gives its events line by line; a context manager that waits for its end.

    `returncode` is None until then: its exit code, or the number of the signal it died of, negative.
    """

    def __init__(self, answers: socket.socket, told: TextIOWrapper) -> None:
        self._answers, self.told = answers, told
        self.returncode: int | None = None
        message, descriptors, _, _ = socket.recv_fds(answers, 8, 1)
        if not message:
            raise StartError("A crawl could not be started: see whether memory ran out, and run again.")
        self.pid, (self._process,) = int.from_bytes(message, "little"), descriptors

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.told.close()
        self.wait()
        os.close(self._process)
        self._answers.close()

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, number)

    def terminate(self) -> None:
        """Tell it to stop at a clean point."""
        self.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """Its return code, once it has ended; as if killed when nobody is left who would know."""
        if self.returncode is None:
            answer = self._answers.recv(8, socket.MSG_WAITALL)
            self.returncode = int.from_bytes(answer, "little", signed=True) if len(answer) == 8 else -signal.SIGKILL
        return self.returncode


class Crawls:
    """Starts crawls; a context manager, for any number of threads. Behind it no crawl may be under way."""

    def __init__(self) -> None:
        self._alone, self._thread = Lock(), ThreadPoolExecutor(max_workers=1)
        self._requests: socket.socket | None = None
        self._template: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._alone:
            if self._template is not None:
                self._template.kill()
                self._template.wait()
            if self._requests is not None:
                self._requests.close()
            self._thread.shutdown()

    def start(self, job: Path, log: int) -> Crawl:
        """Start the crawl of a job file; it writes its log to an open file. Raises StartError."""
        ours, theirs = socket.socketpair()
        out, told = os.pipe()
        reading = os.fdopen(out, encoding="utf-8")
        try:
            with theirs, os.fdopen(told, "wb"), suppress(OSError):  # the template is gone: no answer comes
                socket.send_fds(self._ready(), [os.fsencode(job)], [theirs.fileno(), told, log])
            return Crawl(ours, reading)
        except BaseException:
            reading.close()
            ours.close()
            raise

    def _ready(self) -> socket.socket:
        """The socket that the template hears; it starts from a thread of its own, as it dies with that."""
        with self._alone:
            if self._requests is None:
                self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    self._template = self._thread.submit(_template, theirs.fileno()).result()
            return self._requests


def _template(descriptor: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "crawler.template", str(descriptor), str(os.getpid())]
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command, pass_fds=[descriptor], stdin=nothing, stdout=nothing)  # noqa: S603 - ourselves
