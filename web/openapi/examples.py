"""Examples for the API's document: answers about orders.

Values only. Tests hold each of them to its schema.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

Example = dict[str, Any]

ACCOUNT = "DU1000001"
NAME = "mine-1"
SENT_AT = "2026-11-20T14:31:02.118Z"
HEARD_AT = "2026-11-20T14:31:02.131Z"

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
    "adopted": False,
    "source": "admin via browser",
    "parent": None,
    "legs": [],
    "filled": 0,
    "remaining": 100,
    "avgFillPrice": None,
    "commission": None,
    "commissionCurrency": None,
    "whyHeld": "",
    "warningText": "",
    "cancelRefused": None,
    "modification": None,
    "differences": [],
    "duplicates": [],
    "evidence": "working",
    "messages": [NOTICE],
    "submittedAt": SENT_AT,
    "updatedAt": HEARD_AT,
    "seq": 5,
}
FILLED = LIVE | {
    "state": "filled",
    "status": "Filled",
    "filled": 100,
    "remaining": 0,
    "avgFillPrice": 228.09,
    "commission": 1.0,
    "commissionCurrency": "USD",
    "evidence": "commission",
}
CANCELLED = LIVE | {"state": "cancelled", "status": "Cancelled", "evidence": "brokerId"}
CANCEL_PENDING = LIVE | {"status": "PendingCancel"}
SENDING = LIVE | {
    "state": "sending",
    "status": None,
    "sent": "unknown",
    "permId": None,
    "evidence": "written",
    "messages": [],
}
INTENT = SENDING | {
    "state": "intent",
    "sent": "no",
    "orderId": None,
    "evidence": "saved",
    "updatedAt": SENT_AT,
}
UNKNOWN = SENDING | {
    "state": "unknown",
    "error": "Order response timeout. Check TWS and try again.",
}
NOT_PLACED = SENDING | {"state": "not_placed"}
DISMISSED = SENDING | {"state": "dismissed"}
DUPLICATED = LIVE | {"state": "duplicated", "duplicates": ["perm-1000000009"]}
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
        | {"text": "BUY 100 AAPL LMT 228.1 DAY", "source": "admin via browser"},
        {"seq": 2, "time": SENT_AT, "elapsedMs": 0.112, "kind": "sending"}
        | {"clientId": 1000, "orderId": 7},
        {"seq": 3, "time": SENT_AT, "elapsedMs": 0.159, "kind": "sent"},
    ]
}


def problem(status: int, error: str, **fields: object) -> Example:
    title = HTTPStatus(status).phrase
    about = {"type": "about:blank", "title": title, "status": status, "detail": error}
    return fields | about | {"error": error}


NOT_CONNECTED = problem(503, "IB not connected", sent="no", errorCode="ib_disconnected") | {
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


def with_order(order: Example, message: Example) -> Example:
    """The problem of an order, or of its cancel or change, that IB refused with `message`."""
    status = {"orderStatus": order["status"]}
    words = {"errorCode": message["code"], "errorString": message["text"]}
    error = f"{message['meaning']}: {message['text']}"
    return order | status | words | problem(422, error)


REJECT: Example = {
    "time": HEARD_AT,
    "code": 110,
    "kind": "reject",
    "text": "The price does not conform to the minimum price variation for this contract.",
    "meaning": "The price is not a multiple of the contract's minimum price step",
    "next": "Round the price to the contract's tick",
}
REJECTED = with_order(
    SENDING | {"state": "rejected", "sent": "yes", "evidence": "told", "messages": [REJECT]},
    REJECT,
)
CANCEL_REFUSAL: Example = {
    "time": HEARD_AT,
    "code": 161,
    "kind": "warning",
    "text": "Cancel attempted when order is not in a cancellable state.",
    "meaning": "The order is not in a state that can be cancelled",
    "next": "Look at the order's status: it may be filled or already cancelled",
}
CANCEL_REFUSED = with_order(
    LIVE | {"cancelRefused": CANCEL_REFUSAL, "messages": [NOTICE, CANCEL_REFUSAL]},
    CANCEL_REFUSAL,
)
