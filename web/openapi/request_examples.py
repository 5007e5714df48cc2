"""Examples for the API's document: bodies that work as they are.

Values only. Tests parse every one of them.
"""

from __future__ import annotations

from web.openapi.examples import ACCOUNT, NAME, Example

_LIMIT_ORDER = {"action": "BUY", "totalQuantity": 100, "orderType": "LMT", "lmtPrice": 228.1}
_MARKET_ORDER = {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"}
REQUESTS: dict[str, Example] = {
    "limit": {"contract": {"symbol": "AAPL"}, "order": _LIMIT_ORDER, "clientOrderId": NAME},
    "market": {"contract": {"symbol": "AAPL"}, "order": _MARKET_ORDER, "wait": "ack"},
    "preview": {"contract": {"symbol": "AAPL"}, "order": _LIMIT_ORDER | {"whatIf": True}},
    "stop": {
        "contract": {"symbol": "AAPL"},
        "order": {
            "action": "SELL",
            "totalQuantity": 100,
            "orderType": "STP",
            "auxPrice": 220,
            "tif": "GTC",
        },
    },
    "stopLimit": {
        "contract": {"conId": 265598, "exchange": "SMART"},
        "order": {
            "action": "SELL",
            "totalQuantity": 100,
            "orderType": "STP LMT",
            "auxPrice": 220,
            "lmtPrice": 219.5,
        },
        "wait": "none",
    },
    "option": {
        "contract": {
            "symbol": "AAPL",
            "secType": "OPT",
            "lastTradeDateOrContractMonth": "20270115",
            "strike": 230,
            "right": "C",
            "multiplier": "100",
        },
        "order": {"action": "BUY", "totalQuantity": 1, "orderType": "LMT", "lmtPrice": 12.4},
    },
    "bracket": {
        "contract": {"symbol": "AAPL"},
        "order": _LIMIT_ORDER,
        "bracket": {
            "targets": [
                {"lmtPrice": 235, "totalQuantity": 60},
                {"lmtPrice": 240, "totalQuantity": 40},
            ],
            "stop": {"orderType": "STP", "auxPrice": 222},
            "tif": "GTC",
        },
        "clientOrderId": "mine-2",
    },
    "trailing": {
        "contract": {"symbol": "AAPL"},
        "order": {
            "action": "SELL",
            "totalQuantity": 100,
            "orderType": "TRAIL",
            "trailingPercent": 2,
            "tif": "GTC",
        },
    },
    "condition": {
        "contract": {"symbol": "AAPL"},
        "order": _LIMIT_ORDER
        | {
            "tif": "GTD",
            "goodTillDate": "2026-12-18T21:00:00Z",
            "conditions": [
                {
                    "condType": "price",
                    "conId": 756733,
                    "exch": "SMART",
                    "isMore": False,
                    "price": 590,
                }
            ],
        },
    },
    "combo": {
        "contract": {
            "symbol": "AAPL",
            "secType": "BAG",
            "comboLegs": [
                {"conId": 700000001, "ratio": 1, "action": "BUY", "exchange": "SMART"},
                {"conId": 700000002, "ratio": 1, "action": "SELL", "exchange": "SMART"},
            ],
        },
        "order": {"action": "BUY", "totalQuantity": 1, "orderType": "LMT", "lmtPrice": -1.25},
    },
    "algorithm": {
        "contract": {"symbol": "AAPL"},
        "order": _MARKET_ORDER
        | {"algoStrategy": "Adaptive", "algoParams": {"adaptivePriority": "Normal"}},
    },
    "atTheOpen": {
        "contract": {"symbol": "AAPL"},
        "order": {"action": "BUY", "totalQuantity": 100, "orderType": "MOO"},
    },
    "cash": {
        "contract": {"symbol": "EUR", "secType": "CASH"},
        "order": {"action": "BUY", "orderType": "MKT", "cashQty": 5000},
    },
    "notional": {
        "contract": {"symbol": "AAPL"},
        "order": {"action": "BUY", "orderType": "LMT", "lmtPrice": 228.1},
        "size": {"notional": 10000},
    },
    "percentOfNetLiquidation": {
        "contract": {"symbol": "AAPL"},
        "order": {"action": "BUY", "orderType": "MKT"},
        "size": {"percentOfNetLiquidation": 5},
    },
    "halfOfThePosition": {
        "contract": {"symbol": "AAPL"},
        "order": {"action": "SELL", "orderType": "MKT"},
        "size": {"closePercent": 50},
    },
    "again": {
        "contract": {"symbol": "AAPL"},
        "order": _MARKET_ORDER,
        "confirmDuplicate": True,
    },
}
CHANGES: dict[str, Example] = {
    "price": {"order": {"lmtPrice": 227.5}},
    "sizeAndEnd": {
        "order": {"totalQuantity": 50, "tif": "GTD", "goodTillDate": "2026-12-18T21:00:00Z"}
    },
}
CLOSES: dict[str, Example] = {
    "all": {"conId": 265598, "percent": 100},
    "half": {"conId": 265598, "percent": 50, "account": ACCOUNT},
    "shown": {"conId": 265598, "held": 100},
}
FLATTEN: dict[str, Example] = {"everything": {"confirm": True}}
DISMISSAL: dict[str, Example] = {"looked": {"confirm": True}}
