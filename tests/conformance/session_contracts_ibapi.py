"""What IB's own client reads of contracts and options; prints it as JSON.

python session_contracts_ibapi.py ibapi PORT
"""

from __future__ import annotations

import json
import queue
import sys
import threading

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.wrapper import EWrapper

SECONDS = 15
MODEL, ASKED_FOR = 13, 53


class Session(EWrapper, EClient):
    """Puts each callback of interest into a queue; the main thread waits for the one it needs."""

    def __init__(self) -> None:
        EClient.__init__(self, self)
        self.heard: queue.Queue[tuple[str, object]] = queue.Queue()

    def wait_for(self, kind: str) -> object:
        while True:
            name, value = self.heard.get(timeout=SECONDS)
            if name == kind:
                return value

    def nextValidId(self, orderId):
        self.heard.put(("nextValidId", orderId))

    def contractDetails(self, reqId, contractDetails):
        self.heard.put((f"details {reqId}", contractDetails))

    def bondContractDetails(self, reqId, contractDetails):
        self.heard.put((f"details {reqId}", contractDetails))

    def securityDefinitionOptionParameter(self, reqId, exchange, underlyingConId, *chain):
        tradingClass, _multiplier, _expirations, strikes = chain
        self.heard.put(("chain", (tradingClass, sorted(strikes))))

    def tickOptionComputation(self, reqId, tickType, tickAttrib, *numbers):
        self.heard.put((f"computation {int(tickType)}", numbers))


def contract(symbol: str, sec_type: str, exchange: str = "SMART") -> Contract:
    found = Contract()
    found.symbol, found.secType, found.exchange, found.currency = symbol, sec_type, exchange, "USD"
    return found


def option() -> Contract:
    found = contract("AAPL", "OPT")
    found.lastTradeDateOrContractMonth, found.strike, found.right = "20290119", 230.0, "C"
    return found


def main(port: int) -> dict[str, object]:
    session = Session()
    session.connect("127.0.0.1", port, 42)
    threading.Thread(target=session.run, daemon=True).start()
    try:
        session.wait_for("nextValidId")
        session.reqContractDetails(1, contract("ES", "FUT", "CME"))
        future = session.wait_for("details 1")
        session.reqContractDetails(2, contract("IBM", "BOND"))
        bond = session.wait_for("details 2")
        session.reqContractDetails(3, option())
        found = session.wait_for("details 3").contract
        session.reqSecDefOptParams(4, "AAPL", "", "STK", 265598)
        trading_class, strikes = session.wait_for("chain")
        session.reqMktData(5, option(), "", False, False, [])
        volatility, delta, *_, under_price = session.wait_for(f"computation {MODEL}")
        session.calculateOptionPrice(6, option(), 0.3, 200.0, [])
        price = session.wait_for(f"computation {ASKED_FOR}")[2]
        session.calculateImpliedVolatility(7, option(), price, 200.0, [])
        implied = session.wait_for(f"computation {ASKED_FOR}")[0]
        return {
            "futureTime": future.lastTradeTime,
            "futureUnder": [future.underSymbol, future.underSecType],
            "futureMonth": future.contractMonth,
            "futureDate": future.realExpirationDate,
            "bond": [bond.cusip, bond.coupon, bond.maturity],
            "chain": [trading_class],
            "strikes": strikes[:2],
            "option": [found.conId, found.localSymbol],
            "delta": delta,
            "volatility": volatility,
            "underPrice": under_price,
            "implied": implied,
        }
    finally:
        session.disconnect()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[2]))))
