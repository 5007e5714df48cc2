"""The order connection from inside its loop: place, follow, cancel, preview, reconcile.

Orders overlap: each is followed by a task of its own, and the sleep workaround of one never delays
another or any message from TWS. What an order's state is, is told by TWS's own order messages
(`trading/order_book.py`), never by this file.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

import ib_async

from ib.answers import Answer
from ib.order_log import OrderLog
from ib.order_snapshots import OrderSnapshots
from ib.previews import Previews
from ib_session import Endpoint, IBSession
from trading.ib_errors import ORDER_ID_USED, CodeTable
from trading.ib_objects import contract_to_ib, order_to_ib
from trading.order_book import OrderBook
from trading.orders import OrderPreview, OrderRequest, OrderResult
from trading.policy import OrderPolicy
from trading.ports import Publish
from trading.records import Moment, OrderRecord
from trading.refusals import Busy, Duplicate, NotConnected, NotFound, Refused, TradingError
from trading.statuses import ACKNOWLEDGED

log = logging.getLogger(__name__)

Condition = Callable[[OrderRecord], bool]
Waiting = tuple[Condition, asyncio.Future[None]]

# Requests take their ids from here upward, so that an error's id tells whose it is.
FIRST_REQUEST_ID = 1_000_000_000
CANCEL_TIMEOUT = 3.0  # how long a cancel's answer waits; IB may confirm much later
SETTLE_SECONDS = 0.25  # an acknowledged limit order that fills at once is answered as filled
RECONCILE_SECONDS = 60.0
FOREIGN_SECONDS = 10.0  # while orders of others are open: TWS does not push their changes
RETRY_SECONDS = 5.0  # when the last snapshot was incomplete
MAX_QUEUED = 200  # messages that wait for IB's pace; beyond it a new order is refused
ORDERS_NOT_READ = "TWS has not listed its orders yet"


class OrderEngine:
    """One order connection. Only `results` and `session.status()` may be read by other threads."""

    def __init__(
        self, endpoint: Endpoint, policy: OrderPolicy, codes: CodeTable, publish: Publish
    ) -> None:
        self.results: dict[str, OrderResult] = {}  # frozen pictures by clientOrderId, oldest first
        self.session = IBSession("orders", endpoint, self, self._on_session_change, self)
        self.book = OrderBook(endpoint.client_id, codes, self._on_change, self._on_fill)
        self._policy = policy
        self._codes = codes
        self._publish = publish
        self._log = OrderLog()
        self._previews = Previews(codes)
        self._next_order_id = 0  # set on each connect
        self._fingerprints: dict[str, str] = {}  # clientOrderId -> what it was used for
        self._waiting: dict[str, list[Waiting]] = {}  # who waits for what of which order
        self._changed: dict[str, OrderRecord] = {}  # whose new picture is not shown yet
        self._snapshots = OrderSnapshots(self.book)
        self._answers: set[Answer] = set()  # not given yet
        self._tasks: set[asyncio.Task[None]] = set()  # asyncio itself keeps only weak references

    async def live(self) -> None:
        """The main coroutine of the order thread."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.session.run(), name="order connection")
            group.create_task(self._reconcile_for_ever(), name="reconcile")

    # Place and follow.

    def submit(self, request: OrderRequest, future: Future[OrderResult]) -> None:
        """Send at once, then follow the order in a task of its own."""
        try:
            record, is_replay = self._place(request)
        except Exception as error:  # whoever waits is told, whatever happened
            if not isinstance(error, TradingError):
                log.exception("The order %s could not be placed", request.client_order_id)
            future.set_exception(error)
            return
        answer = Answer(future, record, is_replay, self.results)
        self._answers.add(answer)
        future.add_done_callback(lambda _: self._answers.discard(answer))
        follow = self._rejoin if is_replay else self._follow
        self._start(follow(record, request, answer))

    def answer_all(self) -> None:
        """The process is about to end: whoever waits gets what is known now."""
        for answer in list(self._answers):
            answer.give()

    def why_not(self) -> TradingError | None:
        """What forbids a new order now, or None."""
        if self.session.known.is_connected and not self.has_read_orders:
            return NotConnected(ORDERS_NOT_READ)
        return self._policy.why_not(self.session.known)

    @property
    def has_read_orders(self) -> bool:
        """False until TWS has listed its orders once: earlier runs are unknown before that."""
        return self._snapshots.has_read_orders

    def _place(self, request: OrderRequest) -> tuple[OrderRecord, bool]:
        """One key, one order: a known key joins its order, anything else is sent now."""
        known = self.book.get(request.client_order_id)
        if known is not None:
            self._refuse_other_body(known, request)
            return known, True
        self._refuse_when_blocked()
        account = self._policy.account_for(request, self.session.known.accounts)
        record = self.book.add(request, account)
        self._fingerprints[request.client_order_id] = request.fingerprint()
        self._send(record, request, account)
        return record, False

    def _refuse_other_body(self, known: OrderRecord, request: OrderRequest) -> None:
        fingerprint = self._fingerprints.get(request.client_order_id)
        is_same = fingerprint == request.fingerprint() if fingerprint else known.is_like(request)
        if not is_same:
            raise Duplicate(
                f"clientOrderId {request.client_order_id} was used for another order",
                order_id=known.order_id,
            )

    def _send(self, record: OrderRecord, request: OrderRequest, account: str) -> None:
        """The door for the journal: `mark_sending` comes before the first byte leaves."""
        contract, order = contract_to_ib(request.contract), order_to_ib(request, account)
        order_id = self._take_order_id()
        self.book.mark_sending(record, order_id)
        self._log.submitting(record, record.events[0]["text"], self._policy.order_timeout)
        try:
            self.session.wire.client.placeOrder(order_id, contract, order)
        except ConnectionError as error:  # ib_async refuses before it writes
            self.book.mark_not_written(record, str(error))

    async def _follow(self, record: OrderRecord, request: OrderRequest, answer: Answer) -> None:
        """Follow an order to its outcome; the answer leaves when the request's wait is over."""
        deadline = asyncio.get_running_loop().time() + self._policy.order_timeout
        try:
            if request.wait == "none":
                answer.give()
            if request.wait == "ack":
                await self._until(record, _is_heard, deadline)
                answer.give()
            await self._sleep_workaround(record)
            await self._judge(record, request, deadline)
        finally:
            answer.give()
        self._log.outcome(record, is_at_rest=request.may_rest)

    async def _judge(self, record: OrderRecord, request: OrderRequest, deadline: float) -> None:
        """The outcome: final, at rest, or unknown when IB has said nothing in time."""
        if not await self._until(record, _is_heard, deadline):
            self.book.mark_silent(record, "No word from IB within the order timeout")
            self._start(self._reconcile())
        else:
            settled = asyncio.get_running_loop().time() + SETTLE_SECONDS
            await self._until(record, _is_final, settled if request.may_rest else deadline)

    async def _rejoin(self, record: OrderRecord, request: OrderRequest, answer: Answer) -> None:
        """The same key again: wait for what the first request brings, send nothing."""
        deadline = asyncio.get_running_loop().time() + self._policy.order_timeout
        try:
            if request.wait != "none":
                await self._until(record, _is_heard, deadline)
            if request.wait == "outcome" and not request.may_rest:
                await self._until(record, _is_final, deadline)
        finally:
            answer.give()

    async def _sleep_workaround(self, record: OrderRecord) -> None:
        """Paper trading validates orders slowly: its outcome is judged after three pauses.

        Process events, give TWS time to validate, process pending callbacks: all three are awaited,
        so every message and every other order goes on meanwhile.
        """
        if not self._policy.has_sleep_workaround(self.session.known):
            return
        self._log.sleep_begins(record)
        for seconds in self._policy.paper_sleep:
            await asyncio.sleep(seconds)
        self._log.sleep_ends(record)

    async def _until(self, record: OrderRecord, condition: Condition, deadline: float) -> bool:
        """Wait for the condition on the record; False when the deadline comes first."""
        if condition(record):
            return True
        loop = asyncio.get_running_loop()
        reached: asyncio.Future[None] = loop.create_future()
        waiting = self._waiting.setdefault(record.client_order_id, [])
        waiting.append((condition, reached))
        timer = loop.call_at(deadline, _end, reached)
        try:
            await reached
        finally:
            timer.cancel()
            waiting.remove((condition, reached))
            if not waiting:
                self._waiting.pop(record.client_order_id, None)
        return condition(record)

    # Preview and cancel.

    async def preview(self, request: OrderRequest) -> OrderPreview:
        self._refuse_when_blocked()
        account = self._policy.account_for(request, self.session.known.accounts)
        return await self._previews.ask(
            self.session.wire.client,
            self._take_order_id(),
            contract_to_ib(request.contract),
            order_to_ib(request, account),
        )

    async def cancel(self, client_order_id: str) -> OrderResult:
        """Ask IB to cancel; nothing but a missing connection may stand in the way."""
        record = self.book.get(client_order_id)
        if record is None:
            self.refuse_unread()
            raise NotFound(f"There is no order {client_order_id}")
        if not record.is_final:
            self._send_cancel(record)
            deadline = asyncio.get_running_loop().time() + CANCEL_TIMEOUT
            await self._until(record, _is_cancel_answered, deadline)
            if record.cancel_refused:
                self._start(self._reconcile())
        return record.result()

    async def cancel_all(self) -> list[OrderResult]:
        """Every open order of this connection; orders of others are left alone."""
        self.refuse_unread()
        own = [r for r in self.book.open_records() if self._is_own(r)]
        return list(await asyncio.gather(*(self.cancel(r.client_order_id) for r in own)))

    def refuse_unread(self) -> None:
        """An order that nobody has heard of may still be one of an earlier run."""
        if not self.has_read_orders:
            raise NotConnected(self.session.known.reason or ORDERS_NOT_READ)

    def _send_cancel(self, record: OrderRecord) -> None:
        if not self._is_own(record):
            raise Refused(
                f"Only the program that placed this order ({record.origin}) can cancel it, "
                "or TWS itself"
            )
        if not self.session.is_open:
            raise NotConnected(self.session.known.reason or "")
        if self.session.wire.take_back(record.order_id or 0):
            self.book.mark_not_written(record, "Cancelled before it was sent to TWS")
            return
        self.book.mark_cancel_requested(record)
        self.session.wire.send_first(lambda client: client.cancelOrder(record.order_id))

    def _is_own(self, record: OrderRecord) -> bool:
        return record.client_id == self.session.endpoint.client_id and bool(record.order_id)

    def _refuse_when_blocked(self) -> None:
        error = self.why_not()
        if error:
            raise error
        if self.session.wire.queue_length() >= MAX_QUEUED:
            raise Busy("More orders are on their way than TWS takes in a second", 2)

    def _take_order_id(self) -> int:
        """The only source of order ids; `on_connected` and a 103 raise its floor."""
        order_id = max(self._next_order_id, self.session.next_valid_id)
        self._next_order_id = order_id + 1
        return order_id

    # The connection's life (`ib_session.Role`).

    async def on_connected(self) -> None:
        self.session.wire.client.updateReqId(FIRST_REQUEST_ID)
        self._raise_order_id_floor()
        await self._reconcile()
        self._raise_order_id_floor()
        self._log.connected(self.session.endpoint.client_id)

    def _raise_order_id_floor(self) -> None:
        """TWS may come back with a lower nextValidId than was already used."""
        self._next_order_id = max(
            self._next_order_id, self.session.next_valid_id, self.book.highest_order_id() + 1
        )

    def on_disconnected(self, reason: str) -> None:
        self.book.on_disconnected(reason)
        self._previews.on_disconnected(reason)

    def on_link_restored(self, data_lost: bool) -> None:
        self._start(self._reconcile())

    def on_error(self, req_id: int, code: int, text: str) -> None:
        message = self._codes.message(code, text, Moment.now().time)
        record = None
        if req_id in self._previews:
            self._previews.on_error(req_id, code, text)
        elif req_id > 0:
            record = self.book.on_error(req_id, code, text)
        if code == ORDER_ID_USED:
            self.session.wire.client.reqIds(1)  # TWS answers with its floor
        if record:
            self._log.message(message["kind"], code, text, req_id)
        about = record.client_order_id if record else None
        self._publish("message", {**message, "connection": "orders", "clientOrderId": about})

    # Order messages (`ib.wire.OrderListener`).

    def on_open_order(
        self,
        order_id: int,
        contract: ib_async.Contract,
        order: ib_async.Order,
        order_state: ib_async.OrderState,
    ) -> None:
        if order.whatIf:
            self._previews.on_open_order(order_id, contract, order, order_state)
        else:
            record = self.book.on_open_order(order_id, contract, order, order_state)
            self._snapshots.mention(record)

    def on_order_status(self, order_id: int, status: str, fields: dict[str, Any]) -> None:
        self.book.on_order_status(order_id, status, fields)

    def on_execution(
        self, req_id: int, contract: ib_async.Contract, execution: ib_async.Execution
    ) -> None:
        self.book.on_execution(contract, execution)

    def on_commission(self, report: ib_async.CommissionReport) -> None:
        self.book.on_commission(report)

    def on_completed_order(
        self, contract: ib_async.Contract, order: ib_async.Order, order_state: ib_async.OrderState
    ) -> None:
        self._snapshots.mention(self.book.on_completed_order(contract, order, order_state))

    async def _reconcile(self) -> None:
        await self._snapshots.take(self.session.wire)

    async def _reconcile_for_ever(self) -> None:
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            if self.session.is_connected and self._is_snapshot_due():
                await self._reconcile()

    def _is_snapshot_due(self) -> bool:
        records = self.book.open_records()
        if not records:
            return not self._snapshots.is_complete
        are_ours = all(self._is_own(record) for record in records)
        pause = RECONCILE_SECONDS if are_ours else FOREIGN_SECONDS
        return not self._snapshots.is_complete or self._snapshots.seconds_since() >= pause

    # Telling everybody.

    def _on_change(self, record: OrderRecord) -> None:
        self._log.status(record)
        for condition, reached in self._waiting.get(record.client_order_id, ()):
            if condition(record):
                _end(reached)
        if not self._changed:
            # After whoever was just woken: an answer goes before a publication.
            asyncio.get_running_loop().call_soon(self._show_changes)
        self._changed[record.client_order_id] = record

    def _show_changes(self) -> None:
        """One picture per order for all messages that came in one piece."""
        changed, self._changed = self._changed, {}  # also when a publication fails
        for record in changed.values():
            result = record.result()
            self.results[record.client_order_id] = result
            self._publish("order", result.payload)

    def _on_fill(self, row: dict[str, Any]) -> None:
        self._publish("execution", row)

    def _on_session_change(self) -> None:
        self._publish("status", {})

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _end(reached: asyncio.Future[None]) -> None:
    if not reached.done():
        reached.set_result(None)


def _is_heard(record: OrderRecord) -> bool:
    """IB has said something about it that counts."""
    return record.state in ACKNOWLEDGED or record.is_final


def _is_final(record: OrderRecord) -> bool:
    return record.is_final


def _is_cancel_answered(record: OrderRecord) -> bool:
    return record.is_final or record.cancel_refused is not None
