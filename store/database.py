"""The database of users, sessions and API keys: its tables and how it is opened.

SQLite runs in WAL mode and its file is readable by its owner only. No ORM, no business rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

TABLES = MetaData()

# Times are seconds since 1970 (UTC). Secrets are kept as hashes only.
USERS = Table(
    "users",
    TABLES,
    Column("user_id", Integer, primary_key=True),
    Column("name", String(40), unique=True, nullable=False),
    Column("role", String(10), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("created_at", Float, nullable=False),
)
SESSIONS = Table(
    "sessions",
    TABLES,
    Column("digest", String(64), primary_key=True),
    Column("user_id", ForeignKey(USERS.c.user_id), nullable=False, index=True),
    Column("expires_at", Float, nullable=False),
)
API_KEYS = Table(
    "api_keys",
    TABLES,
    Column("digest", String(64), primary_key=True),
    Column("prefix", String(16), unique=True, nullable=False),
    Column("user_id", ForeignKey(USERS.c.user_id), nullable=False),
    Column("scope", String(10), nullable=False),
    Column("name", String(40), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("last_used_at", Float),
    Column("revoked_at", Float),
)


class StoreError(Exception):
    """Something cannot be read or kept; the message is one sentence for a person."""


def open_database(url: str) -> Engine:
    """Open the database and make missing tables, or raise StoreError with what to do."""
    try:
        address = make_url(url)
    except ArgumentError:
        sentence = "DATABASE_URL is not a database address such as sqlite:///var/desk.db"
        raise StoreError(sentence) from None
    if address.get_backend_name() == "sqlite" and address.database:
        _prepare_file(Path(address.database))
    engine = create_engine(address, pool_pre_ping=address.get_backend_name() != "sqlite")
    if address.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    with transaction(engine) as connection:
        TABLES.create_all(connection)
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction; a database that fails becomes a StoreError."""
    try:
        with engine.begin() as connection:
            yield connection
    except (DBAPIError, PoolTimeout) as error:
        shown = engine.url.render_as_string(hide_password=True)
        reason = getattr(error, "orig", None) or error
        raise StoreError(f"The database {shown} cannot be used: {reason}") from error


def _prepare_file(path: Path) -> None:
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
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA foreign_keys=ON")
