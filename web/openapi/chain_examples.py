"""Examples for the API's document: an option chain. Tests hold each of them to its schema."""

from __future__ import annotations

from web.openapi.examples import CONTRACT, HEARD_AT, SENT_AT, Example

CHAIN_ID = "page-1"
_CALL: Example = {
    "conId": 700000001,
    "localSymbol": "AAPL  261218C00230000",
    "bid": 4.1,
    "ask": 4.2,
    "last": 4.15,
    "bidSize": 21.0,
    "askSize": 17.0,
    "volume": 1210.0,
    "openInterest": 8412.0,
    "impliedVolatility": 0.2431,
    "delta": 0.462,
    "gamma": 0.0311,
    "vega": 0.2103,
    "theta": -0.1122,
    "modelPrice": 4.153,
    "close": 3.9,
    "error": None,
}
_PUT: Example = _CALL | {
    "conId": 700000002,
    "localSymbol": "AAPL  261218P00230000",
    **dict.fromkeys(("bid", "ask", "last", "bidSize", "askSize", "volume", "openInterest")),
    **dict.fromkeys(("impliedVolatility", "delta", "gamma", "vega", "theta", "modelPrice")),
    "close": None,
    "error": "There is no market-data subscription for this contract: not subscribed",
}
CHAIN: Example = {
    "id": CHAIN_ID,
    "asOf": HEARD_AT,
    "seconds": 4.1,
    "symbol": "AAPL",
    "underlying": {
        "contract": CONTRACT | {"localSymbol": "AAPL", "tradingClass": "NMS"},
        "price": 228.39,
        "priceFrom": "last",
        "marketDataType": "live",
        "time": SENT_AT,
    },
    "expiries": [
        {"expiry": "20261218", "daysToExpiry": 20, "tradingClass": "AAPL", "multiplier": "100"}
    ],
    "expiry": "20261218",
    "daysToExpiry": 20,
    "tradingClass": "AAPL",
    "multiplier": "100",
    "exchange": "SMART",
    "strikesListed": 95,
    "rows": [
        {"strike": 230.0, "call": _CALL, "put": _PUT},
        {"strike": 232.5, "call": None, "put": None},
    ],
    "holes": 2,
    "withoutQuote": 1,
    "marketDataType": "live",
    "partial": False,
    "cancelled": False,
    "notes": [
        {
            "code": 354,
            "text": "Requested market data is not subscribed.",
            "meaning": "There is no market-data subscription for this contract",
            "next": "Subscribe to it with IB, or use delayed data",
        }
    ],
}
CANCELLED: Example = {"id": CHAIN_ID, "cancelled": True}
