"""What ib_async or its ancestor ib_insync reads of contracts and options; prints it as JSON.

python session_contracts_ib_async.py MODULE PORT
"""

from __future__ import annotations

import importlib
import json
import sys


def main(module: str, port: int) -> dict[str, object]:
    library = importlib.import_module(module)
    ib = library.IB()
    ib.connect("127.0.0.1", port, clientId=41, timeout=10)
    try:
        future = ib.reqContractDetails(library.Future("ES", exchange="CME"))[0]
        bond = ib.reqContractDetails(library.Bond(symbol="IBM", exchange="SMART"))[0]
        chains = ib.reqSecDefOptParams("AAPL", "", "STK", 265598)
        option = library.Option("AAPL", "20290119", 230.0, "C", "SMART")
        ib.qualifyContracts(option)
        ticker = ib.reqMktData(option)
        while not (ticker.modelGreeks and ticker.modelGreeks.delta):
            ib.waitOnUpdate(timeout=10)
        greeks = ticker.modelGreeks
        priced = ib.calculateOptionPrice(option, 0.3, 200.0)
        implied = ib.calculateImpliedVolatility(option, priced.optPrice, 200.0)
        return {
            "futureTime": future.lastTradeTime,
            "futureUnder": [future.underSymbol, future.underSecType],
            "futureMonth": future.contractMonth,
            "futureDate": future.realExpirationDate,
            "bond": [bond.cusip, bond.coupon, bond.maturity],
            "chain": sorted({chain.tradingClass for chain in chains}),
            "strikes": sorted(chains[0].strikes)[:2],
            "option": [option.conId, option.localSymbol],
            "delta": greeks.delta,
            "volatility": greeks.impliedVol,
            "underPrice": greeks.undPrice,
            "implied": implied.impliedVol,
        }
    finally:
        ib.disconnect()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
