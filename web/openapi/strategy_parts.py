"""`POST /strategies` in the API's document: what is sent, what is answered, and an example of each.

They describe what `trading/strategies.py` takes and `web/strategies.py` makes.
"""

from __future__ import annotations

from typing import Any, get_args

from trading.contracts import MAX_LEGS
from trading.strategies import LEGS, NO_OBJECT, SHAPES, Action, Kind
from web.openapi.answer_parts import (
    ANY_OBJECT,
    FLAG,
    NUMBER,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    all_of,
    or_null,
    record,
    ref,
    rows,
    said,
)
from web.openapi.parts import TEXT as SHORT_TEXT
from web.openapi.parts import Answer
from web.openapi.requests import REFUSALS, Schema

ACTION: Schema = {"enum": list(get_args(Action))}
KINDS = ", ".join(get_args(Kind)[:-1]) + " or " + get_args(Kind)[-1]
PRICE: Schema = {"type": ["number", "null"], "minimum": 0}


def _body(about: str, needed: list[str], fields: Schema, *sentences: str) -> Schema:
    return {
        "type": "object",
        "description": about,
        "additionalProperties": False,
        "required": needed,
        REFUSALS: list(sentences),
        "properties": fields,
    }


STRATEGY_REQUESTS: dict[str, Schema] = {
    "StrategyRequest": _body(
        "A strategy: its legs as they are when it is bought",
        ["kind", "underlying", "legs"],
        {
            "kind": {"enum": list(get_args(Kind)), REFUSALS: [f"kind must be one of {KINDS}"]},
            "action": ACTION | {"default": "BUY", "description": "SELL: every leg turns round"},
            "quantity": {
                "type": "integer",
                "minimum": 1,
                "default": 1,
                REFUSALS: ["quantity must be more than 0"],
            },
            "underlying": ref("StrategyUnderlying"),
            "legs": {
                "type": "array",
                "minItems": 2,
                "maxItems": MAX_LEGS,
                "items": ref("StrategyLeg"),
                REFUSALS: [
                    LEGS,
                    "Each leg must be another option",
                    "The legs must have the same multiplier",
                    *(sentence for _, sentence in SHAPES.values() if sentence),
                ],
            },
        },
        NO_OBJECT,
        "hopefulPercent is not used here; leave it out",
    ),
    "StrategyUnderlying": _body(
        "What the options are on",
        ["symbol"],
        {
            "symbol": SHORT_TEXT | {REFUSALS: ["underlying.symbol is required"]},
            "price": {"type": ["number", "null"], "exclusiveMinimum": 0},
            "currency": SHORT_TEXT | {"default": "USD"},
            "exchange": SHORT_TEXT | {"default": "SMART"},
        },
    ),
    "StrategyLeg": _body(
        "One option, with what a chain told of it",
        ["conId", "action", "right", "strike", "expiry"],
        {
            "conId": {"type": "integer", "minimum": 1},
            "action": ACTION,
            "ratio": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1},
            "right": {"enum": ["C", "P"]},
            "strike": {"type": "number", "exclusiveMinimum": 0},
            "expiry": {
                "type": "string",
                "description": "YYYYMMDD",
                REFUSALS: ["legs[0].expiry must be a date such as 20261218"],
            },
            "multiplier": {"type": ["string", "integer"], "default": "100"},
            "bid": PRICE,
            "ask": PRICE,
            "impliedVolatility": PRICE,
        },
    ),
}
STRATEGY_SCHEMAS: dict[str, Schema] = {
    "Strategy": record(
        "",
        {"name": TEXT, "words": said(TEXT, "What it does, gains and loses, for a person")}
        | {"contract": said(ANY_OBJECT, "The BAG contract for POST /orders")}
        | {"order": said(ANY_OBJECT, "A draft at the middle; lmtPrice is null while it is unknown")}
        | {"net": ref("StrategyNet"), "payoff": ref("Payoff")},
    ),
    "StrategyNet": record(
        "Of one combo: whoever buys it pays its ask; below zero is a credit for the buyer",
        all_of(NUMBER_OR_NULL, "bid", "mid", "ask")
        | {"isDebit": said(or_null(FLAG), "Whether this order pays; null while unknown")},
    ),
    "Payoff": record(
        "In money of the whole order, at its limit price",
        {
            "known": said(FLAG, "False: a price or a volatility is missing, and all else is empty"),
            "currency": TEXT,
            "expiry": said(TEXT_OR_NULL, "Of the nearest leg"),
            "points": rows("PayoffPoint"),
            "breakEvens": {"type": "array", "items": NUMBER},
            "maxProfit": said(NUMBER_OR_NULL, "null when it is unlimited"),
            "maxLoss": said(NUMBER_OR_NULL, "A positive amount; null when it is unlimited"),
        },
    ),
    "PayoffPoint": record("", {"price": NUMBER, "atExpiry": NUMBER, "now": NUMBER_OR_NULL}),
}
_LEG: dict[str, Any] = {
    "conId": 700000001,
    "action": "BUY",
    "ratio": 1,
    "right": "C",
    "strike": 230,
    "expiry": "20261218",
    "multiplier": "100",
    "bid": 4.1,
    "ask": 4.2,
    "impliedVolatility": 0.2431,
}
VERTICAL: dict[str, Any] = {
    "kind": "vertical",
    "action": "BUY",
    "quantity": 1,
    "underlying": {"symbol": "AAPL", "price": 228.39, "currency": "USD", "exchange": "SMART"},
    "legs": [
        _LEG,
        _LEG
        | {"conId": 700000003, "action": "SELL", "strike": 240, "bid": 1.5, "ask": 1.6}
        | {"impliedVolatility": 0.2302},
    ],
}
ANSWER: dict[str, Any] = {
    "name": "Bull call spread",
    "words": "Buys the 230 call, sells the 240 call of 18 Dec 2026: pays 260.00 USD; gains at most "
    "740.00 USD above 240; loses at most 260.00 USD below 230; breaks even at 232.60.",
    "contract": {
        "symbol": "AAPL",
        "secType": "BAG",
        "currency": "USD",
        "exchange": "SMART",
        "comboLegs": [
            {"conId": 700000001, "ratio": 1, "action": "BUY", "exchange": "SMART"},
            {"conId": 700000003, "ratio": 1, "action": "SELL", "exchange": "SMART"},
        ],
    },
    "order": {
        "action": "BUY",
        "orderType": "LMT",
        "lmtPrice": 2.6,
        "totalQuantity": 1,
        "tif": "DAY",
    },
    "net": {"bid": 2.5, "mid": 2.6, "ask": 2.7, "isDebit": True},
    "payoff": {
        "known": True,
        "currency": "USD",
        "expiry": "20261218",
        "points": [
            {"price": 230.0, "atExpiry": -260.0, "now": 72.4},
            {"price": 240.0, "atExpiry": 740.0, "now": 301.9},
        ],
        "breakEvens": [232.6],
        "maxProfit": 740.0,
        "maxLoss": 260.0,
    },
}
ANSWERED = {200: Answer("Nothing is sent to TWS", ("Strategy",), {"answer": ANSWER})}
