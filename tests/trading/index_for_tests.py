"""Orders in an index, and a journal that has more of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.trading.orders_for_tests import CLIENT_ID, a_moment
from trading.order_index import KEPT_FINISHED, OrderIndex
from trading.records import OrderRecord
from trading.statuses import OrderState

OTHER = 7  # another client


@dataclass
class FakeJournal:
    """What is saved, by name; remembers what it was asked."""

    saved: dict[str, OrderRecord] = field(default_factory=dict)
    asked: list[tuple[int, str]] = field(default_factory=list)

    def find(self, perm_id: int, order_ref: str) -> OrderRecord | None:
        self.asked.append((perm_id, order_ref))
        found = [r for r in self.saved.values() if perm_id and r.perm_id == perm_id]
        return found[0] if found else self.saved.get(order_ref)

    def keep(self, record: OrderRecord) -> None:
        self.saved[record.client_order_id] = record


def a_live_record(key: str = "ui-1", perm_id: int | None = None, **fields: object) -> OrderRecord:
    order = {"totalQuantity": 100, "orderType": "MKT"}
    record = OrderRecord(key, {}, order, "DU1", a_moment(), client_id=CLIENT_ID, perm_id=perm_id)
    record.state = OrderState.LIVE
    for name, value in fields.items():
        setattr(record, name, value)
    return record


def known(index: OrderIndex, key: str = "ui-1", perm_id: int | None = 500) -> OrderRecord:
    """An order of ours with order id 7 on this connection."""
    record = a_live_record(key, perm_id, order_id=7)
    index.add(record)
    index.index(record, perm_id or 0, (CLIENT_ID, 7))
    return record


def finished(index: OrderIndex, key: str, perm_id: int) -> OrderRecord:
    record = a_live_record(key, perm_id, order_id=perm_id, state=OrderState.CANCELLED)
    index.add(record)
    index.index(record, perm_id, (CLIENT_ID, perm_id))
    index.sort_in(record)
    return record


def fill_memory(index: OrderIndex, count: int = KEPT_FINISHED) -> None:
    for number in range(count):
        finished(index, f"more-{number}", 10_000 + number)
