"""Where Alembic begins: it runs the revisions in the transaction that `store/schema.py` holds."""

from __future__ import annotations

from alembic import context

from store.tables import TABLES

context.configure(connection=context.config.attributes["connection"], target_metadata=TABLES)
context.run_migrations()
