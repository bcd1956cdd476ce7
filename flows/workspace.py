"""What every step works with: settings, storage, ledger and policy, opened once."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpus.refine import page_readers
from corpus.storage import Storage, open_storage
from corpus.workers import Template
from crawler.starting import Crawls
from dedup.signatures import sign_lightly
from flows.errors import FlowError, SettingsError
from flows.settings import Settings
from ledger.errors import RecordRefused
from ledger.policy import Policy, load_policy
from ledger.store import Ledger, open_ledger

_CACHE = Path("work", "cache")
"""Where copies of what lies on S3 are kept, in the data folder."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The opened parts, local disk for work under way, and what crawls and readers of pages are forked from.

    Each of these two processes starts when it is first needed: loading takes as long as reading some hundred pages.
    """

    settings: Settings
    storage: Storage
    ledger: Ledger
    policy: Policy
    crawls: Crawls
    readers: Template

    @property
    def work(self) -> Path:
        """The folder for unfinished work."""
        return self.settings.data / "work"

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a file to write to on local disk; it is gone behind the block."""
        self.work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.work, prefix=f"scratch-{os.getpid()}-") as folder:
            yield Path(folder) / "file"

    @contextmanager
    def alone_in(self, name: str) -> Iterator[None]:
        """Let one process at a time on this machine work on something. Raises FlowError when another is at it."""
        self.work.mkdir(parents=True, exist_ok=True)
        with (self.work / f"{name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FlowError(f"{name}: another run is at work on it here. Wait for it, or stop it.") from None
            yield

    @contextmanager
    def alone_anywhere_in(self, name: str) -> Iterator[None]:
        """Let one process at a time work on something, on all machines that have this ledger. Raises as `alone_in`."""
        with self.alone_in(name), self.ledger.turn(name) as is_ours:
            if not is_ours:
                raise FlowError(f"{name}: another machine is at work on it. Wait for it, or stop it there.")
            yield


@contextmanager
def open_workspace(settings: Settings) -> Iterator[Workspace]:
    """Open storage and ledger to work with, made where they are missing; each says clearly when it cannot be used."""
    storage = open_storage(settings.storage_settings, settings.data / _CACHE)
    with _opened(settings, storage, settings.ledger_url) as space:
        _sweep(space.work)
        yield space


@contextmanager
def look_into(settings: Settings) -> Iterator[Workspace]:
    """Open storage and ledger to answer a question from them. What is missing is empty, and is not made.

    In place of a data folder and a ledger that are not there stands a temporary folder.
    """
    with tempfile.TemporaryDirectory(prefix="fodaftryk-") as nothing:
        data = settings.data if settings.data.exists() else Path(nothing)
        file = settings.ledger_file
        url = settings.ledger_url if file is None or file.exists() else f"sqlite:///{nothing}/ledger.sqlite"
        storage = open_storage(settings.storage_settings, data / _CACHE, reading=True)
        with _opened(settings, storage, url) as space:
            yield space


@contextmanager
def _opened(settings: Settings, storage: Storage, ledger_url: str) -> Iterator[Workspace]:
    policy = read_policy(settings.ledger.policy)
    ledger = open_ledger(ledger_url)
    try:
        sign = partial(sign_lightly, parameters=settings.dedup)
        with Crawls() as crawls, page_readers(settings.refine, sign) as template:
            yield Workspace(settings, storage, ledger, policy, crawls, template)
    finally:
        ledger.close()


def _sweep(work: Path) -> None:
    """Remove the scratch folders of processes that were killed."""
    for folder in work.glob("scratch-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            shutil.rmtree(folder)


def read_policy(path: str) -> Policy:
    """Read a policy file, or the one that is shipped where the path is empty. Raises SettingsError with a remedy."""
    try:
        return load_policy(Path(path) if path else None)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}. Give a policy file with FODAFTRYK_LEDGER__POLICY.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 ({error.reason}): save the policy as UTF-8.") from error
    except RecordRefused as error:
        raise SettingsError(f"{path}: {error}") from error
