"""What TWS lists now, compared with what we know: open orders, completed orders, executions.

An incomplete snapshot proves nothing: only a complete one may call an order absent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ib_async.wrapper import RequestError

from ib.wire import Wire
from trading.order_book import OrderBook
from trading.records import Moment, OrderRecord

log = logging.getLogger(__name__)

SNAPSHOT_SECONDS = 5.0


class OrderSnapshots:
    """One at a time, since the answers do not name their request. It belongs to one loop."""

    def __init__(self, book: OrderBook, now: Callable[[], Moment] = Moment.now) -> None:
        self.is_complete = False  # the last one reached its end
        self.has_read_orders = False  # open orders and executions were listed once
        self._book = book
        self._now = now
        self._turn = asyncio.Lock()
        self._began: Moment | None = None  # of the last one
        self._seen: set[int] = set()  # ids of the records that the one under way mentions

    def mention(self, record: OrderRecord) -> None:
        """TWS has just named this order."""
        self._seen.add(id(record))

    def seconds_since(self) -> float:
        """How long ago the last one began."""
        return self._now().seconds - self._began.seconds if self._began else float("inf")

    async def take(self, wire: Wire) -> None:
        """Whoever asked before the last snapshot began has been served by it."""
        asked = self._now()
        async with self._turn:
            if self._began is None or self._began.seconds < asked.seconds:
                await self._take(wire)

    async def _take(self, wire: Wire) -> None:
        self._began, self._seen, self.is_complete = self._now(), set(), False
        try:
            # Not wait_for: in Python 3.11 it loses a cancel that comes with the answer.
            async with asyncio.timeout(SNAPSHOT_SECONDS):
                await wire.reqAllOpenOrdersAsync()
                await wire.reqExecutionsAsync()
                self.has_read_orders = True
                await wire.reqCompletedOrdersAsync(False)  # known to stay unanswered at times
        except (TimeoutError, ConnectionError, RequestError) as error:
            log.warning("The order snapshot from TWS is incomplete: %r", error)
            return
        self.is_complete = True
        self._book.mark_absent(self._seen, self._began)
