"""OrderHandler: its own thread, its own loop, its own connection (clientId 1000), for orders only.

This file is the door between threads: web threads call it and wait on the Future that each call
returns; what happens inside the loop is `ib/order_engine.py`.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from ib.order_engine import OrderEngine
from ib_session import Endpoint
from loop_thread import LoopThread
from trading.ib_errors import CodeTable
from trading.orders import OrderPreview, OrderRequest, OrderResult, parse_order_request
from trading.policy import OrderPolicy
from trading.ports import Publish
from trading.refusals import FieldError, NotConnected, NotFound, Refused
from trading.snapshots import ConnectionStatus

STOPPING = "The desk is stopping or not started"
WHAT_IF = "A whatIf order is a preview: it is never placed"


class OrderHandler:
    """The local OrderDesk (`trading/ports.py`). `start()` at app start, `stop()` at its end."""

    def __init__(
        self, endpoint: Endpoint, policy: OrderPolicy, codes: CodeTable, publish: Publish
    ) -> None:
        self._policy = policy
        self._engine = OrderEngine(endpoint, policy, codes, publish)
        self.thread = LoopThread("OrderHandler", self._engine.live)
        self._is_draining = False

    def start(self) -> None:
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
            return []
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
        return self.submit(parse_order_request(body))

    def submit(self, request: OrderRequest) -> Future[OrderResult]:
        if request.what_if:
            raise Refused(WHAT_IF, FieldError("/order/whatIf", WHAT_IF))
        if self._is_draining:
            raise NotConnected(STOPPING)
        future: Future[OrderResult] = Future()
        self.thread.hand_over(self._engine.submit, request, future)
        return future

    def preview(self, request: OrderRequest) -> Future[OrderPreview]:
        return self.thread.submit(self._engine.preview(request))

    def cancel(self, client_order_id: str) -> Future[OrderResult]:
        return self.thread.submit(self._engine.cancel(client_order_id))

    def cancel_all(self) -> Future[list[OrderResult]]:
        return self.thread.submit(self._engine.cancel_all())

    def orders(self) -> list[OrderResult]:
        return list(self._engine.results.values())[::-1]

    def order(self, client_order_id: str) -> OrderResult:
        result = self._engine.results.get(client_order_id)
        if result is None:
            self._engine.refuse_unread()
            raise NotFound(f"There is no order {client_order_id}")
        return result

    def events(self, client_order_id: str) -> list[dict[str, Any]]:
        self.order(client_order_id)
        record = self._engine.book.get(client_order_id)
        return record.timeline() if record else []

    def executions(self) -> list[dict[str, Any]]:
        """Executions of every order known here, oldest first."""
        rows = [row for record in self._engine.book for row in list(record.executions.values())]
        return sorted(rows, key=lambda row: row["time"] or "")
