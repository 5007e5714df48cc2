"""JSON Schemas of what the API answers, and of the stream's events.

Written by hand beside the code that sends them; tests hold them to what is really sent. An answer
may get more fields later; none of these goes away without a line in the change log.
"""

from __future__ import annotations

from trading.ib_errors import FARM_NOTICES
from web.openapi.answer_parts import (
    FLAG,
    MODE,
    NUMBER,
    NUMBER_OR_NULL,
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
from web.openapi.chain_answers import CHAIN_SCHEMAS
from web.openapi.market_answers import MARKET_SCHEMAS
from web.openapi.order_answers import MESSAGE, ORDER_SCHEMAS
from web.openapi.people_answers import PEOPLE_SCHEMAS
from web.openapi.portfolio_parts import PORTFOLIO_SCHEMAS
from web.openapi.recorder_answers import DESK_STATUS, RECORDER_SCHEMAS
from web.openapi.requests import Schema
from web.openapi.strategy_parts import STRATEGY_SCHEMAS

STALE = said(FLAG, "True when TWS is away and these are the last known rows")
SNAPSHOT = {"asOf": said(TIME, "When this was true"), "stale": STALE}
# What only the engine knows is null in relay mode while the user's agent is away.
STATUS: Schema = {
    "time": TIME,
    "version": TEXT,
    "mode": or_null(MODE),
    "account": said(TEXT_OR_NULL, "The one to show; null before the first connection"),
    "accounts": or_null({"type": "array", "items": TEXT}),
    "gateway": or_null(record("Where TWS is", {"host": TEXT, "port": WHOLE, "embedded": FLAG})),
    "syntheticPrices": said(or_null(FLAG), "True with the built-in paper gateway"),
    "connections": record("", all_of(ref("Connection"), "data", "orders")),
    "farms": or_null(rows("Farm")),
    "marketData": said(or_null(ref("MarketData")), "null while nobody knows"),
    "sleepWorkaround": or_null(
        record("", {"applies": FLAG, "seconds": {"type": "array", "items": NUMBER}})
    ),
    "streams": said(
        record("", {"open": WHOLE, "cap": WHOLE}),
        "How many live streams are open of how many; in relay mode the user's own",
    ),
    "openOrders": or_null(WHOLE),
    "agent": said(or_null(ref("Agent")), "Relay mode: the user's agent; null in local mode"),
    **DESK_STATUS,
}
ACCOUNT_NUMBER = record("", {"value": NUMBER, "currency": TEXT_OR_NULL})
POSITION: Schema = {
    "account": TEXT,
    "contract": ref("ContractRow"),
    "position": NUMBER,
    "avgCost": said(NUMBER_OR_NULL, "Per unit, with commission and multiplier"),
    **all_of(NUMBER_OR_NULL, "marketPrice", "marketValue", "unrealizedPNL", "realizedPNL"),
    "dailyPnL": said(NUMBER_OR_NULL, "Of the trading day; null for more than 100 positions"),
}
PNL = {"account": TEXT} | all_of(NUMBER_OR_NULL, "dailyPnL", "unrealizedPnL", "realizedPnL")
READ_SCHEMAS: dict[str, Schema] = {
    "Status": record("", STATUS | {"user": record("Who asks", {"name": TEXT})}),
    "Connection": record(
        "One connection to TWS",
        {
            "name": {"enum": ["data", "orders"]},
            "clientId": or_null(WHOLE),
            "state": {"enum": ["connecting", "connected", "waiting", "stopped"]},
            "reason": said(TEXT_OR_NULL, "Why it is not connected"),
            "since": TIME,
            "serverVersion": or_null(WHOLE),
            "lastMessageAt": or_null(TIME),
            "reconnects": or_null(WHOLE),
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
    "QuoteSource": record(
        "Relay mode: whose agent gave the quote. Orders are never checked against a shared one",
        {"own": FLAG, "feed": said(TEXT, "How a shared feed is called")},
    ),
    "Agent": record(
        "The agent beside a user's TWS",
        {
            "connected": FLAG,
            "since": TIME,
            "label": TEXT,
            "version": TEXT,
            "mode": or_null(MODE),
            "latencyMs": NUMBER_OR_NULL,
            "reason": said(TEXT_OR_NULL, "Why it is not connected"),
        },
    ),
    "Bars": record(
        "Oldest first; the last bar is not finished",
        {"contract": ref("ContractRow")}
        | all_of(TEXT, "barSize", "duration", "rth", "what")
        | SNAPSHOT
        | {
            "conId": WHOLE,
            "live": said(FLAG, "Whether changes come on the stream now"),
            "note": said(TEXT_OR_NULL, "IB's words when it has no such bars"),
            "budget": ref("HistoryBudget"),
            "sessions": rows("TradingSession"),
            "bars": rows("Bar"),
        },
        {"timeZone": said(TEXT_OR_NULL, "The exchange's, such as US/Eastern")},
    ),
    "HistoryBudget": record(
        "Requests for history: `used` of the `cap` that IB allows within so many seconds",
        all_of(WHOLE, "used", "cap", "seconds"),
    ),
    "TradingSessions": record(
        "", {"asOf": TIME, "conId": WHOLE, "sessions": rows("TradingSession")}
    ),
    "TradingSession": record(
        "`projected`: a day before the ones that IB tells, taken to be like the same weekday",
        {
            "start": TIME,
            "end": TIME,
            "kind": {"enum": ["regular", "extended"]},
            "projected": FLAG,
        },
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
        {"time": TIME, "mode": or_null(MODE), "account": TEXT_OR_NULL}
        | {"reset": said(FLAG, "True: what was missed is gone, fetch everything again")},
    ),
    "StatusEvent": record("", STATUS),
    "PositionEvent": record("", {"asOf": TIME} | POSITION),
    "PnlEvent": record("", {"asOf": TIME} | PNL),
    "MessageEvent": record(
        "",
        MESSAGE
        | {"code": said(or_null(WHOLE), "null: the desk's own word about what TWS did")}
        | {"connection": {"enum": ["data", "orders"]}, "clientOrderId": TEXT_OR_NULL},
    ),
    "Messages": record("Oldest first", SNAPSHOT | {"messages": rows("MessageEvent")}),
    "BarEvent": record(
        "`bar` is null when `trouble` says why no more will come",
        {"contract": ref("ContractRow")}
        | all_of(TEXT, "barSize", "what", "rth")
        | {"bar": or_null(ref("Bar")), "trouble": or_null(ref("BarTrouble"))},
    ),
    "BarTrouble": record("", {"code": WHOLE, "text": TEXT, "meaning": TEXT, "next": TEXT}),
    "Bye": record("", {}),
}
ANSWERS = (
    ORDER_SCHEMAS
    | READ_SCHEMAS
    | CHAIN_SCHEMAS
    | STRATEGY_SCHEMAS
    | MARKET_SCHEMAS
    | RECORDER_SCHEMAS
    | PORTFOLIO_SCHEMAS
    | PEOPLE_SCHEMAS
    | EVENT_SCHEMAS
)
