"""The hash tree over the journal, built over the entries that stand already, and as append-only as they are."""

import sqlalchemy as sa
from alembic import op

from ledger.tree import grow, size_of

revision = "0002"
down_revision: str | None = "0001"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER subtree_no_update BEFORE UPDATE ON subtree
    BEGIN SELECT RAISE(ABORT, 'the journal''s tree is append-only'); END
    """,
    """
    CREATE TRIGGER subtree_no_delete BEFORE DELETE ON subtree
    BEGIN SELECT RAISE(ABORT, 'the journal''s tree is append-only'); END
    """,
    """
    CREATE TRIGGER subtree_next_only BEFORE INSERT ON subtree
    WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number) + 1, 0) FROM subtree WHERE level = NEW.level)
    BEGIN SELECT RAISE(ABORT, 'the journal''s tree is append-only: not the next number'); END
    """,
)

POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION subtree_next_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.number IS DISTINCT FROM
            (SELECT COALESCE(MAX(number) + 1, 0) FROM subtree WHERE level = NEW.level) THEN
            RAISE EXCEPTION 'the journal''s tree is append-only: not the next number'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER subtree_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON subtree
    FOR EACH STATEMENT EXECUTE FUNCTION entry_refuse()
    """,
    "CREATE TRIGGER subtree_next_only BEFORE INSERT ON subtree FOR EACH ROW EXECUTE FUNCTION subtree_next_only()",
    "ALTER TABLE subtree ENABLE ALWAYS TRIGGER subtree_no_change",
    "ALTER TABLE subtree ENABLE ALWAYS TRIGGER subtree_next_only",
)


def upgrade() -> None:
    """Make the tree's table, close it, and build the tree over what the journal holds."""
    op.create_table(
        "subtree",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_subtree")),
    )
    connection = op.get_bind()
    for statement in SQLITE_TRIGGERS if connection.dialect.name == "sqlite" else POSTGRESQL_TRIGGERS:
        op.execute(statement)
    grow(connection, 0, size_of(connection))


def downgrade() -> None:
    """Leave the entries alone; the tree can be built over them again."""
    op.drop_table("subtree")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION subtree_next_only()")
