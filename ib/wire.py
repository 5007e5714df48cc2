"""ib_async as we use it: its socket, encoder, decoder and caches, without its opinions on orders.

ib_async 2.1.0 decides about orders from error codes (it marks a live order Cancelled on the
harmless 10349) and leaves requests pending for ever when TWS answers them with 321. Here an error
ends the request that it names, and order messages go to a listener instead of ib_async's Trade.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from typing import Any, Protocol

import ib_async
from ib_async.client import Client
from ib_async.decoder import Decoder
from ib_async.wrapper import RequestError, Wrapper

from trading.ib_objects import commission_row

log = logging.getLogger(__name__)

# Everything ib_async logs at INFO is traffic; its connection errors are reported by the session.
logging.getLogger("ib_async").setLevel(logging.WARNING)
logging.getLogger("ib_async.client").setLevel(logging.CRITICAL)

PLACE_ORDER = 3  # its message id

# Notices that come with a request's id while the request goes on.
REQUEST_NOTICES = frozenset({10167, 10090, 10091, 399, 2100})


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


# (field, converter, value when empty)
Conversions = tuple[tuple[str, Callable[[str], Any], Any], ...]


def _conversions(kind: type[Any]) -> Conversions:
    """The fields of an ib_async class that TWS sends as text."""
    converters: dict[type, Callable[[str], Any]] = {
        int: int,
        float: float,
        bool: lambda text: bool(int(text)),
    }
    return tuple(
        (f.name, converters[type(f.default)], f.default)
        for f in dataclasses.fields(kind)
        if type(f.default) in converters
    )


class QuickDecoder(Decoder):
    """ib_async's decoder, which spends half its time in looking up field types anew."""

    def __init__(self, wrapper: Wrapper) -> None:
        super().__init__(wrapper, 0)
        self._conversions: dict[type[Any], Conversions] = {}

    def parse(self, obj: Any) -> None:
        kind = type(obj)
        conversions = self._conversions.get(kind)
        if conversions is None:
            conversions = self._conversions[kind] = _conversions(kind)
        for name, convert, default in conversions:
            text = getattr(obj, name)
            setattr(obj, name, convert(text) if text else default)


class WireWrapper(Wrapper):
    """ib_async's Wrapper whose errors end requests; camelCase names are ib_async's callbacks."""

    def __init__(self, ib: ib_async.IB, listener: Listener) -> None:
        super().__init__(ib)
        self.commissions: dict[str, dict[str, Any]] = {}  # execId -> its row, as TWS sent it
        self._listener = listener

    def nextValidId(self, reqId: int) -> None:
        self._listener.on_next_valid_id(reqId)

    def error(
        self, reqId: int, errorCode: int, errorString: str, advancedOrderRejectJson: str
    ) -> None:
        text = errorString + (f" {advancedOrderRejectJson}" if advancedOrderRejectJson else "")
        self._listener.on_error(reqId, errorCode, text)
        if reqId in self._futures and errorCode not in REQUEST_NOTICES:
            self._fail(reqId, RequestError(reqId, errorCode, text))

    def commissionReport(self, commissionReport: ib_async.CommissionReport) -> None:
        # ib_async turns an unset realizedPNL into 0.0: what is missing must not read as zero.
        self.commissions[commissionReport.execId] = commission_row(commissionReport)
        super().commissionReport(commissionReport)

    def fail_requests(self, reason: str) -> None:
        """End every pending request: ib_async leaves them hanging when we close the socket."""
        for key in list(self._futures):
            self._fail(key, ConnectionError(reason))

    def _fail(self, key: object, error: Exception) -> None:
        future = self._futures.pop(key)
        self._results.pop(key, None)
        self._reqId2Contract.pop(key, None)  # type: ignore[call-overload]
        if not future.done():
            future.set_exception(error)


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


class Wire(ib_async.IB):
    """One socket to TWS. It is created, used and dropped in the thread of one loop."""

    wrapper: WireWrapper

    def __init__(self, listener: Listener, orders: OrderListener | None = None) -> None:
        super().__init__()
        self.wrapper = (
            OrderWrapper(self, listener, orders) if orders else WireWrapper(self, listener)
        )
        self.client = Client(self.wrapper)
        self.client.decoder = QuickDecoder(self.wrapper)
        self.client.apiEnd += self.disconnectedEvent

    def __del__(self) -> None:
        # ib_async would close the socket here, in whichever thread collects the garbage.
        pass

    def queue_length(self) -> int:
        """Messages that wait for their turn at IB's pace (`requests_per_second`)."""
        return len(self.client._msgQ)

    def send_first(self, send: Callable[[Client], None]) -> None:
        """Send ahead of everything that waits: a cancel never stands in the orders' queue."""
        send(self.client)
        # First in, first out: if anything still waits, the newest message is among it, at the end.
        self.client._msgQ.rotate(1)

    def take_back(self, order_id: int) -> bool:
        """Remove a placeOrder that still waits for its turn; False when it has left already."""
        mark = f"{PLACE_ORDER}\0{order_id}\0"
        message = next((m for m in self.client._msgQ if m.startswith(mark)), None)
        if message is None:
            return False
        self.client._msgQ.remove(message)
        return True

    def cut(self, reason: str) -> None:
        """End the connection now, without waiting for the other side."""
        self.wrapper.fail_requests(reason)
        transport = self.client.conn.transport
        if transport:
            transport.abort()
