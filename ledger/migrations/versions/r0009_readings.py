"""Readings: what a person found that a held statement means.

Going down forgets them, so that what they let in is held again, and what they kept out is held and not excluded.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reading",
        sa.Column("entry_seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("mechanism", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_seq"], ["entry.seq"], name=op.f("fk_reading_entry_seq")),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_reading_source")),
        sa.PrimaryKeyConstraint("entry_seq", name=op.f("pk_reading")),
    )
    op.create_index(op.f("ix_reading_source"), "reading", ["source"], unique=False)


def downgrade() -> None:
    """Forget them."""
    op.drop_table("reading")
