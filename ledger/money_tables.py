"""The tables of money: what is owed, the books of it in double entry, invoices, payments, orders and budgets.

A posting takes one amount from one account to another of the same currency, so a transaction cannot but sum to zero in
each: the database holds both accounts to the posting's currency, and the amount to be more than nothing. Accounts,
transactions (`booking`) and postings are never changed; triggers refuse it. An account is named by a commitment to
whose it is, so that the journal can name it. Rules for editing are those of `tables`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from ledger.schema import Whole, entry_seq, metadata

obligation = Table(
    "obligation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("release", Text, ForeignKey("release.version"), index=True),
    Column("occasion", Text, nullable=False),
    Column("source", Text, ForeignKey("source.name"), nullable=False),
    Column("basis", Text, nullable=False),
    Column("agreement", Text, ForeignKey("agreement.id")),
    Column("payee", Text, nullable=False),
    Column("rate_per", Text),
    Column("rate_amount_micro", BigInteger),
    Column("rate_minimum_micro", BigInteger),
    Column("rate_cap_micro", BigInteger),
    Column("rate_share_ppm", Integer),
    Column("currency", Text),
    Column("quantity", BigInteger, nullable=False),
    Column("amount_micro", BigInteger),
    Column("remainder", Integer, nullable=False),
    Column("status", Text, nullable=False),
    entry_seq(),
    Index(None, "source", "payee", "currency"),
    CheckConstraint("status IN ('none_agreed', 'not_due', 'waived', 'accrued')", name="status"),
    CheckConstraint("(amount_micro IS NULL) = (status IN ('none_agreed', 'not_due'))", name="null_is_not_zero"),
    CheckConstraint("(amount_micro IS NULL) = (currency IS NULL)", name="amount_has_currency"),
    CheckConstraint("amount_micro >= 0", name="amount_not_negative"),
)

account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("payee", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    UniqueConstraint("kind", "source", "payee", "currency"),
    UniqueConstraint("id", "currency"),
)

booking = Table(
    "booking",
    metadata,
    Column("entry_seq", Whole, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),
    Column("note", Text, nullable=False),
    Column("nonce", Text, nullable=False),
)

invoice = Table(
    "invoice",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("payee", Text, nullable=False, index=True),
    Column("currency", Text, nullable=False),
    Column("amount_micro", BigInteger, nullable=False),
    Column("carried", BigInteger, nullable=False),
    Column("vat", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("nonce", Text, nullable=False),
    entry_seq(),
    CheckConstraint("amount_micro > 0 AND amount_micro % 10000 = 0", name="whole_minor_units"),
)

posting = Table(
    "posting",
    metadata,
    Column("booking", Whole, ForeignKey("booking.entry_seq"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("debit", Text, nullable=False, index=True),
    Column("credit", Text, nullable=False, index=True),
    Column("currency", Text, nullable=False),
    Column("amount_micro", BigInteger, nullable=False),
    Column("obligation", Text, ForeignKey("obligation.id"), index=True),
    Column("invoice", Integer, ForeignKey("invoice.number"), index=True),
    ForeignKeyConstraint(["debit", "currency"], ["account.id", "account.currency"]),
    ForeignKeyConstraint(["credit", "currency"], ["account.id", "account.currency"]),
    CheckConstraint("amount_micro > 0", name="amount_positive"),
    CheckConstraint("debit <> credit", name="two_accounts"),
)

payment = Table(
    "payment",
    metadata,
    Column("payee", Text, primary_key=True),
    Column("reference", Text, primary_key=True),
    Column("source", Text, ForeignKey("source.name"), index=True),
    Column("amount_micro", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    entry_seq(),
    CheckConstraint("amount_micro > 0", name="amount_positive"),
)

payee = Table(
    "payee",
    metadata,
    Column("name", Text, primary_key=True),
    Column("iban", Text, nullable=False),
    Column("vat", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    entry_seq(),
)

claimant = Table(
    "claimant",
    metadata,
    Column("domain", Text, primary_key=True),
    Column("payee", Text, nullable=False),
    Column("case", Text, ForeignKey("rights_case.id"), nullable=False),
    Column("nonce", Text, nullable=False),
    entry_seq(),
)

bank_line = Table(
    "bank_line",
    metadata,
    Column("id", Text, primary_key=True),
    Column("on", Date, nullable=False),
    Column("amount_micro", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("payee", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    entry_seq(),
)

payment_batch = Table(
    "payment_batch",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("currency", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("pay_on", Date, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    entry_seq(),
)

payment_order = Table(
    "payment_order",
    metadata,
    Column("batch", Integer, ForeignKey("payment_batch.number"), primary_key=True, autoincrement=False),
    Column("invoice", Integer, ForeignKey("invoice.number"), primary_key=True, autoincrement=False),
    Column("amount_micro", BigInteger, nullable=False),
)

budget = Table(
    "budget",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("amount_micro", BigInteger, nullable=False),
    entry_seq(),
    CheckConstraint("amount_micro >= 0", name="amount_not_negative"),
)
