"""Which record a message is about: orders by name, permId, order id and execution.

Finished orders stay here until newer ones take their place; after that only the journal has them,
and a message that says something new about one brings it back. It belongs to one loop.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from trading.records import OrderRecord

KEPT_FINISHED = 500  # finished orders that stay in memory
FINAL_WORDS = frozenset({"Filled", "Cancelled", "ApiCancelled", "Inactive"})
Key = tuple[int, int]  # (clientId, orderId)
# (permId, orderRef) -> the order as the journal has it, or None
FindSaved = Callable[[int, str], OrderRecord | None]


class OrderIndex:
    """Every order in memory, and the names of those that only the journal has."""

    def __init__(self, find_saved: FindSaved = lambda perm_id, order_ref: None) -> None:
        self._find_saved = find_saved
        self._records: dict[str, OrderRecord] = {}  # by clientOrderId
        self._open: dict[str, OrderRecord] = {}
        self._by_perm_id: dict[int, OrderRecord] = {}
        self._by_order_id: dict[Key, OrderRecord] = {}  # of this connection only
        self._by_execution: dict[str, OrderRecord] = {}  # execId
        self._finished: deque[OrderRecord] = deque()  # oldest first
        self._gone_perm_ids: set[int] = set()  # of finished orders that only the journal has
        self._gone_executions: set[str] = set()

    def __iter__(self) -> Iterator[OrderRecord]:
        return iter(list(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, client_order_id: str) -> bool:
        return client_order_id in self._records

    def get(self, client_order_id: str) -> OrderRecord | None:
        return self._records.get(client_order_id)

    def open_records(self) -> list[OrderRecord]:
        return list(self._open.values())

    def by_order_id(self, key: Key) -> OrderRecord | None:
        """The order of that id on this connection."""
        return self._by_order_id.get(key)

    def by_execution(self, exec_id: str) -> OrderRecord | None:
        return self._by_execution.get(exec_id)

    def is_old_news(self, perm_id: int, status: str) -> bool:
        """A repetition about an order that the journal has as finished."""
        return perm_id in self._gone_perm_ids and status in FINAL_WORDS

    def is_old_fill(self, exec_id: str) -> bool:
        return exec_id in self._gone_executions

    def find(self, order_ref: str, perm_id: int, key: Key | None) -> OrderRecord | None:
        """The order that a message is about. No index holds an empty reference or a zero id."""
        client_id, order_id = key or (0, 0)
        known = self._by_perm_id.get(perm_id)
        if known and _may_be(known, order_ref, perm_id):
            return known
        named = self._records.get(order_ref)
        if named and _is_same_order(named, perm_id, client_id):
            return named
        candidate = self._by_order_id.get((client_id, order_id))
        if candidate and _may_be(candidate, order_ref, perm_id):
            return candidate
        return self._saved(order_ref, perm_id, client_id)

    def twin_of(self, order_ref: str, perm_id: int, client_id: int) -> OrderRecord | None:
        """Our order of that reference, of which IB shows another one under another permId."""
        named = self._records.get(order_ref)
        if named is None or named.is_adopted or not perm_id:
            return None
        return named if client_id in (0, named.client_id) else None

    def add(self, record: OrderRecord) -> None:
        self._records[record.client_order_id] = record
        self._open[record.client_order_id] = record

    def index(self, record: OrderRecord, perm_id: int, key: Key | None) -> None:
        if perm_id:
            self._by_perm_id[perm_id] = record
        if key and key[1] > 0:
            self._by_order_id[key] = record

    def index_order_id(self, record: OrderRecord, key: Key) -> None:
        """An order of the last connection: TWS may answer about its id."""
        if key[1]:
            self._by_order_id.setdefault(key, record)

    def index_execution(self, record: OrderRecord, exec_id: str) -> None:
        self._by_execution[exec_id] = record

    def restore(self, record: OrderRecord) -> None:
        """An order that an earlier process, or this one long ago, has saved."""
        self.add(record)
        for row in record.executions.values():
            self.index_execution(record, row["execId"])
        self.index(record, record.perm_id or 0, None)
        self.sort_in(record)

    def sort_in(self, record: OrderRecord) -> None:
        """Sort it among the open or the finished ones, as it stands now."""
        if not record.is_final:
            self._open[record.client_order_id] = record
            return
        self._open.pop(record.client_order_id, None)
        if not record.is_counted_finished:
            record.is_counted_finished = True
            self._finished.append(record)

    def remove(self, record: OrderRecord, client_id: int) -> None:
        """It was never saved and never left: as if it had not been asked."""
        self._records.pop(record.client_order_id, None)
        self._open.pop(record.client_order_id, None)
        self._by_order_id.pop((client_id, record.order_id or 0), None)

    def forget_order_ids(self) -> None:
        """Order ids of one connection mean nothing in the next one."""
        self._by_order_id.clear()

    def let_go(self) -> list[str]:
        """Forget the oldest finished orders beyond KEPT_FINISHED; returns their names."""
        gone = []
        while len(self._finished) > KEPT_FINISHED:
            record = self._finished.popleft()
            record.is_counted_finished = False
            if record.is_final:  # else it has come back to life and will be finished again
                gone.append(record.client_order_id)
                self._let_go(record)
        return gone

    def _let_go(self, record: OrderRecord) -> None:
        self._records.pop(record.client_order_id, None)
        self._by_order_id.pop((record.client_id, record.order_id or 0), None)
        if record.perm_id:
            self._by_perm_id.pop(record.perm_id, None)
            self._gone_perm_ids.add(record.perm_id)
        for row in record.executions.values():
            self._by_execution.pop(row["execId"], None)
            self._gone_executions.add(row["execId"])

    def _saved(self, order_ref: str, perm_id: int, client_id: int) -> OrderRecord | None:
        """An order that only the journal has, when something is said about it."""
        record = self._find_saved(perm_id, order_ref)
        if record is None or record.client_order_id in self._records:
            return None
        is_same = _is_same_order(record, perm_id, client_id)
        if not is_same or not _may_be(record, order_ref, perm_id):
            return None
        self._gone_perm_ids.discard(perm_id)
        self.restore(record)
        return record


def _is_same_order(record: OrderRecord, perm_id: int, client_id: int) -> bool:
    """The same reference with another permId or of another client is another order."""
    return record.perm_id in (None, perm_id) and client_id in (0, record.client_id or client_id)


def _may_be(record: OrderRecord, order_ref: str, perm_id: int) -> bool:
    """An order id may be an old one used again: what else the message says must not contradict."""
    is_other_ref = order_ref not in ("", record.client_order_id) and not record.is_adopted
    return not is_other_ref and (not perm_id or record.perm_id in (None, perm_id))
