"""What entries only commit to: the names, notes and lists that lie in rows beside them, with the nonce that hides them.

Rule for editing: what is hidden is written in the modules that enter it, and read here; when a name is added there, the
shape before it stays here too, since entries made before still commit to that.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from ledger import tables
from ledger.journal import commitment
from ledger.records import Opening

COLUMNS = {
    "source": ("title", "holder", "payee"),
    "settlement": ("note",),
    "reading": ("note",),
    "agreement": ("party", "payee", "represents", "note"),
    "repertoire": ("by", "place"),
    "case_step": ("reason",),
    "payment": ("payee", "reference"),
    "booking": ("note",),
    "invoice": ("payee",),
    "payee": ("name", "iban"),
    "claimant": ("domain", "payee"),
    "bank_line": ("text", "payee"),
    "receipt": ("pulled_by",),
}
"""Of each table with a nonce, the columns that its entries hide as they are; the rest is told below."""

OF_A_SOURCE = ("source", "settlement", "reading", "agreement", "payment")
"""Those whose rows are about one source."""


def opening_of(connection: Connection, table: Table, row: RowMapping, body: Mapping[str, Any]) -> Opening | None:
    """Return what a row's entry commits to, as the row has it; None when it has something else."""
    for values in _shapes(connection, table, row):
        if commitment(row["nonce"], values) == body["commitment"]:
            return Opening(row["entry_seq"], row["nonce"], values)
    return None


def _shapes(connection: Connection, table: Table, row: RowMapping) -> Iterator[dict[str, Any]]:
    """What the entry of a row may commit to: as it is entered today, then as it was."""
    values: dict[str, Any] = {name: row[name] for name in COLUMNS[table.name]}
    if table is tables.source:
        said = _licences(connection, row["name"])
        yield values | {"licences": said}
        yield values | {"licences": [{key: one[key] for key in one if key != "scope"} for one in said]}
    elif table is tables.agreement:
        yield values
        yield {name: values[name] for name in values if name != "represents"}
    elif table is tables.repertoire:
        yield values | {"targets": _targets(connection, tables.repertoire_item, "repertoire", row["id"])}
    elif table is tables.case_step:
        values["evidence"] = json.loads(row["evidence"])
        yield values if row["position"] else values | _asked(connection, row["case"])
    else:
        yield values


def _licences(connection: Connection, source: str) -> list[dict[str, str]]:
    table = tables.licence.c
    columns = (table.asserted_by, table.place, table.note, table.scope)
    rows = connection.execute(select(*columns).where(table.source == source).order_by(table.position))
    return [dict(row) for row in rows.mappings()]


def _asked(connection: Connection, case: str) -> dict[str, Any]:
    """Who asked in a case, and for what; uses stand in it only where some were named."""
    table = tables.rights_case.c
    query = select(table.requester, table.contact, table.uses).where(table.id == case)
    asked = dict(connection.execute(query).mappings().one())
    told = {name: value for name, value in asked.items() if name != "uses" or value}
    return {**told, "targets": _targets(connection, tables.case_target, "case", case)}


def _targets(connection: Connection, table: Table, whose: str, name: str) -> list[str]:
    """The targets of a list or a case, in their order."""
    rows = connection.execute(select(table.c.kind, table.c.value).where(table.c[whose] == name))
    return [f"{kind}:{value}" for kind, value in sorted((kind, value) for kind, value in rows)]
