"""What TWS lists now, compared with what we know: open orders, completed orders, executions.

An incomplete snapshot proves nothing: only a complete one may call an order absent. A snapshot that
begins after an order's bytes is a fence: TWS reads one connection's bytes in their order, so it has
seen the order before it answers. While TWS has lost IB it may hold an order that it lists nowhere:
then no list proves an absence.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ib_async.wrapper import RequestError

from ib.wire import Wire
from trading.order_book import OrderBook
from trading.records import Moment, OrderRecord
from trading.statuses import OrderState

log = logging.getLogger(__name__)

SNAPSHOT_SECONDS = 5.0
RECONCILE_SECONDS = 60.0  # also while nothing is open: others may place orders
FOREIGN_SECONDS = 10.0  # while orders of others work: TWS does not push their changes
RETRY_SECONDS = 5.0  # when the last snapshot was incomplete
UNKNOWN_SECONDS = 2.0  # an order that is unknown for so long is looked for
ALERT_SECONDS = 60.0

UNCHANGED = "TWS lists the order with its old terms"
IsOwn = Callable[[OrderRecord], bool]


class OrderSnapshots:
    """One at a time, since the answers do not name their request. It belongs to one loop.

    `absence_seconds`: how far apart two snapshots must be to prove that an order was not placed.
    `is_linked`: whether TWS has its link to IB, as far as it has told.
    """

    def __init__(
        self,
        book: OrderBook,
        absence_seconds: float,
        now: Callable[[], Moment] = Moment.now,
        is_linked: Callable[[], bool] = lambda: True,
    ) -> None:
        self.is_complete = False  # the last one reached its end
        self.has_read_orders = False  # open orders and executions were listed once
        self.is_current = False  # and again since the connection or the link was lost last
        self._proves = False  # the last one is complete, and TWS had its link to IB
        self._book = book
        self._absence_seconds = absence_seconds
        self._now = now
        self._is_linked = is_linked
        self._turn = asyncio.Lock()
        self._began: Moment | None = None  # of the last one
        self._lost_at = float("-inf")
        self._seen: set[int] = set()  # ids of the records that the one under way mentions

    def mention(self, record: OrderRecord) -> None:
        """TWS has just named this order."""
        self._seen.add(id(record))

    def lacks(self, record: OrderRecord) -> bool:
        """Whether the last one was complete and did not name this order."""
        return self._proves and id(record) not in self._seen

    def lose_sight(self) -> None:
        """The connection or the link to IB was lost: what was listed before may be old."""
        self._lost_at, self.is_current, self._proves = self._now().seconds, False, False

    def seconds_since(self) -> float:
        """How long ago the last one began."""
        return self._now().seconds - self._began.seconds if self._began else float("inf")

    def is_due(self, is_own: IsOwn) -> bool:
        """Whether it is time to ask TWS again."""
        return self.seconds_since() >= self._pause(is_own)

    def to_alert(self) -> list[OrderRecord]:
        """Orders that have been unknown for a minute."""
        now = self._now().seconds
        return [
            record
            for record in self._unknown()
            if record.unknown_since and now - record.unknown_since.seconds >= ALERT_SECONDS
        ]

    async def take(self, wire: Wire) -> None:
        """Whoever asked before the last snapshot began has been served by it."""
        asked = self._now()
        async with self._turn:
            if self._began is None or self._began.seconds < asked.seconds:
                await self._take(wire)

    def _pause(self, is_own: IsOwn) -> float:
        """Seconds from the last snapshot to the next one."""
        if not self.is_complete:
            return RETRY_SECONDS
        records = self._book.open_records()
        if any(r.state is not OrderState.UNKNOWN and not is_own(r) for r in records):
            return min(FOREIGN_SECONDS, self._pause_for_unknown())
        return min(RECONCILE_SECONDS, self._pause_for_unknown())

    def _pause_for_unknown(self) -> float:
        """An unknown order is looked for soon, then as often as proves its absence."""
        unknown = [record.unknown_since for record in self._unknown() if record.unknown_since]
        if not unknown:
            return RECONCILE_SECONDS
        soon = min(UNKNOWN_SECONDS, self._absence_seconds)
        newest = max(moment.seconds for moment in unknown)
        is_looked_for = self._began is not None and self._began.seconds >= newest + soon
        is_old = self._now().seconds - newest > ALERT_SECONDS
        if is_old:
            return RECONCILE_SECONDS
        return self._absence_seconds if is_looked_for else soon

    def _unknown(self) -> list[OrderRecord]:
        return [r for r in self._book.open_records() if r.state is OrderState.UNKNOWN]

    async def _take(self, wire: Wire) -> None:
        began = self._began = self._now()
        self._seen, self.is_complete, self._proves = set(), False, False
        try:
            # Not wait_for: in Python 3.11 it loses a cancel that comes with the answer.
            async with asyncio.timeout(SNAPSHOT_SECONDS):
                await wire.reqAllOpenOrdersAsync()
                await wire.reqExecutionsAsync()
                self.has_read_orders = True
                self.is_current = began.seconds >= self._lost_at
                await wire.reqCompletedOrdersAsync(False)  # known to stay unanswered at times
        except (TimeoutError, ConnectionError, RequestError) as error:
            log.warning("The order snapshot from TWS is incomplete: %r", error)
            return
        self.is_complete = True
        self._proves = self._is_linked() and began.seconds >= self._lost_at
        if self._proves:
            self._book.mark_absent(self._seen, began, self._absence_seconds)
            self._book.mark_changes_unheard(self._seen, began, UNCHANGED)
