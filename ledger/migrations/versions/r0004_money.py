"""Money in double entry: accounts, transactions, postings, invoices, payees, claimants, bank lines, orders, budgets.

What was owed and paid before is booked under the entries it was entered by: dues as published, payments as advances,
which the next invoice takes. Going down forgets the books and all that is not owed for a release; the entries of it
stay in the journal, and coming up again an audit tells those whose bookings are gone.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from ledger.books import Account, AccountKind, Move, book_under
from ledger.migrations.versions.r0001_first_schema import CREATORS
from ledger.schema import metadata

revision = "0004"
down_revision: str | None = "0003"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
frozen = sa.MetaData(naming_convention=metadata.naming_convention)
"""The tables as this revision makes them, whatever they become later."""

for name, key, kind in (
    ("entry", "seq", WHOLE),
    ("release", "version", sa.Text()),
    ("source", "name", sa.Text()),
    ("agreement", "id", sa.Text()),
    ("rights_case", "id", sa.Text()),
):
    sa.Table(name, frozen, sa.Column(key, kind, primary_key=True))

obligation = sa.Table(
    "obligation",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("release", sa.Text, sa.ForeignKey("release.version"), index=True),
    sa.Column("occasion", sa.Text, nullable=False),
    sa.Column("source", sa.Text, sa.ForeignKey("source.name"), nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("agreement", sa.Text, sa.ForeignKey("agreement.id")),
    sa.Column("payee", sa.Text, nullable=False),
    sa.Column("rate_per", sa.Text),
    sa.Column("rate_amount_micro", sa.BigInteger),
    sa.Column("rate_minimum_micro", sa.BigInteger),
    sa.Column("rate_cap_micro", sa.BigInteger),
    sa.Column("rate_share_ppm", sa.Integer),
    sa.Column("currency", sa.Text),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("amount_micro", sa.BigInteger),
    sa.Column("remainder", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("entry_seq", WHOLE, sa.ForeignKey("entry.seq"), nullable=False),
    sa.Index(None, "source", "payee", "currency"),
    sa.CheckConstraint("status IN ('none_agreed', 'not_due', 'waived', 'accrued')", name="status"),
    sa.CheckConstraint("(amount_micro IS NULL) = (status IN ('none_agreed', 'not_due'))", name="null_is_not_zero"),
    sa.CheckConstraint("(amount_micro IS NULL) = (currency IS NULL)", name="amount_has_currency"),
    sa.CheckConstraint("amount_micro >= 0", name="amount_not_negative"),
)

account = sa.Table(
    "account",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("payee", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.UniqueConstraint("kind", "source", "payee", "currency"),
    sa.UniqueConstraint("id", "currency"),
)

booking = sa.Table(
    "booking",
    frozen,
    sa.Column("entry_seq", WHOLE, sa.ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
)

invoice = sa.Table(
    "invoice",
    frozen,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("payee", sa.Text, nullable=False, index=True),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("amount_micro", sa.BigInteger, nullable=False),
    sa.Column("carried", sa.BigInteger, nullable=False),
    sa.Column("vat", sa.Text, nullable=False),
    sa.Column("issued_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("entry_seq", WHOLE, sa.ForeignKey("entry.seq"), nullable=False),
    sa.CheckConstraint("amount_micro > 0 AND amount_micro % 10000 = 0", name="whole_minor_units"),
)

posting = sa.Table(
    "posting",
    frozen,
    sa.Column("booking", WHOLE, sa.ForeignKey("booking.entry_seq"), primary_key=True, autoincrement=False),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("debit", sa.Text, nullable=False, index=True),
    sa.Column("credit", sa.Text, nullable=False, index=True),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("amount_micro", sa.BigInteger, nullable=False),
    sa.Column("obligation", sa.Text, sa.ForeignKey("obligation.id"), index=True),
    sa.Column("invoice", sa.Integer, sa.ForeignKey("invoice.number"), index=True),
    sa.ForeignKeyConstraint(["debit", "currency"], ["account.id", "account.currency"]),
    sa.ForeignKeyConstraint(["credit", "currency"], ["account.id", "account.currency"]),
    sa.CheckConstraint("amount_micro > 0", name="amount_positive"),
    sa.CheckConstraint("debit <> credit", name="two_accounts"),
)

payment = sa.Table(
    "payment",
    frozen,
    sa.Column("payee", sa.Text, primary_key=True),
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, sa.ForeignKey("source.name"), index=True),
    sa.Column("amount_micro", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("paid_on", sa.Date, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("entry_seq", WHOLE, sa.ForeignKey("entry.seq"), nullable=False),
    sa.CheckConstraint("amount_micro > 0", name="amount_positive"),
)

payee = sa.Table(
    "payee",
    frozen,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("iban", sa.Text, nullable=False),
    sa.Column("vat", sa.Text, nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("entry_seq", WHOLE, sa.ForeignKey("entry.seq"), nullable=False),
)

claimant = sa.Table(
    "claimant",
    frozen,
    sa.Column("domain", sa.Text, primary_key=True),
    sa.Column("payee", sa.Text, nullable=False),
    sa.Column("case", sa.Text, sa.ForeignKey("rights_case.id"), nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("entry_seq", WHOLE, sa.ForeignKey("entry.seq"), nullable=False),
)

bank_line = sa.Table(
    "bank_line",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("on", sa.Date, nullable=False),
    sa.Column("amount_micro", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("payee", sa.Text, nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("entry_seq", WHOLE, sa.ForeignKey("entry.seq"), nullable=False),
)

payment_batch = sa.Table(
    "payment_batch",
    frozen,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("pay_on", sa.Date, nullable=False),
    sa.Column("cancelled", sa.Boolean, nullable=False),
    sa.Column("entry_seq", WHOLE, sa.ForeignKey("entry.seq"), nullable=False),
)

payment_order = sa.Table(
    "payment_order",
    frozen,
    sa.Column("batch", sa.Integer, sa.ForeignKey("payment_batch.number"), primary_key=True, autoincrement=False),
    sa.Column("invoice", sa.Integer, sa.ForeignKey("invoice.number"), primary_key=True, autoincrement=False),
    sa.Column("amount_micro", sa.BigInteger, nullable=False),
)

budget = sa.Table(
    "budget",
    frozen,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("currency", sa.Text, primary_key=True),
    sa.Column("amount_micro", sa.BigInteger, nullable=False),
    sa.Column("entry_seq", WHOLE, sa.ForeignKey("entry.seq"), nullable=False),
    sa.CheckConstraint("amount_micro >= 0", name="amount_not_negative"),
)

MADE = (
    *(obligation, account, booking, invoice, posting, payment, payee, claimant, bank_line, payment_batch),
    *(payment_order, budget),
)
"""In the order in which they can be made."""

KEPT = ("account", "booking", "posting")
"""The tables whose rows are never changed."""

REFUSE = """
    CREATE FUNCTION books_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the books are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def upgrade() -> None:
    """New tables; dues and payments move into theirs, and into the books."""
    connection = op.get_bind()
    old = sa.MetaData()
    kept = {}
    for name in ("obligation", "payment"):
        table = sa.Table(name, old, autoload_with=connection, resolve_fks=False)
        kept[name] = [dict(row) for row in connection.execute(sa.select(table).order_by(table.c.entry_seq)).mappings()]
        op.drop_table(name)
    frozen.create_all(connection, list(MADE), checkfirst=False)
    for statement in _triggers(connection.dialect.name):
        op.execute(statement)
    for due in kept["obligation"]:
        connection.execute(obligation.insert().values(**due, occasion=due["release"]))
        if due["amount_micro"]:
            _book_due(connection, due)
    for paid in kept["payment"]:
        connection.execute(payment.insert().values(**paid))
        _book_payment(connection, paid)


