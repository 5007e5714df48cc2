"""The table's operations about market data: quotes, prices, futures, contracts and bars.

It describes views of `web/api.py` and `web/market_data.py`.
"""

from __future__ import annotations

from web.openapi import market_examples as market
from web.openapi import read_examples as readings
from web.openapi.parts import (
    BAR_SIZE,
    CONTRACT,
    HOURS,
    LENGTH,
    LIVE,
    PRICE,
    TEXT,
    TWS,
    Operation,
    Parameter,
    ok,
    problem,
)
from web.openapi.requests import REFUSALS

_NEEDED = TEXT | {"minLength": 1}
SEVERAL = problem(
    422,
    "A value cannot be meant, or the name is ambiguous: choices has what it may mean",
    "SHOP names several contracts: SHOP NASDAQ USD (conId 195014116), SHOP TSE CAD (conId "
    "900000012)",
    sent="no",
    choices=market.CHOICES,
)
MARKET_READS: tuple[Operation, ...] = (
    Operation(
        "GET /stock-quote",
        "getQuote",
        "The newest quote of a contract",
        ok("For the next minute its changes come on the stream", "Quote", market.QUOTE),
        errors=(404, 422, *TWS),
        parameters=CONTRACT,
    ),
    Operation(
        "POST /fetch-prices",
        "fetchPrices",
        "Quotes of up to 200 contracts",
        ok("Within 12 seconds; what is missing says why", "Prices", market.PRICES),
        errors=(413, 415, 422, *TWS),
        body="PricesRequest",
        bodies=market.PRICES_REQUESTS,
    ),
    Operation(
        "POST /watching",
        "watch",
        "Follow what a page shows",
        ok("For the next minute all changes come on the stream", "Watched", market.WATCHED),
        about="Call it every 20 seconds with everything that is shown.",
        errors=(413, 415, 422, *TWS),
        body="WatchingRequest",
        bodies=market.WATCHING_REQUESTS,
    ),
    Operation(
        "GET /test-futures",
        "listFutures",
        "The next months of a future",
        ok("At most 8, the nearest first", "Futures", market.FUTURES),
        errors=(404, 422, *TWS),
        parameters=(
            Parameter(
                "symbol",
                "The product",
                _NEEDED | {REFUSALS: ["symbol is required"]},
                required=True,
                example="ES",
            ),
            Parameter("exchange", "Where it trades, when several do", TEXT, example="CME"),
        ),
    ),
    Operation(
        "GET /contracts",
        "findContracts",
        "Contracts that match what a person types",
        ok("Best matches of IB", "FoundContracts", readings.FOUND_CONTRACTS),
        errors=(422, *TWS),
        parameters=(
            Parameter(
                "query",
                "A part of a name, a symbol, a pair, a future, an OCC name, an ISIN or a conId",
                _NEEDED | {REFUSALS: ["query is required"]},
                required=True,
                example="app",
            ),
        ),
    ),
    Operation(
        "GET /contracts/resolve",
        "resolveContract",
        "The one contract that a text means",
        ok("With its price step and hours", "ResolvedContract", market.RESOLVED) | {422: SEVERAL},
        errors=(404, *TWS),
        parameters=(
            Parameter(
                "symbol",
                "What a person types: AAPL, EUR.USD, ES 202612, ESZ6, an OCC name, an ISIN or "
                "conId 265598",
                _NEEDED | {REFUSALS: ["symbol is required"]},
                required=True,
                example="AAPL",
            ),
            Parameter("currency", "Every currency when absent", TEXT, example="USD"),
        ),
    ),
    Operation(
        "GET /trading-sessions",
        "listTradingSessions",
        "When a contract trades",
        ok("Today and the days to come, in UTC", "TradingSessions", readings.SESSIONS),
        "An empty list says that IB names no hours for it, not that it never trades.",
        errors=(404, 422, *TWS),
        parameters=CONTRACT,
    ),
    Operation(
        "GET /bars",
        "listBars",
        "Past prices",
        ok("Oldest first; the last bar is not finished", "Bars", readings.BARS),
        errors=(404, 422, *TWS),
        parameters=(*CONTRACT, BAR_SIZE, LENGTH, PRICE, HOURS, LIVE),
    ),
)
