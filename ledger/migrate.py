"""Brings a database to the newest schema, from inside the program: no ini file, no command to remember."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from ledger.errors import LedgerUnavailable

MIGRATIONS = Path(__file__).with_name("migrations")
"""The revisions, shipped inside the package."""


def alembic_config(connection: Connection) -> Config:
    """Give Alembic's configuration for working on `connection`, inside its transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest schema.

    Raises:
        LedgerUnavailable: the database is at a revision this program does not know.

    """
    try:
        command.upgrade(alembic_config(connection), "head")
    except CommandError as error:
        raise LedgerUnavailable(
            f"the ledger was written by a newer version of this program ({error}): "
            "update the program, or open the ledger it belongs to"
        ) from error


def rebuild(connection: Connection, revision: str) -> None:
    """Drop all that the database holds, and build the schema anew as it was at a revision.

    Raises:
        LedgerUnavailable: this program does not know the revision.

    """
    try:
        command.downgrade(alembic_config(connection), "base")
        command.upgrade(alembic_config(connection), revision)
    except CommandError as error:
        raise LedgerUnavailable(
            f"the backup was made by a newer version of this program ({error}): update the program"
        ) from error
