"""ib_async's callbacks without its opinions: errors end requests, order messages are passed on.

ib_async 2.1.0 decides about orders from error codes (it marks a live order Cancelled on the
harmless 10349) and leaves requests pending for ever when TWS answers them with 321, or when the
same question is asked twice. Here an error ends the request that it names, and order messages go
to a listener instead of ib_async's Trade.
"""
# mypy: allow-untyped-calls
# (the methods of ib_async that are extended here have no annotations)

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import ib_async
from ib_async.wrapper import RequestError, Wrapper

from trading.ib_objects import commission_row

# Notices that come with a request's id while the request goes on.
REQUEST_NOTICES = frozenset({10167, 10090, 10091, 399, 2100})
TICKERS_REMEMBERED = 1000  # of closed lines


class Listener(Protocol):
    """Who hears the messages about the connection, and every error."""

    def on_error(self, req_id: int, code: int, text: str) -> None: ...

    def on_next_valid_id(self, order_id: int) -> None: ...


class OrderListener(Protocol):
    """Who hears every order message, as TWS sent it."""

    def on_open_order(
        self,
        order_id: int,
        contract: ib_async.Contract,
        order: ib_async.Order,
        order_state: ib_async.OrderState,
    ) -> None: ...

    def on_order_status(self, order_id: int, status: str, fields: dict[str, Any]) -> None: ...

    def on_execution(
        self, req_id: int, contract: ib_async.Contract, execution: ib_async.Execution
    ) -> None: ...

    def on_commission(self, report: ib_async.CommissionReport) -> None: ...

    def on_completed_order(
        self,
        contract: ib_async.Contract,
        order: ib_async.Order,
        order_state: ib_async.OrderState,
    ) -> None: ...


class WireWrapper(Wrapper):
    """ib_async's Wrapper whose errors end requests; camelCase names are ib_async's callbacks."""

    def __init__(self, ib: ib_async.IB, listener: Listener) -> None:
        super().__init__(ib)
        self.on_data_type: Callable[[int, int], None] | None = None  # hears reqId and type
        self.commissions: dict[str, dict[str, Any]] = {}  # execId -> its row, as TWS sent it
        self._listener = listener

    def reset(self) -> None:
        super().reset()
        # Requests with the key of one that is still open, and their rows, in the order of asking.
        self._behind: dict[object, deque[tuple[asyncio.Future[Any], Any]]] = {}
        self._closed: deque[tuple[int, ib_async.Ticker]] = deque()

    def startReq(self, key: Any, contract: Any = None, container: Any = None) -> Any:
        """TWS answers equal requests one after the other; ib_async would forget all but the last.

        One that was given up is overtaken: its answer may never come.
        """
        before = self._futures.get(key)
        if key not in self._behind and (before is None or before.done()):
            return super().startReq(key, contract, container)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        rows = [] if container is None else container
        self._behind.setdefault(key, deque()).append((future, rows))
        return future

    def _endReq(self, key: Any, result: Any = None, success: bool = True) -> None:
        super()._endReq(key, result, success)
        if key in self._behind:
            self._futures[key], self._results[key] = self._behind[key].popleft()
            if not self._behind[key]:
                del self._behind[key]

    def open_ticker(
        self, req_id: int, contract: ib_async.Contract
    ) -> tuple[ib_async.Ticker, asyncio.Future[Any]]:
        """A ticker of this request alone, with nothing from before, and the request's end.

        ib_async has one Ticker for each contract, whose old prices would pass for new ones.
        """
        ticker = ib_async.Ticker(contract=contract, defaults=self.defaults)
        self.reqId2Ticker[req_id] = ticker
        return ticker, self.startReq(req_id, contract)

    def close_ticker(self, req_id: int) -> None:
        """Nobody waits for it any more; it hears the last ticks, which are on the way still."""
        self.give_up(req_id)
        if req_id in self.reqId2Ticker:
            self._closed.append((req_id, self.reqId2Ticker[req_id]))
        if len(self._closed) > TICKERS_REMEMBERED:
            old, ticker = self._closed.popleft()
            if self.reqId2Ticker.get(old) is ticker:  # the number may be another line's by now
                del self.reqId2Ticker[old]

    def connectionClosed(self) -> None:
        self.fail_requests("TWS closed the connection")
        super().connectionClosed()

    def nextValidId(self, reqId: int) -> None:
        self._listener.on_next_valid_id(reqId)

    def error(
        self, reqId: int, errorCode: int, errorString: str, advancedOrderRejectJson: str
    ) -> None:
        text = errorString + (f" {advancedOrderRejectJson}" if advancedOrderRejectJson else "")
        self._listener.on_error(reqId, errorCode, text)
        if reqId in self._futures and errorCode not in REQUEST_NOTICES:
            self._fail(reqId, RequestError(reqId, errorCode, text))

    def marketDataType(self, reqId: int, marketDataId: int) -> None:
        super().marketDataType(reqId, marketDataId)
        if self.on_data_type:
            self.on_data_type(reqId, marketDataId)

    def commissionReport(self, commissionReport: ib_async.CommissionReport) -> None:
        # ib_async turns an unset realizedPNL into 0.0: what is missing must not read as zero.
        self.commissions[commissionReport.execId] = commission_row(commissionReport)
        super().commissionReport(commissionReport)

    def fail_requests(self, reason: str) -> None:
        """End every pending request: ib_async leaves them hanging when we close the socket."""
        behind = [future for waiting in self._behind.values() for future, _ in waiting]
        self._behind.clear()
        for key in list(self._futures):
            self._fail(key, ConnectionError(reason))
        for future in behind:
            _end(future, ConnectionError(reason))

    def give_up(self, key: object) -> None:
        """Nobody waits for this request any more."""
        self._futures.pop(key, None)
        self._results.pop(key, None)
        self._reqId2Contract.pop(key, None)  # type: ignore[call-overload]

    def _fail(self, key: object, error: Exception) -> None:
        future = self._futures.pop(key)
        self._results.pop(key, None)
        self._reqId2Contract.pop(key, None)  # type: ignore[call-overload]
        _end(future, error)


