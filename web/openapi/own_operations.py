"""Operations of a user's own pages: profit and loss, and the watchlist.

It describes the views of `web/profit.py` and `web/watchlist.py`, with schemas and examples.
"""

from __future__ import annotations

from typing import Any

from store.watchlists import MOST_WATCHED, TOO_MANY, TWICE
from web.openapi.answer_parts import (
    NUMBER,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    WHOLE,
    all_of,
    or_null,
    record,
    rows,
    said,
)
from web.openapi.exit_requests import body_schema
from web.openapi.parts import ACCOUNT, Answer, Operation, Parameter, ok
from web.openapi.requests import COMPONENTS, REFUSALS, Schema
from web.watchlist import NOT_A_LIST, WITHOUT_ID

DAY: Schema = {"type": "string", "format": "date"}
OWN_SCHEMAS: dict[str, Schema] = {
    "Profit": record(
        "From the journal: fills of orders that this desk knows. A trading day is New York's "
        "calendar day; of futures it begins at 18:00 New York on the evening before, of "
        "currencies at 17:00",
        {
            "asOf": TIME,
            "account": TEXT_OR_NULL,
            "currency": said(TEXT_OR_NULL, "Of every amount; null while there is none"),
            "currencies": said({"type": "array", "items": TEXT}, "In which there are fills"),
            "from": or_null(DAY),
            "to": or_null(DAY),
            "days": rows("ProfitDay"),
            "symbols": rows("ProfitSymbol"),
            "equity": rows("EquityPoint"),
            "incomplete": rows("IncompleteFill"),
        },
    ),
    "ProfitDay": record(
        "",
        {
            "date": DAY,
            "realizedPNL": said(NUMBER_OR_NULL, "IB's own; null when no report told any"),
            "commission": NUMBER_OR_NULL,
            "executions": WHOLE,
            "incomplete": said(WHOLE, "Fills of that day that are not in the sums"),
            "cumulative": said(NUMBER, "Realised since the first day shown"),
        },
    ),
    "ProfitSymbol": record(
        "",
        all_of(TEXT, "symbol", "secType")
        | all_of(NUMBER_OR_NULL, "realizedPNL", "commission")
        | {"executions": WHOLE, "quantity": said(NUMBER, "Bought and sold together")},
    ),
    "EquityPoint": record(
        "At most one in five minutes; one a day when there are more than 500",
        {"time": TIME, "netLiquidation": NUMBER, "currency": TEXT},
    ),
    "IncompleteFill": record(
        "A fill that is in no sum",
        {"date": or_null(DAY)} | all_of(TEXT, "symbol", "secType", "execId", "why"),
    ),
    "Watchlist": record("In the user's order, at most 100", {"contracts": rows("WatchedContract")}),
    "WatchedContract": record(
        "",
        {"conId": WHOLE} | all_of(TEXT, "symbol", "secType", "exchange", "currency", "description"),
    ),
}
OWN_REQUESTS: dict[str, Schema] = {
    "WatchlistRequest": body_schema(
        "The whole list",
        ["contracts"],
        {
            "contracts": {
                "type": "array",
                "maxItems": MOST_WATCHED,
                "items": {"$ref": COMPONENTS + "WatchedContract"},
                "description": "In the order to show",
                REFUSALS: [NOT_A_LIST, TOO_MANY, TWICE, WITHOUT_ID],
            }
        },
    )
}
WATCHLIST: dict[str, Any] = {
    "contracts": [
        {
            "conId": 265598,
            "symbol": "AAPL",
            "secType": "STK",
            "exchange": "SMART",
            "currency": "USD",
            "description": "APPLE INC",
        }
    ]
}
PROFIT: dict[str, Any] = {
    "asOf": "2026-11-20T14:31:02.118Z",
    "account": "DU1234567",
    "currency": "USD",
    "currencies": ["USD"],
    "from": None,
    "to": None,
    "days": [
        {
            "date": "2026-11-20",
            "realizedPNL": 124.5,
            "commission": 2.0,
            "executions": 2,
            "incomplete": 0,
            "cumulative": 124.5,
        }
    ],
    "symbols": [
        {
            "symbol": "AAPL",
            "secType": "STK",
            "realizedPNL": 124.5,
            "commission": 2.0,
            "executions": 2,
            "quantity": 200.0,
        }
    ],
    "equity": [
        {"time": "2026-11-20T14:30:00.000Z", "netLiquidation": 1000124.5, "currency": "USD"}
    ],
    "incomplete": [],
}


def _day(name: str, about: str) -> Parameter:
    refusal = [f"{name} must be a date such as 2026-11-28"]
    return Parameter(name, about, DAY | {REFUSALS: refusal}, example="2026-11-01")


PERIOD = (
    ACCOUNT,
    _day("from", "The first trading day"),
    _day("to", "The last trading day"),
    Parameter("currency", "The account's when absent", {"type": "string"}, example="USD"),
)
TABLES = {"enum": ["days", "symbols", "equity", "incomplete"]}
OWN: tuple[Operation, ...] = (
    Operation(
        "GET /profit",
        "getProfit",
        "Realised profit and loss by day and by symbol",
        ok("What the journal knows", "Profit", PROFIT),
        "A fill whose commission report has not come is incomplete; it is never counted as 0.",
        errors=(422, 503),
        parameters=PERIOD,
    ),
    Operation(
        "GET /profit.csv",
        "getProfitCsv",
        "One table of it as a file",
        {200: Answer("RFC 4180, safe to open in a spreadsheet", (), media="text/csv")},
        errors=(422, 503),
        parameters=(*PERIOD, Parameter("table", "days when absent", TABLES)),
    ),
    Operation(
        "GET /watchlist",
        "getWatchlist",
        "The contracts that you watch",
        ok("In your order", "Watchlist", WATCHLIST),
        errors=(503,),
    ),
    Operation(
        "PUT /watchlist",
        "keepWatchlist",
        "Replace the contracts that you watch",
        ok("As it is kept now", "Watchlist", WATCHLIST),
        "Everybody may do it in a browser; a key needs the scope admin, as for all that is one's "
        "own.",
        errors=(413, 415, 422, 503),
        scope="admin",
        body="WatchlistRequest",
        bodies={"one": WATCHLIST},
    ),
)
