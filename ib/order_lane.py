"""From an accepted order to its bytes: one lane, at IB's pace, and nothing leaves unsaved.

An order that may leave now is saved as `sending` with its order id in one durable write, then
written to the socket. One that has to wait for IB's pace is saved as `intent` and gets its order
id when its turn comes: what waits here has provably not left, so a drop, a freeze or a crash
loses nothing and sends nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from ib.order_journal import OrderJournal
from ib_session import IBSession
from store.journal import JournalError
from trading.ib_objects import contract_to_ib, order_to_ib
from trading.order_book import OrderBook
from trading.orders import OrderRequest
from trading.records import OrderRecord

log = logging.getLogger(__name__)

# Of IB's messages a second so many are left for cancels, changes and questions.
RESERVED_PER_SECOND = 5
WINDOW_SECONDS = 1.02  # a little over IB's second: two bursts never meet at the other end
CANCELLED_UNSENT = "Cancelled before it was sent to TWS"
TOO_LATE = "It waited too long for its turn"
LOST = "The connection to TWS was lost before the order was sent"


@dataclass(slots=True)
class Parcel:
    """An order with the orders attached to it: they leave together or not at all."""

    records: list[OrderRecord]
    requests: list[OrderRequest]
    account: str
    on_saved: Callable[[], None]  # it waits for its turn
    on_left: Callable[[], None]  # its bytes are written
    on_failed: Callable[[JournalError | None], None]  # nothing of it has left; why, if not saved
    deadline: float  # loop time after which it must not leave any more: nobody waits for it then
    is_exit: bool = field(default=False)  # never held up by a freeze
    is_saved: bool = field(default=False)
    is_taken_back: bool = field(default=False)
    given_up: str = field(default="")  # why, while it is not known whether it could be saved


class OrderLane:
    """It belongs to the order connection's loop.

    `why_not(parcel)` is asked right before the bytes leave: a sentence forbids it.
    """

    def __init__(
        self,
        session: IBSession,
        book: OrderBook,
        journal: OrderJournal,
        why_not: Callable[[Parcel], str | None],
    ) -> None:
        self._session = session
        self._book = book
        self._journal = journal
        self._why_not = why_not
        self._next_order_id = 0
        rate = session.endpoint.requests_per_second
        self._rate = max(rate - RESERVED_PER_SECOND, 1) if rate else 0
        self._waiting: deque[Parcel] = deque()
        self._leaving: list[Parcel] = []  # have an order id, and are being saved with it
        self._queued: list[Parcel] = []  # given to the socket, which may not have written them yet
        self._left_at: deque[float] = deque()  # when the orders of the last second left
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return sum(len(parcel.records) for parcel in self._waiting)

    @property
    def is_busy(self) -> bool:
        """Whether a new order would wait for its turn; any thread may ask."""
        return bool(self._waiting)

    def put(self, parcel: Parcel) -> None:
        """Let it leave now, or save it and let it wait for its turn."""
        if not self._waiting and self._seconds_until_room(len(parcel.records)) <= 0:
            self._release(parcel)
            return
        self._waiting.append(parcel)
        self._journal.commit(
            parcel.records, lambda error: self._on_waiting_saved(parcel, error), is_new=True
        )

    def take_back(self, record: OrderRecord) -> bool:
        """Keep an order from leaving, with its attached ones; False when its bytes have left."""
        for parcel in self._waiting:
            if record in parcel.records:
                self._waiting.remove(parcel)
                self._give_up_waiting(parcel, CANCELLED_UNSENT)
                self._wait_for_room()
                return True
        for parcel in self._leaving:
            if record in parcel.records:
                parcel.is_taken_back = True  # a cancel must not overtake the order
                return True
        return False

    def give_up_waiting(self, reason: str, *, also_exits: bool = True) -> None:
        """Nothing that waits will leave: the connection went, or new risk is frozen."""
        stay = [parcel for parcel in self._waiting if parcel.is_exit and not also_exits]
        gone = [parcel for parcel in self._waiting if parcel not in stay]
        self._waiting = deque(stay)
        for parcel in gone:
            self._give_up_waiting(parcel, reason)
        self._wait_for_room()

    def take_back_unwritten(self, reason: str) -> None:
        """New risk that still stands in the socket's own queue does not leave any more."""
        self._queued = self._still_queued()
        for parcel in [one for one in self._queued if not one.is_exit]:
            self._take_back_rest(parcel, reason)

    def take_back_queued(self, record: OrderRecord) -> bool:
        """As `take_back`, of orders attached to each other of which a part may have been written:
        without its last order the part would wait at TWS for ever. False: there is none."""
        for parcel in self._still_queued():
            if record in parcel.records and len(parcel.records) > 1:
                return self._take_back_rest(parcel, CANCELLED_UNSENT)
        return False

    def _take_back_rest(self, parcel: Parcel, reason: str) -> bool:
        self._queued.remove(parcel)
        ids = [record.order_id or 0 for record in parcel.records]
        kept = [order_id for order_id in ids if self._session.wire.take_back(order_id)]
        if kept:
            self._stop_writing(parcel, ids.index(kept[0]), reason)
        return bool(kept)

    def take_order_id(self) -> int:
        """The only source of order ids."""
        order_id = max(self._next_order_id, self._session.next_valid_id)
        self._next_order_id = order_id + 1
        return order_id

    def raise_floor(self) -> None:
        """TWS may come back with a lower nextValidId than was already used."""
        client_id = self._session.endpoint.client_id
        self._next_order_id = max(
            self._next_order_id,
            self._session.next_valid_id,
            self._book.highest_order_id() + 1,
            self._journal.floor(client_id),
        )

    @property
    def next_order_id(self) -> int:
        return self._next_order_id

    # Leaving.

    def _release(self, parcel: Parcel) -> None:
        reconnects = self._session.known.reconnects
        self._leaving.append(parcel)
        for record in parcel.records:
            self._book.mark_sending(record, self.take_order_id())
        self._journal.commit(
            parcel.records,
            lambda error: self._on_saved(parcel, reconnects, error),
            is_new=not parcel.is_saved,
            floor=self._next_order_id,
        )

    def _on_saved(self, parcel: Parcel, reconnects: int, error: JournalError | None) -> None:
        """The order is on disk as `sending`: write it, unless something has come between."""
        self._leaving.remove(parcel)
        reason = None if error else self._why_not_now(parcel, reconnects)
        if error and parcel.is_saved:  # the journal has it as one that waits: it is not forgotten
            self._give_up(parcel, str(error))
        elif error:
            parcel.on_failed(error)
        elif reason:
            self._keep(parcel, reason)
        else:
            self._write(parcel)
            self._queued = [*self._still_queued(), parcel]
            parcel.on_left()
        self._wait_for_room()

    def _why_not_now(self, parcel: Parcel, reconnects: int) -> str | None:
        if parcel.is_taken_back:
            return CANCELLED_UNSENT
        if parcel.deadline < asyncio.get_running_loop().time():
            return TOO_LATE
        if reconnects != self._session.known.reconnects:
            return LOST
        return self._why_not(parcel)

    def _keep(self, parcel: Parcel, reason: str) -> None:
        """It does not leave, and its row says `sending`: answered once the row says so too."""
        for record in parcel.records:
            self._book.mark_not_written(record, reason)
        self._journal.commit(parcel.records, lambda _: parcel.on_failed(None))

    def _write(self, parcel: Parcel) -> None:
        """A child waits at TWS until the last order of its parcel is transmitted."""
        parent_id = 0
        for number, record in enumerate(parcel.records):
            request, is_last = parcel.requests[number], record is parcel.records[-1]
            order = order_to_ib(request, parcel.account, parent_id=parent_id, transmit=is_last)
            try:
                self._session.wire.place(
                    record.order_id or 0, contract_to_ib(request.contract), order
                )
            except (ConnectionError, ValueError) as error:  # refused before it was written
                self._stop_writing(parcel, number, str(error))
                return
            self._book.mark_sent(record)
            self._left_at.append(asyncio.get_running_loop().time())
            parent_id = parent_id or record.order_id or 0

    def _still_queued(self) -> list[Parcel]:
        """First in, first out: a parcel whose last order has been written has left."""
        if not self._queued or not self._session.wire.queue_length():
            return []
        waiting = set(self._session.wire.waiting_order_ids())
        return [parcel for parcel in self._queued if parcel.records[-1].order_id in waiting]

    def _stop_writing(self, parcel: Parcel, number: int, reason: str) -> None:
        """Neither this one nor those behind it leave; those before it wait at TWS for the last one
        and would wait for ever, so that they are cancelled."""
        for record in parcel.records[number:]:
            self._book.mark_not_written(record, reason)
        for record in parcel.records[:number]:
            self._book.mark_cancel_requested(record)
            with suppress(ConnectionError):
                self._session.wire.cancel_first(record.order_id or 0)

    def _give_up_waiting(self, parcel: Parcel, reason: str) -> None:
        """The answer waits for the journal's, which may know another order of that key."""
        if parcel.is_saved:
            self._give_up(parcel, reason)
        else:
            parcel.given_up = reason

    def _give_up(self, parcel: Parcel, reason: str, error: JournalError | None = None) -> None:
        for record in parcel.records if error is None else ():
            self._book.mark_not_written(record, reason)
        parcel.on_failed(error)

    # Waiting.

    def _on_waiting_saved(self, parcel: Parcel, error: JournalError | None) -> None:
        if parcel.given_up:
            self._give_up(parcel, parcel.given_up, error)
        elif error is None:
            parcel.is_saved = True
            for record in parcel.records:
                self._book.mark_waiting(record)
            parcel.on_saved()
            self._wait_for_room()
        elif parcel in self._waiting:
            self._waiting.remove(parcel)
            self._give_up(parcel, str(error), error)
            self._wait_for_room()

    def _seconds_until_room(self, count: int) -> float:
        """0 when `count` orders may leave now.

        Those that are being saved have their place too; when they leave, this is asked again.
        """
        if not self._rate:
            return 0
        now = asyncio.get_running_loop().time()
        while self._left_at and now - self._left_at[0] >= WINDOW_SECONDS:
            self._left_at.popleft()
        being_saved = sum(len(parcel.records) for parcel in self._leaving)
        surplus = len(self._left_at) + being_saved + min(count, self._rate) - self._rate
        if surplus <= 0:
            return 0
        ends = self._left_at[surplus - 1] if surplus <= len(self._left_at) else now
        return ends + WINDOW_SECONDS - now

    def _has_room(self) -> bool:
        return self._seconds_until_room(len(self._waiting[0].records)) <= 0

    def _wait_for_room(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting and self._waiting[0].is_saved:
            seconds = self._seconds_until_room(len(self._waiting[0].records))
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(seconds, 0), self._let_leave)

    def _let_leave(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        while self._waiting and self._waiting[0].deadline < now:
            self._give_up_waiting(self._waiting.popleft(), TOO_LATE)
        while self._waiting and self._waiting[0].is_saved and self._has_room():
            self._release(self._waiting.popleft())
        self._wait_for_room()
