"""What Alembic runs for every command: it works on the connection `ledger.migrate` hands over, in its transaction."""

from alembic import context

from ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
