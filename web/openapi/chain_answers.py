"""JSON Schemas of option chains: the answer, its cells, and the stream's event."""

from __future__ import annotations

from web.openapi.answer_parts import (
    DATA_TYPE,
    FLAG,
    NUMBER,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    WHOLE,
    all_of,
    or_null,
    record,
    ref,
    rows,
    said,
)
from web.openapi.requests import Schema

RIGHT = {"enum": ["C", "P"]}
STAGES = (
    "resolving",
    "underlying",
    "definitions",
    "quotes",
    "open interest",
    "done",
    "cancelled",
    "failed",
)

CHAIN_SCHEMAS: dict[str, Schema] = {
    "Chain": record(
        "Options of one expiry around the money; what IB did not send is null",
        {"id": TEXT, "asOf": said(TIME, "When the prices had come"), "seconds": NUMBER}
        | {"symbol": TEXT, "underlying": ref("ChainUnderlying")}
        | {"expiries": said(rows("ChainExpiry"), "All that may be asked for, nearest first")}
        | all_of(TEXT_OR_NULL, "expiry", "tradingClass", "multiplier", "exchange")
        | {"daysToExpiry": or_null(WHOLE)}
        | {"strikesListed": said(WHOLE, "Strikes of the class; not each of them has this expiry")}
        | {"rows": rows("ChainRow")}
        | {"holes": said(WHOLE, "Options in this range that IB lists no contract for")}
        | {"withoutQuote": said(WHOLE, "Options that exist and have no price now")}
        | {"marketDataType": or_null(DATA_TYPE)}
        | {"partial": said(FLAG, "True: more might have come with more time")}
        | {"cancelled": FLAG, "notes": rows("ChainNote")},
    ),
    "ChainUnderlying": record(
        "",
        {"contract": or_null(ref("ContractRow")), "price": NUMBER_OR_NULL}
        | {"priceFrom": {"enum": ["last", "mid", "close", None]}}
        | {"marketDataType": or_null(DATA_TYPE), "time": or_null(TIME)},
    ),
    "ChainExpiry": record(
        "", {"expiry": TEXT, "daysToExpiry": WHOLE, "tradingClass": TEXT, "multiplier": TEXT}
    ),
    "ChainRow": record(
        "A cell is null where IB lists no such option",
        {"strike": NUMBER, "call": or_null(ref("ChainCell")), "put": or_null(ref("ChainCell"))},
    ),
    "ChainCell": record(
        "One option; the greeks are those of IB's model",
        {"conId": WHOLE, "localSymbol": TEXT}
        | all_of(NUMBER_OR_NULL, "bid", "ask", "last", "bidSize", "askSize", "volume", "close")
        | {"openInterest": said(NUMBER_OR_NULL, "It may come later, on the stream")}
        | all_of(NUMBER_OR_NULL, "impliedVolatility", "delta", "gamma", "vega", "theta")
        | {"modelPrice": NUMBER_OR_NULL, "error": said(TEXT_OR_NULL, "Why it has no quote")},
    ),
    "ChainNote": record(
        "What IB said of many options, once; code is null for a note of the desk's own",
        {"code": or_null(WHOLE)} | all_of(TEXT, "text", "meaning", "next"),
    ),
    "ChainCancelled": record("", {"id": TEXT, "cancelled": FLAG}),
    "ChainEvent": record(
        "",
        {"id": TEXT, "stage": {"enum": list(STAGES)}}
        | {"done": WHOLE, "total": WHOLE, "text": TEXT, "seconds": NUMBER}
        | {"cells": said(rows("ChainEventCell"), "Cells as they come, and again when they change")},
    ),
    "ChainEventCell": record("", {"strike": NUMBER, "right": RIGHT, "cell": ref("ChainCell")}),
}
