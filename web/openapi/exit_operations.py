"""The table's operations that get out of risk: close positions, freeze, kill.

It describes views of `web/exits.py`; changes and cancels of one order stand with the orders.
"""

from __future__ import annotations

from web.openapi import examples
from web.openapi import exit_examples as exits
from web.openapi import request_examples as requests
from web.openapi.order_operations import (
    CANCELS_UNCONFIRMED,
    FORBIDDEN,
    KEY,
    NOT_SENT,
    PLACED,
    UNPROVEN,
)
from web.openapi.parts import TWS, Answer, Operation, ok, problem
from web.policies import FOR_ADMINS, FOR_APPROVERS

APPROVERS = problem(
    403,
    "Not allowed: the freeze concerns everybody on the desk, so it needs the scope approve",
    FOR_APPROVERS,
    sent="no",
)
ADMINS = problem(
    403,
    "Not allowed: it concerns everybody on the desk, so it needs the scope admin",
    FOR_ADMINS,
    sent="no",
)
JOURNAL_DOWN = Answer(
    "The journal cannot be written: a freeze holds until the desk ends, the end of one does not "
    "begin; or the order connection has ended",
    examples={"journal": exits.SWITCH_NOT_SAVED, "notConnected": examples.NOT_CONNECTED},
    headers=("Retry-After",),
)

EXITS: tuple[Operation, ...] = (
    Operation(
        "POST /positions/close",
        "closePosition",
        "Close a position, or a part of it, at the market",
        {
            200: Answer(
                "The order that this key placed before",
                ("Order",),
                {"replay": exits.CLOSED | {"replayed": True}},
                PLACED,
            ),
            201: Answer(
                "IB has the closing order: it is live or final",
                ("Order",),
                {"filled": exits.CLOSED},
                PLACED,
            ),
            202: UNPROVEN,
            403: FORBIDDEN,
            409: Answer(
                "Nothing was sent: what is held is not what `held` says, or a page sent the same "
                "order a moment ago under another key",
                examples={"changed": exits.POSITION_CHANGED, "twin": exits.TWIN},
            ),
            422: Answer(
                "A field is wrong, IB rejected the order, or the key was used for another order",
                ("Problem", "OrderProblem"),
                {"field": exits.WRONG_PERCENT, "rejected": examples.REJECTED},
            ),
            503: NOT_SENT,
        },
        "All of it: this desk's resting orders that would have closed it are cancelled first. "
        "Limits and a freeze do not hold up an order that only reduces a position.",
        errors=(404, 413, 415, *TWS),
        scope="trade",
        parameters=(KEY,),
        body="PositionClose",
        bodies=requests.CLOSES,
    ),
    Operation(
        "POST /positions/flatten",
        "flatten",
        "Cancel every open order of this desk, then close every position at the market",
        ok("One answer per order that was open and per position", "Flattened", exits.FLATTENED),
        "Each closing order is sent without waiting: look at the orders for their outcome. A "
        "position that could not be closed has an error instead of a state. cancels is also empty "
        "when they are not confirmed in time: then positions are closed all the same.",
        errors=(404, 413, 415, 422, *TWS),
        scope="trade",
        body="Flatten",
        bodies=requests.FLATTEN,
    ),
    Operation(
        "GET /freeze",
        "getFreeze",
        "Whether new risk is frozen",
        ok("It answers while TWS is away, too", "Freeze", {"frozen": False}),
    ),
    Operation(
        "POST /freeze",
        "freeze",
        "No new risk from now on",
        ok("Frozen, also after a restart", "Freeze", {"frozen": True})
        | {403: APPROVERS, 503: JOURNAL_DOWN},
        "Cancels pass, and so do orders that only reduce a position. It takes no body.",
        errors=(504,),
        scope="approve",
    ),
    Operation(
        "DELETE /freeze",
        "unfreeze",
        "New risk may be taken again",
        ok("Not frozen any more", "Freeze", {"frozen": False})
        | {403: APPROVERS, 503: JOURNAL_DOWN},
        errors=(504,),
        scope="approve",
    ),
    Operation(
        "POST /kill",
        "kill",
        "Freeze, then cancel every open order of this desk",
        ok("Frozen, and where each order stands", "Kill", exits.KILLED)
        | {403: ADMINS, 503: JOURNAL_DOWN, 504: CANCELS_UNCONFIRMED},
        "Orders of other programs and positions stay as they are; orders are cancelled also when "
        "the freeze cannot be saved. It takes no body.",
        scope="admin",
    ),
)
