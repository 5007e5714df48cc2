"""A whole trading day of IB's own client, in its own environment; prints what it saw as JSON.

python session_day_ibapi.py

The port comes on stdin: the day there must not begin before the client is loaded.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.wrapper import EWrapper

SECONDS = 60
NEW_YORK = ZoneInfo("America/New_York")
OVER = {"Filled", "Cancelled"}
ORDERS = {
    "market": ("MSFT", "BUY", "MKT", "DAY"),
    "opening": ("AAPL", "BUY", "MKT", "OPG"),
    "closing": ("MSFT", "SELL", "MOC", "DAY"),
    "resting": ("AAPL", "BUY", "LMT", "DAY"),
}


class Session(EWrapper, EClient):
    """Keeps what it hears; the main thread looks until it is there."""

    def __init__(self) -> None:
        EClient.__init__(self, self)
        self.first_id = 0
        self.now = 0
        self.ended: set[str] = set()
        self.statuses: dict[int, str] = {}
        self.times: dict[str, str] = {}
        self.asked: list[str] = []
        self.open: list[int] = []
        self.commissions: list[float] = []
        self.positions: dict[str, float] = {}

    def nextValidId(self, orderId):
        self.first_id = orderId

    def currentTime(self, time):
        self.now = time

    def openOrder(self, orderId, contract, order, orderState):
        self.open.append(orderId)

    def openOrderEnd(self):
        self.ended.add("openOrders")

    def orderStatus(self, orderId, status, *rest):
        self.statuses[orderId] = status

    def execDetails(self, reqId, contract, execution):
        if reqId == 9:
            self.asked.append(execution.execId)
        else:
            self.times.setdefault(execution.orderRef, execution.time.split()[1][:5])

    def execDetailsEnd(self, reqId):
        self.ended.add("executions")

    def commissionAndFeesReport(self, report):
        self.commissions.append(report.commissionAndFees)

    def position(self, account, contract, position, avgCost):
        self.positions[contract.symbol] = float(position)

    def positionEnd(self):
        self.ended.add("positions")

    def error(self, *arguments):
        """Notices about farms and the opening."""

    def until(self, condition) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError
            time.sleep(0.02)

    def day(self):
        self.now = 0
        self.reqCurrentTime()
        self.until(lambda: self.now)
        return datetime.fromtimestamp(self.now, NEW_YORK).date()


def order_of(symbol: str, action: str, kind: str, tif: str) -> tuple[Contract, Order]:
    contract, order = Contract(), Order()
    contract.symbol, contract.secType = symbol, "STK"
    contract.exchange, contract.currency = "SMART", "USD"
    order.action, order.orderType, order.tif = action, kind, tif
    order.totalQuantity = Decimal(10)
    if kind == "LMT":
        order.lmtPrice = 1
    return contract, order


def main(port: int) -> dict[str, object]:
    session = Session()
    session.connect("127.0.0.1", port, 42)
    threading.Thread(target=session.run, daemon=True).start()
    try:
        session.until(lambda: session.first_id)
        began = session.day()
        for number, (name, terms) in enumerate(ORDERS.items()):
            contract, order = order_of(*terms)
            order.orderRef = name
            session.placeOrder(session.first_id + number, contract, order)
        session.until(lambda: len(session.statuses) == len(ORDERS))
        early = named(session)
        session.until(lambda: session.day() != began)
        session.until(lambda: set(session.statuses.values()) <= OVER)
        late = named(session)
        session.open = []
        session.reqAllOpenOrders()
        session.reqExecutions(9, ExecutionFilter())
        session.reqPositions()
        session.until(lambda: len(session.ended) == 3)
        return {
            "early": early,
            "late": late,
            "times": session.times,
            "commissions": session.commissions,
            "positions": {name: size for name, size in session.positions.items() if size},
            "openOrders": len(session.open),
            "executions": len(session.asked),
        }
    finally:
        session.disconnect()


def named(session: Session) -> dict[str, str]:
    return {name: session.statuses[session.first_id + n] for n, name in enumerate(ORDERS)}


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdout.write(json.dumps(main(int(sys.stdin.readline()))))
