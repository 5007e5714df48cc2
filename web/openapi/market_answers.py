"""JSON Schemas of what the API answers about market data: quotes, prices, futures, lines, troubles.

Written by hand beside the code that sends them; tests hold them to what is really sent.
"""

from __future__ import annotations

from web.openapi.answer_parts import (
    DATA_TYPE,
    FLAG,
    IB_WORDS,
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

ANSWERED = {"asOf": said(TIME, "When it was answered")}
FOUND = all_of(TEXT, "symbol", "secType", "primaryExchange", "currency", "description")
WHERE = all_of(TEXT_OR_NULL, "exchange", "validExchanges")
MARKET_SCHEMAS: dict[str, Schema] = {
    "Quote": record(
        "A number that IB has not sent is null",
        {"contract": ref("ContractRow"), "symbol": TEXT, "time": said(TIME, "Of the last tick")}
        | all_of(NUMBER_OR_NULL, "bid", "ask", "last", "bidSize", "askSize", "lastSize", "volume")
        | all_of(NUMBER_OR_NULL, "open", "high", "low", "close", "minTick")
        | {"marketDataType": said(DATA_TYPE, "What TWS sends")}
        | {"requestedType": said(DATA_TYPE, "What was asked for")}
        | {"trouble": or_null(ref("Trouble"))},
        {"source": ref("QuoteSource")},
    ),
    "Trouble": record(
        "Why there is no live data; with prices beside it, they are from before or delayed",
        {"code": said(WHOLE, "IB's code"), "text": said(TEXT, "IB's own text")}
        | {"meaning": TEXT, "next": said(TEXT, "What to do")}
        | {"subscription": said(TEXT_OR_NULL, "What IB's text names as missing")}
        | {"since": TIME, "retryAt": said(or_null(TIME), "When it is asked again by itself")},
    ),
    "Lines": record(
        "Market-data lines, of which IB gives 100 to a login",
        {"used": WHOLE, "cap": WHOLE, "held": said(WHOLE, "Of held positions")},
    ),
    "MarketData": record(
        "What is asked for, what comes, and how much of IB's budgets is used",
        {
            "requested": DATA_TYPE,
            "received": {"type": "object", "additionalProperties": WHOLE},
            "lines": ref("Lines"),
            "messages": or_null(record("To TWS", {"cap": WHOLE, "queued": WHOLE})),
            "history": or_null({"type": "object", "additionalProperties": NUMBER_OR_NULL}),
            "trouble": said(or_null(ref("Trouble")), "What concerns all quotes"),
        },
    ),
    "Prices": record(
        "Every name is in one of the two lists",
        ANSWERED
        | {"quotes": rows("Quote"), "failed": rows("FailedPrice")}
        | {"partial": said(FLAG, "True when something is missing"), "lines": ref("Lines")},
    ),
    "Watched": record(
        "What is known now; the rest comes on the stream",
        ANSWERED | {"quotes": rows("Quote"), "failed": rows("FailedPrice"), "lines": ref("Lines")},
    ),
    "FailedPrice": record(
        "Why there is no quote",
        {"symbol": TEXT, "error": TEXT, **IB_WORDS, "next": said(TEXT_OR_NULL, "What to do")},
        {"conId": WHOLE},
    ),
    "Futures": record("", ANSWERED | {"symbol": TEXT, "futures": rows("FutureMonth")}),
    "FutureMonth": record(
        "One month of a future, the nearest first",
        {"contract": ref("ContractRow"), "expiry": said(TEXT, "YYYYMMDD"), "daysToExpiry": WHOLE}
        | {"isFront": said(FLAG, "The month that trades most; the nearest while unknown")}
        | {"rollDate": said(TEXT, "By the desk's own rule, 8 days or 5 weekdays before")}
        | {"quote": or_null(ref("Quote")), **all_of(NUMBER_OR_NULL, "openInterest", "volume")}
        | {"error": said(TEXT_OR_NULL, "Why there is no quote")},
    ),
    "ResolvedContract": record(
        "The one contract that is meant, with its rules",
        {"contract": ref("ContractRow"), "minTick": NUMBER_OR_NULL, "longName": TEXT}
        | {"validExchanges": TEXT_OR_NULL}
        | all_of(TEXT, "tradingHours", "liquidHours", "timeZoneId"),
    ),
    "FoundContracts": record(
        "",
        {"asOf": TIME, "stale": FLAG, "contracts": rows("FoundContract")},
    ),
    "FoundContract": record(
        "Where IB's search does not say a thing it is null", {"conId": WHOLE} | FOUND | WHERE
    ),
}
