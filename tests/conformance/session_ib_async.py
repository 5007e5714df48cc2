"""A whole session of ib_async or of its ancestor ib_insync; prints what it saw as JSON.

python session_ib_async.py MODULE PORT
"""

from __future__ import annotations

import importlib
import json
import sys


def main(module: str, port: int) -> dict[str, object]:
    library = importlib.import_module(module)
    ib = library.IB()
    ib.connect("127.0.0.1", port, clientId=31, timeout=10)
    try:
        contract = library.Stock("MSFT", "SMART", "USD")
        ib.qualifyContracts(contract)
        preview = ib.whatIfOrder(contract, library.MarketOrder("BUY", 10))
        trade = ib.placeOrder(contract, library.MarketOrder("BUY", 10, tif="DAY"))
        while not (trade.fills and trade.fills[0].commissionReport.commission):
            ib.waitOnUpdate(timeout=10)
        ib.reqPositions()
        return {
            "serverVersion": ib.client.serverVersion(),
            "accounts": ib.managedAccounts(),
            "conId": contract.conId,
            "status": trade.orderStatus.status,
            "filled": trade.filled(),
            "price": trade.fills[0].execution.price,
            "commission": trade.fills[0].commissionReport.commission,
            "positions": {p.contract.symbol: p.position for p in ib.positions()},
            "initMarginChange": float(preview.initMarginChange),
            "minCommission": preview.minCommission,
        }
    finally:
        ib.disconnect()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
