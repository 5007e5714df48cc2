"""JSON Schemas of what the API answers, and of the stream's events.

Written by hand beside the code that sends them; tests hold them to what is really sent. An answer
may get more fields later; none of these goes away without a line in the change log.
"""

from __future__ import annotations

from trading.contracts import Contract
from trading.ib_errors import FARM_NOTICES, KINDS
from trading.statuses import STATUS_EVIDENCE, OrderState
from web.openapi.requests import COMPONENTS, Schema

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}


def said(schema: Schema, about: str) -> Schema:
    return schema | {"description": about}


def ref(name: str) -> Schema:
    return {"$ref": COMPONENTS + name}


def or_null(schema: Schema) -> Schema:
    """IB's unset numbers, and what is not known yet, are null; never 0."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None]}
    return schema | {"type": [schema["type"], "null"]}


def rows(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}


def record(about: str, fields: Schema, optional: Schema | None = None) -> Schema:
    """An object that always has `fields` and sometimes `optional`."""
    properties = fields | (optional or {})
    schema = {"type": "object", "required": list(fields), "properties": properties}
    return said(schema, about) if about else schema


def all_of(schema: Schema, *names: str) -> Schema:
    return dict.fromkeys(names, schema)


NUMBER_OR_NULL, TEXT_OR_NULL = or_null(NUMBER), or_null(TEXT)
STALE = said(FLAG, "True when TWS is away and these are the last known rows")
SNAPSHOT = {"asOf": said(TIME, "When this was true"), "stale": STALE}
MODE = {"enum": ["paper", "live"]}
DATA_TYPE = {"enum": ["live", "frozen", "delayed", "delayed-frozen"]}
SENT = {"enum": ["no", "yes", "unknown"], "description": "Whether anything reached TWS"}
REPLAYED = said(FLAG, "True when an earlier request with this clientOrderId placed the order")
ORDER_STATUS = or_null({"enum": list(STATUS_EVIDENCE), "description": "IB's own word"})

# What is told of every order, also of one that the desk has lost sight of.
ORDER_CORE: Schema = {
    "clientOrderId": TEXT,
    "account": TEXT,
    "contract": ref("ContractRow"),
    "order": ref("OrderRow"),
    "state": {"enum": [state.value for state in OrderState], "description": "What is proven"},
    "status": ORDER_STATUS,
    "sent": SENT,
    "orderId": or_null(WHOLE),
    "messages": said(rows("Message"), "What IB said about the order; most are notices"),
}
ORDER_MORE: Schema = {
    "permId": said(or_null(WHOLE), "IB's own number of the order; it survives restarts"),
    "clientId": WHOLE,
    "origin": said(
        TEXT, "desk, tws, another program such as client 7, or elsewhere when TWS does not say"
    ),
    "filled": NUMBER,
    "remaining": NUMBER_OR_NULL,
    "avgFillPrice": NUMBER_OR_NULL,
    "commission": said(NUMBER_OR_NULL, "Sum of the commissions reported so far"),
    "commissionCurrency": TEXT_OR_NULL,
    "whyHeld": said(TEXT, "locate while IB looks for shares to sell short, else empty"),
    "warningText": TEXT,
    "cancelRefused": or_null(ref("Message")),
    "submittedAt": said(or_null(TIME), "null for an order that was found at TWS"),
    "updatedAt": TIME,
}
PROBLEM: Schema = {
    "type": TEXT,
    "title": TEXT,
    "status": said(WHOLE, "The HTTP status"),
    "detail": said(TEXT, "As error, or why"),
    "error": said(TEXT, "One sentence for a person"),
}
IB_WORDS: Schema = {
    "errorCode": {"type": ["integer", "string", "null"], "description": "IB's code"},
    "errorString": said(TEXT_OR_NULL, "IB's own text"),
}
STATUS: Schema = {
    "time": TIME,
    "version": TEXT,
    "mode": MODE,
    "account": said(TEXT_OR_NULL, "The one to show; null before the first connection"),
    "accounts": {"type": "array", "items": TEXT},
    "gateway": record("Where TWS is", {"host": TEXT, "port": WHOLE, "embedded": FLAG}),
    "syntheticPrices": said(FLAG, "True with the built-in paper gateway"),
    "connections": record("", all_of(ref("Connection"), "data", "orders")),
    "farms": rows("Farm"),
    "marketDataType": or_null(DATA_TYPE),
    "sleepWorkaround": record("", {"applies": FLAG, "seconds": {"type": "array", "items": NUMBER}}),
    "streams": record("", {"open": WHOLE, "cap": WHOLE}),
    "openOrders": WHOLE,
}
ACCOUNT_NUMBER = record("", {"value": NUMBER, "currency": TEXT_OR_NULL})
POSITION: Schema = {
    "account": TEXT,
    "contract": ref("ContractRow"),
    "position": NUMBER,
    "avgCost": said(NUMBER_OR_NULL, "Per unit, with commission and multiplier"),
    **all_of(NUMBER_OR_NULL, "marketPrice", "marketValue", "unrealizedPNL", "realizedPNL"),
}
PNL = {"account": TEXT} | all_of(NUMBER_OR_NULL, "dailyPnL", "unrealizedPnL", "realizedPnL")
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
EVENT_KINDS = "request, sent, openOrder, orderStatus, execDetails, commissionReport, error, …"

ORDER_SCHEMAS: dict[str, Schema] = {
    "Order": record("Where an order stands", ORDER_CORE | ORDER_MORE, {"replayed": REPLAYED}),
    "OrderUnderWay": record(
        "An order whose outcome is not proven yet",
        ORDER_CORE,
        ORDER_MORE | {"replayed": REPLAYED, "error": said(TEXT, "Why, and what to check")},
    ),
    "OrderRow": record(
        "The order's own fields, as TWS has them",
        {"action": TEXT, "totalQuantity": NUMBER, "orderType": TEXT}
        | all_of(NUMBER_OR_NULL, "lmtPrice", "auxPrice")
        | {"tif": TEXT, "outsideRth": FLAG, "account": TEXT},
        {"whatIf": FLAG},
    ),
    "ContractRow": record(
        "A contract as IB names it; what is unset is empty or null",
        all_of(TEXT, *Contract.model_json_schema()["properties"])
        | {"conId": WHOLE, "strike": NUMBER_OR_NULL},
    ),
    "Message": record("One message of IB", MESSAGE),
    "Preview": record(
        "TWS's what-if answer; nothing was placed",
        {"account": TEXT, "contract": ref("ContractRow"), "order": ref("OrderRow")}
        | all_of(NUMBER_OR_NULL, *MARGINS, "commission", "minCommission", "maxCommission")
        | {"commissionCurrency": TEXT_OR_NULL, "warningText": TEXT},
    ),
    "Orders": record("Newest first", {"asOf": TIME, "orders": rows("Order")}),
    "Cancels": record("One answer per open order", {"cancels": rows("Order")}),
    "Events": record("An order's timeline, oldest first", {"events": rows("Event")}),
    "Event": record(
        "One step; the raw fields of its kind stand beside these",
        {"seq": WHOLE, "time": or_null(TIME), "elapsedMs": NUMBER, "kind": said(TEXT, EVENT_KINDS)},
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
    "FieldError": record(
        "One wrong field", {"pointer": said(TEXT, "JSON pointer into the body"), "detail": TEXT}
    ),
    "OrderProblem": record(
        "An error together with its order, whose IB status is called orderStatus here",
        ORDER_CORE | ORDER_MORE | PROBLEM | {"orderStatus": ORDER_STATUS},
        IB_WORDS | {"replayed": REPLAYED},
    ),
}
READ_SCHEMAS: dict[str, Schema] = {
    "Status": record("", STATUS | {"user": record("Who asks", {"name": TEXT})}),
    "Connection": record(
        "One connection to TWS",
        {
            "name": {"enum": ["data", "orders"]},
            "clientId": WHOLE,
            "state": {"enum": ["connecting", "connected", "waiting", "stopped"]},
            "reason": said(TEXT_OR_NULL, "Why it is not connected"),
            "since": TIME,
            "serverVersion": or_null(WHOLE),
            "lastMessageAt": or_null(TIME),
            "reconnects": WHOLE,
            "brokerLink": {"enum": ["up", "down", "unknown"], "description": "Between TWS and IB"},
            "nextRetryAt": or_null(TIME),
        },
    ),
    "Farm": record(
        "One of IB's data farms",
        {
            "name": TEXT,
            "kind": {"enum": sorted({kind for kind, _ in FARM_NOTICES.values()})},
            "state": {"enum": sorted({state for _, state in FARM_NOTICES.values()})},
            "since": TIME,
        },
    ),
    "Accounts": record("", {"accounts": {"type": "array", "items": TEXT}}),
    "Account": record(
        "Account values, once as numbers by tag and once as IB sent them",
        SNAPSHOT
        | {
            "account": TEXT,
            "summary": {"type": "object", "additionalProperties": ACCOUNT_NUMBER},
            "values": rows("AccountValue"),
        },
    ),
    "AccountValue": record("IB's own row", all_of(TEXT, "tag", "value", "currency")),
    "Positions": record("", SNAPSHOT | {"positions": rows("Position")}),
    "Position": record("One row per account and contract", POSITION),
    "Pnl": record("", SNAPSHOT | {"pnl": rows("PnlRow")}),
    "PnlRow": record("Profit and loss of one account", PNL),
    "Executions": record("Oldest first", SNAPSHOT | {"executions": rows("Execution")}),
    "Execution": record(
        "One fill",
        {"execId": TEXT, "time": or_null(TIME), "account": TEXT, "contract": ref("ContractRow")}
        | {"side": {"enum": ["BOT", "SLD"]}, "shares": NUMBER, "price": NUMBER, "exchange": TEXT}
        | all_of(WHOLE, "orderId", "permId", "clientId")
        | {"orderRef": said(TEXT, "The clientOrderId"), "cumQty": NUMBER, "avgPrice": NUMBER}
        | {"commission": said(NUMBER_OR_NULL, "null until IB reports it")}
        | {"commissionCurrency": TEXT_OR_NULL, "realizedPNL": NUMBER_OR_NULL},
    ),
    "Quote": record(
        "A number that IB has not sent is null",
        {"contract": ref("ContractRow"), "symbol": TEXT, "time": TIME}
        | all_of(NUMBER_OR_NULL, "bid", "ask", "last", "bidSize", "askSize", "lastSize", "volume")
        | all_of(NUMBER_OR_NULL, "open", "high", "low", "close", "minTick")
        | {"marketDataType": DATA_TYPE},
    ),
    "FoundContracts": record("", SNAPSHOT | {"contracts": rows("FoundContract")}),
    "FoundContract": record(
        "",
        {"conId": WHOLE}
        | all_of(TEXT, "symbol", "secType", "primaryExchange", "currency", "description"),
    ),
    "Bars": record(
        "Oldest first; the last bar is not finished",
        {"contract": ref("ContractRow"), "barSize": TEXT, "duration": TEXT}
        | SNAPSHOT
        | {"bars": rows("Bar")},
    ),
    "Bar": record(
        "",
        {"time": said(WHOLE, "Seconds since 1970, UTC")}
        | all_of(NUMBER_OR_NULL, "open", "high", "low", "close", "volume"),
    ),
}
EVENT_SCHEMAS: dict[str, Schema] = {
    "Hello": record(
        "",
        {"time": TIME, "mode": MODE, "account": TEXT_OR_NULL}
        | {"reset": said(FLAG, "True: what was missed is gone, fetch everything again")},
    ),
    "StatusEvent": record("", STATUS),
    "PositionEvent": record("", {"asOf": TIME} | POSITION),
    "PnlEvent": record("", {"asOf": TIME} | PNL),
    "MessageEvent": record(
        "",
        MESSAGE | {"connection": {"enum": ["data", "orders"]}, "clientOrderId": TEXT_OR_NULL},
    ),
    "Bye": record("", {}),
}
ANSWERS = ORDER_SCHEMAS | READ_SCHEMAS | EVENT_SCHEMAS
