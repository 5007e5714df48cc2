"""The rooms of one order connection over a journal and a socket that do as a test says."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, cast

from ib.admission import Admission
from ib.exits import Exits
from ib.following import Following
from ib.order_journal import OrderJournal, answered
from ib.order_lane import OrderLane, Parcel
from ib.order_log import OrderLog
from ib.order_parts import OrderParts
from ib.placing import Placing
from ib_session import Endpoint, IBSession
from store.journal import JournalError, JournalUnavailable
from tests.fakes import connected
from tests.trading.orders_for_tests import (
    ACCOUNT,
    CODES,
    FakeMoments,
    World,
    an_order,
    status_fields,
)
from trading.order_book import OrderBook
from trading.orders import OrderRequest, OrderResult
from trading.policy import OrderPolicy
from trading.records import OrderRecord
from trading.sizing import OrderFacts

RATE = 10  # messages a second; five of them are for others than orders
FULL = JournalUnavailable("The disk is full")
HOUR = 3600.0


class FakeJournal:
    """Saves when a test says so."""

    def __init__(self) -> None:
        self.commits: list[tuple[list[str], dict[str, Any], Any]] = []
        self.floors = 0
        self.failure: str | None = None
        self.saved: dict[str, OrderRecord] = {}  # what only the journal remembers
        self.broken: JournalError | None = None  # why nothing can be read

    def commit(self, records: list[OrderRecord], done: Any, **options: Any) -> None:
        self.commits.append(([r.client_order_id for r in records], options, done))

    def floor(self, client_id: int) -> int:
        return self.floors

    def find(self, client_order_id: str) -> OrderRecord | None:
        if self.broken:
            raise self.broken
        return self.saved.get(client_order_id)

    async def save(self, record: OrderRecord) -> None:
        await answered(lambda done: self.commit([record], done))

    def write(self, error: JournalError | None = None) -> None:
        """The oldest commit is on disk, or has failed."""
        self.commits.pop(0)[2](error)

    def write_all(self) -> None:
        while self.commits:
            self.write()


class FakeSession:
    """A connection whose wire keeps what is placed."""

    def __init__(self) -> None:
        self.endpoint = Endpoint("127.0.0.1", 7497, 1000, requests_per_second=RATE)
        self.next_valid_id = 100
        self.known = connected("orders", 1000)
        self.is_open = True
        self.wire = self
        self.placed: list[tuple[int, str, int, bool]] = []
        self.refuses = ""
        self.room = 1_000  # messages that the socket writes at once; the others wait in it
        self.waiting: list[int] = []
        self.cancelled: list[int] = []

    def place(self, order_id: int, contract: Any, order: Any) -> None:
        if order.orderRef == self.refuses:
            raise ValueError("Field 5 is not printable ASCII")
        if self.room:
            self.room -= 1
            self.placed.append((order_id, order.orderRef, order.parentId, order.transmit))
        else:
            self.waiting.append(order_id)

    def reconnect(self) -> None:
        self.known = replace(self.known, reconnects=self.known.reconnects + 1)

    def queue_length(self) -> int:
        return len(self.waiting)

    def waiting_order_ids(self) -> list[int]:
        return self.waiting

    def take_back(self, order_id: int) -> bool:
        if order_id in self.waiting:
            self.waiting.remove(order_id)
            return True
        return False

    def cancel_first(self, order_id: int) -> None:
        self.cancelled.append(order_id)


@dataclass
class Parts:
    """Real rooms around the fakes. What the engine does with changes is done here."""

    policy: OrderPolicy = field(
        default_factory=lambda: OrderPolicy(order_timeout=HOUR, paper_sleep=(0, 0, 0))
    )

    def __post_init__(self) -> None:
        self.journal, self.session = FakeJournal(), FakeSession()
        self.results: dict[str, OrderResult] = {}
        self.reconciles = 0
        self.forgotten: list[str] = []
        self.world = World()
        self.book = self.world.book = OrderBook(
            1000, CODES, self._on_change, lambda *_: None, FakeMoments()
        )
        session, journal = cast(IBSession, self.session), cast(OrderJournal, self.journal)
        self.admission = Admission(session, self.book, journal, self.policy)
        self.admission.is_frozen = False
        self.admission.has_read_orders = self.admission.is_current = True
        self.following = Following(
            self.book, self.policy, OrderLog(), self.results, lambda: False, self._reconcile
        )
        self.lane = OrderLane(session, self.book, journal, self._why_not)
        parts = OrderParts(
            session,
            self.book,
            journal,
            self.admission,
            self.lane,
            self.following,
            self.policy,
            OrderLog(),
            self.results,
            self._reconcile,
            self._forget,
        )
        self.placing, self.exits = Placing(parts), Exits(parts)

    def submit(
        self,
        request: OrderRequest,
        facts: OrderFacts | None = None,
        seconds: float = HOUR,
    ) -> Future[OrderResult]:
        """A program asks; what it asks is not saved yet."""
        future: Future[OrderResult] = Future()
        deadline = asyncio.get_running_loop().time() + seconds
        self.placing.submit(replace(request, is_named=True), facts, future, deadline)
        return future

    def live(self, request: OrderRequest, facts: OrderFacts | None = None) -> OrderRecord:
        """An order that has left and works at IB."""
        self.submit(request, facts)
        self.journal.write_all()
        record = self.record(request.client_order_id)
        self.open_order(record)
        return record

    def record(self, name: str) -> OrderRecord:
        record = self.book.get(name)
        assert record is not None
        return record

    def open_order(self, record: OrderRecord, **terms: Any) -> None:
        """IB shows the order, with its terms as they were asked or as the test says."""
        order_id, shown = record.order_id or 0, record.order | {"account": ACCOUNT} | terms
        names = ("action", "totalQuantity", "orderType", "lmtPrice", "auxPrice", "tif", "account")
        fields = {name: shown[name] or 0.0 for name in names}
        order = an_order(record.client_order_id, perm_id=500 + order_id, **fields)
        self.world.open_order(order, order_id)

    def status(self, record: OrderRecord, status: str, filled: float = 0.0) -> None:
        order_id = record.order_id or 0
        fields = status_fields(filled, permId=500 + order_id)
        self.book.on_order_status(order_id, status, fields)

    def _why_not(self, parcel: Parcel) -> str | None:
        is_held = self.admission.is_frozen and not parcel.is_exit
        return "Frozen" if is_held else None

    def _on_change(self, record: OrderRecord) -> None:
        self.following.wake(record)

    def _reconcile(self) -> None:
        self.reconciles += 1

    def _forget(self, record: OrderRecord) -> None:
        self.book.remove(record)
        self.forgotten.append(record.client_order_id)
