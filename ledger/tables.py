"""The tables of the ledger, the same on SQLite and PostgreSQL.

Rules for editing: a change here needs a revision in `migrations/versions` that leads to the same tables (a test
compares them). Column types are the plain ones, since Alembic writes no imports for others. Instants are text in UTC
(`ledger.instants`), because SQLite would hand back a naive datetime; amounts are whole micro-units. A row that was
journalled holds the `seq` of its entry, so that a proof of the entry is a proof of the row. `nonce` hides what the
journal only commits to: erase the values and the nonce, and nobody can guess them back, while the journal stands.
What is about money is in `money_tables`, what a person ruled in `ruling_tables`, and what is the portal's in
`portal_tables` and `works_tables`.
`subtree` is the hash tree over the entries, as far as it never changes again: hashes over 256, 65,536, … of them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
)

from ledger.money_tables import (
    account,
    bank_line,
    booking,
    budget,
    claimant,
    invoice,
    obligation,
    payee,
    payment,
    payment_batch,
    payment_order,
    posting,
)
from ledger.portal_tables import TABLES as PORTAL
from ledger.ruling_tables import reading, settlement
from ledger.schema import Whole, entry_seq, metadata
from ledger.works_tables import work, work_evidence, work_name, work_site, work_stay

__all__ = [
    "PORTAL",
    "account",
    "agreement",
    "bank_line",
    "booking",
    "budget",
    "case_step",
    "case_target",
    "claimant",
    "crawl",
    "entry",
    "invoice",
    "licence",
    "metadata",
    "obligation",
    "payee",
    "payment",
    "payment_batch",
    "payment_order",
    "posting",
    "reading",
    "receipt",
    "release",
    "repertoire",
    "repertoire_item",
    "rights_case",
    "settlement",
    "source",
    "subtree",
    "usage",
    "usage_shard",
    "work",
    "work_evidence",
    "work_name",
    "work_site",
    "work_stay",
]

entry = Table(
    "entry",
    metadata,
    Column("seq", Whole, primary_key=True, autoincrement=False),
    Column("recorded_at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Index(None, "subject", "seq"),
)

subtree = Table(
    "subtree",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", Whole, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
)

source = Table(
    "source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("homepage", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("payee", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    entry_seq(),
)

licence = Table(
    "licence",
    metadata,
    Column("source", Text, ForeignKey("source.name"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("licence", Text, nullable=False),
    Column("asserted_by", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("on", Date),
    Column("confirmed", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("digest", Text, nullable=False),
)

agreement = Table(
    "agreement",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, ForeignKey("source.name"), nullable=False, index=True),
    Column("origin", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("party", Text, nullable=False),
    Column("payee", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("uses", Text, nullable=False),
    Column("start", Date, nullable=False),
    Column("end", Date),
    Column("rate_per", Text),
    Column("rate_amount_micro", BigInteger),
    Column("rate_currency", Text),
    Column("note", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    entry_seq(),
    Column("rate_minimum_micro", BigInteger),
    Column("rate_cap_micro", BigInteger),
    Column("rate_share_ppm", Integer),
    Column("party_kind", Text, nullable=False),
    Column("represents", Text, nullable=False),
    Column("embargo_months", Integer, nullable=False),
    Column("model_licences", Text, nullable=False),
    Column("attachments", Text, nullable=False),
    CheckConstraint("origin IN ('catalogue', 'manual')", name="origin"),
    CheckConstraint(
        "(rate_per IS NULL) = (rate_amount_micro IS NULL) AND (rate_per IS NULL) = (rate_currency IS NULL)",
        name="rate_whole",
    ),
    CheckConstraint("rate_amount_micro >= 0", name="rate_not_negative"),
)

repertoire = Table(
    "repertoire",
    metadata,
    Column("id", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("nonce", Text, nullable=False),
    entry_seq(),
)

repertoire_item = Table(
    "repertoire_item",
    metadata,
    Column("repertoire", Text, ForeignKey("repertoire.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Index(None, "kind", "value"),
)

rights_case = Table(
    "rights_case",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("requester", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("uses", Text, nullable=False, server_default=""),
    CheckConstraint("kind IN ('opt_out', 'claim', 'takedown', 'objection', 'correction')", name="kind"),
)

case_target = Table(
    "case_target",
    metadata,
    Column("case", Text, ForeignKey("rights_case.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
)

case_step = Table(
    "case_step",
    metadata,
    Column("case", Text, ForeignKey("rights_case.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("step", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    Column("proof", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    entry_seq(),
)

crawl = Table(
    "crawl",
    metadata,
    Column("crawl", Text, primary_key=True),
    Column("source", Text, ForeignKey("source.name"), nullable=False, index=True),
    Column("report_digest", Text, nullable=False),
    Column("counts", Text, nullable=False),
    entry_seq(),
)

release = Table(
    "release",
    metadata,
    Column("version", Text, primary_key=True),
    Column("manifest_digest", Text, nullable=False),
    Column("policy_digest", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    entry_seq(),
)

usage = Table(
    "usage",
    metadata,
    Column("release", Text, ForeignKey("release.version"), primary_key=True),
    Column("source", Text, ForeignKey("source.name"), primary_key=True, index=True),
    Column("basis", Text, primary_key=True),
    Column("tier", Text, primary_key=True),
    Column("licence", Text, primary_key=True),
    Column("documents", BigInteger, nullable=False),
    Column("words", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    entry_seq(),
    CheckConstraint("documents >= 0 AND words >= 0 AND bytes >= 0", name="counts_not_negative"),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", Text, primary_key=True),
    Column("release", Text, ForeignKey("release.version"), nullable=False, index=True),
    Column("pulled_by", Text, nullable=False),
    Column("choice", Text, nullable=False),
    Column("tiers", Text, nullable=False),
    Column("documents", BigInteger, nullable=False),
    Column("words", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("nonce", Text, nullable=False),
    entry_seq(),
    CheckConstraint("documents >= 0 AND words >= 0 AND bytes >= 0", name="counts_not_negative"),
)

usage_shard = Table(
    "usage_shard",
    metadata,
    Column("release", Text, ForeignKey("release.version"), primary_key=True),
    Column("digest", Text, primary_key=True, index=True),
    Column("usage_seq", Whole, ForeignKey("entry.seq"), nullable=False),
)
