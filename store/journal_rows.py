"""What the order journal takes and gives, and how it says that something went wrong.

Values only: no file, no thread, no SQL.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class JournalError(Exception):
    """Something cannot be kept or read; the message is one sentence for a person."""


class JournalLocked(JournalError):
    """Another engine holds the journal."""


class JournalUnavailable(JournalError):
    """The journal cannot be opened, read or written: full, read-only, broken, closed."""


class KeyUsed(JournalError):
    """A new order has a key that the journal already holds."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as it is kept. `record` is the picture from which the engine restores the order.

    `submitted` is an ISO time in UTC, written the same way for all orders: its text is compared.
    `record` holds what JSON can hold, and so does an execution's row.
    """

    key: str
    state: str
    is_final: bool
    account: str
    client_id: int
    order_id: int | None
    fingerprint: str
    submitted: str
    perm_ids: tuple[int, ...]
    parent: str
    record: dict[str, Any]

    @property
    def seq(self) -> int:
        """How much had happened to the order by then: of two rows the higher one is the newer."""
        seq: int = self.record.get("seq", 0)
        return seq


# Fields of a row that are kept only when its record does not say the same, and what they are when
# nobody says them: what is not written twice is written faster.
REPEATED: dict[str, Any] = {
    "state": "",
    "account": "",
    "fingerprint": "",
    "perm_ids": (),
    "parent": "",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What happened to an order, as many events as there were at once.

    events: dicts {seq, time, elapsedMs, kind, …} of what JSON can hold and of datetimes in UTC;
    seq counts within the order, from 1. The line's own `seq` is its first event's.
    """

    key: str
    seq: int
    events: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written together, in one transaction or not at all.

    new: orders whose keys may not be there yet; changed: orders as they are now.
    executions: (execId, key, row); a known execId is replaced only by a row that adds a commission.
    floor: (clientId, the first order id that is free); it never goes down.
    switches: (name, value).
    equity: (account, ISO time, net liquidation value, its currency); a known one stays.
    """

    new: tuple[OrderRow, ...] = ()
    changed: tuple[OrderRow, ...] = ()
    lines: tuple[Line, ...] = ()
    executions: tuple[tuple[str, str, dict[str, Any]], ...] = ()
    floor: tuple[int, int] | None = None
    switches: tuple[tuple[str, str], ...] = ()
    equity: tuple[tuple[str, str, float, str], ...] = ()

    @property
    def weight(self) -> int:
        """How much there is to write: rows and events."""
        events = sum(len(line.events) for line in self.lines)
        return len(self.new) + len(self.changed) + events + len(self.executions)


# SQLite's primary result codes (https://www.sqlite.org/rescode.html) and what a person can do.
ADVICE = {
    sqlite3.SQLITE_FULL: "Free some space on its disk.",
    sqlite3.SQLITE_IOERR: "Check its disk and free some space.",
    sqlite3.SQLITE_READONLY: "Make the file and its folder writable for the desk's user.",
    sqlite3.SQLITE_CANTOPEN: "Make the file and its folder writable for the desk's user.",
    sqlite3.SQLITE_BUSY: "Close the other program that has it open.",
    sqlite3.SQLITE_CORRUPT: "Stop the desk, move the file aside and restore a backup.",
    sqlite3.SQLITE_NOTADB: "Stop the desk, move the file aside and restore a backup.",
}
CHECK_DISK = "Check its disk."


def unavailable(path: Path, done: str, error: Exception) -> JournalUnavailable:
    """The journal cannot be `done` (opened, read, written): why, and what to do about it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    advice = ADVICE.get(code, CHECK_DISK)
    return JournalUnavailable(f"The order journal {path} cannot be {done}: {error}. {advice}")
