"""The table of the API's operations, by group: what the document and its page are made from.

It describes the views of `web/api.py`, `web/orders.py` and `web/stream_route.py`; a test compares
it with the routes that exist.
"""

from __future__ import annotations

from web.openapi import examples
from web.openapi import read_examples as readings
from web.openapi.parts import (
    ACCOUNT,
    BAR_SIZE,
    CONTRACT,
    LENGTH,
    NAMED,
    TEXT,
    Answer,
    Operation,
    Parameter,
    ok,
    problem,
)
from web.openapi.requests import REFUSALS

TWS = (429, 503, 504)
EVENTS = (
    ("hello", "Hello", "First on every connection; reset true means: fetch everything again"),
    ("status", "StatusEvent", "A connection, a farm or the mode has changed"),
    ("account", "Account", "Account values, at most once a second"),
    ("position", "PositionEvent", "One position with its time; 0 means closed"),
    ("pnl", "PnlEvent", "Profit and loss of one account"),
    ("order", "Order", "An order has changed; the whole order"),
    ("execution", "Execution", "A fill, and again when its commission is known"),
    ("message", "MessageEvent", "What IB said, about an order or about the connection"),
    ("quote", "Quote", "A quote that somebody asked for, at most four times a second"),
    ("bye", "Bye", "The desk is stopping"),
)

PLACED = ("Location", "Idempotent-Replayed")
OPERATIONS: dict[str, tuple[Operation, ...]] = {
    "Orders": (
        Operation(
            "POST /orders",
            "placeOrder",
            "Place an order, or preview it",
            {
                200: Answer(
                    "A preview (order.whatIf), or the order that this clientOrderId placed before",
                    ("Preview", "Order"),
                    {"preview": examples.PREVIEW, "replay": examples.REPLAY},
                    PLACED,
                ),
                201: Answer(
                    "IB has the order: it is live or final",
                    ("Order",),
                    {"live": examples.LIVE, "filled": examples.FILLED},
                    PLACED,
                ),
                202: Answer(
                    "The outcome is not proven. Look at Location, and do not send it again under "
                    "another name",
                    ("OrderUnderWay",),
                    {"sending": examples.SENDING, "unknown": examples.UNKNOWN},
                    PLACED,
                ),
                422: Answer(
                    "A field is wrong, IB rejected the order, or another order has that "
                    "clientOrderId",
                    ("Problem", "OrderProblem"),
                    {"field": examples.WRONG_FIELDS, "rejected": examples.REJECTED},
                ),
                503: Answer(
                    "Nothing was sent: TWS cannot be reached or has lost IB",
                    ("Problem", "OrderProblem"),
                    {"answer": examples.NOT_CONNECTED},
                    ("Retry-After",),
                ),
                504: problem(
                    504,
                    "A preview that TWS did not answer in time",
                    "TWS gave no preview in time",
                    sent="no",
                ),
            },
            "Nothing is guessed: side, type, size and price must be there. A field that the order "
            "type does not use is refused.",
            errors=(413, 415, 429),
            scope="trade",
            parameters=(
                Parameter(
                    "Idempotency-Key", "The clientOrderId as a header", NAMED.schema, "header"
                ),
            ),
            takes_order=True,
        ),
        Operation(
            "GET /orders",
            "listOrders",
            "Orders, newest first",
            ok(
                "Every order known", "Orders", {"asOf": examples.SENT_AT, "orders": [examples.LIVE]}
            ),
            errors=(422,),
            parameters=(
                Parameter(
                    "status",
                    "open, done or all; all when absent",
                    {
                        "enum": ["open", "done", "all"],
                        REFUSALS: ["status must be one of all, done, open"],
                    },
                    example="open",
                ),
            ),
        ),
        Operation(
            "DELETE /orders",
            "cancelAllOrders",
            "Cancel every open order of this desk",
            ok("Where each order stands", "Cancels", {"cancels": [examples.CANCELLED]})
            | {
                504: problem(
                    504,
                    "IB has not confirmed in time",
                    "The cancel is not confirmed yet. Check TWS: the order may still fill.",
                    sent="unknown",
                )
            },
            errors=(503,),
            scope="trade",
        ),
        Operation(
            "GET /orders/{clientOrderId}",
            "getOrder",
            "One order",
            ok("Where it stands", "Order", examples.FILLED),
            errors=(404,),
            parameters=(NAMED,),
        ),
        Operation(
            "DELETE /orders/{clientOrderId}",
            "cancelOrder",
            "Cancel one order",
            {
                200: Answer("The order is final", ("Order",), {"cancelled": examples.CANCELLED}),
                202: Answer(
                    "Asked for; the order may still fill",
                    ("OrderUnderWay",),
                    {"pending": examples.CANCEL_PENDING},
                ),
                422: Answer(
                    "IB refuses the cancel, or another program placed the order",
                    ("Problem", "OrderProblem"),
                    {"refused": examples.CANCEL_REFUSED},
                ),
            },
            errors=(404, 503),
            scope="trade",
            parameters=(NAMED,),
        ),
        Operation(
            "GET /orders/{clientOrderId}/events",
            "getOrderEvents",
            "The order's timeline",
            ok("Every message of IB about it, with its time", "Events", examples.EVENTS),
            errors=(404,),
            parameters=(NAMED,),
        ),
        Operation(
            "GET /executions",
            "listExecutions",
            "Fills with commission and realised profit",
            ok("Oldest first", "Executions", readings.EXECUTIONS),
            errors=TWS,
        ),
    ),
    "Account": (
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
    ),
    "Market data": (
        Operation(
            "GET /stock-quote",
            "getQuote",
            "The newest quote of a contract",
            ok("From now on its changes come on the stream", "Quote", readings.QUOTE),
            errors=(404, 422, *TWS),
            parameters=CONTRACT,
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
                    "A part of a symbol or a name",
                    TEXT | {"minLength": 1, REFUSALS: ["query is required"]},
                    required=True,
                    example="app",
                ),
            ),
        ),
        Operation(
            "GET /bars",
            "listBars",
            "Past prices",
            ok("Oldest first; the last bar is not finished", "Bars", readings.BARS),
            errors=(404, 422, *TWS),
            parameters=(*CONTRACT, BAR_SIZE, LENGTH),
        ),
    ),
    "Desk": (
        Operation(
            "GET /status",
            "getStatus",
            "Connections, mode and account",
            ok("It answers while TWS is away, too", "Status", readings.STATUS),
        ),
        Operation(
            "GET /stream",
            "openStream",
            "Everything live, as server-sent events",
            {
                200: Answer(
                    "Events until one side closes; a comment line every 10 seconds keeps it open",
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
            ),
            events=EVENTS,
        ),
        Operation(
            "GET /openapi.json",
            "getOpenapi",
            "This document, as OpenAPI 3.1",
            {200: Answer("The document", ())},
        ),
    ),
}
