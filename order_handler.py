"""OrderHandler: its own thread, its own loop, its own connection (clientId 1000), for orders only.

This file is the door between threads: web threads call it and wait on the Future that each call
returns; what happens inside the loop is `ib/order_engine.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from ib.order_engine import OrderEngine
from ib_session import Endpoint
from loop_thread import LoopThread
from store.journal import Batch, JournalError
from trading.contracts import Contract, parse_contract
from trading.ib_errors import CodeTable
from trading.orders import OrderPreview, OrderRequest, OrderResult, parse_order_request
from trading.policy import OrderPolicy
from trading.ports import FactsReader, Publish
from trading.profit import EquitySample, ProfitQuestion, profit_of
from trading.record_forms import restored, result_of, timeline
from trading.records import Moment
from trading.refusals import FieldError, JournalDown, NotConnected, NotFound, Refused
from trading.risk import Limits, RiskGate
from trading.sizing import OrderFacts
from trading.snapshots import ConnectionStatus, iso

STOPPING = "The desk is stopping or not started"
FROZEN = "New orders are frozen; cancels and orders that only reduce a position pass"
WHAT_IF = "A whatIf order is a preview: it is never placed"


class OrderHandler:
    """The local OrderDesk (`trading/ports.py`). `start()` at app start, `stop()` at its end."""

    def __init__(
        self,
        endpoint: Endpoint,
        policy: OrderPolicy,
        codes: CodeTable,
        publish: Publish,
        journal_path: Path,
        facts: FactsReader | None = None,
    ) -> None:
        self._policy = policy
        self._gate = RiskGate(policy.limits)
        self._facts = facts
        self._engine = OrderEngine(endpoint, policy, codes, publish, journal_path)
        self.thread = LoopThread("OrderHandler", self._engine.live)
        self._is_draining = False

    def start(self) -> None:
        """Raises JournalError when the journal cannot be used, or another engine has it."""
        self._engine.journal.open()
        self.thread.start()

    def drain(self) -> None:
        """Refuse new orders and answer everybody who waits with what is known now."""
        self._is_draining = True
        if self.thread.is_alive:
            self.thread.hand_over(self._engine.answer_all)

    def stop(self) -> None:
        """End the connection; orders at IB stay as they are."""
        self._is_draining = True
        self.thread.stop()
        self._engine.journal.close()  # also when the thread has ended before

    def has_read_orders(self) -> bool:
        return self._engine.has_read_orders

    def status(self) -> ConnectionStatus:
        return self._engine.session.status()

    def has_sleep_workaround(self) -> bool:
        return self._policy.has_sleep_workaround(self.status())

    def blockers(self) -> list[str]:
        if self._is_draining or not self.thread.is_alive:
            return [STOPPING]
        error = self._engine.why_not()
        if error is None:
            return [FROZEN] if self.is_frozen() else []
        return [f"{error.sentence}: {error.text}" if error.text else error.sentence]

    def place_order_async(
        self,
        *,
        symbol: str,
        action: str,
        quantity: float,
        order_type: str = "MKT",
        **order_fields: Any,
    ) -> Future[OrderResult]:
        """Place an order for a US stock; the Future ends with its outcome.

        Raises Refused at once when the request is wrong.
        """
        order = {"action": action, "totalQuantity": quantity, "orderType": order_type}
        body = {"contract": {"symbol": symbol}, "order": order | order_fields}
        return self.submit(replace(parse_order_request(body), is_named=True))

    def submit(self, request: OrderRequest) -> Future[OrderResult]:
        if request.what_if:
            raise Refused(WHAT_IF, FieldError("/order/whatIf", WHAT_IF))
        if self._is_draining:
            raise NotConnected(STOPPING, code="draining")
        future: Future[OrderResult] = Future()
        deadline = monotonic() + self._policy.order_timeout  # an asyncio loop has this clock too

        def go_on(facts: OrderFacts | None) -> None:
            if self._is_draining:
                raise NotConnected(STOPPING, code="draining")
            self._engine.arriving.append(None)
            self.thread.hand_over(self._engine.submit, request, facts, future, deadline)

        holds_back = self._engine.holds_back_risk or request.is_closing
        if self._gate.needs(request, holds_back):
            wants_quote = self._gate.needs_quote(request)
            self._with_facts(request.contract, request.order.account, wants_quote, go_on, future)
        else:
            go_on(None)
        return future

    def preview(self, request: OrderRequest) -> Future[OrderPreview]:
        return self.thread.submit(self._engine.preview(request))

    def modify(self, client_order_id: str, changes: Mapping[str, Any]) -> Future[OrderResult]:
        if self._is_draining:
            raise NotConnected(STOPPING, code="draining")
        known = self.order(client_order_id).payload
        named = {name: value for name, value in known["contract"].items() if value is not None}
        future: Future[OrderResult] = Future()

        def go_on(facts: OrderFacts | None) -> None:
            if self._is_draining:
                raise NotConnected(STOPPING, code="draining")
            _pass_on(
                self.thread.submit(self._engine.exits.modify(client_order_id, changes, facts)),
                future,
            )

        wants_quote = self._gate.limits != Limits()
        self._with_facts(parse_contract(named), known["account"], wants_quote, go_on, future)
        return future

    def cancel(self, client_order_id: str) -> Future[OrderResult]:
        return self.thread.submit(self._engine.exits.cancel(client_order_id))

    def cancel_all(self) -> Future[list[OrderResult]]:
        return self.thread.submit(self._engine.exits.cancel_all())

    def dismiss(self, client_order_id: str, who: str) -> Future[OrderResult]:
        return self.thread.submit(self._engine.dismiss(client_order_id, who))

    def freeze(self, reason: str) -> Future[None]:
        return self.thread.submit(self._engine.freeze(reason))

    def unfreeze(self) -> Future[None]:
        return self.thread.submit(self._engine.unfreeze())

    def is_frozen(self) -> bool:
        return self._engine.admission.is_frozen

    def journal_failure(self) -> str | None:
        return self._engine.journal.failure if self._engine.journal.is_opened else None

    def saved_orders(self) -> int:
        return self._engine.journal.file.count() if self._engine.journal.is_opened else 0

    def orders(self) -> list[OrderResult]:
        return list(self._engine.results.values())[::-1]

    def older_orders(self, before: str | None, limit: int) -> list[OrderResult]:
        rows = self._engine.journal.file.recent(limit, before=before)
        return [result_of(restored(row.record, Moment.now())) for row in rows]

    def order(self, client_order_id: str) -> OrderResult:
        result = self._engine.results.get(client_order_id)
        if result is not None:
            return result
        row = self._engine.journal.file.get(client_order_id)
        if row is not None:
            return result_of(restored(row.record, Moment.now()))
        self._engine.exits.refuse_unread()
        raise NotFound(f"There is no order {client_order_id}")

    def events(self, client_order_id: str) -> list[dict[str, Any]]:
        self.order(client_order_id)
        record = self._engine.book.get(client_order_id)
        if record and len(record.events) == record.seq:
            return timeline(record)
        known = self._engine.journal.file.lines(client_order_id)
        fresh = timeline(record) if record else []
        last = known[-1]["seq"] if known else 0
        return known + [event for event in fresh if event["seq"] > last]

    def executions(self, since: str | None = None) -> list[dict[str, Any]]:
        """Executions since then, oldest first. None: today's, and of every order in memory."""
        today = iso(Moment.now().time.replace(hour=0, minute=0, second=0, microsecond=0))
        rows = {row["execId"]: row for row in self._engine.journal.file.executions(since or today)}
        for record in self._engine.book:
            rows |= {row["execId"]: row for row in list(record.executions.values())}
        found = [row for row in rows.values() if since is None or (row["time"] or "") >= since]
        return sorted(found, key=lambda row: row["time"] or "")

    def profit(self, question: ProfitQuestion) -> dict[str, Any]:
        file = self._engine.journal.file
        since = None
        if question.first:
            # A trading day may begin on the evening before, and New York's is not UTC's.
            since = (question.first - timedelta(days=2)).isoformat()
        try:
            payload = profit_of(file.executions(since), file.equity(since), question)
        except JournalError as error:
            raise JournalDown(str(error), code="journal_unavailable") from error
        return {"asOf": iso(Moment.now().time), **payload}

    def last_equity(self) -> dict[str, str]:
        """Of each account the ISO time of its newest sample; reads the file."""
        return self._engine.journal.file.last_equity() if self._engine.journal.is_opened else {}

    def keep_equity(self, samples: Sequence[EquitySample]) -> None:
        """Write soon what accounts are worth. Raises JournalError."""
        if self._engine.journal.is_opened:
            self._engine.journal.file.append(Batch(equity=tuple(samples)))

    def _with_facts(
        self,
        contract: Contract,
        account: str,
        wants_quote: bool,
        go_on: Callable[[OrderFacts | None], None],
        future: Future[Any],
    ) -> None:
        """Go on with what is known of the contract, at once where that is enough."""
        if self._facts is None:
            go_on(None)
            return
        account = account or self._policy.account
        known = None if wants_quote else self._facts.known_facts(contract, account or None)
        if known is not None:
            go_on(known)
            return

        def heard(told: Future[OrderFacts]) -> None:
            try:
                go_on(told.result())
            except NotConnected as error:  # the thread has ended meanwhile
                future.set_exception(error)

        asked = self._facts.order_facts(contract, account or None, wants_quote=wants_quote)
        asked.add_done_callback(heard)


def _pass_on(source: Future[OrderResult], target: Future[OrderResult]) -> None:
    def copy(done: Future[OrderResult]) -> None:
        if done.cancelled():  # the thread has ended meanwhile
            target.cancel()
        elif error := done.exception():
            target.set_exception(error)
        else:
            target.set_result(done.result())

    source.add_done_callback(copy)
