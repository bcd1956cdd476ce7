"""The process that crawls are forked from: `python -m crawler.template DESCRIPTOR PARENT`, run by `crawler.starting`.

It loads what crawls need, once. Each message on its socket is a job file's path with three descriptors: where to
answer, and the crawl's output and log. It then forks a keeper, which forks the crawl, answers with its process, buries
it, and answers with its exit code (eight bytes, negative for a signal). When the template dies the keepers die, and
crawls are told to stop.

Rules for editing: nothing here or in what it loads may start a thread or install Twisted's reactor before the fork.
"""

import ctypes
import gc
import os
import signal
import socket
import sys
import traceback
from importlib import import_module
from typing import NoReturn

from corpus.worker_process import die_with

JOB_BYTES_MAX = 4096
"""The longest path Linux knows."""

LOADED = (
    "crawler.browser.chromium", "crawler.gate", "crawler.handler", "crawler.intake.run", "crawler.run",
    "crawler.scheduler", "crawler.unpack", "scrapy.downloadermiddlewares.cookies", "warcio.warcwriter",
)  # fmt: skip
"""What crawls load, the parts besides that are loaded by name or late as one begins."""

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Load what crawls need, then fork one for each message until nobody can send any more."""
    descriptor, parent = map(int, sys.argv[1:])
    die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all of us; who started the crawls decides
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for keepers
    for name in LOADED:
        import_module(name)
    gc.collect()
    gc.freeze()  # what is shared stays shared: no crawl's collector touches it
    with socket.socket(fileno=descriptor) as requests:
        while True:
            job, descriptors, _, _ = socket.recv_fds(requests, JOB_BYTES_MAX, 3)
            if not job:
                return
            template = os.getpid()
            if not os.fork():
                requests.close()
                _keep(template, job.decode(), descriptors)
            for each in descriptors:
                os.close(each)


def _keep(template: int, job: str, descriptors: list[int]) -> NoReturn:
    """Fork the crawl, and answer with what becomes of it."""
    try:
        die_with(template)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        keeper, (answers, out, log) = os.getpid(), descriptors
        crawl = os.fork()
        if not crawl:
            os.close(answers)
            _crawl(keeper, job, out, log)
        os.close(out)
        os.close(log)
        with socket.socket(fileno=answers) as asked:
            socket.send_fds(asked, [crawl.to_bytes(8, "little", signed=True)], [os.pidfd_open(crawl)])
            code = os.waitstatus_to_exitcode(os.waitpid(crawl, 0)[1])
            asked.sendall(code.to_bytes(8, "little", signed=True))
    finally:
        os._exit(0)


def _crawl(keeper: int, job: str, out: int, log: int) -> NoReturn:
    """Do what `python -m crawler` does, with an output and a log of its own."""
    code: object = 1
    try:
        os.dup2(out, sys.stdout.fileno())
        os.dup2(log, sys.stderr.fileno())
        os.close(out)
        os.close(log)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == keeper:  # else it died before we asked
            from crawler.__main__ import main as crawl  # noqa: PLC0415 - whose SIGTERM would be the template's

            code = crawl([job])
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - it is the crawl's end, and told in its log
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main()
