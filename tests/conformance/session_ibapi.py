"""A whole session of IB's own client, in its own environment; prints what it saw as JSON.

python session_ibapi.py ibapi PORT
"""

from __future__ import annotations

import json
import queue
import sys
import threading
from decimal import Decimal

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.order import Order
from ibapi.wrapper import EWrapper

SECONDS = 15


class Session(EWrapper, EClient):
    """Puts each callback of interest into a queue; the main thread waits for the one it needs."""

    def __init__(self) -> None:
        EClient.__init__(self, self)
        self.heard: queue.Queue[tuple[str, object]] = queue.Queue()
        self.errors: list[tuple[int, str]] = []

    def wait_for(self, kind: str) -> object:
        while True:
            name, value = self.heard.get(timeout=SECONDS)
            if name == kind:
                return value

    def nextValidId(self, orderId):
        self.heard.put(("nextValidId", orderId))

    def managedAccounts(self, accountsList):
        self.heard.put(("managedAccounts", accountsList))

    def contractDetails(self, reqId, contractDetails):
        self.heard.put(("contractDetails", contractDetails))

    def openOrder(self, orderId, contract, order, orderState):
        if order.whatIf and Decimal(str(orderState.initMarginChange or "0")) < 10**30:
            self.heard.put(("whatIf", orderState))

    def orderStatus(self, orderId, status, filled, *rest):
        if status == "Filled":
            self.heard.put(("Filled", filled))

    def execDetails(self, reqId, contract, execution):
        self.heard.put(("execDetails", execution))

    def commissionAndFeesReport(self, report):
        self.heard.put(("commission", report.commissionAndFees))

    def position(self, account, contract, position, avgCost):
        self.heard.put(("position", (contract.symbol, position)))

    def positionEnd(self):
        self.heard.put(("positionEnd", None))

    def error(self, *arguments):
        numbers = [a for a in arguments if isinstance(a, int)]
        self.errors.append((numbers[-1], str(arguments)))


def market_order() -> Order:
    order = Order()
    order.action, order.totalQuantity, order.orderType = "BUY", Decimal(10), "MKT"
    order.tif = "DAY"
    return order


def main(port: int) -> dict[str, object]:
    session = Session()
    session.connect("127.0.0.1", port, 32)
    threading.Thread(target=session.run, daemon=True).start()
    try:
        accounts = session.wait_for("managedAccounts")
        order_id = session.wait_for("nextValidId")
        contract = Contract()
        contract.symbol, contract.secType = "MSFT", "STK"
        contract.exchange, contract.currency = "SMART", "USD"
        session.reqContractDetails(1001, contract)
        details = session.wait_for("contractDetails")
        what_if = market_order()
        what_if.whatIf = True
        session.placeOrder(order_id, contract, what_if)
        preview = session.wait_for("whatIf")
        session.placeOrder(order_id + 1, contract, market_order())
        execution = session.wait_for("execDetails")
        filled = session.wait_for("Filled")
        commission = session.wait_for("commission")
        session.reqPositions()
        return {
            "serverVersion": session.serverVersion(),
            "accounts": [accounts],
            "conId": details.contract.conId,
            "status": "Filled",
            "filled": float(filled),
            "price": execution.price,
            "commission": commission,
            "positions": positions_of(session),
            "initMarginChange": float(preview.initMarginChange),
            "minCommission": preview_commission(preview),
        }
    finally:
        session.disconnect()


def positions_of(session: Session) -> dict[str, float]:
    positions = {}
    while True:
        kind, value = session.heard.get(timeout=SECONDS)
        if kind == "positionEnd":
            return positions
        if kind == "position":
            symbol, size = value
            positions[symbol] = float(size)


def preview_commission(preview) -> float:
    name = "minCommissionAndFees" if hasattr(preview, "minCommissionAndFees") else "minCommission"
    return getattr(preview, name)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[2]))))
