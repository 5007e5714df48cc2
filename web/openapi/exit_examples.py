"""Examples for the API's document: orders that are held back, changed, closed or frozen.

Values only. Tests hold each of them to its schema, and the sentences to the rules that say them.
"""

from __future__ import annotations

from web.openapi.examples import (
    CANCELLED,
    CONTRACT,
    FILLED,
    INTENT,
    LIVE,
    NAME,
    NOTICE,
    ORDER_ROW,
    REJECT,
    Example,
    problem,
    with_order,
)


def _held_back(status: int, code: str, sentence: str) -> Example:
    return problem(status, sentence, sent="no", errorCode=code, clientOrderId=NAME)


FORBIDDEN: dict[str, Example] = {
    "limit": _held_back(
        403,
        "risk_max_order_notional",
        "The order's notional 22810 is above MAX_ORDER_NOTIONAL 10000; order less",
    ),
    "frozen": _held_back(
        403,
        "trading_halted",
        "New orders are frozen; cancels and orders that reduce a position pass. End the freeze to "
        "place this order",
    ),
    "readOnly": _held_back(
        403,
        "read_only",
        "The desk is read-only (READ_ONLY); cancels and orders that reduce a position pass. Switch "
        "it off to place this order",
    ),
    "restart": _held_back(
        403,
        "restart_window",
        "TWS restarts in a moment (RESTART_WINDOW); place the order after that",
    ),
    "account": problem(
        403, "Account DU1000009 is not one of this TWS", sent="no", clientOrderId=NAME
    ),
}
TWIN = _held_back(
    409,
    "possible_duplicate",
    "The same order was sent 5 seconds ago or less, as 4f1a2c. Send it again with "
    "confirmDuplicate if you want both",
)
_UNWRITABLE = (
    "The order journal var/journal.db cannot be written: database or disk is full. Free some "
    "space on its disk."
)
JOURNAL_DOWN = _held_back(503, "journal_unavailable", _UNWRITABLE)
SWITCH_NOT_SAVED = problem(503, _UNWRITABLE, sent="no", errorCode="journal_unavailable")

_MODIFICATION: Example = {
    "state": "done",
    "asked": {"lmtPrice": 227.5},
    "message": None,
    "reason": "",
}
CHANGED = LIVE | {"order": ORDER_ROW | {"lmtPrice": 227.5}, "modification": _MODIFICATION}
CHANGE_PENDING = LIVE | {
    "modification": _MODIFICATION | {"state": "pending"},
    "error": "The change is not confirmed yet. The old terms may still hold.",
}
CHANGE_REFUSED = with_order(
    LIVE
    | {
        "modification": _MODIFICATION | {"state": "refused", "message": REJECT},
        "messages": [NOTICE, REJECT],
    },
    REJECT,
)

_CLOSING_ORDER = {"action": "SELL", "orderType": "MKT", "lmtPrice": None}
CLOSING = INTENT | {"clientOrderId": "close-1", "order": ORDER_ROW | _CLOSING_ORDER}
CLOSED = FILLED | {
    "clientOrderId": "close-1",
    "order": ORDER_ROW | _CLOSING_ORDER,
}
WRONG_PERCENT = problem(
    422,
    "percent must be 25, 50, 75 or 100",
    sent="no",
    errors=[{"pointer": "/percent", "detail": "percent must be 25, 50, 75 or 100"}],
)
NOT_LOOKED = problem(
    422,
    "TWS could not be asked for all of its orders: the order stays unknown. Try again in a moment",
    sent="no",
)
POSITION_CHANGED = problem(
    409,
    "The position is 100 now, not 40. Nothing was sent or cancelled: look at it again",
    sent="no",
    errorCode="position_changed",
)
FLATTENED: Example = {
    "cancels": [CANCELLED],
    "closes": [
        CLOSING,
        {
            "contract": {
                name: CONTRACT[name]
                for name in ("conId", "symbol", "secType", "currency", "exchange")
            },
            "error": "IB not connected",
            "sent": "no",
        },
    ],
}
KILLED: Example = {"frozen": True, "cancels": [CANCELLED]}
