"""Payment files in the two shapes banks here take: SEPA credit transfers (pain.001.001.03) in euro, and CSV.

The XML is made and held against its schema by `sepaxml`. Names of messages and the time in them come from the batch, so
that the same file written again is the same file, which a bank refuses the second time.
"""

import csv
import io
import re
from typing import Any, cast
from xml.etree import ElementTree as ET

from sepaxml import SepaTransfer
from sepaxml.validation import try_valid_xml

from ledger.errors import RecordRefused
from ledger.money import MINOR, format_amount
from ledger.orders import Batch
from ledger.payees import check_iban
from ledger.spreadsheets import safe

SCHEMA = "pain.001.001.03"
_SPACE = f"{{urn:iso:std:iso:20022:tech:xsd:{SCHEMA}}}"
_DANISH = re.compile(r"DK\d{16}")


def sepa_file(batch: Batch, name: str, iban: str) -> bytes:
    """Return a batch in euro as a pain.001 file, to be paid from our account.

    Raises:
        RecordRefused: the batch is in another currency, or our name or account is not one.

    """
    if batch.currency != "EUR":
        raise RecordRefused(
            f"SEPA pays in euro, and payment file {batch.number} is in {batch.currency}: write it as CSV"
        )
    if not name.strip():
        raise RecordRefused("a payment file names who pays: set ledger.payer, and ledger.iban with it")
    config = {"name": name, "IBAN": check_iban(iban), "batch": True, "currency": "EUR"}
    transfer = SepaTransfer(config, schema=SCHEMA, clean=True)
    for order in batch.orders:
        payment = {
            "name": order.payee,
            "IBAN": order.iban,
            "amount": order.amount_micro // MINOR,
            "execution_date": batch.pay_on,
            "description": order.reference,
            "endtoend_id": order.reference,
        }
        transfer.add_payment(payment)
    return _named(cast("bytes", transfer.export(validate=False)), batch)


def csv_file(batch: Batch) -> str:
    """Return a batch as CSV with `;` and decimal comma, as Danish banks take it; a Danish account in its two parts."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow(("file", "pay_on", "payee", "registration", "account", "iban", "amount", "currency", "text"))
    for order in batch.orders:
        danish = _DANISH.fullmatch(order.iban)
        parts = (order.iban[4:8], order.iban[8:]) if danish else ("", "")
        amount = format_amount(order.amount_micro).replace(".", ",")
        rows.writerow(
            (
                batch.reference,
                batch.pay_on,
                safe(order.payee),
                *parts,
                order.iban,
                amount,
                batch.currency,
                order.reference,
            )
        )
    return out.getvalue()


def _named(written: bytes, batch: Batch) -> bytes:
    """Give the messages the batch's name and time, and hold the file against its schema."""
    root: Any = ET.fromstring(written)  # noqa: S314 - written a line above, by us
    at = batch.made_at.strftime("%Y-%m-%dT%H:%M:%S")
    for tag, value in (("MsgId", batch.reference), ("CreDtTm", at), ("PmtInfId", batch.reference)):
        for node in root.iter(f"{_SPACE}{tag}"):
            node.text = value
    ET.register_namespace("", _SPACE.strip("{}"))
    named = b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root)
    try_valid_xml(named, SCHEMA)
    return named
