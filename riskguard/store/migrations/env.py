"""What Alembic runs: the migrations, on the connection that `migrate` opened and locked."""

from alembic import context

from riskguard.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
