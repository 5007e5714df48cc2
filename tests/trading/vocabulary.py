"""Every order type with what it needs, and a good value of every field, for generated tests."""

from __future__ import annotations

from typing import Any

from trading.order_types import CLASSES, TIFS

PRICE_CONDITION: dict[str, Any] = {
    "condType": "price",
    "conId": 265598,
    "exch": "SMART",
    "isMore": True,
    "price": 230.5,
}
# What each type needs besides side and size.
NEEDED: dict[str, dict[str, Any]] = {
    "MKT": {},
    "LMT": {"lmtPrice": 228.1},
    "STP": {"auxPrice": 220},
    "STP LMT": {"auxPrice": 220, "lmtPrice": 219.5},
    "TRAIL": {"auxPrice": 1.5},
    "TRAIL LIMIT": {"auxPrice": 1.5, "trailStopPrice": 226, "lmtPriceOffset": 0.1},
    "MIT": {"auxPrice": 220},
    "LIT": {"auxPrice": 220, "lmtPrice": 220.5},
    "MOC": {},
    "LOC": {"lmtPrice": 228.1},
    "MOO": {},
    "LOO": {"lmtPrice": 228.1},
    "MTL": {},
    "MIDPRICE": {},
    "REL": {"auxPrice": 0.02},
    "PEG MID": {"auxPrice": 0},
}
VALUES: dict[str, Any] = {
    "tif": "GTC",
    "outsideRth": True,
    "account": "DU1000001",
    "whatIf": True,
    "goodTillDate": "2026-12-18T21:00:00Z",
    "goodAfterTime": "2026-11-20T15:00:00Z",
    "ocaGroup": "group-1",
    "ocaType": 1,
    "allOrNone": True,
    "minQty": 10,
    "conditions": [PRICE_CONDITION],
    "conditionsIgnoreRth": True,
    "conditionsCancelOrder": True,
    "totalQuantity": 100,
    "cashQty": 5000,
    "displaySize": 10,
    "algoStrategy": "Vwap",
    "algoParams": {"maxPctVol": 0.2, "startTime": "09:30:00 US/Eastern", "noTakeLiq": True},
    "lmtPrice": 229,
    "auxPrice": 1,
    "trailingPercent": 2.5,
    "trailStopPrice": 225,
    "lmtPriceOffset": 0.2,
    "midOffsetAtWhole": 0.01,
    "midOffsetAtHalf": 0.005,
}
# What goes with a field, and what it takes the place of.
WITH: dict[str, dict[str, Any]] = {
    "goodTillDate": {"tif": "GTD"},
    "ocaGroup": {"ocaType": 2},
    "ocaType": {"ocaGroup": "group-1"},
    "conditionsIgnoreRth": {"conditions": [PRICE_CONDITION]},
    "conditionsCancelOrder": {"conditions": [PRICE_CONDITION]},
    "algoStrategy": {"algoParams": VALUES["algoParams"]},
    "algoParams": {"algoStrategy": "Vwap"},
    "midOffsetAtWhole": {"midOffsetAtHalf": 0.005},
    "midOffsetAtHalf": {"midOffsetAtWhole": 0.01},
}
INSTEAD_OF = {
    "cashQty": {"totalQuantity"},
    "trailingPercent": {"auxPrice"},
    "lmtPrice": {"lmtPriceOffset"},
}
ORDER_TYPES = tuple(NEEDED)
ALL_FIELDS = frozenset(VALUES) | {"action", "orderType"}


def own_fields(order_type: str) -> set[str]:
    """The fields of a type, by their names in JSON."""
    return {str(field.alias) for field in CLASSES[order_type].model_fields.values()}


def order_of(order_type: str, **fields: Any) -> dict[str, Any]:
    """The raw order of a type, with all it needs."""
    base = {"action": "BUY", "totalQuantity": 100, "orderType": order_type}
    return base | NEEDED[order_type] | fields


def order_with(order_type: str, name: str) -> dict[str, Any]:
    """The raw order of a type with one more field and what goes with it."""
    raw = order_of(order_type) | WITH.get(name, {}) | {name: VALUES[name]}
    if name == "tif":
        raw["tif"] = TIFS[order_type][-1 if order_type in ("MOO", "LOO") else 1]
    left_out = INSTEAD_OF.get(name, set())
    return {field: value for field, value in raw.items() if field not in left_out}


OPTIONAL = [
    (order_type, name)
    for order_type in ORDER_TYPES
    for name in sorted(own_fields(order_type) - {"action", "orderType"})
    if not (order_type in ("MOO", "LOO") and name == "goodTillDate")
]
FOREIGN = [
    (order_type, name)
    for order_type in ORDER_TYPES
    for name in sorted(ALL_FIELDS - own_fields(order_type))
]
CASH = {"symbol": "EUR", "secType": "CASH"}
STOCK = {"symbol": "AAPL"}


def contract_for(name: str) -> dict[str, Any]:
    """An amount of cash is only for currencies here."""
    return CASH if name == "cashQty" else STOCK
