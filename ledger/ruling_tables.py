"""The tables of what a person ruled where the policy only holds: which licence stands, and what a statement means.

The rules for editing are those of `tables`, where these are found as well.
"""

from sqlalchemy import Column, Date, ForeignKey, Table, Text

from ledger.schema import Whole, metadata

settlement = Table(
    "settlement",
    metadata,
    Column("entry_seq", Whole, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("source", Text, ForeignKey("source.name"), nullable=False, index=True),
    Column("licences", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("nonce", Text, nullable=False),
)

reading = Table(
    "reading",
    metadata,
    Column("entry_seq", Whole, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("source", Text, ForeignKey("source.name"), nullable=False, index=True),
    Column("statement", Text, nullable=False),
    Column("mechanism", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("nonce", Text, nullable=False),
)
