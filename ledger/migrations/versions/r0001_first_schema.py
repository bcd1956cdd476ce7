"""The first schema: journal, sources and their terms, releases and their usage, obligations and payments.

Triggers keep the journal append-only and without gaps. On PostgreSQL they refuse whole statements, TRUNCATE among
them, also in a session that replays another server's changes. On SQLite the check on insertion is what stops
INSERT OR REPLACE.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _entry() -> None:
    """The journal, which everything that follows points into."""
    op.create_table(
        "entry",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_entry")),
    )
    op.create_index(op.f("ix_entry_subject_seq"), "entry", ["subject", "seq"], unique=False)


def _source() -> None:
    """Places text comes from."""
    op.create_table(
        "source",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("homepage", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("entry_seq", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["entry_seq"], ["entry.seq"], name=op.f("fk_source_entry_seq")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source")),
    )


def _licence() -> None:
    """Who says what licence a source has."""
    op.create_table(
        "licence",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("asserted_by", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_licence_source")),
        sa.PrimaryKeyConstraint("source", "position", name=op.f("pk_licence")),
    )


def _agreement() -> None:
    """Who allowed what, at what price."""
    op.create_table(
        "agreement",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("uses", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("rate_per", sa.Text(), nullable=True),
        sa.Column("rate_amount_micro", sa.BigInteger(), nullable=True),
        sa.Column("rate_currency", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("entry_seq", WHOLE, nullable=False),
        sa.CheckConstraint("origin IN ('catalogue', 'manual')", name=op.f("ck_agreement_origin")),
        sa.CheckConstraint(
            "(rate_per IS NULL) = (rate_amount_micro IS NULL) AND (rate_per IS NULL) = (rate_currency IS NULL)",
            name=op.f("ck_agreement_rate_whole"),
        ),
        sa.CheckConstraint("rate_amount_micro >= 0", name=op.f("ck_agreement_rate_not_negative")),
        sa.ForeignKeyConstraint(["entry_seq"], ["entry.seq"], name=op.f("fk_agreement_entry_seq")),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_agreement_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_index(op.f("ix_agreement_source"), "agreement", ["source"], unique=False)


def _crawl() -> None:
    """Finished crawls."""
    op.create_table(
        "crawl",
        sa.Column("crawl", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("report_digest", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("entry_seq", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["entry_seq"], ["entry.seq"], name=op.f("fk_crawl_entry_seq")),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_crawl_source")),
        sa.PrimaryKeyConstraint("crawl", name=op.f("pk_crawl")),
    )
    op.create_index(op.f("ix_crawl_source"), "crawl", ["source"], unique=False)


def _release() -> None:
    """Sealed releases."""
    op.create_table(
        "release",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("manifest_digest", sa.Text(), nullable=False),
        sa.Column("policy_digest", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("entry_seq", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["entry_seq"], ["entry.seq"], name=op.f("fk_release_entry_seq")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_release")),
    )


def _usage() -> None:
    """What a release holds of a source."""
    op.create_table(
        "usage",
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("documents", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("entry_seq", WHOLE, nullable=False),
        sa.CheckConstraint("documents >= 0 AND words >= 0 AND bytes >= 0", name=op.f("ck_usage_counts_not_negative")),
        sa.ForeignKeyConstraint(["entry_seq"], ["entry.seq"], name=op.f("fk_usage_entry_seq")),
        sa.ForeignKeyConstraint(["release"], ["release.version"], name=op.f("fk_usage_release")),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_usage_source")),
        sa.PrimaryKeyConstraint("release", "source", "basis", "tier", "licence", name=op.f("pk_usage")),
    )
    op.create_index(op.f("ix_usage_source"), "usage", ["source"], unique=False)


def _usage_shard() -> None:
    """In which shards it lies."""
    op.create_table(
        "usage_shard",
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("usage_seq", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["release"], ["release.version"], name=op.f("fk_usage_shard_release")),
        sa.ForeignKeyConstraint(["usage_seq"], ["entry.seq"], name=op.f("fk_usage_shard_usage_seq")),
        sa.PrimaryKeyConstraint("release", "digest", name=op.f("pk_usage_shard")),
    )
    op.create_index(op.f("ix_usage_shard_digest"), "usage_shard", ["digest"], unique=False)


def _obligation() -> None:
    """What a release owes."""
    op.create_table(
        "obligation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=True),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("rate_per", sa.Text(), nullable=True),
        sa.Column("rate_amount_micro", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount_micro", sa.BigInteger(), nullable=True),
        sa.Column("remainder", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("entry_seq", WHOLE, nullable=False),
        sa.CheckConstraint(
            "(amount_micro IS NULL) = (status IN ('none_agreed', 'not_due'))",
            name=op.f("ck_obligation_null_is_not_zero"),
        ),
        sa.CheckConstraint(
            "status IN ('none_agreed', 'not_due', 'waived', 'accrued')", name=op.f("ck_obligation_status")
        ),
        sa.CheckConstraint(
            "(amount_micro IS NULL) = (currency IS NULL)", name=op.f("ck_obligation_amount_has_currency")
        ),
        sa.CheckConstraint("amount_micro >= 0", name=op.f("ck_obligation_amount_not_negative")),
        sa.ForeignKeyConstraint(["agreement"], ["agreement.id"], name=op.f("fk_obligation_agreement")),
        sa.ForeignKeyConstraint(["entry_seq"], ["entry.seq"], name=op.f("fk_obligation_entry_seq")),
        sa.ForeignKeyConstraint(["release"], ["release.version"], name=op.f("fk_obligation_release")),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_obligation_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation")),
    )
    op.create_index(op.f("ix_obligation_release"), "obligation", ["release"], unique=False)
    op.create_index(
        op.f("ix_obligation_source_payee_currency"), "obligation", ["source", "payee", "currency"], unique=False
    )


def _payment() -> None:
    """What was paid."""
    op.create_table(
        "payment",
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("entry_seq", WHOLE, nullable=False),
        sa.CheckConstraint("amount_micro > 0", name=op.f("ck_payment_amount_positive")),
        sa.ForeignKeyConstraint(["entry_seq"], ["entry.seq"], name=op.f("fk_payment_entry_seq")),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_payment_source")),
        sa.PrimaryKeyConstraint("payee", "reference", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_source"), "payment", ["source"], unique=False)


SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER entry_next_only BEFORE INSERT ON entry
    WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq) + 1, 0) FROM entry)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only: not the next number'); END
    """,
)

POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE FUNCTION entry_next_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.seq IS DISTINCT FROM (SELECT COALESCE(MAX(seq) + 1, 0) FROM entry) THEN
            RAISE EXCEPTION 'the journal is append-only: not the next number'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION entry_refuse()
    """,
    "CREATE TRIGGER entry_next_only BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_next_only()",
    "ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_no_change",
    "ALTER TABLE entry ENABLE ALWAYS TRIGGER entry_next_only",
)

CREATORS = (_entry, _source, _licence, _agreement, _crawl, _release, _usage, _usage_shard, _obligation, _payment)
"""Each makes the table of its name; the other way round, the tables can be dropped."""


def upgrade() -> None:
    """From nothing to the first schema."""
    for create in CREATORS:
        create()
    triggers = SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_TRIGGERS
    for statement in triggers:
        op.execute(statement)


def downgrade() -> None:
    """Back to nothing: everything the ledger holds is lost."""
    for create in reversed(CREATORS):
        op.drop_table(create.__name__.removeprefix("_"))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION entry_refuse()")
        op.execute("DROP FUNCTION entry_next_only()")
