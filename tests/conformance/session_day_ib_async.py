"""A whole trading day of ib_async or of its ancestor ib_insync; prints what it saw as JSON.

python session_day_ib_async.py MODULE

The port comes on stdin: the day there must not begin before the client is loaded.
"""

from __future__ import annotations

import importlib
import json
import sys
from types import ModuleType
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
SECONDS = 60
UNHEARD = ("", "PendingSubmit")  # the client's own word, until TWS says one


def main(library: ModuleType, port: int) -> dict[str, object]:
    ib = library.IB()
    ib.connect("127.0.0.1", port, clientId=41, timeout=10)
    microsoft, apple = (library.Stock(name, "SMART", "USD") for name in ("MSFT", "AAPL"))
    orders = {
        "market": (microsoft, library.Order(action="BUY", orderType="MKT", tif="DAY")),
        "opening": (apple, library.Order(action="BUY", orderType="MKT", tif="OPG")),
        "closing": (microsoft, library.Order(action="SELL", orderType="MOC", tif="DAY")),
        "resting": (apple, library.Order(action="BUY", orderType="LMT", lmtPrice=1, tif="DAY")),
    }
    try:
        began = ib.reqCurrentTime().astimezone(NEW_YORK).date()
        trades = {}
        for name, (contract, order) in orders.items():
            order.totalQuantity, order.orderRef = 10, name
            trades[name] = ib.placeOrder(contract, order)
        while any(trade.orderStatus.status in UNHEARD for trade in trades.values()):
            ib.waitOnUpdate(SECONDS)
        early = {name: trade.orderStatus.status for name, trade in trades.items()}
        while ib.reqCurrentTime().astimezone(NEW_YORK).date() == began:
            ib.sleep(0.05)
        while not all(trade.isDone() for trade in trades.values()):
            ib.waitOnUpdate(SECONDS)
        fills = {name: trade.fills for name, trade in trades.items() if trade.fills}
        return {
            "early": early,
            "late": {name: trade.orderStatus.status for name, trade in trades.items()},
            "times": {name: clock(found[0].execution.time) for name, found in fills.items()},
            "commissions": [
                f.commissionReport.commission for found in fills.values() for f in found
            ],
            "positions": {p.contract.symbol: p.position for p in ib.positions() if p.position},
            "openOrders": len(ib.reqAllOpenOrders()),
            "executions": len(ib.reqExecutions()),
        }
    finally:
        ib.disconnect()


def clock(time: object) -> str:
    return f"{time.astimezone(NEW_YORK):%H:%M}"


if __name__ == "__main__":
    client = importlib.import_module(sys.argv[1])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdout.write(json.dumps(main(client, int(sys.stdin.readline()))))
