"""Receipts: who pulled which part of a release, and when.

The entry is about the release, so whoever has text in it sees that it was pulled; by whom is only committed to, and
lies in the row. What is pulled of the open tier needs no receipt, so these are not all pulls.
"""

import json
import re
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select

from ledger import tables
from ledger.errors import RecordConflict, RecordRefused, UnknownRecord
from ledger.instants import instant_from_text
from ledger.journal import Event, Json, Stamp, append, canonical, commitment, new_nonce
from ledger.records import Receipt
from ledger.store import Ledger

NAME_CHARS_MAX = 200
CHOICE_CHARS_MAX = 20_000
"""Longest choice: a filter of ten thousand characters fits, and an entry of the journal holds it."""

TIERS_MAX = 20
"""Most tiers of a receipt; a policy has a handful."""

_TIER = re.compile(r"[a-z][a-z0-9_-]{0,49}")
_ID = re.compile(r"[0-9a-f]{32}")
_COUNT_MAX = 2**53
"""Greatest whole number that canonical JSON writes exactly."""


def record_receipt(ledger: Ledger, receipt: Receipt, stamp: Stamp) -> bool:
    """Record that a release was pulled; tell whether it was new. The same receipt once more changes nothing.

    Raises:
        RecordConflict: another receipt stands under its id.
        RecordRefused: it is not of the form, or says nobody's name.
        UnknownRecord: the release is not in the ledger.

    """
    _check(receipt)
    with ledger.writing() as connection:
        table = tables.receipt
        row = connection.execute(select(table).filter_by(id=receipt.id)).mappings().one_or_none()
        if row is not None:
            if _receipt(row) != receipt and row["nonce"]:
                raise RecordConflict(f"another receipt {receipt.id} is in the ledger: pull into a new folder")
            return False
        if connection.scalar(select(tables.release.c.version).filter_by(version=receipt.release)) is None:
            raise UnknownRecord(f"no release {receipt.release} is in the ledger: `fodaftryk release list` tells them")
        nonce, hidden = new_nonce(), {"pulled_by": receipt.pulled_by}
        body: dict[str, Json] = {
            "id": receipt.id,
            "choice": json.loads(receipt.choice),
            "tiers": list(receipt.tiers),
            "documents": receipt.documents,
            "words": receipt.words,
            "bytes": receipt.bytes,
            "commitment": commitment(nonce, hidden),
        }
        seq = append(connection, stamp, Event("pull", f"release:{receipt.release}", body))
        values = {name: getattr(receipt, name) for name in ("id", "release", "documents", "words", "bytes")}
        texts = {"choice": receipt.choice, "tiers": canonical(list(receipt.tiers)).decode()}
        connection.execute(insert(table).values(**values, **texts, **hidden, nonce=nonce, entry_seq=seq))
        return True


def receipts(ledger: Ledger, release: str | None = None) -> tuple[tuple[Receipt, datetime], ...]:
    """Return receipts of a release, or of all, and when each was recorded, in that order; erased names are empty."""
    table, entry = tables.receipt, tables.entry
    query = select(table, entry.c.recorded_at).join(entry, entry.c.seq == table.c.entry_seq)
    if release is not None:
        query = query.where(table.c.release == release)
    with ledger.reading() as connection:
        rows = connection.execute(query.order_by(table.c.entry_seq)).mappings().all()
    return tuple((_receipt(row), instant_from_text(row["recorded_at"])) for row in rows)


def _receipt(row: RowMapping) -> Receipt:
    values: dict[str, Any] = {name: row[name] for name in Receipt.__dataclass_fields__}
    return Receipt(**{**values, "tiers": tuple(json.loads(row["tiers"]))})


def _check(receipt: Receipt) -> None:
    """Refuse what is not of the form. Raises RecordRefused."""
    name = receipt.pulled_by
    if not name.strip() or len(name) > NAME_CHARS_MAX or not name.isprintable():
        raise RecordRefused("a receipt names who pulled: an office or a team, in at most 200 characters")
    counts = (receipt.documents, receipt.words, receipt.bytes)
    if not all(_TIER.fullmatch(tier) for tier in receipt.tiers) or len(receipt.tiers) > TIERS_MAX:
        raise RecordRefused("this is no receipt of a pull: its tiers are none")
    if not _ID.fullmatch(receipt.id) or not all(0 <= count <= _COUNT_MAX for count in counts):
        raise RecordRefused("this is no receipt of a pull: its id or its counts cannot be")
    try:
        choice = json.loads(receipt.choice)
        written = canonical(choice).decode()
    except (ValueError, TypeError, RecursionError):
        written = ""
    if written != receipt.choice or not isinstance(choice, dict) or len(written) > CHOICE_CHARS_MAX:
        raise RecordRefused("this is no receipt of a pull: what was chosen is not told as it is")