def _end(future: asyncio.Future[Any], error: Exception) -> None:
    """Looked at at once: of a request that could not be written nobody has the future."""
    if not future.done():
        future.set_exception(error)
        future.exception()


class OrderWrapper(WireWrapper):
    """The order connection's: every order message goes to the listener and nowhere else."""

    def __init__(self, ib: ib_async.IB, listener: Listener, orders: OrderListener) -> None:
        super().__init__(ib, listener)
        self._orders = orders

    def openOrder(
        self,
        orderId: int,
        contract: ib_async.Contract,
        order: ib_async.Order,
        orderState: ib_async.OrderState,
    ) -> None:
        self._orders.on_open_order(orderId, contract, order, orderState)

    def orderStatus(  # noqa: PLR0913 - the message has these fields
        self,
        orderId: int,
        status: str,
        filled: float,
        remaining: float,
        avgFillPrice: float,
        permId: int,
        parentId: int,
        lastFillPrice: float,
        clientId: int,
        whyHeld: str,
        mktCapPrice: float = 0.0,
    ) -> None:
        fields = {
            "filled": filled,
            "remaining": remaining,
            "avgFillPrice": avgFillPrice,
            "permId": permId,
            "parentId": parentId,
            "lastFillPrice": lastFillPrice,
            "clientId": clientId,
            "whyHeld": whyHeld,
            "mktCapPrice": mktCapPrice,
        }
        self._orders.on_order_status(orderId, status, fields)

    def execDetails(
        self, reqId: int, contract: ib_async.Contract, execution: ib_async.Execution
    ) -> None:
        self._orders.on_execution(reqId, contract, execution)

    def commissionReport(self, commissionReport: ib_async.CommissionReport) -> None:
        self._orders.on_commission(commissionReport)

    def completedOrder(
        self, contract: ib_async.Contract, order: ib_async.Order, orderState: ib_async.OrderState
    ) -> None:
        self._orders.on_completed_order(contract, order, orderState)
