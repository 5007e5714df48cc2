"""Operations about the account as a whole: the portfolio, and what protects each position.

It describes the views of `web/portfolio.py`, with schemas and examples.
"""

from __future__ import annotations

from typing import Any

from trading.portfolio import ALL, HORIZONS, MARGINS, PNL
from trading.protection import VERDICTS
from web.openapi import examples
from web.openapi import read_examples as readings
from web.openapi.answer_parts import (
    FLAG,
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
from web.openapi.parts import ACCOUNT, TWS, Answer, Operation, Parameter, ok
from web.openapi.requests import Schema

CLOSING: Schema = {
    **all_of(TEXT, "clientOrderId", "origin", "action"),
    "orderId": or_null(WHOLE),
    "kind": {"enum": ["stop", "target", "other"]},
    "how": said(
        {"enum": ["works", "maybe", "conditional", "waiting"]},
        "works: IB works it now; maybe: nobody is sure; conditional: it waits for a condition or "
        "a time; waiting: it does not protect yet",
    ),
    "why": said(TEXT, "Why it does not work, in a sentence"),
    "orderType": TEXT_OR_NULL,
    "quantity": said(NUMBER_OR_NULL, "What is left of it"),
    "price": said(NUMBER_OR_NULL, "Where a stop triggers; a target's price"),
    **all_of(TEXT_OR_NULL, "ocaGroup", "parent"),
}
PORTFOLIO_SCHEMAS: dict[str, Schema] = {
    "ProtectionReport": record(
        "",
        {"asOf": TIME, "stale": FLAG, "known": said(FLAG, "false: TWS has not listed its orders")}
        | {"positions": rows("Protection")}
        | {"orphans": said(or_null({"type": "array", "items": ref("Orphan")}), "null: not known")},
    ),
    "Protection": record(
        "One position. Orders of one OCA group or bracket cover the same shares once",
        {
            "account": TEXT,
            "contract": ref("ContractRow"),
            "position": NUMBER,
            "side": said({"enum": ["BUY", "SELL"]}, "What closes it"),
            "verdict": said({"enum": list(VERDICTS)}, "How far its stops reach"),
            "stop": or_null(ref("Cover")),
            "target": or_null(ref("Cover")),
            "over": said(NUMBER_OR_NULL, "So much more than is held all exits together close"),
            "orders": rows("ClosingOrder"),
        },
    ),
    "Cover": record(
        "covered, maybe and uncovered add up to the position",
        {
            "covered": said(NUMBER, "For certain"),
            "maybe": said(NUMBER, "By orders that nobody is sure of"),
            "uncovered": said(NUMBER, "For certain not"),
            "over": said(NUMBER, "More than is held: these would turn the position"),
            "conditional": said(NUMBER, "Waits for a condition; not counted as covered"),
            "price": said(NUMBER_OR_NULL, "The one that the market meets first"),
        },
    ),
    "ClosingOrder": record("An open order on the closing side", CLOSING),
    "Orphan": record(
        "A working order that was made to close more than is held. A position may follow its fill "
        "by a moment",
        CLOSING
        | {"account": TEXT, "contract": ref("ContractRow")}
        | {"held": NUMBER, "excess": said(NUMBER, "So much would be opened")},
    ),
    "Portfolio": record(
        "One account or several; null where IB has sent no value",
        {
            "accounts": {"type": "array", "items": TEXT},
            "untold": said({"type": "array", "items": TEXT}, "TWS has sent no values of these yet"),
            "stale": FLAG,
            "asOf": or_null(TIME),
            "account": said(TEXT, f"Or {ALL}"),
            "base": said(TEXT_OR_NULL, "The account's currency; null when several differ"),
            "summary": {"type": "object", "additionalProperties": ref("AccountNumber")},
            "pnl": record("In the base currency", all_of(NUMBER_OR_NULL, *PNL)),
            "currencies": rows("CurrencyRow"),
            "margins": record("", {name: ref("Margins") for name in HORIZONS}),
            "nextChange": said(or_null(TIME), "When the look-ahead margins begin to count"),
            "positions": rows("HeldRow"),
            "total": record(
                "All positions in the base currency",
                {"value": NUMBER_OR_NULL, "missing": {"type": "array", "items": TEXT}},
            ),
            "exposure": rows("Exposure"),
            "values": rows("ExplainedValue"),
            "protection": ref("PortfolioProtection"),
        },
    ),
    "PortfolioProtection": record(
        "As GET /protection",
        {"known": FLAG, "positions": rows("Protection")}
        | {"orphans": or_null({"type": "array", "items": ref("Orphan")})},
    ),
    "AccountNumber": record("", {"value": NUMBER, "currency": TEXT_OR_NULL}),
    "CurrencyRow": record(
        "What the account has in one currency",
        {"currency": TEXT, "rate": said(NUMBER_OR_NULL, "In the base currency")}
        | all_of(NUMBER_OR_NULL, "cash", "cashInBase", "stocks", "options")
        | all_of(NUMBER_OR_NULL, "unrealized", "realized", "netLiquidation"),
    ),
    "Margins": record("", all_of(NUMBER_OR_NULL, *MARGINS)),
    "HeldRow": record(
        "A position with its share of the account",
        {"account": TEXT, "contract": ref("ContractRow"), "position": NUMBER}
        | all_of(NUMBER_OR_NULL, "avgCost", "marketPrice", "marketValue", "valueInBase", "share")
        | all_of(NUMBER_OR_NULL, "dailyPnL", "unrealizedPNL", "realizedPNL"),
    ),
    "Exposure": record(
        "Market values of one symbol added up",
        {"symbol": TEXT, "value": NUMBER, "share": NUMBER_OR_NULL},
    ),
    "ExplainedValue": record(
        "IB's own row, and what its key means",
        all_of(TEXT, "tag", "value", "currency")
        | {"number": NUMBER_OR_NULL, "meaning": said(TEXT_OR_NULL, "null: IB does not say")},
    ),
}
_STOP: dict[str, Any] = {
    "clientOrderId": examples.NAME,
    "orderId": 7,
    "origin": "desk",
    "kind": "stop",
    "how": "works",
    "why": "",
    "action": "SELL",
    "orderType": "STP",
    "quantity": 100.0,
    "price": 140.5,
    "ocaGroup": None,
    "parent": None,
}
_NOTHING = dict.fromkeys(("covered", "maybe", "over", "conditional"), 0.0)
_PROTECTION: dict[str, Any] = {
    "account": examples.ACCOUNT,
    "contract": readings.POSITION["contract"],
    "position": 100.0,
    "side": "SELL",
    "verdict": "full",
    "stop": _NOTHING | {"covered": 100.0, "uncovered": 0.0, "price": 140.5},
    "target": _NOTHING | {"uncovered": 100.0, "price": None},
    "over": 0.0,
    "orders": [_STOP],
}
_REPORT: dict[str, Any] = {"known": True, "positions": [_PROTECTION], "orphans": []}
_AS_OF = {"asOf": "2026-11-20T14:31:02.118Z", "stale": False}
_MONEY = {"value": 1000000.0, "currency": "USD"}
PORTFOLIO: dict[str, Any] = {
    "accounts": [examples.ACCOUNT],
    "untold": [],
    **_AS_OF,
    "account": examples.ACCOUNT,
    "base": "USD",
    "summary": {"NetLiquidation": _MONEY},
    "pnl": {"dailyPnL": 22.0, "unrealizedPnL": 22.0, "realizedPnL": None},
    "currencies": [
        {
            "currency": "EUR",
            "rate": 1.08,
            "cash": 1000.0,
            "cashInBase": 1080.0,
            "stocks": 0.0,
            "options": 0.0,
            "unrealized": 0.0,
            "realized": None,
            "netLiquidation": 1000.0,
        }
    ],
    "margins": {name: dict.fromkeys(MARGINS, 11419.5) for name in HORIZONS},
    "nextChange": None,
    "positions": [readings.POSITION | {"valueInBase": 22839.0, "share": 0.022839}],
    "total": {"value": 22839.0, "missing": []},
    "exposure": [{"symbol": "AAPL", "value": 22839.0, "share": 0.022839}],
    "values": [
        {
            "tag": "Cushion",
            "value": "0.99",
            "currency": "",
            "number": 0.99,
            "meaning": "Excess liquidity as a share of net liquidation",
        }
    ],
    "protection": _REPORT,
}
WHICH = Parameter("account", f"The shown one when absent; {ALL}: together", ACCOUNT.schema)
PORTFOLIO_READS: tuple[Operation, ...] = (
    Operation(
        "GET /portfolio",
        "getPortfolio",
        "An account as a page shows it",
        ok("Values, margins, currencies and positions", "Portfolio", PORTFOLIO),
        errors=(404, 422, *TWS),
        parameters=(WHICH,),
    ),
    Operation(
        "GET /portfolio.csv",
        "getPortfolioCsv",
        "Its positions or values as a file",
        {200: Answer("RFC 4180, safe to open in a spreadsheet", (), media="text/csv")},
        errors=(404, 422, *TWS),
        parameters=(
            WHICH,
            Parameter("table", "positions when absent", {"enum": ["positions", "values"]}),
        ),
    ),
    Operation(
        "GET /protection",
        "getProtection",
        "How much of each position its stops protect",
        ok("Per position, and orphans", "ProtectionReport", _AS_OF | _REPORT),
        "An order whose state is unknown is neither protection nor its absence.",
        errors=(404, 422, *TWS),
        parameters=(ACCOUNT,),
    ),
)
