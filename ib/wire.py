"""ib_async as we use it: its requests, decoder and caches, without its opinions on orders.

ib_async 2.1.0 decides about orders from error codes (it marks a live order Cancelled on the
harmless 10349) and leaves requests pending for ever when TWS answers them with 321, or when the
same question is asked twice. Here an error ends the request that it names, and order messages go
to a listener instead of ib_async's Trade. The socket itself is guarded in `ib/guard.py`.
"""
# mypy: allow-untyped-calls
# (the methods of ib_async that are extended here have no annotations)

from __future__ import annotations

import asyncio
import dataclasses
import logging
import re
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

import ib_async
from ib_async.client import Client
from ib_async.decoder import Decoder
from ib_async.util import parseIBDatetime
from ib_async.wrapper import RequestError, Wrapper

from ib.guard import PLACE_ORDER, Faults, GuardedClient
from trading.ib_objects import UNREADABLE_TIME, commission_row

log = logging.getLogger(__name__)

# Everything ib_async logs at INFO is traffic; its connection errors are reported by the session.
logging.getLogger("ib_async").setLevel(logging.WARNING)
logging.getLogger("ib_async.client").setLevel(logging.CRITICAL)

EXECUTION_TIME = 15  # its place among the fields of execDetails
DASHED_TIME = re.compile(r"\d{8}-\d\d:\d\d:\d\d")
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


# How ib_async reads a message's fields by their type, and what it puts for an empty one.
FIELD_TYPES: dict[type, tuple[Callable[[Any], Any], Any]] = {
    str: (str, ""),
    int: (int, 0),
    float: (float, 0),
    bool: (lambda text: bool(int(text)), 0),
}


class QuickDecoder(Decoder):
    """ib_async's decoder, which spends half its time in looking up field types anew.

    A message that cannot be read, and an error of whoever hears it, is a fault: ib_async logs it
    under one of its names and nobody else learns of it.
    """

    def __init__(self, wrapper: Wrapper, faults: Faults) -> None:
        super().__init__(wrapper, 0)
        self._faults = faults
        self._conversions: dict[type[Any], Conversions] = {}

    def interpret(self, fields: list[str]) -> None:
        """Never raises: the messages behind this one are heard whatever it holds."""
        try:
            handler = self.handlers.get(int(fields[0]))
            if handler is None:
                self._faults.note("TWS sent a message of an unknown kind")
            else:
                handler(fields)
        except Exception as error:  # noqa: BLE001 - noted, with its traceback
            self._faults.note(f"Message {fields[0][:3]} of TWS could not be handled", error)

    def wrap(
        self, methodName: str, types: list[type], skip: int = 2
    ) -> Callable[[list[str]], None]:
        converters = [FIELD_TYPES[kind] for kind in types]

        def handle(fields: list[str]) -> None:
            method = getattr(self.wrapper, methodName, None)
            if method:
                pairs = zip(converters, fields[skip:], strict=False)
                method(*[convert(text or empty) for (convert, empty), text in pairs])

        return handle

    def execDetails(self, fields: list[str]) -> None:
        """ib_async takes TWS's UTC form for the host's time, and loses a fill whose time it cannot
        read."""
        fields[EXECUTION_TIME] = _readable_time(fields[EXECUTION_TIME])
        super().execDetails(fields)

    def parse(self, obj: Any) -> None:
        kind = type(obj)
        conversions = self._conversions.get(kind)
        if conversions is None:
            conversions = self._conversions[kind] = _conversions(kind)
        for name, convert, default in conversions:
            text = getattr(obj, name)
            setattr(obj, name, convert(text) if text else default)


@lru_cache(maxsize=256)  # the fills of one second have the same
def _readable_time(text: str) -> str:
    """A time of TWS as ib_async reads it right; UNREADABLE_TIME when it is none.

    TWS writes UTC with a dash: 20261120-14:31:02 (its own words with error 10314).
    """
    if DASHED_TIME.fullmatch(text):
        return text.replace("-", " ") + " UTC"
    try:
        is_time = isinstance(parseIBDatetime(text), datetime)
    except (ValueError, KeyError, OSError, OverflowError):  # no time, or of a zone nobody knows
        is_time = False
    return text if is_time else str(int(UNREADABLE_TIME.timestamp()))


