"""The database of people: how it is opened and how a transaction runs.

SQLite runs in WAL mode and its file is readable by its owner only; PostgreSQL is reached through
psycopg. No ORM, no business rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Others take these from here.
from store.errors import StoreError as StoreError
from store.recent import forget_everything
from store.tables import API_KEYS as API_KEYS
from store.tables import SESSIONS as SESSIONS
from store.tables import USERS as USERS

NO_ADDRESS = (
    "DATABASE_URL is not a database address such as sqlite:///var/desk.db or "
    "postgresql://desk:password@127.0.0.1/desk"
)
POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
POOL_WAIT_SECONDS = 5
# A statement that waits for a lock or runs away ends, and with it the request that waits for it.
PG_OPTIONS = "-c statement_timeout=10000 -c lock_timeout=5000 -c timezone=UTC"
# A server that is away is noticed within seconds, also one whose cable was pulled.
PG_CONNECTION = {
    "options": PG_OPTIONS,
    "connect_timeout": 3,
    "tcp_user_timeout": 3000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 2,
}
POOL = {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10, "pool_recycle": 1800}


class DatabaseAway(StoreError):
    """The database itself fails; nobody has asked for something wrong."""


def open_database(url: str) -> Engine:
    """Open the database with its newest tables, or raise StoreError with what to do."""
    engine = connect(url)
    # Here, since the migrations need what stands in this file.
    from store.schema import bring_up_to_date

    try:
        bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def connect(url: str) -> Engine:
    """The database as it is: nothing is looked at, and no file is made."""
    address = _parse(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address)
        event.listen(engine, "connect", _set_up_sqlite)
        return engine
    return create_engine(
        address, connect_args=PG_CONNECTION, pool_timeout=POOL_WAIT_SECONDS, **POOL
    )


# The transaction that everything in this thread takes part in now, if there is one.
_TOGETHER: ContextVar[Connection | None] = ContextVar("together", default=None)


@contextmanager
def together(engine: Engine) -> Iterator[None]:
    """All transactions within are one: all of them are kept, or none.

    Not for what must stay kept when it raises, as a counted guess of a code.
    """
    with locking_transaction(engine) as connection:
        mark = _TOGETHER.set(connection)
        try:
            yield
        finally:
            _TOGETHER.reset(mark)
    # What was looked up before the end has the old values.
    forget_everything()


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction; a database that fails becomes a StoreError."""
    shared = _TOGETHER.get()
    try:
        if shared is not None and shared.engine is engine:
            yield shared
            return
        with engine.begin() as connection:
            yield connection
    except (DBAPIError, PoolTimeout) as error:
        raise _unusable(engine, error) from error


@contextmanager
def locking_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads, decides and writes, so that nobody decides on the same rows.

    SQLite has one writer: this is it from the start. In PostgreSQL the rows that are read must be
    selected `with_for_update()`, which SQLite ignores.
    """
    with transaction(engine) as connection:
        if engine.dialect.name == "sqlite" and _TOGETHER.get() is None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def _unusable(engine: Engine, error: DBAPIError | PoolTimeout) -> DatabaseAway:
    shown = engine.url.render_as_string(hide_password=True)
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    if engine.url.password:
        reason = reason.replace(str(engine.url.password), "***")
    return DatabaseAway(f"The database {shown} cannot be used: {reason}")


def _parse(url: str) -> URL:
    try:
        address = make_url(url)
        if address.drivername in POSTGRESQL:
            address = address.set(drivername="postgresql+psycopg")
        address.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError(NO_ADDRESS) from None
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(NO_ADDRESS)
    return address


def file_of(engine: Engine) -> Path | None:
    """SQLite's file; None for another database."""
    url = engine.url
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def prepare_file(engine: Engine) -> None:
    """SQLite's file for its owner only, in a folder likewise. StoreError when it cannot be."""
    path = file_of(engine)
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            path.touch(mode=0o600)
        path.open("r+b").close()
    except OSError as error:
        raise StoreError(
            f"Cannot write {path}: {error.strerror}. Set VAR_DIR to a folder that you own."
        ) from error


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The wait first: changing the journal mode needs the file for itself.
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA foreign_keys=ON")
