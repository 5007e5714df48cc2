"""Examples for the API's document: market data.

Values only. Tests hold each of them to its schema.
"""

from __future__ import annotations

from web.openapi.examples import CONTRACT, SENT_AT, Example

LINES: Example = {"used": 12, "cap": 100, "held": 3}
TROUBLE: Example = {
    "code": 10197,
    "text": "No market data during competing live session",
    "meaning": "Another login of the same user receives the market data",
    "next": "Log out of the other session",
    "subscription": None,
    "since": SENT_AT,
    "retryAt": SENT_AT,
}
MARKET_DATA: Example = {
    "requested": "delayed",
    "received": {"live": 10, "delayed": 2},
    "lines": LINES,
    "messages": {"cap": 45, "queued": 0},
    "history": None,
    "trouble": None,
}
QUOTE: Example = {
    "contract": CONTRACT,
    "symbol": "AAPL",
    "time": SENT_AT,
    "bid": 228.38,
    "ask": 228.4,
    "last": 228.39,
    "bidSize": 300.0,
    "askSize": 400.0,
    "lastSize": 100.0,
    "volume": 24383836.0,
    "open": 227.0,
    "high": 229.1,
    "low": 226.4,
    "close": 226.9,
    "minTick": 0.01,
    "marketDataType": "live",
    "requestedType": "delayed",
    "trouble": None,
}
FAILED: Example = {
    "symbol": "NOSUCH",
    "error": "IB knows no contract NOSUCH",
    "errorCode": 200,
    "errorString": None,
    "next": "Choose the contract from the search, so that its conId is used",
}
PRICES: Example = {
    "asOf": SENT_AT,
    "quotes": [QUOTE],
    "failed": [FAILED],
    "partial": True,
    "lines": LINES,
}
WATCHED: Example = {"asOf": SENT_AT, "quotes": [QUOTE], "failed": [], "lines": LINES}
_FUTURE: Example = CONTRACT | {
    "conId": 649180671,
    "symbol": "ES",
    "secType": "FUT",
    "lastTradeDateOrContractMonth": "20261218 08:30 US/Central",
    "multiplier": "50",
    "exchange": "CME",
    "primaryExchange": "",
    "localSymbol": "ESZ6",
    "tradingClass": "ES",
}
FUTURES: Example = {
    "asOf": SENT_AT,
    "symbol": "ES",
    "futures": [
        {
            "contract": _FUTURE,
            "expiry": "20261218",
            "daysToExpiry": 28,
            "isFront": True,
            "rollDate": "2026-12-10",
            "quote": QUOTE | {"contract": _FUTURE, "symbol": "ES", "bid": 5917.25, "ask": 5917.5},
            "openInterest": 2104523.0,
            "volume": 1183021.0,
            "error": None,
        }
    ],
}
RESOLVED: Example = {
    "contract": CONTRACT,
    "minTick": 0.01,
    "longName": "APPLE INC",
    "validExchanges": "SMART,NASDAQ,NYSE",
    "tradingHours": "20261120:0400-20261120:2000;20261121:CLOSED",
    "liquidHours": "20261120:0930-20261120:1600;20261121:CLOSED",
    "timeZoneId": "US/Eastern",
}
CHOICES: list[Example] = [
    CONTRACT
    | {
        "conId": con_id,
        "symbol": "SHOP",
        "primaryExchange": exchange,
        "currency": currency,
        "localSymbol": "SHOP",
        "validExchanges": f"SMART,{exchange}",
        "description": "SHOPIFY INC - CLASS A",
    }
    for con_id, exchange, currency in ((195014116, "NASDAQ", "USD"), (900000012, "TSE", "CAD"))
]
PRICES_REQUESTS: dict[str, Example] = {
    "symbols": {"symbols": ["AAPL", "EUR.USD", "ESZ6"]},
    "contracts": {"contracts": [{"conId": 265598, "exchange": "SMART"}]},
}
WATCHING_REQUESTS: dict[str, Example] = {
    "page": {"contracts": [{"conId": 265598, "exchange": "SMART"}]}
}