def downgrade() -> None:
    """Back to dues of releases and payments for sources; the rest is forgotten."""
    connection = op.get_bind()
    dues = sa.select(obligation).where(obligation.c.release.is_not(None))
    kept = {
        "obligation": [dict(row) for row in connection.execute(dues).mappings()],
        "payment": [
            dict(row) for row in connection.execute(sa.select(payment).where(payment.c.source.is_not(None))).mappings()
        ],
    }
    for table in reversed(MADE):
        op.drop_table(table.name)
    if connection.dialect.name == "postgresql":
        op.execute("DROP FUNCTION books_refuse()")
    create = {maker.__name__: maker for maker in CREATORS}
    for name, rows in kept.items():
        create[f"_{name}"]()
        table = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
        for row in rows:
            connection.execute(table.insert().values(**{key: row[key] for key in row if key in table.c}))


def _triggers(dialect: str) -> list[str]:
    if dialect != "sqlite":
        made = [REFUSE]
        for name in KEPT:
            made += [
                (
                    f'CREATE TRIGGER {name}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON "{name}" '
                    "FOR EACH STATEMENT EXECUTE FUNCTION books_refuse()"
                ),
                f'ALTER TABLE "{name}" ENABLE ALWAYS TRIGGER {name}_no_change',
            ]
        return made
    return [
        f'CREATE TRIGGER {name}_no_{what.lower()} BEFORE {what} ON "{name}" '
        "BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
        for name in KEPT
        for what in ("UPDATE", "DELETE")
    ]


def _book_due(connection: sa.Connection, due: dict[str, Any]) -> None:
    whose = (due["source"], due["payee"], due["currency"])
    move = Move(Account(AccountKind.COST, *whose), Account(AccountKind.OWED, *whose), due["amount_micro"], due["id"])
    book_under(connection, due["entry_seq"], f"accrue:{due['id']}", [move])


def _book_payment(connection: sa.Connection, paid: dict[str, Any]) -> None:
    currency = paid["currency"]
    advance = Account(AccountKind.ADVANCE, "", paid["payee"], currency)
    move = Move(advance, Account(AccountKind.BANK, "", "", currency), paid["amount_micro"])
    book_under(connection, paid["entry_seq"], f"pay:{paid['entry_seq']}", [move])
