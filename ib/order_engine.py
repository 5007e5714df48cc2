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
from dataclasses import replace
from typing import Any

import ib_async
from ib_async.wrapper import RequestError

from ib.order_log import OrderLog
from ib.previews import Previews
from ib_session import Endpoint, IBSession
from trading.ib_errors import ORDER_ID_USED, CodeTable
from trading.ib_objects import contract_to_ib, order_to_ib
from trading.order_book import OrderBook
from trading.orders import OrderPreview, OrderRequest, OrderResult
from trading.policy import OrderPolicy
from trading.ports import Publish
from trading.records import Moment, OrderRecord
from trading.refusals import Duplicate, NotConnected, NotFound, Refused, TradingError
from trading.statuses import ACKNOWLEDGED

log = logging.getLogger(__name__)

Condition = Callable[[OrderRecord], bool]

# Requests take their ids from here upward, so that an error's id tells whose it is.
FIRST_REQUEST_ID = 1_000_000_000
SNAPSHOT_TIMEOUT = 5.0
CANCEL_TIMEOUT = 3.0  # how long a cancel's answer waits; IB may confirm much later
SETTLE_SECONDS = 0.25  # an acknowledged limit order that fills at once is answered as filled
RECONCILE_SECONDS = 60.0


class Answer:
    """What one caller waits for: a picture of the order, given once, whatever happened to it."""

    def __init__(
        self,
        future: Future[OrderResult],
        record: OrderRecord,
        is_replay: bool,
        results: dict[str, OrderResult],
    ) -> None:
        self._future = future
        self._record = record
        self._results = results  # whoever has the answer finds at least that picture here
        self._is_replay = is_replay

    def give(self) -> None:
        if self._future.done():
            return
        result = self._record.result()
        self._results[result.client_order_id] = result
        if self._is_replay:
            result = replace(result, payload=result.payload | {"replayed": True})
        self._future.set_result(result)


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
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}  # for an order's next change
        self._changed: dict[str, OrderRecord] = {}  # whose new picture is not shown yet
        self._seen: set[int] = set()  # ids of the records that the snapshot under way mentions
        self._snapshot_turn = asyncio.Lock()
        self._snapshot_began: Moment | None = None  # of the last one
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
        except TradingError as error:
            future.set_exception(error)
            return
        answer = Answer(future, record, is_replay, self.results)
        follow = self._rejoin if is_replay else self._follow
        self._start(follow(record, request, answer))

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
        if self._fingerprints.get(request.client_order_id) != request.fingerprint():
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
        self._log.outcome(record)

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
        while not condition(record):
            changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(record.client_order_id, []).append(changed)
            try:
                async with asyncio.timeout_at(deadline):
                    await changed
            except TimeoutError:
                return condition(record)
        return True

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
        own = [r for r in self.book.open_records() if self._is_own(r)]
        return list(await asyncio.gather(*(self.cancel(r.client_order_id) for r in own)))

    def _send_cancel(self, record: OrderRecord) -> None:
        if not self._is_own(record):
            raise Refused(
                f"Only the program that placed this order ({record.origin}) can cancel it, "
                "or TWS itself"
            )
        if not self.session.is_connected:
            raise NotConnected(self.session.status().reason or "")
        self.book.mark_cancel_requested(record)
        self.session.wire.client.cancelOrder(record.order_id)

    def _is_own(self, record: OrderRecord) -> bool:
        return record.client_id == self.session.endpoint.client_id and bool(record.order_id)

    def _refuse_when_blocked(self) -> None:
        error = self._policy.why_not(self.session.known)
        if error:
            raise error

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
            self._seen.add(id(self.book.on_open_order(order_id, contract, order, order_state)))

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
        self._seen.add(id(self.book.on_completed_order(contract, order, order_state)))

    # Reconciliation: what TWS lists now, compared with what we know.

    async def _reconcile_for_ever(self) -> None:
        while True:
            await asyncio.sleep(RECONCILE_SECONDS)
            if self.session.is_connected and self.book.open_records():
                await self._reconcile()

    async def _reconcile(self) -> None:
        """Compare with TWS, one snapshot at a time: its answers do not name their request.

        Whoever asked before the last snapshot began has been served by it.
        """
        asked = Moment.now()
        async with self._snapshot_turn:
            if self._snapshot_began is None or self._snapshot_began < asked:
                await self._take_snapshot()

    async def _take_snapshot(self) -> None:
        """All open orders, today's completed orders, executions.

        An incomplete snapshot proves nothing: only a complete one may call an order absent.
        """
        wire, began = self.session.wire, Moment.now()
        self._snapshot_began, self._seen = began, set()
        try:
            # Not wait_for: in Python 3.11 it loses a cancel that comes with the answer.
            async with asyncio.timeout(SNAPSHOT_TIMEOUT):
                await wire.reqAllOpenOrdersAsync()
                await wire.reqCompletedOrdersAsync(False)
                await wire.reqExecutionsAsync()
        except (TimeoutError, ConnectionError, RequestError) as error:
            log.warning("The order snapshot from TWS is incomplete: %r", error)
            return
        self.book.mark_absent(self._seen, began)

    # Telling everybody.

    def _on_change(self, record: OrderRecord) -> None:
        self._log.status(record)
        for waiting in self._waiting.pop(record.client_order_id, ()):
            if not waiting.done():
                waiting.set_result(None)
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


def _is_heard(record: OrderRecord) -> bool:
    """IB has said something about it that counts."""
    return record.state in ACKNOWLEDGED or record.is_final


def _is_final(record: OrderRecord) -> bool:
    return record.is_final


def _is_cancel_answered(record: OrderRecord) -> bool:
    return record.is_final or record.cancel_refused is not None
