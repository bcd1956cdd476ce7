"""Deliveries: what rights holders handed over as files, in the order it was recorded.

The entry in the journal is the commit: files in storage that no entry names were never delivered. Of the files only
one digest stands in it, taken of their names and digests together; a note is committed to, and lies with the files.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from ledger import tables
from ledger.errors import UnknownRecord
from ledger.instants import instant_from_text
from ledger.journal import Event, Json, Stamp, append, commitment
from ledger.records import Delivery
from ledger.sources import check_known
from ledger.store import Ledger
from ledger.terms import standing

_KIND = "delivery"


def record_delivery(ledger: Ledger, delivery: Delivery, note: Mapping[str, str], stamp: Stamp) -> bool:
    """Record a delivery; tell whether it was new. The same files once more change nothing.

    `note` holds the `text` of what was said beside it, and the `nonce` that hides it in the journal.

    Raises:
        UnknownRecord: its source, or its agreement with this source, is not in the ledger.

    """
    with ledger.writing() as connection:
        check_known(connection, {delivery.source})
        known = {agreement.id for agreement in standing(connection, delivery.source)}
        if delivery.agreement and delivery.agreement not in known:
            raise UnknownRecord(
                f"no agreement {delivery.agreement} about {delivery.source} is in the ledger: state it in the "
                "catalogue, or record it with `fodaftryk ledger agree`"
            )
        if any(held.digest == delivery.digest for held, _ in _deliveries(connection, delivery.source)):
            return False
        body: dict[str, Json] = {
            "delivery": f"sha256:{delivery.digest}",
            "files": delivery.files,
            "bytes": delivery.bytes,
            "agreement": delivery.agreement,
            "commitment": commitment(note["nonce"], {"note": note["text"]}),
        }
        append(connection, stamp, Event(_KIND, f"source:{delivery.source}", body))
        return True


def deliveries(ledger: Ledger, name: str) -> tuple[tuple[Delivery, datetime], ...]:
    """Return a source's deliveries and when each was recorded, oldest first."""
    with ledger.reading() as connection:
        return _deliveries(connection, name)


def _deliveries(connection: Connection, name: str) -> tuple[tuple[Delivery, datetime], ...]:
    table = tables.entry
    query = select(table.c.body, table.c.recorded_at).filter_by(kind=_KIND, subject=f"source:{name}")
    rows = connection.execute(query.order_by(table.c.seq)).all()
    return tuple((_delivery(name, json.loads(body)), instant_from_text(at)) for body, at in rows)


def _delivery(name: str, body: Mapping[str, object]) -> Delivery:
    digest, agreement = str(body["delivery"]).removeprefix("sha256:"), str(body["agreement"])
    return Delivery(name, digest, int(str(body["files"])), int(str(body["bytes"])), agreement)
