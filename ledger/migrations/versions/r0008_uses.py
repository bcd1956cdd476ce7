"""Which uses an opt-out is of; those from before are of all.

Going down makes each of all uses again, which keeps out more and never less.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    """Make the column."""
    op.add_column("rights_case", sa.Column("uses", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Forget which uses."""
    op.drop_column("rights_case", "uses")
