"""What signed-in people's pages need of the other rooms: functions, put together in `flows.portal_wiring`.

Each has a default that does nothing and gives nothing away, so a portal without one of them says that it cannot do
that, and does not do it by half.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ledger.cases import Case
from ledger.conflicts import Conflict
from ledger.errors import RecordRefused
from ledger.journal import Stamp
from ledger.portal.oidc import Provider, ProviderFailed, Wire
from ledger.portal.proving import Prover
from ledger.portal.shares import Hands, Share
from ledger.statements import Statement


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a removal has come at one place: `crawl`, `corpus`, `releases`, `copies`.

    `on` is the day of it, or the day it is to be; `texts` how many texts (for copies: rows) it was done with. `release`
    is the first one without them, and `receipts` have come from those who pulled.
    """

    place: str
    done: bool
    on: date | None = None
    texts: int = 0
    release: str = ""
    receipts: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A conflict of licences, and how many texts the newest run held for it."""

    conflict: Conflict
    texts: int


def _no_records(_name: str) -> Sequence[str]:
    return ()


def _no_file(_host: str, _path: str) -> bytes | None:
    return None


def _unkept(*_: str | Path) -> None:
    raise RecordRefused("Uploads cannot be kept here. Hand the files over as a delivery.")


def _undelivered(_share: Share, _stamp: Stamp) -> None:
    raise RecordRefused("Deliveries cannot be made here: use `fodaftryk deliver`.")


def _undropped(_digest: str) -> None:
    """Nothing was kept, so nothing is dropped."""


def _unread(_digest: str) -> bytes | None:
    return None


def _unreached(*_: object) -> bytes:
    raise ProviderFailed("no provider can be reached from here")


def _no_sources(_domain: str) -> Sequence[str]:
    return ()


def _no_conflicts(_as_of: date) -> Sequence[Held]:
    return ()


def _nowhere(_case: Case) -> Sequence[Reached]:
    return ()


def _unwritten(_statement: Statement) -> bytes:
    raise RecordRefused("Statements cannot be written here: use `fodaftryk ledger statement`.")


def _unproved(_sources: Sequence[str]) -> bytes:
    raise RecordRefused("Proofs cannot be made here: use `fodaftryk proof`.")


_NO_WIRE = Wire(_unreached, _unreached)
_NO_PROVER = Prover(_no_records, _no_file)
_NO_HANDS = Hands(_unkept, _undelivered, _undropped, _unread)


@dataclass(frozen=True, slots=True)
class Wiring:
    """The functions.

    `sources_of` gives the sources with pages on a domain; `conflicts` those of licences on a day; `reached` how far a
    removal has come; `csv` and `pdf` write a statement; `proof` packs all the journal has about some sources as ZIP.
    """

    providers: tuple[Provider, ...] = ()
    wire: Wire = _NO_WIRE
    prover: Prover = _NO_PROVER
    hands: Hands = _NO_HANDS
    sources_of: Callable[[str], Sequence[str]] = _no_sources
    conflicts: Callable[[date], Sequence[Held]] = _no_conflicts
    reached: Callable[[Case], Sequence[Reached]] = _nowhere
    csv: Callable[[Statement], bytes] = _unwritten
    pdf: Callable[[Statement], bytes] = _unwritten
    proof: Callable[[Sequence[str]], bytes] = _unproved


NO_WIRING = Wiring()
"""Nothing of the other rooms."""
