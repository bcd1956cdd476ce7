"""What changes of what is owed, never by editing it: disputed, settled, given up, reversed, claimed.

A due that is on no invoice yet moves in the books; one that is moves with its invoice, but for a reversal: then it
becomes an advance, set against what is to be paid. A change needs a note, which lies in the ledger, not in the journal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from ledger import tables
from ledger.agreements import DOMAIN
from ledger.books import (
    Account,
    AccountKind,
    Act,
    Move,
    balances,
    book,
    by_what,
    enter,
    write,
)
from ledger.dues import release_dues
from ledger.errors import RecordConflict, RecordRefused, UnknownRecord
from ledger.invoices import advance_of, against_invoices, one_invoice
from ledger.journal import Event, Stamp, commitment, new_nonce
from ledger.orders import ordered
from ledger.store import Ledger
from ledger.targets import Target, TargetKind
from ledger.tree import size_of


class Change(StrEnum):
    """Dispute: it is not paid until that is settled. Settle a dispute. Waive: who is owed gave it up."""

    DISPUTE = "dispute"
    SETTLE = "settle"
    WAIVE = "waive"


@dataclass(frozen=True, slots=True)
class Which:
    """The use of a source on an occasion: a release's version, `year:<first day>` or `crawl:<id>`."""

    source: str
    occasion: str


_LIVE = (AccountKind.PENDING, AccountKind.OWED, AccountKind.DISPUTED)
_FROM = {
    Change.DISPUTE: (AccountKind.OWED, AccountKind.PAYABLE),
    Change.SETTLE: (AccountKind.DISPUTED,),
    Change.WAIVE: (*_LIVE, AccountKind.PAYABLE),
}


def change_invoice(ledger: Ledger, number: int, change: Change, note: str, stamp: Stamp) -> bool:
    """Change what is open of an invoice; tell whether there was anything to change.

    Raises:
        UnknownRecord: there is no such invoice.
        RecordRefused: there is no note, or the invoice is in a file for the bank, which may be paying it.

    """
    _check(note)
    with ledger.writing() as connection:
        one_invoice(connection, number, stamp.now.date())
        if (batch := ordered(connection).get(number)) is not None:
            raise RecordRefused(
                f"invoice {number} is in payment file {batch}: cancel that first, if the bank has not paid"
            )
        sums = by_what(balances(connection, "invoice", [number])).get(number, {})
        moves = [
            Move(account, _other(account, change, AccountKind.PAYABLE), -amount, invoice=number)
            for account, amount in _sorted(sums)
            if account.kind in _FROM[change] and not account.source
        ]
        return _book(connection, stamp, Act(Event(change, f"invoice:{number}", {}), "", moves, note))


def change_dues(ledger: Ledger, which: Which, change: Change, note: str, stamp: Stamp) -> bool:
    """Change what is owed for some use and is on no invoice yet.

    Raises:
        UnknownRecord: nothing of the kind is in the ledger.
        RecordRefused: there is no note.

    """
    _check(note)
    with ledger.writing() as connection:
        sums = by_what(balances(connection, "obligation", _dues_of(connection, which)))
        moves = [
            Move(account, _other(account, change, AccountKind.OWED), -amount, due)
            for due in sorted(sums)
            for account, amount in _sorted(sums[due])
            if account.kind in _FROM[change] and account.source
        ]
        event = Event(change, f"source:{which.source}", {"occasion": which.occasion})
        return _book(connection, stamp, Act(event, "", moves, note))


def reverse_dues(ledger: Ledger, which: Which, note: str, stamp: Stamp) -> bool:
    """Reverse what is owed for some use, as after a takedown; what was invoiced becomes an advance.

    Tells whether there was anything to reverse. Raises as `change_dues` does.
    """
    _check(note)
    with ledger.writing() as connection:
        moves = _reversal(connection, _dues_of(connection, which))
        moves += against_invoices(connection, moves, stamp.now.date())
        event = Event("reverse", f"source:{which.source}", {"occasion": which.occasion})
        return _book(connection, stamp, Act(event, "", moves, note))


def withdraw_release(ledger: Ledger, version: str, note: str, stamp: Stamp) -> bool:
    """Void what a release owes, published or not; tell whether that was new. It never owes anything again.

    Raises:
        UnknownRecord: there is no such release.
        RecordRefused: there is no note.

    """
    _check(note)
    with ledger.writing() as connection:
        return void_dues(connection, version, note, stamp)


def void_dues(connection: Connection, version: str, note: str, stamp: Stamp) -> bool:
    """Do what `withdraw_release` does, inside a writing transaction."""
    ids = release_dues(connection, version)
    if connection.scalar(select(tables.booking.c.key).filter_by(key=f"withdraw:{version}")) is not None:
        return False
    moves = _reversal(connection, ids)
    event = Event("withdrawn", f"release:{version}", {"dues": len(moves)})
    moves += against_invoices(connection, moves, stamp.now.date())
    book(connection, stamp, Act(event, f"withdraw:{version}", moves, note))
    return True


