"""What is asked of orders that IB has: change, cancel, cancel all.

Nothing but a missing connection may stand in the way of a cancel. It is a wish until IB confirms
it: the order reads PendingCancel and may still fill.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ib.following import is_cancel_answered, is_modify_answered
from ib.order_lane import CANCELLED_UNSENT
from ib.order_parts import OrderParts
from trading.ib_objects import contract_to_ib, order_to_ib
from trading.modifications import Modification
from trading.orders import OrderRequest, OrderResult, change_order, parse_order_request
from trading.record_forms import result_of
from trading.records import OrderRecord
from trading.refusals import NotConnected, NotFound, Refused, TradingError
from trading.sizing import OrderFacts
from trading.statuses import OrderState

ANSWER_SECONDS = 3.0  # how long an answer is waited for; IB may confirm much later


class Exits:
    """It belongs to the order connection's loop."""

    def __init__(self, parts: OrderParts) -> None:
        self._parts = parts

    # Cancel.

    async def cancel(self, client_order_id: str) -> OrderResult:
        """Ask IB to cancel, every incarnation of the order; then wait a moment for its word."""
        record = self.known(client_order_id)
        self._send_cancels(record)
        deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS
        await self._parts.following.until(record, is_cancel_answered, deadline)
        if record.cancel_refused:
            self._parts.reconcile()
        return self.picture(record)

    async def cancel_all(self) -> list[OrderResult]:
        """Every open order of this connection; orders of others are left alone."""
        self.refuse_unread()
        own = [record for record in self._parts.book.open_records() if self.is_own(record)]
        return list(await asyncio.gather(*(self.cancel(r.client_order_id) for r in own)))

    def ask_again(self) -> None:
        """After a reconcile: a cancel that IB never answered is asked once more.

        That is no order: a cancel can only end what its user wanted to end. While TWS has no link
        to IB, or the socket has gone meanwhile, the next reconcile does it.
        """
        session = self._parts.session
        if not session.is_open or session.known.broker_link == "down":
            return
        for record in self._parts.book.open_records():
            is_wanted = record.cancel_requested and not record.cancel_refused
            if is_wanted and record.state is OrderState.LIVE and self.is_own(record):
                self._parts.session.wire.cancel_first(record.order_id or 0)

    def is_own(self, record: OrderRecord) -> bool:
        """An order of this client id, or one that has not left yet."""
        is_ours = record.client_id == self._parts.session.endpoint.client_id
        return is_ours and (bool(record.order_id) or record.state is OrderState.INTENT)

    def refuse_unread(self) -> None:
        """An order that nobody has heard of may still be one of an earlier run."""
        if not self._parts.admission.has_read_orders:
            reason = self._parts.session.known.reason
            raise NotConnected(reason or "TWS has not listed its orders yet")

    def picture(self, record: OrderRecord) -> OrderResult:
        """Whoever has this answer finds at least that in the list of orders."""
        result = result_of(record)
        if self._parts.book.get(record.client_order_id) is record:
            self._parts.results[record.client_order_id] = result
        return result

    def known(self, client_order_id: str) -> OrderRecord:
        record = self._parts.book.get(client_order_id)
        if record is None:
            self.refuse_unread()
            record = self._parts.journal.find(client_order_id)
        if record is None:
            raise NotFound(f"There is no order {client_order_id}")
        return record

    def _send_cancels(self, record: OrderRecord) -> None:
        others = (self._parts.book.get(name) for name in record.duplicates)
        for one in (record, *filter(None, others)):
            if one.is_open:
                self._send_cancel(one)

    def _send_cancel(self, record: OrderRecord) -> None:
        parts = self._parts
        if not self.is_own(record):
            raise Refused(
                f"Only the program that placed this order ({record.origin}) can cancel it, "
                "or TWS itself"
            )
        if parts.lane.take_back(record) or record.order_id is None:
            return  # without an order id nothing of it has left: it is being given up
        if not parts.session.is_open:
            raise NotConnected(parts.session.known.reason or "")
        if parts.lane.take_back_queued(record):
            return
        if parts.session.wire.take_back(record.order_id or 0):
            parts.book.mark_not_written(record, CANCELLED_UNSENT)
            if record.is_final:  # else it was a change that waited, and IB has the order
                return
        parts.book.mark_cancel_requested(record)
        parts.session.wire.cancel_first(record.order_id or 0)

    # Change.

    async def modify(
        self, client_order_id: str, changes: Mapping[str, Any], facts: OrderFacts | None
    ) -> OrderResult:
        """Ask IB to change the order's terms; the old ones hold until its openOrder says so."""
        record = self.known(client_order_id)
        asked_before = self._changeable(record)
        order = change_order(asked_before.order, changes, is_combo=asked_before.contract.is_combo)
        request = replace(asked_before, order=order, parent=record.parent)
        admission, before = self._parts.admission, asked_before.order
        is_risk = admission.check_change(record, before, request, facts)
        asked = {name: request.order.to_payload().get(name) for name in changes}
        self._parts.book.mark_modify_requested(
            record,
            Modification(
                asked=asked,
                terms=request.order.to_payload() | {"account": record.account},
                before={name: record.order.get(name) for name in changes},
                body=request.to_body(),
            ),
        )
        share = admission.count_change(record, request, facts, is_risk=is_risk)
        try:
            await self._parts.journal.save(record)
            self._refuse_over(record)
            admission.check_change(record, before, request, facts)  # a freeze may have come
            self._write_change(record, request)
        except TradingError as error:
            self._parts.book.mark_modify_unsent(record, error.sentence)
            share.take_back()
            raise
        deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS
        if await self._parts.following.until(record, is_modify_answered, deadline):
            is_done = record.modification and record.modification.state == "done"
            share.settle() if is_done else share.take_back()
        return self.picture(record)

    def _changeable(self, record: OrderRecord) -> OrderRequest:
        """The request as it was asked last, or why it cannot be changed."""
        if not self.is_own(record) or not record.body:
            raise Refused("Only an order that this desk has placed can be changed here")
        self._refuse_over(record)
        if record.modification and record.modification.is_pending:
            raise Refused("The last change of this order is not answered yet")
        if not self._parts.session.is_open:
            raise NotConnected(self._parts.session.known.reason or "")
        return parse_order_request(dict(record.body), record.client_order_id)

    def _refuse_over(self, record: OrderRecord) -> None:
        if record.state is not OrderState.LIVE:
            raise Refused(f"The order is {record.state.value}: there is nothing to change")
        if record.cancel_requested and not record.cancel_refused:
            raise Refused("A cancel of this order is under way")

    def _write_change(self, record: OrderRecord, request: OrderRequest) -> None:
        """A child is sent without its parent once that is gone: TWS would answer 135."""
        parent = self._parts.book.get(record.parent) if record.parent else None
        parent_id = (parent.order_id or 0) if parent and parent.is_open else 0
        order = order_to_ib(request, record.account, parent_id=parent_id)
        try:
            self._parts.session.wire.place(
                record.order_id or 0, contract_to_ib(request.contract), order
            )
        except (ConnectionError, ValueError) as error:
            raise NotConnected(str(error)) from error
        self._parts.book.mark_change_written(record)
