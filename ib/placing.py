"""New orders: one key is one order, saved before it is sent, answered whatever happens."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from dataclasses import replace

from ib.order_lane import Parcel
from ib.order_parts import OrderParts
from store.journal import JournalError, KeyUsed
from trading.orders import OrderRequest, OrderResult
from trading.records import OrderRecord
from trading.refusals import Busy, Duplicate, JournalDown, TradingError
from trading.sizing import OrderFacts
from trading.statuses import OrderState

log = logging.getLogger(__name__)

MAX_QUEUED = 200  # orders that wait for IB's pace; beyond it new risk is refused


class Placing:
    """It belongs to the order connection's loop."""

    def __init__(self, parts: OrderParts) -> None:
        self._parts = parts

    def submit(
        self,
        request: OrderRequest,
        facts: OrderFacts | None,
        future: Future[OrderResult],
        deadline: float,
    ) -> None:
        """Take the order or refuse it; it leaves at once or when its turn comes.

        After `deadline` (loop time) nobody waits for it any more, and it must not leave.
        """
        try:
            known = self._parts.book.get(request.client_order_id)
            if known is None:
                self._take_or_replay(request, facts, future, deadline)
            else:
                self._replay(known, request, future)
        except Exception as error:  # whoever waits is told, whatever happened
            if not isinstance(error, TradingError):
                log.exception("The order %s could not be placed", request.client_order_id)
            future.set_exception(error)

    def account_for(self, request: OrderRequest) -> str:
        """The account of an order that may be placed now."""
        parts = self._parts
        error = parts.admission.cannot_send()
        if error:
            raise error
        return parts.policy.account_for(request, parts.session.known.accounts)

    def _replay(
        self, known: OrderRecord, request: OrderRequest, future: Future[OrderResult]
    ) -> None:
        """One key, one order: it is joined, never sent again."""
        is_same = known.fingerprint == request.fingerprint()
        if not (is_same if known.fingerprint else known.is_like(request)):
            raise Duplicate(
                f"clientOrderId {request.client_order_id} was used for another order",
                order_id=known.order_id,
            )
        answer = self._parts.following.answer_for(future, known, is_replay=True)
        self._parts.following.rejoin(known, request, answer)

    def _take_or_replay(
        self,
        request: OrderRequest,
        facts: OrderFacts | None,
        future: Future[OrderResult],
        deadline: float,
    ) -> None:
        """A refusal says that nothing was sent: only if the journal does not know better.

        Memory lets finished orders go, and their legs may still work.
        """
        try:
            self._take(request, facts, future, deadline)
        except TradingError:
            saved = self._find_saved(request)
            if saved is None:
                raise
            self._replay(saved, request, future)

    def _take(
        self,
        request: OrderRequest,
        facts: OrderFacts | None,
        future: Future[OrderResult],
        deadline: float,
    ) -> None:
        parts = self._parts
        if deadline < asyncio.get_running_loop().time():
            raise Busy("The desk came to this order too late; nothing was sent")
        account = self.account_for(request)
        is_exit = parts.admission.check(request, account, facts)
        if len(parts.lane) >= MAX_QUEUED and not is_exit:
            raise Busy("More orders are on their way than TWS takes in a second", 2)
        self._refuse_used_legs(request)
        # The legs came with the same body: who asked for it asked for them.
        requests = [request, *(replace(leg, source=request.source) for leg in request.legs)]
        records = [parts.book.add(one, account) for one in requests]
        parts.admission.count(records, request, facts, is_exit=is_exit)
        parcel = self._parcel(records, requests, account, future, deadline)
        parcel.is_exit = is_exit
        parts.lane.put(parcel)

    def _parcel(
        self,
        records: list[OrderRecord],
        requests: list[OrderRequest],
        account: str,
        future: Future[OrderResult],
        deadline: float,
    ) -> Parcel:
        parts, record, request = self._parts, records[0], requests[0]
        answer = parts.following.answer_for(future, record, is_replay=False)

        def on_saved() -> None:
            if request.wait == "none":
                answer.give()

        def on_left() -> None:
            text = record.events[0]["text"]
            parts.log.submitting(record, text, parts.policy.order_timeout)
            parts.following.follow(record, request, answer)
            for leg in records[1:]:
                parts.following.watch(leg)

        def on_failed(error: JournalError | None) -> None:
            if error is None:
                answer.give()
            else:
                self._on_not_saved(records, request, future, error)

        return Parcel(records, requests, account, on_saved, on_left, on_failed, deadline)

    def _refuse_used_legs(self, request: OrderRequest) -> None:
        names = [leg.client_order_id for leg in request.legs]
        used = next((name for name in names if self._parts.book.get(name)), None)
        if used:
            raise Duplicate(f"clientOrderId {used} was used for another order")

    def _on_not_saved(
        self,
        records: list[OrderRecord],
        request: OrderRequest,
        future: Future[OrderResult],
        error: JournalError,
    ) -> None:
        """The journal did not take it, so nothing was sent: the key stays what it was."""
        for record in records:
            self._parts.forget(record)
        try:
            known = self._saved_before(request) if isinstance(error, KeyUsed) else None
            if known is None:
                raise JournalDown(str(error), code="journal_unavailable")
            self._replay(known, request, future)
        except TradingError as refusal:
            future.set_exception(refusal)

    def _saved_before(self, request: OrderRequest) -> OrderRecord:
        """The order of that key, which only the journal remembers."""
        saved = self._find_saved(request)
        if saved is None:  # the key of an attached order is used, not this one
            raise Duplicate(f"A clientOrderId of {request.client_order_id}'s legs was used before")
        return saved

    def _find_saved(self, request: OrderRequest) -> OrderRecord | None:
        """The order of that key in the journal, in memory again; None when there is none."""
        try:
            saved = self._parts.journal.find(request.client_order_id)
        except JournalError as error:
            log.error("The journal cannot be asked for %s: %s", request.client_order_id, error)
            return None
        if saved is None:
            return None
        self._parts.book.restore(saved)
        if saved.state is OrderState.INTENT:
            self._parts.book.mark_not_written(saved, "It was saved, and its turn never came")
        return saved
