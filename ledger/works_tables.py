"""The tables of works: every document that was collected, as the portal looks it up.

They hold nothing that cannot be made again from storage, so nothing of them is journalled, and what a withdrawn work
says can be forgotten without a trace. There are no foreign keys between them: a million rows are put in at a time, and
it is `works` alone that writes them, names and stays with their work. `site` is the host with its labels turned round
and a dot behind each (`dk.blad.www.`), so that a domain and all below it stand together; it and ids compare by their
bytes on every server.
"""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, Table, Text

from ledger.schema import metadata

Bytewise = Text().with_variant(Text(collation="C"), "postgresql")

work = Table(
    "work",
    metadata,
    Column("id", Bytewise, primary_key=True),
    Column("source", Text, ForeignKey("source.name"), nullable=False),
    Column("site", Bytewise, nullable=False),
    Column("path", Bytewise, nullable=False),
    Column("url", Text, nullable=False),
    Column("address", Text, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("fetched_at", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("words", Integer, nullable=False),
    Column("fate", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("cluster", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Index(None, "site", "path", "id"),
    Index(None, "source", "id"),
)

work_name = Table(
    "work_name",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("work", Bytewise, primary_key=True, index=True),
)

work_stay = Table(
    "work_stay",
    metadata,
    Column("work", Bytewise, primary_key=True),
    Column("first", Text, primary_key=True),
    Column("last", Text),
)

work_evidence = Table(
    "work_evidence",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("signals", Text, nullable=False),
    Column("observed", Date),
)

work_site = Table(
    "work_site",
    metadata,
    Column("site", Bytewise, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("fate", Text, primary_key=True),
    Column("documents", BigInteger, nullable=False),
    Column("words", BigInteger, nullable=False),
    Index(None, "source"),
)
