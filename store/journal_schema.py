"""The journal's file: its lock, its tables, and how it is opened and checked.

It knows no order. Everything that is wrong with the file is one sentence with what to do.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import ExitStack
from pathlib import Path
from shutil import disk_usage
from typing import BinaryIO

from store.journal_rows import JournalLocked, JournalUnavailable, unavailable

# Executed in this order; the position of the last one is the file's schema version. Never edit
# one that was released: add another.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE orders (
            number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, is_final INTEGER NOT NULL,
            client_id INTEGER NOT NULL, order_id INTEGER, submitted TEXT NOT NULL,
            fields TEXT, record TEXT NOT NULL)""",
        # No index: each is one more page that a commit has to write.
        # The free order id is above those of all orders. Here is what they do not tell (any more).
        "CREATE TABLE floors (client_id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL)",
        """CREATE TRIGGER order_ids_stay_used AFTER UPDATE OF client_id, order_id ON orders
            WHEN old.order_id IS NOT NULL
                AND (old.client_id <> new.client_id OR old.order_id IS NOT new.order_id)
            BEGIN INSERT INTO floors VALUES (old.client_id, old.order_id + 1)
                ON CONFLICT (client_id) DO UPDATE SET order_id = max(order_id, excluded.order_id);
            END""",
        "CREATE TABLE perm_ids (perm_id INTEGER PRIMARY KEY, key TEXT NOT NULL)",
        """CREATE TABLE executions (
            exec_id TEXT PRIMARY KEY, key TEXT NOT NULL, time TEXT NOT NULL,
            has_commission INTEGER NOT NULL, row TEXT NOT NULL)""",
        "CREATE INDEX executions_by_time ON executions (time)",
        # No UNIQUE on (key, seq): what was heard is kept, also when somebody counted wrongly.
        """CREATE TABLE lines (
            id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, seq INTEGER NOT NULL,
            events TEXT NOT NULL, prev_hash BLOB NOT NULL, hash BLOB NOT NULL)""",
        "CREATE INDEX lines_by_order ON lines (key, seq)",
        """CREATE TRIGGER lines_are_not_changed BEFORE UPDATE ON lines
            BEGIN SELECT RAISE(ABORT, 'a line of the journal is never changed'); END""",
        """CREATE TRIGGER lines_are_not_deleted BEFORE DELETE ON lines
            BEGIN SELECT RAISE(ABORT, 'a line of the journal is never deleted'); END""",
        "CREATE TABLE switches (name TEXT PRIMARY KEY, value TEXT NOT NULL, time TEXT NOT NULL)",
    ),
    # What an account was worth: samples, for the curve. They prove nothing about an order, so that
    # the chain of lines has no part in them.
    (
        """CREATE TABLE equity (
            account TEXT NOT NULL, time TEXT NOT NULL, net_liquidation REAL NOT NULL,
            currency TEXT NOT NULL, PRIMARY KEY (account, time)) WITHOUT ROWID""",
    ),
)
VERSION = len(MIGRATIONS)
ORDER_COLUMNS = "key, is_final, client_id, order_id, submitted, fields, record"

# How long another program may hold the file before a write fails.
BUSY_SECONDS = 0.5
# The writer copies the log into the file in quiet moments; this is for when there are none.
CHECKPOINT_PAGES = 16_384
# The log begins this long, so that commits write over blocks that the file system has given it
# already: on ext4 that takes a third off a commit. It is never made shorter while the desk runs.
LOG_BYTES = 8 * 1024 * 1024
LOG_NEEDS_FREE = 64 * 1024 * 1024
# Needs new pages of the file and of the log, so that it fails as a real write would.
PROBE = (
    "BEGIN IMMEDIATE",
    "INSERT INTO switches VALUES ('probe', zeroblob(16384), '')",
    "DELETE FROM switches WHERE name = 'probe'",
    "COMMIT",
)


def take_lock(path: Path) -> BinaryIO:
    """Hold `path`.lock until the returned file is closed; JournalLocked when another holds it.

    The kernel frees the lock when the process ends, however it ends.
    """
    beside = path.with_name(path.name + ".lock")
    with ExitStack() as opened:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.touch(mode=0o600)
            file = opened.enter_context(beside.open("r+b", buffering=0))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate()
            file.write(str(os.getpid()).encode())
        except BlockingIOError:
            holder = file.read().decode() or "unknown"
            raise JournalLocked(f"order engine already running (pid {holder})") from None
        except OSError as error:
            raise _cannot_open(path, error) from error
        opened.pop_all()
    return file


def open_for_writing(path: Path, max_pages: int | None = None) -> sqlite3.Connection:
    """The one connection that writes: durable, migrated, checked, and proved to be writable."""
    try:
        path.touch(mode=0o600)
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise _cannot_open(path, error) from error
    try:
        _set_up(connection, path, max_pages)
    except sqlite3.Error as error:
        connection.close()
        raise unavailable(path, "opened", error) from error
    except JournalUnavailable:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. It never waits for the writer (WAL)."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(
        address, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True
    )


def use_wal(connection: sqlite3.Connection, path: Path) -> None:
    """A commit is on disk when it returns, and readers never wait for it."""
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        sentence = f"The order journal {path} cannot have a write-ahead log (its mode is {mode})"
        raise JournalUnavailable(f"{sentence}. Set VAR_DIR to a folder on a local disk.")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")


def extend_log(connection: sqlite3.Connection, free: int) -> None:
    """Make the log long, unless the disk has little space `free` (bytes).

    A transaction that does not fit into the cache spills into the log, and what it spilled stays
    allocated after it is rolled back. Nothing of it ever counts, in the log or in the file.
    """
    if free < LOG_NEEDS_FREE:
        return
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # so that it begins at the log's start
    usual = connection.execute("PRAGMA cache_size").fetchone()[0]
    connection.execute("PRAGMA cache_size = 10")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO switches VALUES ('log', zeroblob(?), '')", (LOG_BYTES,))
    connection.execute("ROLLBACK")
    connection.execute(f"PRAGMA cache_size = {usual}")


def _set_up(connection: sqlite3.Connection, path: Path, max_pages: int | None) -> None:
    version = _known_version(connection, path)
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise unavailable(path, "opened", sqlite3.DatabaseError(f"it is damaged ({found})"))
    use_wal(connection, path)
    _migrate(connection, version)
    if max_pages is None:
        extend_log(connection, disk_usage(path.parent).free)
    else:
        connection.execute(f"PRAGMA max_page_count = {max_pages}")
    for statement in PROBE:
        connection.execute(statement)


def _known_version(connection: sqlite3.Connection, path: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise JournalUnavailable(
            f"The order journal {path} was written by a newer version of the desk "
            f"(schema {version}, this one knows {VERSION}). Start the newer version."
        )
    if version == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise JournalUnavailable(
            f"{path} is another program's database, not an order journal. Move it aside."
        )
    return version


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _cannot_open(path: Path, error: Exception) -> JournalUnavailable:
    reason = getattr(error, "strerror", None) or error
    return JournalUnavailable(
        f"The order journal {path} cannot be opened: {reason}. "
        "Set VAR_DIR to a folder that the desk's user can write."
    )
