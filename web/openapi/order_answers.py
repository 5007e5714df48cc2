"""JSON Schemas of what the API answers about orders: where they stand, and what went wrong.

Written by hand beside the code that sends them; tests hold them to what is really sent.
"""

from __future__ import annotations

from typing import get_args

from trading.contracts import Contract
from trading.ib_errors import KINDS
from trading.modifications import State
from trading.record_forms import EVIDENCE_STEPS
from trading.statuses import STATUS_EVIDENCE, OrderState
from web.openapi.answer_parts import (
    ANY_OBJECT,
    FLAG,
    IB_WORDS,
    NUMBER,
    NUMBER_OR_NULL,
    PROBLEM,
    SENT,
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

CONTRACT_FIELDS = Contract.model_json_schema()["properties"]
NAMES: Schema = {"type": "array", "items": TEXT}
REPLAYED = {
    "replayed": said(FLAG, "True when an earlier request with this clientOrderId placed the order")
}
STATES = (
    "What is proven. intent: saved, it waits for IB's pace and nothing has left; unknown: it may "
    "be at IB or not; not_sent: nothing left; not_placed: IB was asked twice and has no such "
    "order; expired: its day is over and IB lists it no more, whatever of it has filled; "
    "dismissed: somebody has looked into TWS and it is not there, nor does TWS list it; "
    "duplicated: IB has it more than once, and a cancel means all of them"
)
WHY_HELD = (
    "Why IB holds it: locate (it looks for shares to sell short), child (it waits for its parent), "
    "trigger (its price or condition is not reached), or several of them with commas; else empty"
)
EVENT_KINDS = (
    *("request", "sending", "sent", "openOrder", "orderStatus", "execDetails", "commissionReport"),
    *("error", "silence", "absent", "notPlaced", "notSent", "cancelOrder", "cancelNotConfirmed"),
    *("modify", "modifyAnswered", "modifyNotConfirmed", "modifyNotSent", "duplicate"),
    *("expired", "dismissed"),
)
ORDER_STATUS = or_null({"enum": list(STATUS_EVIDENCE), "description": "IB's own word"})

# What is told of every order, also of one that the desk has lost sight of.
ORDER_CORE: Schema = {
    "clientOrderId": TEXT,
    "account": TEXT,
    "contract": ref("ContractRow"),
    "order": ref("OrderRow"),
    "state": {
        "enum": [*(state.value for state in OrderState), "duplicated"],
        "description": STATES,
    },
    "status": ORDER_STATUS,
    "sent": SENT,
    "orderId": or_null(WHOLE),
    "messages": said(rows("Message"), "What IB said about the order; most are notices"),
}
ORDER_MORE: Schema = {
    "permId": said(or_null(WHOLE), "IB's own number of the order; it survives restarts"),
    "clientId": said(or_null(WHOLE), "null: TWS has not said which client's order it is"),
    "origin": said(
        TEXT, "desk, tws, another program such as client 7, or elsewhere when TWS does not say"
    ),
    "filled": NUMBER,
    "remaining": NUMBER_OR_NULL,
    "avgFillPrice": NUMBER_OR_NULL,
    "commission": said(NUMBER_OR_NULL, "Sum of the commissions reported so far"),
    "commissionCurrency": TEXT_OR_NULL,
    "whyHeld": said(TEXT, WHY_HELD),
    "warningText": TEXT,
    "cancelRefused": or_null(ref("Message")),
    "submittedAt": said(or_null(TIME), "null for an order that was found at TWS"),
    "updatedAt": TIME,
    "seq": said(WHOLE, "Of its last event: of two pictures of an order the higher one is newer"),
    "adopted": said(FLAG, "True for an order that was found at TWS, not placed here"),
    "source": said(TEXT, "Who asked, such as admin via browser; empty when nobody here did"),
    "parent": said(TEXT_OR_NULL, "Of a bracket's leg: the clientOrderId of its order"),
    "legs": said(NAMES, "The clientOrderIds of a bracket's legs"),
    "modification": said(or_null(ref("Modification")), "The last change that was asked for"),
    "differences": said(rows("Difference"), "What TWS made of the request"),
    "duplicates": said(NAMES, "Other orders at IB of the same name"),
    "evidence": {"enum": list(EVIDENCE_STEPS), "description": "How far the proof goes"},
}
# The order's own fields that are shown when they are set, in the words of a request.
NUMBERS_IF_SET = (
    *("cashQty", "trailingPercent", "trailStopPrice", "lmtPriceOffset"),
    *("midOffsetAtWhole", "midOffsetAtHalf", "minQty", "displaySize", "ocaType"),
)
TEXTS_IF_SET = ("goodTillDate", "goodAfterTime", "ocaGroup", "algoStrategy")
FLAGS_IF_SET = ("whatIf", "allOrNone", "conditionsIgnoreRth", "conditionsCancelOrder")
MESSAGE: Schema = {
    "time": TIME,
    "code": WHOLE,
    "kind": {"enum": list(KINDS)},
    "text": said(TEXT, "IB's own text"),
    "meaning": said(TEXT, "In plain words; empty for a code that nobody has explained"),
    "next": said(TEXT, "What to do"),
}
MARGINS = [
    f"{value}{when}"
    for value in ("initMargin", "maintMargin", "equityWithLoan")
    for when in ("Before", "Change", "After")
]

ORDER_SCHEMAS: dict[str, Schema] = {
    "Order": record("Where an order stands", ORDER_CORE | ORDER_MORE, REPLAYED),
    "OrderUnderWay": record(
        "An order whose outcome is not proven yet",
        ORDER_CORE,
        ORDER_MORE | REPLAYED | {"error": said(TEXT, "Why, and what to check")},
    ),
    "OrderRow": record(
        "The order's own fields, as TWS has them",
        {"action": TEXT, "orderType": TEXT}
        | {"totalQuantity": said(NUMBER_OR_NULL, "null for an order of an amount of cash")}
        | all_of(NUMBER_OR_NULL, "lmtPrice", "auxPrice")
        | {"tif": TEXT, "outsideRth": FLAG, "account": TEXT},
        all_of(FLAG, *FLAGS_IF_SET)
        | all_of(NUMBER, *NUMBERS_IF_SET)
        | all_of(TEXT, *TEXTS_IF_SET)
        | {"algoParams": said(ANY_OBJECT, "The algorithm's parameters by IB's tags")}
        | {"conditions": {"type": "array", "items": ANY_OBJECT}},
    ),
    "ContractRow": record(
        "A contract as IB names it; what is unset is empty or null",
        all_of(TEXT, *(name for name in CONTRACT_FIELDS if name != "comboLegs"))
        | {"conId": WHOLE, "strike": NUMBER_OR_NULL},
        {"comboLegs": said(rows("ComboLeg"), "Of a combo")},
    ),
    "Difference": record(
        "A field that TWS has otherwise than it was asked", {"field": TEXT, "asked": {}, "told": {}}
    ),
    "Modification": record(
        "A change of a live order; until it is done the old terms hold",
        {
            "state": {"enum": list(get_args(State)), "description": "What IB said to it"},
            "asked": said(ANY_OBJECT, "The fields to change, as they were asked"),
            "message": said(or_null(ref("Message")), "Why it was refused"),
            "reason": said(TEXT, "Why nothing was heard; else empty"),
        },
    ),
    "Message": record("One message of IB", MESSAGE),
    "Preview": record(
        "TWS's what-if answer; nothing was placed",
        {"account": TEXT, "contract": ref("ContractRow"), "order": ref("OrderRow")}
        | all_of(NUMBER_OR_NULL, *MARGINS, "commission", "minCommission", "maxCommission")
        | {"commissionCurrency": TEXT_OR_NULL, "warningText": TEXT},
    ),
    "Orders": record("Newest first", {"asOf": TIME, "orders": rows("Order")}),
    "OrderHistory": record(
        "Newest first",
        {"asOf": TIME, "orders": rows("Order")}
        | {"next": said(TEXT_OR_NULL, "The before of the page that follows; null at the end")},
    ),
    "Cancels": record("One answer per open order", {"cancels": rows("Order")}),
    "Events": record("An order's timeline, oldest first", {"events": rows("Event")}),
    "Event": record(
        "One step; the raw fields of its kind stand beside these",
        {
            "seq": WHOLE,
            "time": or_null(TIME),
            "elapsedMs": NUMBER,
            "kind": said(TEXT, ", ".join(EVENT_KINDS)),
        },
    ),
    "Problem": record(
        "Every error (RFC 9457)",
        PROBLEM,
        {
            "sent": SENT,
            "clientOrderId": TEXT,
            "orderId": or_null(WHOLE),
            "errors": said(rows("FieldError"), "Each wrong field; the first one is the sentence"),
            **IB_WORDS,
        },
    ),
    "Freeze": record("", {"frozen": said(FLAG, "True while new risk is refused")}),
    "Kill": record(
        "Frozen, and where each order stands", {"frozen": {"const": True}, "cancels": rows("Order")}
    ),
    "Flattened": record(
        "Where each cancelled order and each closing order stands",
        {"cancels": rows("Order")}
        | {
            "closes": {
                "type": "array",
                "items": {"anyOf": [ref("OrderUnderWay"), ref("NotClosed")]},
            }
        },
    ),
    "NotClosed": record(
        "A position whose closing order could not be placed",
        {"contract": ANY_OBJECT, "error": said(TEXT, "Why, in one sentence"), "sent": SENT},
    ),
    "FieldError": record(
        "One wrong field", {"pointer": said(TEXT, "JSON pointer into the body"), "detail": TEXT}
    ),
    "OrderProblem": record(
        "An error together with its order, whose IB status is called orderStatus here",
        ORDER_CORE | ORDER_MORE | PROBLEM | {"orderStatus": ORDER_STATUS},
        IB_WORDS | REPLAYED,
    ),
}
