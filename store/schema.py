"""Which revision a database's tables have, and the way to the newest.

The way itself is Alembic's, in `store/migrations`. Every worker, and every command that does more
than look, asks at its start, so that nothing to do costs one SELECT and Alembic is not imported.
"""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from store.database import StoreError, locking_transaction, prepare_file, transaction

log = logging.getLogger(__name__)

# A test compares it with the newest file of `store/migrations/versions`.
NEWEST = "0005"
RELEASED = "0001"
MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = "alembic_version"
# One lock for whoever changes tables, among all who use this PostgreSQL database.
PG_LOCK = "SELECT pg_advisory_xact_lock(498211007)"
NO_TIMEOUTS = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"


def bring_up_to_date(engine: Engine) -> None:
    """Give the database the newest tables; several processes may try at once, one does it.

    Raises StoreError, and leaves everything as it was, when the database cannot be used or comes
    from a newer version of this software.
    """
    prepare_file(engine)
    with transaction(engine) as connection:
        if revision_of(connection) == NEWEST:
            return
    with locking_transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(NO_TIMEOUTS)
            connection.exec_driver_sql(PG_LOCK)
        if revision_of(connection) != NEWEST:  # nobody else was faster
            _upgrade(connection, NEWEST)


def current_revision(engine: Engine) -> str | None:
    """The revision of the database's tables; None for an empty one."""
    with transaction(engine) as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """As `current_revision`; tables that were made before there were revisions are RELEASED."""
    tables = inspect(connection)
    if tables.has_table(VERSIONS):
        found = connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar()
        if found is not None:
            return str(found)
    return RELEASED if tables.has_table("users") else None


def _upgrade(connection: Connection, target: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    before = revision_of(connection)
    # Alembic tells of each of its parts; one line of ours is what an operator needs.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    log.info("The database's tables go from revision %s to %s", before, target)
    try:
        if before is not None and not inspect(connection).has_table(VERSIONS):
            command.stamp(settings, before)
        command.upgrade(settings, target)
    except CommandError as error:
        raise StoreError(
            f"The database's tables have revision {before}, which this version does not know. "
            "Install the version that made them, or a newer one."
        ) from error
