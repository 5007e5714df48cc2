"""Writes batches into the journal's file: all of them in one transaction, or none.

One thread at a time. It decides nothing about when and what to try again, and never raises: what
went wrong is returned.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import orjson

from store.journal_chain import last_hash, line_hash
from store.journal_known import Known
from store.journal_rows import (
    REPEATED,
    Batch,
    JournalError,
    JournalUnavailable,
    KeyUsed,
    Line,
    OrderRow,
    unavailable,
)
from store.journal_schema import ORDER_COLUMNS, PROBE

log = logging.getLogger(__name__)

T = TypeVar("T")
Values = tuple[Any, ...]

# Rows per statement. sqlite3 gives up the interpreter's lock in every statement and may get it
# back only 5 ms later from a busy thread; so many rows go into one statement.
BLOCKS = (64, 8, 1)
# SQLite's own word that something is wrong with the batch and not with the file.
CONTENT = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
)
COMMITS_PER_CHECKPOINT = 250


class Insert:
    """An INSERT with one, some or many rows in one statement."""

    def __init__(self, table: str, columns: str, conflict: str = "") -> None:
        row = "(" + ", ".join("?" for _ in columns.split(",")) + ")"
        self._sql = {
            size: f"INSERT INTO {table} ({columns}) VALUES {', '.join([row] * size)} {conflict}"
            for size in BLOCKS
        }

    def run(
        self, connection: sqlite3.Connection, items: Sequence[T], values: Callable[[T], Values]
    ) -> None:
        """Insert `values(item)` of each item, in their order."""
        if len(items) == 1:
            connection.execute(self._sql[1], values(items[0]))
            return
        start = 0
        for size, sql in self._sql.items():
            while len(items) - start >= size:
                block = items[start : start + size]
                connection.execute(sql, [*chain.from_iterable(map(values, block))])
                start += size


NEW_ORDERS = Insert("orders", ORDER_COLUMNS)
ORDERS = Insert(
    "orders",
    ORDER_COLUMNS,
    "ON CONFLICT (key) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in ORDER_COLUMNS.split(", ")[1:]),
)
PERM_IDS = Insert(
    "perm_ids",
    "perm_id, key",
    "ON CONFLICT (perm_id) DO UPDATE SET key = excluded.key WHERE key <> excluded.key",
)
EXECUTIONS = Insert(
    "executions",
    "exec_id, key, time, has_commission, row",
    "ON CONFLICT (exec_id) DO UPDATE SET "
    "key = excluded.key, time = excluded.time, has_commission = 1, row = excluded.row "
    "WHERE excluded.has_commission AND NOT has_commission",
)
LINES = Insert("lines", "key, seq, events, prev_hash, hash")
EQUITY = Insert("equity", "account, time, net_liquidation, currency", "ON CONFLICT DO NOTHING")
FLOORS = Insert(
    "floors",
    "client_id, order_id",
    "ON CONFLICT (client_id) DO UPDATE SET order_id = max(order_id, excluded.order_id)",
)
SWITCH = """INSERT INTO switches VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, time = excluded.time"""


class Writer:
    """The end of the journal, where something is added. `connection` is its own."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path
        self._last_hash = last_hash(connection)
        self.known = Known(connection)
        self._commits = 0  # since the last checkpoint

    def write(self, batches: Sequence[Batch]) -> JournalError | None:
        """Write them in one transaction; None when they are on disk.

        JournalUnavailable: the file is in trouble. Any other JournalError: one of the batches is,
        so several are worth a try each alone.
        """
        if len(batches) > 1 and _have_a_key_in_common(batches):
            return JournalError("These batches are about the same new order")
        before = self._last_hash
        error = self._attempt(batches, lambda: self._write(batches))
        if error:
            self._last_hash = before
        return error

    def probe(self) -> JournalError | None:
        """Whether it could be written now."""
        return self._attempt((), lambda: self._execute(PROBE))

    @property
    def wants_checkpoint(self) -> bool:
        return self._commits >= COMMITS_PER_CHECKPOINT

    def checkpoint(self, mode: str = "PASSIVE") -> JournalError | None:
        """Copy the log into the file. PASSIVE waits for nobody, TRUNCATE empties the log."""
        self._commits = 0
        return self._attempt((), lambda: self._execute((f"PRAGMA wal_checkpoint({mode})",)))

    def _attempt(self, batches: Sequence[Batch], action: Callable[[], None]) -> JournalError | None:
        try:
            action()
            return None
        except (sqlite3.Error, MemoryError) as error:
            problem = self._explain(error, batches)
        except Exception as error:  # the outermost: whatever a batch holds, its thread must live
            log.exception("The order journal cannot hold a batch")
            problem = _refused(error)
        # A rollback that fails too shows again in the next BEGIN.
        with suppress(sqlite3.Error):
            self._connection.rollback()
        return problem

    def _explain(self, error: Exception, batches: Sequence[Batch]) -> JournalError:
        if isinstance(error, sqlite3.IntegrityError) and "orders.key" in str(error):
            keys = ", ".join(row.key for batch in batches for row in batch.new)
            return KeyUsed(f"The journal already has an order with this key: {keys}")
        if isinstance(error, CONTENT):
            return _refused(error)
        return unavailable(self._path, "written", error)

    def _execute(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self._connection.execute(statement)

    def _write(self, batches: Sequence[Batch]) -> None:
        connection = self._connection
        batch = batches[0] if len(batches) == 1 else _together(batches)
        changed = [row for row in _newest(batch.changed) if not self.known.has_newer(row)]
        rows = [*batch.new, *changed]
        perm_ids = [(id_, row.key) for row in rows for id_ in row.perm_ids]
        floors = [batch.floor for batch in batches if batch.floor]
        connection.execute("BEGIN IMMEDIATE")
        NEW_ORDERS.run(connection, batch.new, _order_values)
        ORDERS.run(connection, changed, _order_values)
        PERM_IDS.run(connection, perm_ids, _as_they_are)
        EXECUTIONS.run(connection, batch.executions, _execution_values)
        FLOORS.run(connection, self.known.untold(floors, rows), _as_they_are)
        for switch in batch.switches:
            connection.execute(SWITCH, switch)
        EQUITY.run(connection, batch.equity, _as_they_are)
        LINES.run(connection, batch.lines, self._line_values)
        connection.execute("COMMIT")
        self._commits += 1
        self.known.take_in(rows, floors)

    def _line_values(self, line: Line) -> Values:
        events = orjson.dumps(line.events, option=orjson.OPT_UTC_Z)
        before = self._last_hash
        self._last_hash = line_hash(before, line.key, line.seq, events)
        return line.key, line.seq, events.decode(), before, self._last_hash


def _newest(rows: Iterable[OrderRow]) -> Iterable[OrderRow]:
    """Of each order the last word."""
    newest: dict[str, OrderRow] = {}
    for row in rows:
        if row.key not in newest or row.seq >= newest[row.key].seq:
            newest[row.key] = row
    return newest.values()


def _refused(error: Exception) -> JournalError:
    return JournalError(f"The order journal cannot hold what it was given: {error}")


def is_about_the_file(error: JournalError | None) -> bool:
    """True when trying again later may help, False when the batch itself is wrong."""
    return isinstance(error, JournalUnavailable)


def _have_a_key_in_common(batches: Sequence[Batch]) -> bool:
    """Whether a new order of one is in another too: then their order matters."""
    new = [row.key for batch in batches for row in batch.new]
    keys = set(new)
    return len(keys) < len(new) or any(r.key in keys for batch in batches for r in batch.changed)


def _together(batches: Sequence[Batch]) -> Batch:
    """All of them in one, except for their floors."""
    return Batch(
        new=_all(batch.new for batch in batches),
        changed=_all(batch.changed for batch in batches),
        lines=_all(batch.lines for batch in batches),
        executions=_all(batch.executions for batch in batches),
        switches=_all(batch.switches for batch in batches),
        equity=_all(batch.equity for batch in batches),
    )


def _all(parts: Iterable[Sequence[T]]) -> tuple[T, ...]:
    return tuple(chain.from_iterable(parts))


def _as_they_are(values: tuple[Any, ...]) -> Values:
    return values


def _order_values(row: OrderRow) -> Values:
    said = row.record.get
    fields = {
        name: value
        for name, nobody in REPEATED.items()
        if (value := getattr(row, name)) != said(name, nobody)
    }
    return (
        row.key,
        row.is_final,
        row.client_id,
        row.order_id,
        row.submitted,
        orjson.dumps(fields).decode() if fields else None,
        orjson.dumps(row.record).decode(),
    )


def _execution_values(execution: tuple[str, str, dict[str, Any]]) -> Values:
    exec_id, key, row = execution
    has_commission = row.get("commission") is not None
    return exec_id, key, row.get("time") or "", has_commission, orjson.dumps(row).decode()
