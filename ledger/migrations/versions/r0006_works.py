"""Works: every document that was collected, as the portal looks it up. They are filled by the next run."""

import sqlalchemy as sa
from alembic import op

from ledger.schema import metadata

revision = "0006"
down_revision: str | None = "0005"

BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

frozen = sa.MetaData(naming_convention=metadata.naming_convention)
"""The tables as this revision makes them, whatever they become later."""

sa.Table("source", frozen, sa.Column("name", sa.Text, primary_key=True))

work = sa.Table(
    "work",
    frozen,
    sa.Column("id", BYTEWISE, primary_key=True),
    sa.Column("source", sa.Text, sa.ForeignKey("source.name"), nullable=False),
    sa.Column("site", BYTEWISE, nullable=False),
    sa.Column("path", BYTEWISE, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("fetched_at", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("words", sa.Integer, nullable=False),
    sa.Column("fate", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("licence", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("cluster", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Index(None, "site", "path", "id"),
    sa.Index(None, "source", "id"),
)

work_name = sa.Table(
    "work_name",
    frozen,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("work", BYTEWISE, primary_key=True, index=True),
)

work_stay = sa.Table(
    "work_stay",
    frozen,
    sa.Column("work", BYTEWISE, primary_key=True),
    sa.Column("first", sa.Text, primary_key=True),
    sa.Column("last", sa.Text),
)

work_evidence = sa.Table(
    "work_evidence",
    frozen,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("signals", sa.Text, nullable=False),
    sa.Column("observed", sa.Date),
)

work_site = sa.Table(
    "work_site",
    frozen,
    sa.Column("site", BYTEWISE, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("fate", sa.Text, primary_key=True),
    sa.Column("documents", sa.BigInteger, nullable=False),
    sa.Column("words", sa.BigInteger, nullable=False),
    sa.Index(None, "source"),
)

MADE = (work, work_name, work_stay, work_evidence, work_site)


def upgrade() -> None:
    """New tables."""
    frozen.create_all(op.get_bind(), list(MADE), checkfirst=False)


def downgrade() -> None:
    """Without works; nothing else knows of them."""
    for table in reversed(MADE):
        op.drop_table(table.name)
