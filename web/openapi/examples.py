"""Examples for the API's document: orders that work as they are, and answers about orders.

Values only. Tests parse every request here and hold every answer to its schema.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

Example = dict[str, Any]

ACCOUNT = "DU1000001"
NAME = "mine-1"
SENT_AT = "2026-11-20T14:31:02.118Z"
HEARD_AT = "2026-11-20T14:31:02.131Z"

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
}

CONTRACT: Example = {
    "conId": 265598,
    "symbol": "AAPL",
    "secType": "STK",
    "lastTradeDateOrContractMonth": "",
    "strike": None,
    "right": "",
    "multiplier": "",
    "exchange": "SMART",
    "primaryExchange": "",
    "currency": "USD",
    "localSymbol": "AAPL",
    "tradingClass": "NMS",
}
ORDER_ROW: Example = {
    "action": "BUY",
    "totalQuantity": 100,
    "orderType": "LMT",
    "lmtPrice": 228.1,
    "auxPrice": None,
    "tif": "DAY",
    "outsideRth": False,
    "account": ACCOUNT,
}
NOTICE: Example = {
    "time": HEARD_AT,
    "code": 10349,
    "kind": "info",
    "text": "Order TIF was set to DAY based on order preset.",
    "meaning": "TWS set the order's time in force by its order preset; the order goes on",
    "next": "Nothing to do; the preset is in TWS under Presets",
}
LIVE: Example = {
    "clientOrderId": NAME,
    "account": ACCOUNT,
    "contract": CONTRACT,
    "order": ORDER_ROW,
    "state": "live",
    "status": "Submitted",
    "sent": "yes",
    "orderId": 7,
    "permId": 1000000002,
    "clientId": 1000,
    "origin": "desk",
    "filled": 0,
    "remaining": 100,
    "avgFillPrice": None,
    "commission": None,
    "commissionCurrency": None,
    "whyHeld": "",
    "warningText": "",
    "cancelRefused": None,
    "messages": [NOTICE],
    "submittedAt": SENT_AT,
    "updatedAt": HEARD_AT,
}
FILLED = LIVE | {
    "state": "filled",
    "status": "Filled",
    "filled": 100,
    "remaining": 0,
    "avgFillPrice": 228.09,
    "commission": 1.0,
    "commissionCurrency": "USD",
}
CANCELLED = LIVE | {"state": "cancelled", "status": "Cancelled"}
CANCEL_PENDING = LIVE | {"status": "PendingCancel"}
SENDING = LIVE | {
    "state": "sending",
    "status": None,
    "sent": "unknown",
    "permId": None,
    "messages": [],
}
UNKNOWN = SENDING | {
    "state": "unknown",
    "error": "Order response timeout. Check TWS and try again.",
}
REPLAY = FILLED | {"replayed": True}
PREVIEW: Example = {
    "account": ACCOUNT,
    "contract": CONTRACT,
    "order": ORDER_ROW,
    "initMarginBefore": 0.0,
    "initMarginChange": 11405.0,
    "initMarginAfter": 11405.0,
    "maintMarginBefore": 0.0,
    "maintMarginChange": 5702.5,
    "maintMarginAfter": 5702.5,
    "equityWithLoanBefore": 1000000.0,
    "equityWithLoanChange": -1.0,
    "equityWithLoanAfter": 999999.0,
    "commission": None,
    "minCommission": 1.0,
    "maxCommission": 1.2,
    "commissionCurrency": "USD",
    "warningText": "",
}
EVENTS: Example = {
    "events": [
        {"seq": 1, "time": SENT_AT, "elapsedMs": 0.0, "kind": "request"}
        | {"text": "BUY 100 AAPL LMT 228.1 DAY"},
        {"seq": 2, "time": SENT_AT, "elapsedMs": 0.159, "kind": "sent"}
        | {"clientId": 1000, "orderId": 7},
    ]
}


def problem(status: int, error: str, **fields: object) -> Example:
    title = HTTPStatus(status).phrase
    about = {"type": "about:blank", "title": title, "status": status, "detail": error}
    return fields | about | {"error": error}


NOT_CONNECTED = problem(503, "IB not connected", sent="no") | {
    "detail": "Cannot reach TWS at 127.0.0.1:7497 (connection refused). "
    "Start TWS or IB Gateway and enable its API."
}
WRONG_FIELDS = problem(
    422,
    "Order totalQuantity must be positive",
    sent="no",
    errors=[
        {"pointer": "/order/totalQuantity", "detail": "Order totalQuantity must be positive"},
        {
            "pointer": "/order/lmtPrice",
            "detail": "Order lmtPrice must be a positive price for a limit order",
        },
    ],
)


def _with_order(order: Example, error: str, code: int, text: str) -> Example:
    status = {"orderStatus": order["status"]}
    words = {"errorCode": code, "errorString": text}
    return order | status | words | problem(422, f"{error}: {text}")


REJECT: Example = {
    "time": HEARD_AT,
    "code": 110,
    "kind": "reject",
    "text": "The price does not conform to the minimum price variation for this contract.",
    "meaning": "The price is not a multiple of the contract's minimum price step",
    "next": "Round the price to the contract's tick",
}
REJECTED = _with_order(
    SENDING | {"state": "rejected", "sent": "yes", "messages": [REJECT]},
    REJECT["meaning"],
    REJECT["code"],
    REJECT["text"],
)
CANCEL_REFUSAL: Example = {
    "time": HEARD_AT,
    "code": 161,
    "kind": "warning",
    "text": "Cancel attempted when order is not in a cancellable state.",
    "meaning": "The order is not in a state that can be cancelled",
    "next": "Look at the order's status: it may be filled or already cancelled",
}
CANCEL_REFUSED = _with_order(
    LIVE | {"cancelRefused": CANCEL_REFUSAL, "messages": [NOTICE, CANCEL_REFUSAL]},
    CANCEL_REFUSAL["meaning"],
    CANCEL_REFUSAL["code"],
    CANCEL_REFUSAL["text"],
)
