"""Payees: the account somebody is paid on, and how their VAT is treated. The journal only commits to both."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update

from ledger import tables
from ledger.agreements import DOMAIN
from ledger.errors import RecordRefused
from ledger.journal import Event, Stamp, commitment, new_nonce
from ledger.journal import append as enter
from ledger.store import Ledger

IBAN_CHARS = (15, 34)
"""Shortest and longest IBAN there is (ISO 13616)."""


class Vat(StrEnum):
    """How VAT is treated, as whoever keeps the books has found.

    Not said yet; exempt; added to the amounts; declared by us, as the payee is abroad; outside of the law's scope.
    """

    UNSTATED = "unstated"
    EXEMPT = "exempt"
    ADDED = "added"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE_SCOPE = "outside_scope"


NO_VAT = str(Vat.UNSTATED)


@dataclass(frozen=True, slots=True)
class Payee:
    """Whom we pay, as agreements name them; `iban` without spaces, empty where it is not known."""

    name: str
    iban: str
    vat: Vat


def record_payee(ledger: Ledger, payee: Payee, actor: str, now: datetime) -> bool:
    """Record a payee, or record anew what changed; tell whether anything did.

    Raises:
        RecordRefused: the account's number has a wrong check digit, or the name is empty or a domain's.

    """
    stamp = Stamp(actor, now)
    if not payee.name.strip() or payee.name.startswith(DOMAIN):
        raise RecordRefused("a payee has a name, as the agreement writes it, and it is no domain")
    if payee.iban:
        check_iban(payee.iban)
    with ledger.writing() as connection:
        row = connection.execute(select(tables.payee).filter_by(name=payee.name)).mappings().one_or_none()
        if row is not None and (row["iban"], row["vat"]) == (payee.iban, payee.vat):
            return False
        nonce, vat = new_nonce(), str(payee.vat)
        body = {"vat": vat, "commitment": commitment(nonce, {"name": payee.name, "iban": payee.iban})}
        seq = enter(connection, stamp, Event("payee", "payees", body))
        values = {"iban": payee.iban, "vat": vat, "nonce": nonce, "entry_seq": seq}
        if row is None:
            connection.execute(insert(tables.payee).values(name=payee.name, **values))
        else:
            connection.execute(update(tables.payee).filter_by(name=payee.name).values(**values))
        return True


def payees(ledger: Ledger) -> dict[str, Payee]:
    """Return every payee that is recorded, by name."""
    with ledger.reading() as connection:
        rows = connection.execute(select(tables.payee).order_by(tables.payee.c.name)).mappings().all()
    return {row["name"]: Payee(row["name"], row["iban"], Vat(row["vat"])) for row in rows}


def check_iban(iban: str) -> str:
    """Return an IBAN without its spaces.

    Raises:
        RecordRefused: it is none: its check digits (ISO 7064, mod 97) are wrong, or its shape is.

    """
    plain = iban.replace(" ", "").upper()
    shaped = plain.isascii() and plain.isalnum() and plain[:2].isalpha() and plain[2:4].isdigit()
    if not (shaped and IBAN_CHARS[0] <= len(plain) <= IBAN_CHARS[1]):
        raise RecordRefused(f"{iban!r} is no IBAN: two letters, two digits, and the account, as DK50 0040 0440 1162 43")
    if int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 != 1:
        raise RecordRefused(f"{iban!r} is no IBAN: its check digits are wrong; copy it from the payee's own letter")
    return plain
