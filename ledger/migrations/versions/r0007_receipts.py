"""Receipts: who pulled which part of a release."""

import sqlalchemy as sa
from alembic import op

from ledger.schema import metadata

revision = "0007"
down_revision: str | None = "0006"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

frozen = sa.MetaData(naming_convention=metadata.naming_convention)
"""The table as this revision makes it, whatever it becomes later."""

sa.Table("entry", frozen, sa.Column("seq", WHOLE, primary_key=True))
sa.Table("release", frozen, sa.Column("version", sa.Text, primary_key=True))

receipt = sa.Table(
    "receipt",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("release", sa.Text, sa.ForeignKey("release.version"), nullable=False, index=True),
    sa.Column("pulled_by", sa.Text, nullable=False),
    sa.Column("choice", sa.Text, nullable=False),
    sa.Column("tiers", sa.Text, nullable=False),
    sa.Column("documents", sa.BigInteger, nullable=False),
    sa.Column("words", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("entry_seq", WHOLE, sa.ForeignKey("entry.seq"), nullable=False),
    sa.CheckConstraint("documents >= 0 AND words >= 0 AND bytes >= 0", name="counts_not_negative"),
)


def upgrade() -> None:
    """Make the table."""
    receipt.create(op.get_bind(), checkfirst=False)


def downgrade() -> None:
    """Forget who pulled what; that somebody did stays in the journal."""
    op.drop_table("receipt")
