"""Alembic's entry: runs on the connection that Database.migrate hands over."""

from alembic import context

connection = context.config.attributes["connection"]
# One transaction for reading the version and for every step: another process that migrates waits for its end.
context.configure(connection=connection, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
