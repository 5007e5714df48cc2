"""A PostgreSQL database that tests use one after the other.

Making one takes a quarter of a second, emptying one some milliseconds.
"""

from __future__ import annotations

from sqlalchemy import text

from store.audit_chain import FIRST_HASH
from store.database import connect, open_database, transaction
from store.tables import TABLES
from tests.postgres import Postgres

# What a test may have changed beside rows: then the next test gets a new database.
SHAPE = text(
    "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace), "
    "(SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal), "
    "(SELECT max(version_num) FROM alembic_version)"
)
# As the cluster's owner: without triggers and foreign keys.
EMPTY = [
    "SET session_replication_role = replica",
    *(f"DELETE FROM {table}" for table in TABLES.tables),
    f"INSERT INTO audit_end VALUES (1, 0, '{FIRST_HASH}')",
]

DIALECTS = ("sqlite", "postgresql")


class CleanDatabase:
    """Gives one test at a time a database with the newest tables and nothing in them."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._url: str | None = None  # of the one that is empty
        self._shape: object = None

    def take(self) -> str:
        """The address of an empty database."""
        if self._url is None:
            self._url = self._server.new_database()
            open_database(self._url).dispose()
            self._shape = self._look_and(self._url)
        return self._url

    def give_back(self, url: str) -> None:
        if self._look_and(url, *EMPTY) != self._shape:
            self._server.drop(url)
            self._url = None

    def _look_and(self, url: str, *statements: str) -> object:
        """The shape of the database, in which the statements are then run."""
        engine = connect(url)
        try:
            with transaction(engine) as connection:
                shape = tuple(connection.execute(SHAPE).one())
                if shape == self._shape:
                    for statement in statements:
                        connection.exec_driver_sql(statement)
            return shape
        finally:
            engine.dispose()
