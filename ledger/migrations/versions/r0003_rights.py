"""Rights as evidence: how and of what a licence is said, conflicts settled, agreements' conditions, lists and cases.

Going down forgets settlements, lists and cases, so that a release made then would hold what they keep out; their
entries in the journal stay. Agreements with conditions are withdrawn, as the schema before cannot hold them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ADDED = (
    ("licence", "kind", sa.Text, "prose"),
    ("licence", "scope", sa.Text, ""),
    ("licence", "digest", sa.Text, ""),
    ("agreement", "rate_minimum_micro", sa.BigInteger, None),
    ("agreement", "rate_cap_micro", sa.BigInteger, None),
    ("agreement", "rate_share_ppm", sa.Integer, None),
    ("agreement", "party_kind", sa.Text, "holder"),
    ("agreement", "represents", sa.Text, ""),
    ("agreement", "embargo_months", sa.Integer, "0"),
    ("agreement", "model_licences", sa.Text, "[]"),
    ("agreement", "attachments", sa.Text, "[]"),
)
"""Columns of tables that were there before, and what a row says that was written without them; None is null."""

NARROWED = (
    "UPDATE licence SET confirmed = false WHERE scope <> ''",
    "UPDATE agreement SET withdrawn = true WHERE embargo_months <> 0 OR model_licences <> '[]'",
    "UPDATE agreement SET withdrawn = true WHERE rate_per IN ('year', 'crawl', 'pool')",
)
"""What the schema before cannot say: it must not be taken for a wider right."""


def _settlement() -> None:
    """How a person settled a conflict of licences."""
    op.create_table(
        "settlement",
        sa.Column("entry_seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("licences", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_seq"], ["entry.seq"], name=op.f("fk_settlement_entry_seq")),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_settlement_source")),
        sa.PrimaryKeyConstraint("entry_seq", name=op.f("pk_settlement")),
    )
    op.create_index(op.f("ix_settlement_source"), "settlement", ["source"], unique=False)


def _repertoire() -> None:
    """Lists of what holders and collectives reserve."""
    op.create_table(
        "repertoire",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("entry_seq", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["entry_seq"], ["entry.seq"], name=op.f("fk_repertoire_entry_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repertoire")),
    )


def _repertoire_item() -> None:
    """What stands on the lists."""
    op.create_table(
        "repertoire_item",
        sa.Column("repertoire", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["repertoire"], ["repertoire.id"], name=op.f("fk_repertoire_item_repertoire")),
        sa.PrimaryKeyConstraint("repertoire", "kind", "value", name=op.f("pk_repertoire_item")),
    )
    op.create_index(op.f("ix_repertoire_item_kind_value"), "repertoire_item", ["kind", "value"], unique=False)


def _rights_case() -> None:
    """What somebody asked for, and who."""
    op.create_table(
        "rights_case",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('opt_out', 'claim', 'takedown', 'objection', 'correction')", name=op.f("ck_rights_case_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_case")),
    )


def _case_target() -> None:
    """What a case is about."""
    op.create_table(
        "case_target",
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["rights_case.id"], name=op.f("fk_case_target_case")),
        sa.PrimaryKeyConstraint("case", "kind", "value", name=op.f("pk_case_target")),
    )


def _case_step() -> None:
    """What was done in a case, and when."""
    op.create_table(
        "case_step",
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("entry_seq", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["case"], ["rights_case.id"], name=op.f("fk_case_step_case")),
        sa.ForeignKeyConstraint(["entry_seq"], ["entry.seq"], name=op.f("fk_case_step_entry_seq")),
        sa.PrimaryKeyConstraint("case", "position", name=op.f("pk_case_step")),
    )


CREATORS = (_settlement, _repertoire, _repertoire_item, _rights_case, _case_target, _case_step)
"""Each makes the table of its name; the other way round, the tables can be dropped."""


def upgrade() -> None:
    """New columns, each saying what was meant before there was one, and new tables."""
    for table, name, kind, default in ADDED:
        op.add_column(table, sa.Column(name, kind(), nullable=default is None, server_default=default))
    for create in CREATORS:
        create()


def downgrade() -> None:
    """Back to licences without scope and agreements without conditions: those that had one count no more."""
    for create in reversed(CREATORS):
        op.drop_table(create.__name__.removeprefix("_"))
    for statement in NARROWED:
        op.execute(statement)
    for table, name, _, _ in reversed(ADDED):
        op.drop_column(table, name)
