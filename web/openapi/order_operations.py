"""The table's operations about orders: place, list, change, cancel, and an order's history.

It describes views of `web/orders.py`, `web/exits.py` and `web/recorder.py`.
"""

from __future__ import annotations

from web.openapi import examples
from web.openapi import exit_examples as exits
from web.openapi import recorder_examples as recorder
from web.openapi import request_examples as requests
from web.openapi.history_operations import HISTORY
from web.openapi.parts import NAMED, Answer, Operation, Parameter, ok, problem
from web.openapi.requests import REFUSALS

PLACED = ("Location", "Idempotent-Replayed")
KEY = Parameter("Idempotency-Key", "The clientOrderId as a header", NAMED.schema, "header")
# Answers that closing a position has as well.
UNPROVEN = Answer(
    "The outcome is not proven. Look at Location, and do not send it again under another name",
    ("OrderUnderWay",),
    {"intent": examples.INTENT, "sending": examples.SENDING, "unknown": examples.UNKNOWN},
    PLACED,
)
FORBIDDEN = Answer(
    "Nothing was sent: a limit (errorCode risk_ and its name), a freeze (trading_halted), "
    "read_only, restart_window, another account, or the scope is too small",
    examples=exits.FORBIDDEN,
)
TWIN = Answer(
    "Nothing was sent: a page sent the same order a moment ago under another key",
    examples={"answer": exits.TWIN},
)
NOT_SENT = Answer(
    "Nothing was sent: TWS cannot be reached or has lost IB, or the journal cannot be written",
    ("Problem", "OrderProblem"),
    {"notConnected": examples.NOT_CONNECTED, "journal": exits.JOURNAL_DOWN},
    ("Retry-After",),
)
CANCELS_UNCONFIRMED = problem(
    504,
    "IB has not confirmed in time",
    "The cancel is not confirmed yet. Check TWS: the order may still fill.",
    sent="unknown",
)

ORDERS: tuple[Operation, ...] = (
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
            202: UNPROVEN,
            403: FORBIDDEN,
            409: TWIN,
            422: Answer(
                "A field is wrong, IB rejected the order, or another order has that clientOrderId",
                ("Problem", "OrderProblem"),
                {"field": examples.WRONG_FIELDS, "rejected": examples.REJECTED},
            ),
            503: NOT_SENT,
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
        parameters=(KEY,),
        body="OrderRequest",
        bodies=requests.REQUESTS,
    ),
    Operation(
        "GET /orders",
        "listOrders",
        "Orders, newest first",
        ok(
            "Every open order and the newest finished ones; with before, older orders",
            "Orders",
            {"asOf": examples.SENT_AT, "orders": [examples.LIVE]},
        ),
        "To page on, name the last finished order of the first page as before, then the last order "
        "of each page.",
        errors=(404, 422, 503),
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
            Parameter(
                "limit",
                "How many at most, open ones not counted on the first page; 1000 when absent",
                {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 1000,
                    REFUSALS: ["limit must be a number", "limit must be from 1 to 1000"],
                },
                example=100,
            ),
            Parameter(
                "before", "A clientOrderId: orders that are older than that one", NAMED.schema
            ),
        ),
    ),
    Operation(
        "DELETE /orders",
        "cancelAllOrders",
        "Cancel every open order of this desk",
        ok("Where each order stands", "Cancels", {"cancels": [examples.CANCELLED]})
        | {504: CANCELS_UNCONFIRMED},
        errors=(503,),
        scope="trade",
    ),
    Operation(
        "GET /orders/{clientOrderId}",
        "getOrder",
        "One order",
        {
            200: Answer(
                "Where it stands",
                ("Order",),
                {
                    "filled": examples.FILLED,
                    "notPlaced": examples.NOT_PLACED,
                    "duplicated": examples.DUPLICATED,
                },
            )
        },
        errors=(404, 503),
        parameters=(NAMED,),
    ),
    Operation(
        "PATCH /orders/{clientOrderId}",
        "changeOrder",
        "Change the terms of a live order",
        {
            200: Answer("IB shows the new terms", ("Order",), {"changed": exits.CHANGED}),
            202: Answer(
                "Asked for; the old terms may still hold",
                ("OrderUnderWay",),
                {"pending": exits.CHANGE_PENDING},
            ),
            403: FORBIDDEN,
            422: Answer(
                "IB or the desk refuses the change; the old terms hold",
                ("Problem", "OrderProblem"),
                {"refused": exits.CHANGE_REFUSED},
            ),
            503: NOT_SENT,
        },
        "Side, type and account cannot change. A change that adds risk must pass the limits.",
        errors=(404, 413, 415),
        scope="trade",
        parameters=(NAMED,),
        body="OrderChange",
        bodies=requests.CHANGES,
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
        "POST /orders/{clientOrderId}/dismiss",
        "dismissOrder",
        "Say that an unknown order is not in TWS",
        {
            200: Answer("Where it stands now", ("Order",), {"dismissed": examples.DISMISSED}),
            403: FORBIDDEN,
            422: Answer(
                "The order is not unknown, or TWS could not be asked for all of its orders",
                examples={"unconfirmed": exits.NOT_LOOKED},
            ),
        },
        "For somebody who has looked into TWS. TWS is asked once more: an order that it lists is "
        "not dismissed. Nothing is sent, and an order that TWS shows later lives again.",
        errors=(404, 413, 415, 503, 504),
        scope="trade",
        parameters=(NAMED,),
        body="Dismissal",
        bodies=requests.DISMISSAL,
    ),
    Operation(
        "GET /orders/{clientOrderId}/events",
        "getOrderEvents",
        "The order's timeline",
        ok("Every message of IB about it, with its time", "Events", examples.EVENTS),
        errors=(404, 503),
        parameters=(NAMED,),
    ),
    Operation(
        "GET /orders/{clientOrderId}/why",
        "explainOrder",
        "Why the order is PendingSubmit, or whatever it is",
        {
            200: Answer(
                "One answer with its next step, the checks behind it, and how far the proof goes",
                ("Diagnosis",),
                {"pending": recorder.PENDING, "filled": recorder.FILLED},
            )
        },
        "A check that cannot be judged has ok null and says so; nothing is guessed.",
        errors=(404, 503),
        parameters=(NAMED,),
    ),
    *HISTORY,
)
