"""Alembic runs this file; `chassis.run.migrations` hands it the open connection."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
