"""Another client of the same TWS: it trades and looks beside the desk, as a person in TWS would."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from checklist.asking import until
from ib_connector import IBConnector
from ib_session import Endpoint
from order_handler import OrderHandler
from trading.ib_errors import CodeTable
from trading.orders import parse_order_request
from trading.policy import OrderPolicy
from trading.refusals import TradingError

READY_SECONDS = 20.0
ANSWER_SECONDS = 30.0
ORDER_SECONDS = 10.0
NO_SLEEP = (0.0, 0.0, 0.0)

Row = dict[str, Any]


class OtherClient:
    """Two connections of their own, straight to TWS, with a journal of their own."""

    def __init__(
        self, read: Endpoint, orders: Endpoint, account: str, folder: Path, order_timeout: float
    ) -> None:
        codes = CodeTable()
        policy = OrderPolicy("paper", account, NO_SLEEP, min(order_timeout, ORDER_SECONDS))
        self._placed: set[str] = set()
        self._reader = IBConnector(read, codes, _ignore)
        self._desk = OrderHandler(orders, policy, codes, _ignore, folder / "other-client.db")

    def start(self) -> bool:
        """Whether both connections are there in time."""
        self._desk.start()
        self._reader.start()
        return until(self._is_ready, READY_SECONDS)

    def stop(self) -> None:
        self._desk.stop()
        self._reader.stop()

    def accounts(self) -> list[str]:
        """Raises a TradingError."""
        return list(self._reader.accounts().result(ANSWER_SECONDS))

    def positions(self) -> list[Row]:
        """Raises a TradingError."""
        return [dict(row) for row in self._reader.positions().result(ANSWER_SECONDS).rows]

    def place(self, key: str, contract: Row, order: Row) -> Row:
        """The order as it stands after IB's answer; raises a TradingError."""
        self._placed.add(key)
        body = {"contract": contract, "order": order, "clientOrderId": key}
        return self._desk.submit(parse_order_request(body)).result(ANSWER_SECONDS).payload

    def events(self, key: str) -> list[Row]:
        return self._desk.events(key)

    def orders(self) -> list[Row]:
        """What it has placed, in every state: TWS tells it of completed orders of others too."""
        known = [order.payload for order in self._desk.orders()]
        return [order for order in known if order["clientOrderId"] in self._placed]

    def open(self) -> list[Row]:
        """Its orders that may still work."""
        final = ("filled", "cancelled", "rejected", "not_sent", "not_placed")
        return [order for order in self.orders() if order["state"] not in final]

    def cancel_open(self) -> None:
        """Ask for every cancel; what is still open after it, `open` tells."""
        for order in self.open():
            with suppress(TradingError, TimeoutError):
                self._desk.cancel(order["clientOrderId"]).result(ANSWER_SECONDS)

    def _is_ready(self) -> bool:
        return self._desk.has_read_orders() and self._reader.status().is_connected


def _ignore(kind: str, payload: dict[str, Any]) -> None:
    """Nobody listens to this client's changes."""
