"""The table's operations that read: accounts, market data and the desk itself.

It describes the views of `web/api.py`, `web/pages.py` and `web/stream_route.py`.
"""

from __future__ import annotations

from web.openapi import examples
from web.openapi import read_examples as readings
from web.openapi.parts import (
    ACCOUNT,
    TWS,
    Answer,
    Operation,
    Parameter,
    ok,
    problem,
)

EVENTS = (
    ("hello", "Hello", "First on every connection; reset true means: fetch everything again"),
    ("status", "StatusEvent", "A connection, a farm or the mode has changed"),
    ("account", "Account", "Account values, at most once a second"),
    ("position", "PositionEvent", "One position with its time; 0 means closed"),
    ("pnl", "PnlEvent", "Profit and loss of one account"),
    ("order", "Order", "An order has changed; the whole order"),
    ("execution", "Execution", "A fill, and again when its commission is known"),
    ("message", "MessageEvent", "What IB said, about an order or about the connection"),
    ("chain", "ChainEvent", "How far an option chain is that somebody waits for, and its cells"),
    ("quote", "Quote", "A quote that somebody looks at, at most ten times a second"),
    ("bar", "BarEvent", "A bar of what was asked for with live=yes, at most four times a second"),
    ("alive", "Bye", "Nothing else was told for ten seconds; it has no id"),
    ("bye", "Bye", "The desk is stopping"),
)

ACCOUNT_READS: tuple[Operation, ...] = (
    Operation(
        "GET /accounts",
        "listAccounts",
        "The accounts of this TWS",
        ok("Their names", "Accounts", {"accounts": [examples.ACCOUNT]}),
        errors=TWS,
    ),
    Operation(
        "GET /account",
        "getAccount",
        "Values of one account",
        ok("By tag, and as IB sent them", "Account", readings.ACCOUNT_VALUES),
        errors=(404, 422, *TWS),
        parameters=(ACCOUNT,),
    ),
    Operation(
        "GET /positions",
        "listPositions",
        "What is held",
        ok("An empty list is a real empty account", "Positions", readings.POSITIONS),
        errors=(404, 422, *TWS),
        parameters=(ACCOUNT,),
    ),
    Operation(
        "GET /pnl",
        "listPnl",
        "Profit and loss: daily, unrealised, realised",
        ok("One row per account", "Pnl", readings.PNL),
        errors=TWS,
    ),
)
DESK_READS: tuple[Operation, ...] = (
    Operation(
        "GET /status",
        "getStatus",
        "Connections, mode and account",
        ok("It answers while TWS is away, too", "Status", readings.STATUS),
    ),
    Operation(
        "GET /messages",
        "listMessages",
        "What IB said last",
        ok("The last 200 of both connections since the start", "Messages", readings.MESSAGES),
        errors=TWS,
    ),
    Operation(
        "GET /stream",
        "openStream",
        "Everything live, as server-sent events",
        {
            200: Answer(
                "Events until one side closes",
                (),
                {"stream": readings.STREAM},
                media="text/event-stream",
            ),
            503: problem(
                503,
                "All places are taken",
                "All 64 live streams are in use.",
            ),
        },
        "Each event has an id; with the last one as Last-Event-ID the stream goes on after it.",
        parameters=(
            Parameter(
                "Last-Event-ID", "The id of the last event seen", {"type": "string"}, "header"
            ),
            Parameter("lastEventId", "The same, for a browser's new stream", {"type": "string"}),
        ),
        events=EVENTS,
    ),
    Operation(
        "GET /openapi.json",
        "getOpenapi",
        "This document, as OpenAPI 3.1",
        {200: Answer("The document", ())},
    ),
)
