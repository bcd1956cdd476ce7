"""Brings a database to the newest schema, from inside the program: no ini file, no command to remember."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).with_name("migrations")
"""The revisions, shipped inside the package."""


def alembic_config(connection: Connection) -> Config:
    """Give Alembic's configuration for working on `connection`, inside its transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def is_at_head(connection: Connection) -> bool:
    """Tell whether the database has the newest schema."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest schema.

    Raises:
        CommandError: the database is at a revision this program does not know.

    """
    command.upgrade(alembic_config(connection), "head")