class WireWrapper(Wrapper):
    """ib_async's Wrapper whose errors end requests; camelCase names are ib_async's callbacks."""

    def __init__(self, ib: ib_async.IB, listener: Listener) -> None:
        super().__init__(ib)
        self.commissions: dict[str, dict[str, Any]] = {}  # execId -> its row, as TWS sent it
        self._listener = listener

    def reset(self) -> None:
        super().reset()
        # Requests with the key of one that is still open, and their rows, in the order of asking.
        self._behind: dict[object, deque[tuple[asyncio.Future[Any], Any]]] = {}

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


class Wire(ib_async.IB):
    """One socket to TWS. It is created, used and dropped in the thread of one loop.

    `on_broken(reason)` is called when the connection was cut because what came was no TWS message.
    """

    wrapper: WireWrapper
    client: GuardedClient

    def __init__(self, listener: Listener, orders: OrderListener | None = None) -> None:
        super().__init__()
        self.on_broken: Callable[[str], None] | None = None
        self._faults = Faults()
        self.wrapper = (
            OrderWrapper(self, listener, orders) if orders else WireWrapper(self, listener)
        )
        self.client = GuardedClient(self.wrapper, self._faults, self._on_broken)
        self.client.decoder = QuickDecoder(self.wrapper, self._faults)
        self.client.apiEnd += self.disconnectedEvent
        for name in self.events:
            self._faults.watch(getattr(self, name))

    def __del__(self) -> None:
        # ib_async would close the socket here, in whichever thread collects the garbage.
        pass

    @property
    def faults(self) -> int:
        """Messages that could not be read, and errors of whoever hears them, since the start."""
        return self._faults.total

    @property
    def on_fault(self) -> Callable[[str], None] | None:
        """Called with a reason at each fault: something that TWS said may have been missed."""
        return self._faults.on_fault

    @on_fault.setter
    def on_fault(self, hear: Callable[[str], None] | None) -> None:
        self._faults.on_fault = hear

    def place(self, order_id: int, contract: ib_async.Contract, order: ib_async.Order) -> None:
        """Raises ConnectionError or UnsafeMessage before any byte is written."""
        self.client.placeOrder(order_id, contract, order)

    def count_requests_from(self, request_id: int) -> None:
        self.client.updateReqId(request_id)

    def ask_next_valid_id(self) -> None:
        self.client.reqIds(1)  # TWS ignores the number

    def queue_length(self) -> int:
        """Messages that wait for their turn at IB's pace (`requests_per_second`)."""
        return len(self.client._msgQ)

    def send_first(self, send: Callable[[Client], None]) -> None:
        """Send ahead of everything that waits: a cancel never stands in the orders' queue."""
        send(self.client)
        # First in, first out: if anything still waits, the newest message is among it, at the end.
        self.client._msgQ.rotate(1)

    def cancel_first(self, order_id: int) -> None:
        """A cancelOrder ahead of everything that waits."""
        self.send_first(lambda client: client.cancelOrder(order_id))

    def take_back(self, order_id: int) -> bool:
        """Remove a placeOrder that still waits for its turn; False when it has left already."""
        mark = f"{PLACE_ORDER}\0{order_id}\0"
        message = next((m for m in self.client._msgQ if m.startswith(mark)), None)
        if message is None:
            return False
        self.client._msgQ.remove(message)
        return True

    def waiting_order_ids(self) -> list[int]:
        """Orders (and previews) of which no byte was written; valid until the next connection.

        In the handler of a disconnect these are the ones that were certainly not sent.
        """
        return self.client.waiting_order_ids()

    def seconds_until_room(self, limit: int) -> float:
        """0 when one more message may be sent now without waiting, else how long to wait.

        Both IB's pace and `limit` messages in a second count; limit 0 = no limit of one's own.
        """
        return self.client.seconds_until_room(limit)

    def fetch_market_rule(self, rule_id: int) -> Awaitable[list[ib_async.PriceIncrement]]:
        """The bands of a market rule. TWS names no request in its errors: wait with a deadline."""
        answer: Awaitable[list[ib_async.PriceIncrement]] = self.wrapper.startReq(
            f"marketRule-{rule_id}"
        )
        self.client.reqMarketRule(rule_id)
        return answer

    def cut(self, reason: str) -> None:
        """End the connection now, without waiting for the other side."""
        self.wrapper.fail_requests(reason)
        transport = self.client.conn.transport
        if transport:
            transport.abort()

    def _on_broken(self, reason: str) -> None:
        self.cut(reason)
        if self.on_broken:
            self.on_broken(reason)
