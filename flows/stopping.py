"""Stopping: a wish to stop (Ctrl-C, SIGTERM) ends a run within seconds and loses nothing.

Crawls are told to stop and waited for, as they can end at a clean point. All else may be cut off anywhere, since
nothing half-done is ever visible: the process leaves without waiting for steps that would go on for minutes.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from crawler.starting import Crawl
from flows.progress import emit

GRACE_S = 10.0
"""Seconds that crawls are given to stop and to be left in order; one that takes longer dies with this process."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = "\x1b[?25h"
MESSAGE = "Stopped. Run the same command again, and it goes on from here."
_crawls: set[Crawl] = set()
_stopping = threading.Event()


@contextmanager
def told_to_stop(crawl: Crawl, leave: Callable[[], None]) -> Iterator[None]:
    """Let a crawl's process know of a wish to stop while the block lasts.

    Behind it, after such a wish, `leave` is called to leave the crawl in order, and this thread rests till the end.
    """
    _crawls.add(crawl)
    try:
        yield
    finally:
        if _stopping.is_set():
            leave()
        _crawls.discard(crawl)
        if _stopping.is_set():
            threading.Event().wait()  # a crawl that was told to stop is no problem to tell of


@contextmanager
def stoppable() -> Iterator[None]:
    """Answer signals while the block lasts. Only the main thread can; in another the block is left as it is."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _frame: FrameType | None) -> None:
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_DFL)  # asked twice, it is gone at once
    _stopping.set()
    for crawl in list(_crawls):
        crawl.terminate()
    deadline = time.monotonic() + GRACE_S
    while _crawls and time.monotonic() < deadline:
        time.sleep(0.05)  # the crawls are taken off the list by threads, which a handler of signals cannot wait for
    emit("stopped", message=MESSAGE)
    if sys.stderr.isatty():  # the bars hide the cursor, and show no message
        os.write(sys.stderr.fileno(), f"{_SHOW_CURSOR}\n{MESSAGE}\n".encode())
    os._exit(128 + number)
