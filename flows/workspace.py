"""What every step works with: settings, storage, ledger and policy, opened once."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpus.storage import Storage, open_storage
from flows.errors import FlowError, SettingsError
from flows.settings import Settings
from ledger.policy import Policy, load_policy
from ledger.store import Ledger, open_ledger


@dataclass(frozen=True, slots=True)
class Workspace:
    """The opened parts, and local disk for work that is under way."""

    settings: Settings
    storage: Storage
    ledger: Ledger
    policy: Policy

    @property
    def work(self) -> Path:
        """The folder for unfinished work."""
        return self.settings.data / "work"

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a file to write to on local disk; it is gone behind the block."""
        self.work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.work, prefix="scratch-") as folder:
            yield Path(folder) / "file"

    @contextmanager
    def alone_in(self, name: str) -> Iterator[None]:
        """Let one process at a time work on something. Raises FlowError when another is at it."""
        self.work.mkdir(parents=True, exist_ok=True)
        with (self.work / f"{name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FlowError(f"{name}: another run is at work on it here. Wait for it, or stop it.") from None
            yield


@contextmanager
def open_workspace(settings: Settings) -> Iterator[Workspace]:
    """Open storage and ledger; each says clearly when it cannot be used."""
    storage = open_storage(settings.storage_settings, settings.data / "work" / "cache")
    policy = _policy(settings.ledger.policy)
    ledger = open_ledger(settings.ledger_url)
    try:
        yield Workspace(settings, storage, ledger, policy)
    finally:
        ledger.close()


def _policy(path: str) -> Policy:
    try:
        return load_policy(Path(path) if path else None)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}. Give a policy file with FODAFTRYK_LEDGER__POLICY.") from error
