"""The account: a page, JSON, and CSV for a spreadsheet; and what protects each position.

Everything is put together here from the user's own reader and order desk, in relay mode as well:
the agent needs no operation for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, render_template

from trading.account_words import words
from trading.portfolio import ALL, portfolio_of, real_accounts
from trading.protection import Report, protection_of
from trading.refusals import NoAnswer, NotFound
from trading.snapshots import AccountSummary, Rows, iso
from web import queries
from web.answers import json_response
from web.csv_answers import csv_response, field
from web.desk import current_desk, utc_now, wait_for_read
from web.page_values import page_values

routes = Blueprint("portfolio", __name__)

TABLES = ("positions", "values")
POSITION_COLUMNS = {
    "account": field("account"),
    "symbol": field("contract", "symbol"),
    "secType": field("contract", "secType"),
    "localSymbol": field("contract", "localSymbol"),
    "conId": field("contract", "conId"),
    "currency": field("contract", "currency"),
    "position": field("position"),
    "avgCost": field("avgCost"),
    "marketPrice": field("marketPrice"),
    "marketValue": field("marketValue"),
    "valueInBase": field("valueInBase"),
    "base": field("base"),
    "shareOfNetLiquidation": field("share"),
    "dailyPnL": field("dailyPnL"),
    "unrealizedPNL": field("unrealizedPNL"),
    "realizedPNL": field("realizedPNL"),
    "protection": field("protection", "verdict"),
    "stopCovered": field("protection", "stop", "covered"),
    "stopMaybe": field("protection", "stop", "maybe"),
    "stopPrice": field("protection", "stop", "price"),
}
VALUE_COLUMNS = {name: field(name) for name in ("tag", "currency", "value", "meaning")}


@routes.get("/account")
def page() -> str:
    """Several accounts as tabs, `?account=`; the numbers arrive over the API."""
    return render_template("portfolio.html", **page_values(), formulas=words().formulas)


@routes.get("/api/v1/protection")
def protection() -> Response:
    """How much of each position working stops protect, and closing orders without a position."""
    account = queries.text("account")
    rows = _positions(account)
    asked = {"asOf": iso(rows.as_of), "stale": rows.stale}
    return json_response(asked | _protection(rows, account).to_payload())


@routes.get("/api/v1/portfolio")
def portfolio() -> Response:
    return json_response(_portfolio())


@routes.get("/api/v1/portfolio.csv")
def as_csv() -> Response:
    """Its positions, or with `table=values` the account's values as IB wrote them."""
    table, found = queries.one_of("table", TABLES, "positions"), _portfolio()
    name = f"{found['account']}-{table}{'-incomplete' * bool(found['stale'])}"
    if table == "values":
        return csv_response(name, VALUE_COLUMNS, found["values"])
    guards = {_key(row): row for row in found["protection"]["positions"]}
    rows = [
        row | {"base": found["base"], "protection": guards.get(_key(row))}
        for row in found["positions"]
    ]
    return csv_response(name, POSITION_COLUMNS, rows)


def _portfolio() -> dict[str, Any]:
    """The shown account's, unless another one is named; ALL of them together."""
    reader = current_desk().reader
    known: tuple[str, ...] = wait_for_read(reader.accounts())
    names = real_accounts(known)
    name = queries.text("account") or current_desk().account or next(iter(names), "")
    meant = names if name == ALL else [name]
    account = None if name == ALL else name
    rows = _positions(account)
    summaries = [_summary(one, rows) for one in meant]
    try:
        pnl: Sequence[Mapping[str, Any]] = wait_for_read(reader.pnl()).rows
    except NoAnswer:  # TWS has told none yet
        pnl = ()
    return {
        "accounts": [*names, ALL] if len(names) > 1 else names,
        "untold": [one.account for one in summaries if not one.values],
        "stale": rows.stale or any(one.stale for one in summaries),
        **portfolio_of(name, summaries, rows.rows, pnl),
        "protection": _protection(rows, account).to_payload(),
    }


def _summary(account: str, rows: Rows) -> AccountSummary:
    """The account's values; none while TWS has not sent them."""
    try:
        return wait_for_read(current_desk().reader.account(account))
    except NotFound:
        return AccountSummary(rows.as_of, account, ())


def _positions(account: str | None) -> Rows:
    return wait_for_read(current_desk().reader.positions(account))


def _protection(rows: Rows, account: str | None) -> Report:
    """Orders are known when TWS has listed them and the connection that hears of them is up."""
    desk = current_desk().order_desk
    if not desk.has_read_orders() or not desk.status().is_connected:
        return protection_of(rows.rows, None, utc_now())
    shown = [order.payload for order in desk.orders()]
    orders = [order for order in shown if account is None or order["account"] in ("", account)]
    return protection_of(rows.rows, orders, utc_now())


def _key(row: Mapping[str, Any]) -> tuple[Any, Any]:
    return row["account"], row["contract"]["conId"]