def claim_domain(ledger: Ledger, domain: str, payee: str, case: str, stamp: Stamp) -> bool:
    """Move what is owed for a domain to whoever claimed it, and owe it to them from now on; tell whether that was new.

    Raises:
        UnknownRecord: there is no such case.
        RecordRefused: the case is no claim that was acted on, or is about something else than the domain.
        RecordConflict: somebody else claimed the domain before.

    """
    with ledger.writing() as connection:
        domain = _check_claim(connection, domain, case)
        held = connection.scalar(select(tables.claimant.c.payee).filter_by(domain=domain))
        if held is not None and held != payee:
            raise RecordConflict(f"{domain} is claimed by {held}: two that claim the same are for a person to settle")
        if held is not None:
            return False
        nonce = new_nonce()
        moves = [
            Move(account, Account(account.kind, account.source, payee, account.currency), -amount, due)
            for (account, due), amount in sorted(balances(connection, "obligation").items(), key=str)
            if account.payee == DOMAIN + domain and account.kind in _LIVE
        ]
        hidden = commitment(nonce, {"domain": domain, "payee": payee})
        event = Event("claimed", f"case:{case}", {"case": case, "commitment": hidden})
        entered = enter(connection, stamp, Act(event, f"claim:{hidden}", moves))
        values = {"domain": domain, "payee": payee, "case": case, "nonce": nonce, "entry_seq": entered.seq}
        connection.execute(insert(tables.claimant).values(**values))
        write(connection, entered)
        return True


def _reversal(connection: Connection, ids: Sequence[str]) -> list[Move]:
    """Out of what is owed; and of what is on an invoice that was not waived, into the payee's advance."""
    sums = by_what(balances(connection, "obligation", ids))
    waived = {
        number
        for number, kinds in by_what(balances(connection, "invoice")).items()
        if any(account.kind is AccountKind.WAIVED for account in kinds)
    }
    table = tables.posting.c
    query = select(table.obligation).where(table.invoice.in_(waived), table.obligation.in_(ids))
    gone = set(connection.scalars(query))
    moves = []
    for due in (due for due in ids if due in sums and not _has(sums[due], AccountKind.REVERSED)):
        source = next(account.source for account in sums[due] if account.kind is AccountKind.COST)
        for account, amount in _sorted(sums[due]):
            reversed_ = Account(AccountKind.REVERSED, source, account.payee, account.currency)
            if account.kind in _LIVE:
                moves.append(Move(account, reversed_, -amount, due))
            elif account.kind is AccountKind.PAYABLE and due not in gone:
                moves.append(Move(advance_of(account.payee, account.currency), reversed_, -amount, due))
    return moves


def _other(account: Account, change: Change, back: AccountKind) -> Account:
    """Where an amount goes by a change."""
    kinds = {Change.DISPUTE: AccountKind.DISPUTED, Change.SETTLE: back, Change.WAIVE: AccountKind.WAIVED}
    return Account(kinds[change], account.source, account.payee, account.currency)


def _book(connection: Connection, stamp: Stamp, act: Act) -> bool:
    if not act.moves:
        return False
    book(connection, stamp, Act(act.event, f"change:{size_of(connection)}", act.moves, act.note))
    return True


def _dues_of(connection: Connection, which: Which) -> list[str]:
    found = select(tables.obligation.c.id).filter_by(source=which.source, occasion=which.occasion)
    ids = list(connection.scalars(found.order_by(tables.obligation.c.entry_seq)))
    if not ids:
        raise UnknownRecord(
            f"nothing is owed to {which.source} for {which.occasion}: see `fodaftryk ledger show {which.source}`"
        )
    return ids


def _check(note: str) -> None:
    if not note.strip():
        raise RecordRefused("say why, so that it can be answered for")


def _check_claim(connection: Connection, domain: str, case: str) -> str:
    """Refuse a case that does not show whose the domain is; return the domain as it is spelled."""
    kind = connection.scalar(select(tables.rights_case.c.kind).filter_by(id=case))
    if kind is None:
        raise UnknownRecord(f"no case {case} is in the ledger: see `fodaftryk ledger case list`")
    steps = set(connection.scalars(select(tables.case_step.c.step).filter_by(case=case)))
    if kind != "claim" or "acted" not in steps or "withdrawn" in steps:
        raise RecordRefused(
            f"case {case} is no claim that was verified and acted on: `fodaftryk ledger case act` first"
        )
    try:
        spelled = Target.of(TargetKind.DOMAIN, domain).value
    except ValueError as error:
        raise RecordRefused(str(error)) from error
    target = tables.case_target
    claimed = list(connection.scalars(select(target.c.value).filter_by(case=case, kind=TargetKind.DOMAIN.value)))
    if not any(spelled == value or spelled.endswith(f".{value}") for value in claimed):
        about = ", ".join(sorted(claimed)) or "no domain"
        raise RecordRefused(f"case {case} is about {about}, and not about {spelled}: name the claim that is")
    return spelled


def _has(sums: Mapping[Account, int], kind: AccountKind) -> bool:
    return any(account.kind is kind for account in sums)


def _sorted(sums: Mapping[Account, int]) -> Iterable[tuple[Account, int]]:
    return sorted(sums.items(), key=lambda item: (item[0].kind, item[0].payee))
