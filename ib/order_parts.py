"""What the rooms of one order connection share. All of it belongs to the connection's loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ib.admission import Admission
from ib.following import Following
from ib.order_journal import OrderJournal
from ib.order_lane import OrderLane
from ib.order_log import OrderLog
from ib_session import IBSession
from trading.order_book import OrderBook
from trading.orders import OrderResult
from trading.policy import OrderPolicy
from trading.records import OrderRecord


@dataclass(frozen=True, slots=True)
class OrderParts:
    session: IBSession
    book: OrderBook
    journal: OrderJournal
    admission: Admission
    lane: OrderLane
    following: Following
    policy: OrderPolicy
    log: OrderLog
    results: dict[str, OrderResult]  # frozen pictures by clientOrderId, oldest first
    reconcile: Callable[[], None]  # ask TWS soon where its orders stand
    forget: Callable[[OrderRecord], None]  # as if it had never been asked
