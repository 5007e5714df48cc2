"""Reads the journal. It cannot write, and it sees what is on disk, nothing that still waits."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from store.journal_rows import REPEATED, OrderRow, unavailable
from store.journal_schema import ORDER_COLUMNS, open_for_reading

ORDERS = f"SELECT {ORDER_COLUMNS} FROM orders"
NEWEST_FIRST = "ORDER BY number DESC LIMIT ?"
OPEN_OF = "WHERE is_final = 0 AND key IN (SELECT value FROM json_each(?)) ORDER BY number"
FINAL = {False: "is_final = 0", True: "is_final = 1", None: "1"}
AFTER = "number < (SELECT number FROM orders WHERE key = ?)"
EXECUTIONS = "SELECT row FROM executions WHERE time >= ? ORDER BY time, exec_id"
EQUITY = """SELECT time, account, net_liquidation, currency FROM equity
    WHERE time >= ? ORDER BY time, account"""
LAST_EQUITY = "SELECT account, max(time) FROM equity GROUP BY account"
EVENTS = "SELECT events FROM lines WHERE key = ? ORDER BY seq, id"


class Reader:
    """One connection, for one reader at a time. Raises JournalUnavailable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._connection = open_for_reading(path)

    def order(self, key: str) -> OrderRow | None:
        rows = self._orders(f"{ORDERS} WHERE key = ?", key)
        return rows[0] if rows else None

    def open_orders(self, keys: list[str] | None = None) -> list[OrderRow]:
        """Oldest first. It walks through all orders, or looks at `keys` only."""
        if keys is None:
            return self._orders(f"{ORDERS} WHERE is_final = 0 ORDER BY number")
        return self._orders(f"{ORDERS} {OPEN_OF}", orjson.dumps(keys).decode())

    def recent(self, limit: int, before: str | None, is_final: bool | None) -> list[OrderRow]:
        if before is None:
            return self._orders(f"{ORDERS} WHERE {FINAL[is_final]} {NEWEST_FIRST}", limit)
        wanted = f"{ORDERS} WHERE {FINAL[is_final]} AND {AFTER} {NEWEST_FIRST}"
        return self._orders(wanted, before, limit)

    def since(self, time: str) -> list[OrderRow]:
        return self._orders(f"{ORDERS} WHERE submitted >= ? ORDER BY number", time)

    def events(self, key: str) -> list[dict[str, Any]]:
        return [_event(e) for (text,) in self._rows(EVENTS, key) for e in orjson.loads(text)]

    def executions(self, since: str) -> list[dict[str, Any]]:
        return [orjson.loads(row) for (row,) in self._rows(EXECUTIONS, since)]

    def equity(self, since: str) -> list[dict[str, Any]]:
        names = ("time", "account", "netLiquidation", "currency")
        return [dict(zip(names, row, strict=True)) for row in self._rows(EQUITY, since)]

    def last_equity(self) -> dict[str, str]:
        return dict(self._rows(LAST_EQUITY))

    def key_of_perm_id(self, perm_id: int) -> str | None:
        key: str | None = self._value("SELECT key FROM perm_ids WHERE perm_id = ?", perm_id)
        return key

    def key_of_execution(self, exec_id: str) -> str | None:
        key: str | None = self._value("SELECT key FROM executions WHERE exec_id = ?", exec_id)
        return key

    def switch(self, name: str) -> str | None:
        value: str | None = self._value("SELECT value FROM switches WHERE name = ?", name)
        return value

    def count(self) -> int:
        return int(self._value("SELECT count(*) FROM orders"))

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _orders(self, sql: str, *values: object) -> list[OrderRow]:
        return [_order(row) for row in self._rows(sql, *values)]

    def _value(self, sql: str, *values: object) -> Any:
        rows = self._rows(sql, *values)
        return rows[0][0] if rows else None

    def _rows(self, sql: str, *values: object) -> list[Any]:
        try:
            with self._lock:
                return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise unavailable(self._path, "read", error) from error


def _order(row: tuple[Any, ...]) -> OrderRow:
    key, is_final, client_id, order_id, submitted, fields, text = row
    record = orjson.loads(text)
    said = REPEATED | record | (orjson.loads(fields) if fields else {})
    return OrderRow(
        key=key,
        state=said["state"],
        is_final=bool(is_final),
        account=said["account"],
        client_id=client_id,
        order_id=order_id,
        fingerprint=said["fingerprint"],
        submitted=submitted,
        perm_ids=tuple(said["perm_ids"]),
        parent=said["parent"],
        record=record,
    )


def _event(event: dict[str, Any]) -> dict[str, Any]:
    """Its time with milliseconds; as it is kept it has microseconds, or no fraction at all."""
    time = event["time"]
    event["time"] = f"{time[:19]}{(time[19:-1] or '.000')[:4]}Z"
    return event
