"""How payment for the sources stands, worked out when the journal or the day has moved on, and kept meanwhile.

Working it out reads every due there is, which is some hundred for each release; a page is not to wait for it each time.
"""

import threading
from dataclasses import dataclass, field
from datetime import date

from starlette.requests import Request

from ledger.portal.portal import Portal, portal_of
from ledger.records import DueStatus
from ledger.standing import WORST, accounts
from ledger.tree import size_of


def payment_of(request: Request, source: str) -> DueStatus | None:
    """Return how payment for a source stands; None where nothing of it was ever released."""
    payments = request.app.state.payments
    assert isinstance(payments, Payments)
    return payments.of(portal_of(request), source)


@dataclass
class Payments:
    """What was worked out last. Safe to share between threads."""

    asked: tuple[int, date] | None = None
    standing: dict[str, DueStatus] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, portal: Portal, source: str) -> DueStatus | None:
        """Return how payment for a source stands; None where nothing of it was ever released."""
        day = portal.now().date()
        with portal.ledger.reading() as connection:
            asked = (size_of(connection), day)
        with self.lock:
            if self.asked != asked:
                found: dict[str, list[DueStatus]] = {}
                for account in accounts(portal.ledger, day):
                    found.setdefault(account.source, []).append(account.status)
                self.standing = {name: min(all_, key=WORST.index) for name, all_ in found.items()}
                self.asked = asked
            return self.standing.get(source)
