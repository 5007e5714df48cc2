"""The order connection from inside its loop: place, follow, cancel, preview, reconcile.

Orders overlap: each is followed by a task of its own, and the sleep workaround of one never delays
another or any message from TWS. What an order's state is, is told by TWS's own order messages
(`trading/order_book.py`), never by this file.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import ib_async

from ib.admission import Admission
from ib.exits import Exits
from ib.following import Following
from ib.order_journal import OrderJournal
from ib.order_lane import OrderLane, Parcel
from ib.order_log import OrderLog
from ib.order_parts import OrderParts
from ib.order_snapshots import OrderSnapshots
from ib.placing import Placing
from ib.previews import PREVIEW_TIMEOUT, Previews
from ib_session import Endpoint, IBSession
from store.journal import JournalError
from trading.ib_errors import ORDER_ID_USED, CodeTable
from trading.ib_objects import contract_to_ib, order_to_ib
from trading.order_book import OrderBook
from trading.order_index import KEPT_FINISHED
from trading.orders import OrderPreview, OrderRequest, OrderResult
from trading.policy import OrderPolicy
from trading.ports import Publish
from trading.record_forms import result_of
from trading.records import Moment, OrderRecord
from trading.refusals import NotConnected, Refused, TradingError
from trading.sizing import OrderFacts
from trading.snapshots import iso
from trading.statuses import OrderState

log = logging.getLogger(__name__)

# Requests take their ids from here upward, so that an error's id tells whose it is.
FIRST_REQUEST_ID = 1_000_000_000
# An answer is on its way first: the page may hear of the change a moment later.
SHOW_SECONDS = 0.01
MANY = 20  # orders on their way into the loop: they may have to wait there
LOOK_SECONDS = 0.5  # how often the reconciliation looks whether it is due
FREEZE = "freeze"
FROZEN_MEANWHILE = "New orders were frozen before it was sent"
STILL_UNKNOWN = (
    "Nobody can tell whether IB has this order",
    "Look for it in TWS; do not place it again before you know",
)
GONE = (
    "TWS lists this order of another program no more, neither as open nor as completed",
    "Look in TWS whether it still stands; until then do not count on it as a stop",
)
NOT_LACKED = (
    "TWS could not be asked for all of its orders: the order stays unknown. Try again in a moment"
)
NOT_UNKNOWN = "The order is not unknown: there is nothing to dismiss"
ORPHAN = (
    "IB has an order of this desk that its journal does not know",
    "It was adopted; was the journal restored from an older copy?",
)
DUPLICATED = (
    "IB has this order more than once",
    "A cancel here cancels all of them; look at TWS before you place it again",
)
BEGUN_ANEW = "The order thread has failed and begun anew"
ENDED_BEFORE = "The desk ended before the order was sent"
ENDED_WHILE = "The desk ended while the order was being sent"
ENDED_UNHEARD = "The desk ended before IB had answered"


class OrderEngine:
    """One order connection. Only `results` and `session.status()` may be read by other threads."""

    def __init__(
        self,
        endpoint: Endpoint,
        policy: OrderPolicy,
        codes: CodeTable,
        publish: Publish,
        journal_path: Path,
    ) -> None:
        self.results: dict[str, OrderResult] = {}  # frozen pictures by clientOrderId, oldest first
        self.session = IBSession("orders", endpoint, self, self._on_session_change, self)
        self.journal = OrderJournal(journal_path, endpoint.client_id)
        find_saved = self.journal.find_order
        self.book = OrderBook(
            endpoint.client_id, codes, self._on_change, self._on_fill, find_saved=find_saved
        )
        self.admission = Admission(self.session, self.book, self.journal, policy)
        self._policy = policy
        self._codes = codes
        self._publish = publish
        self._log = OrderLog()
        self._previews = Previews(codes, min(PREVIEW_TIMEOUT, policy.order_timeout))
        self._snapshots = OrderSnapshots(
            self.book,
            policy.absence_seconds,
            is_linked=lambda: self.session.known.broker_link != "down",
        )
        self._following = Following(
            self.book, policy, self._log, self.results, self._sleeps, self._reconcile_soon
        )
        self._lane = OrderLane(self.session, self.book, self.journal, self._why_not_leave)
        parts = self._parts()
        self.placing, self.exits = Placing(parts), Exits(parts)
        self._changed: dict[str, OrderRecord] = {}  # whose new picture is not shown yet
        self._alerted: set[tuple[str, str]] = set()
        self._is_reconcile_planned = False
        self._fills: list[tuple[str, str, dict[str, Any]]] = []  # not handed to the journal yet
        self._freezes = 0  # how often this process was asked to freeze
        self._is_frozen_here = False  # it was, whether or not that could be saved
        self.arriving: deque[None] = deque()  # one for each order on its way into this loop

    def _parts(self) -> OrderParts:
        return OrderParts(
            self.session,
            self.book,
            self.journal,
            self.admission,
            self._lane,
            self._following,
            self._policy,
            self._log,
            self.results,
            self._reconcile_soon,
            self._forget,
        )

    async def live(self) -> None:
        """The main coroutine of the order thread."""
        self._remember()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.session.run(), name="order connection")
                group.create_task(self._reconcile_for_ever(), name="reconcile")
        finally:
            self._show_changes()

    def submit(
        self,
        request: OrderRequest,
        facts: OrderFacts | None,
        future: Future[OrderResult],
        deadline: float,
    ) -> None:
        """Whoever hands this over has added one to `arriving`."""
        self.arriving.popleft()
        self.placing.submit(request, facts, future, deadline)

    def answer_all(self) -> None:
        """The process is about to end: whoever waits gets what is known now."""
        self._lane.give_up_waiting("The desk is stopping")
        for record in self.book.open_records():
            if record.state is OrderState.SENDING:
                self.book.mark_silent(record, "The desk ends before IB has answered")
        self._following.answer_all()

    @property
    def holds_back_risk(self) -> bool:
        """Whether exits must be told apart from new risk now, or soon: any thread may ask.

        What waits for its turn may meet a freeze, or a queue that is full.
        """
        is_busy = self._lane.is_busy or len(self.arriving) >= MANY
        return is_busy or self.admission.is_frozen or self.admission.restarts_soon() is not None

    def why_not(self) -> TradingError | None:
        """What forbids a new order now, or None."""
        return self.admission.why_not() or self.admission.journal_down()

    @property
    def has_read_orders(self) -> bool:
        """False until TWS has listed its orders once: earlier runs are unknown before that."""
        return self.admission.has_read_orders

    async def preview(self, request: OrderRequest) -> OrderPreview:
        """What TWS says it would cost; of a bracket the parent alone is asked about."""
        account = self.placing.account_for(request)
        return await self._previews.ask(
            self.session.wire.client,
            self._lane.take_order_id(),
            contract_to_ib(request.contract),
            order_to_ib(replace(request, legs=()), account),
        )

    # Freeze.

    async def freeze(self, reason: str) -> None:
        """No new risk from now on, also after a restart. What waits does not leave."""
        self.admission.is_frozen = True
        self._freezes += 1
        self._is_frozen_here = True
        self._lane.give_up_waiting(FROZEN_MEANWHILE, also_exits=False)
        self._lane.take_back_unwritten(FROZEN_MEANWHILE)
        await self._save_switch(reason or "frozen")

    async def unfreeze(self) -> None:
        freezes = self._freezes
        await self._save_switch("")
        if freezes == self._freezes:  # else somebody has frozen it again meanwhile
            self.admission.is_frozen = self._is_frozen_here = False
        self._publish("status", {})

    async def _save_switch(self, value: str) -> None:
        try:
            await self.journal.set_switch(FREEZE, value)
        finally:
            self._publish("status", {})

    def _why_not_leave(self, parcel: Parcel) -> str | None:
        """Asked right before the bytes leave; a freeze since then stops new risk."""
        if self.admission.is_frozen and not parcel.is_exit:
            return FROZEN_MEANWHILE
        return None if self.session.is_open else self.session.known.reason or "Not connected"

    # Memory of earlier processes.

    def _remember(self) -> None:
        """What the journal knows; where that stands now is asked of TWS."""
        try:
            is_frozen = bool(self.journal.switch(FREEZE)) or self._is_frozen_here
            if len(self.book):  # this thread's main has failed and begins again
                self._lane.give_up_waiting(BEGUN_ANEW)
                self.book.on_disconnected(BEGUN_ANEW)
            else:
                self._restore()
                self.admission.exposure.remember(self.book)
            self.admission.is_frozen = is_frozen
        except JournalError as error:
            log.error("The journal cannot be read, so new orders are frozen: %s", error)

    def _restore(self) -> None:
        for record in self.journal.last_finished(KEPT_FINISHED) + self.journal.open_orders():
            self.book.restore(record)
            self.results[record.client_order_id] = result_of(record)
        for record in self.book.open_records():
            if record.state is OrderState.INTENT:
                self.book.mark_not_written(record, ENDED_BEFORE)
            elif record.state is OrderState.SENDING:
                self.book.mark_silent(record, ENDED_WHILE)
            self.book.mark_change_unheard(record, ENDED_UNHEARD)

    # The connection's life (`ib_session.Role`).

    async def on_connected(self) -> None:
        self.session.wire.on_fault = self._on_fault
        self.session.wire.count_requests_from(FIRST_REQUEST_ID)
        self._lane.raise_floor()
        await self._reconcile()
        self._lane.raise_floor()
        self._show_changes()  # whoever sees the connection sees the orders too
        self._log.connected(self.session.endpoint.client_id)

    def on_disconnected(self, reason: str) -> None:
        self._lose_sight()
        self._lane.give_up_waiting(reason)
        for order_id in self.session.wire.waiting_order_ids():
            self.book.on_never_written(order_id, reason)
        self.book.on_disconnected(reason)
        self._previews.on_disconnected(reason)

    def _on_fault(self, reason: str) -> None:
        """Something that TWS said may have been missed: ask again where the orders stand."""
        self._reconcile_soon()

    def on_link_restored(self, data_lost: bool) -> None:
        self._lose_sight()
        self._reconcile_soon()

    def on_error(self, req_id: int, code: int, text: str) -> None:
        message = self._codes.message(code, text, Moment.now().time)
        record = None
        if req_id in self._previews:
            self._previews.on_error(req_id, code, text)
        elif req_id > 0:
            record = self.book.on_error(req_id, code, text)
        if code == ORDER_ID_USED:
            self.session.wire.ask_next_valid_id()  # TWS answers with its floor
        if record:
            message = record.messages[-1]  # the same to the instant: pages show it once
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
        record = self.book.on_completed_order(contract, order, order_state)
        if record is not None:
            self._snapshots.mention(record)

    async def dismiss(self, client_order_id: str, who: str) -> OrderResult:
        """Somebody has looked for an unknown order in TWS, and it is not there.

        TWS is asked once more: what it lists, or cannot tell, is not dismissed. Nothing is sent.
        """
        record = self.exits.known(client_order_id)
        if record.state is OrderState.UNKNOWN:
            if not self.session.is_open:
                raise NotConnected(self.session.known.reason or "")
            await self._reconcile()
        elif record.state is not OrderState.DISMISSED:
            raise Refused(NOT_UNKNOWN)
        if record.state is OrderState.UNKNOWN:  # else TWS has just told where it stands
            if not self._snapshots.lacks(record):
                raise Refused(NOT_LACKED)
            self.book.mark_dismissed(record, who)
        return self.exits.picture(record)

    # Reconciliation.

    async def _reconcile(self) -> None:
        self._is_reconcile_planned = False
        if not self.session.is_open:
            return  # the next connection begins with it
        await self._snapshots.take(self.session.wire)
        self.admission.has_read_orders = self._snapshots.has_read_orders
        self.admission.is_current = self._snapshots.is_current
        self.exits.ask_again()

    def _lose_sight(self) -> None:
        """Nothing new is sent before TWS has listed its orders again."""
        self._snapshots.lose_sight()
        self.admission.is_current = False

    def _reconcile_soon(self) -> None:
        """Whatever asks for it in one burst gets one."""
        if not self._is_reconcile_planned:
            self._is_reconcile_planned = True
            self._following.start(self._reconcile())

    async def _reconcile_for_ever(self) -> None:
        while True:
            await asyncio.sleep(min(LOOK_SECONDS, self._policy.absence_seconds))
            if self.session.is_connected and self._snapshots.is_due(self.exits.is_own):
                await self._reconcile()
            for record in self._snapshots.to_alert():
                self._alert(record, *(STILL_UNKNOWN if record.origin == "desk" else GONE))

    def _alert(self, record: OrderRecord, meaning: str, next_step: str) -> None:
        """A line of its own in the log and on the page, once for each order and meaning."""
        if (record.client_order_id, meaning) in self._alerted:
            return
        self._alerted.add((record.client_order_id, meaning))
        what = f"Order {record.client_order_id} (#{record.order_id})"
        log.warning("%s: %s. %s", what, meaning, next_step)
        message = {
            "time": iso(Moment.now().time),
            "code": None,
            "kind": "warning",
            "text": what,
            "meaning": meaning,
            "next": next_step,
            "connection": "orders",
            "clientOrderId": record.client_order_id,
        }
        self._publish("message", message)

    # Telling everybody.

    def _on_change(self, record: OrderRecord) -> None:
        self._log.status(record)
        self._following.wake(record)
        if not self._changed:
            asyncio.get_running_loop().call_later(SHOW_SECONDS, self._show_changes)
        self._changed[record.client_order_id] = record

    def _show_changes(self) -> None:
        """One picture per order for all messages of a moment: for the pages and the journal."""
        changed, self._changed = self._changed, {}  # also when a publication fails
        fills, self._fills = self._fills, []
        self.journal.append(changed.values(), fills)
        for _, _, row in fills:
            self._publish("execution", row)
        for record in changed.values():
            result = result_of(record)
            self.results[record.client_order_id] = result
            self._publish("order", result.payload)
            if record.is_adopted and record.origin == "desk":
                self._alert(record, *ORPHAN)
            if record.duplicates:
                self._alert(record, *DUPLICATED)
        for name in self.book.let_go():
            self.results.pop(name, None)

    def _on_fill(self, record: OrderRecord, row: dict[str, Any]) -> None:
        self._fills.append((row["execId"], record.client_order_id, row))
        if row["commission"] is None:  # else the fill was heard before
            self.admission.exposure.note_fill(row)

    def _forget(self, record: OrderRecord) -> None:
        self.book.remove(record)
        self.results.pop(record.client_order_id, None)
        self._changed.pop(record.client_order_id, None)

    def _on_session_change(self) -> None:
        self._publish("status", {})

    def _sleeps(self) -> bool:
        return self._policy.has_sleep_workaround(self.session.known)
