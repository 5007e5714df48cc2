"""What is known of all orders on disk without reading them again: order ids in use, open orders.

Read from the file once and kept up by the writing thread; any thread may look. It writes nothing.
So a commit has neither a row with the free id nor an index of open orders to write.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable

import orjson

from store.journal_rows import OrderRow

# One walk through the orders tells both.
ORDERS = """SELECT client_id, max(order_id) + 1, json_group_array(key) FILTER (WHERE NOT is_final)
    FROM orders GROUP BY client_id"""
FLOORS = "SELECT client_id, order_id FROM floors"

KEPT_SEQS = 1000  # far more orders than change in the moment that a row may be late by

Floor = tuple[int, int]


class Known:
    """As on disk: what is written counts once it is taken in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._floors: dict[int, int] = {}
        self._open: dict[str, None] = {}
        self._seqs: dict[str, int] = {}  # of the orders that were written last
        for client_id, floor, keys in connection.execute(ORDERS):
            self._raise([(client_id, floor or 0)])
            self._open |= dict.fromkeys(orjson.loads(keys))
        self._raise(connection.execute(FLOORS))

    def floor(self, client_id: int) -> int:
        """The first order id of that client that is free; 0 when nobody said."""
        return self._floors.get(client_id, 0)

    def open_keys(self) -> list[str]:
        """Keys of the orders that are not final."""
        return list(self._open)

    def has_newer(self, row: OrderRow) -> bool:
        """Whether the file says something newer of this order.

        What was handed over first may be written last: an urgent row waits for the disk while a
        lazy one about the same order passes it.
        """
        return row.seq < self._seqs.get(row.key, 0)

    def untold(self, floors: Iterable[Floor], rows: Iterable[OrderRow]) -> list[Floor]:
        """Floors that have to be written: neither the file nor these rows tell them."""
        told = _told(rows)
        return [(id_, floor) for id_, floor in floors if floor > max(self.floor(id_), told[id_])]

    def take_in(self, rows: Iterable[OrderRow], floors: Iterable[Floor]) -> None:
        """These are on disk now."""
        for row in rows:
            if row.is_final:
                self._open.pop(row.key, None)
            else:
                self._open[row.key] = None
            self._seqs.pop(row.key, None)
            self._seqs[row.key] = row.seq
        while len(self._seqs) > KEPT_SEQS:
            del self._seqs[next(iter(self._seqs))]
        self._raise(_told(rows).items())
        self._raise(floors)

    def _raise(self, floors: Iterable[Floor]) -> None:
        for client_id, floor in floors:
            if floor > self.floor(client_id):
                self._floors[client_id] = floor


def _told(rows: Iterable[OrderRow]) -> defaultdict[int, int]:
    """The floors above these orders' own ids."""
    told: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        if row.order_id is not None and row.order_id >= told[row.client_id]:
            told[row.client_id] = row.order_id + 1
    return told
