"""Fills: what TWS tells now, and what the journal knows of every order; as a list and as CSV."""

from __future__ import annotations

from flask import Blueprint, Response

from trading.refusals import NoAnswer, NotConnected
from trading.snapshots import Rows
from web.answers import json_response
from web.csv_answers import csv_response, field
from web.desk import current_desk, utc_now, wait_for_read
from web.history_filters import wanted

routes = Blueprint("executions", __name__, url_prefix="/api/v1")

COLUMNS = {
    "time": field("time"),
    "execId": field("execId"),
    "account": field("account"),
    "side": field("side"),
    "shares": field("shares"),
    "symbol": field("contract", "symbol"),
    "secType": field("contract", "secType"),
    "localSymbol": field("contract", "localSymbol"),
    "currency": field("contract", "currency"),
    "price": field("price"),
    "exchange": field("exchange"),
    "commission": field("commission"),
    "commissionCurrency": field("commissionCurrency"),
    "realizedPNL": field("realizedPNL"),
    "orderId": field("orderId"),
    "permId": field("permId"),
    "clientOrderId": field("orderRef"),
}


@routes.get("/executions")
def executions() -> Response:
    """Executions that TWS tells the read connection, and those of every order known here.

    TWS tells a connection of its own executions only, unless it is the master client. While TWS is
    away the known ones are shown as stale; an empty list would say that there were none. Without
    `from`: at least today's.
    """
    return json_response(_found().to_payload("executions"))


@routes.get("/executions.csv")
def as_csv() -> Response:
    """The same as a file, whose name says when it may lack some."""
    found = _found()
    return csv_response(f"executions{'-incomplete' * found.stale}", COLUMNS, found.rows)


def _found() -> Rows:
    desk, filters = current_desk(), wanted()
    own = desk.order_desk.executions(filters.since or None)
    try:
        told = wait_for_read(desk.reader.executions())
    except (NotConnected, NoAnswer):
        if not own:
            raise
        told = Rows(utc_now(), (), stale=True)
    newest = {}
    # A correction bears its fill's execId but for what stands behind the last dot (IB's
    # documentation of Execution): the higher one holds.
    for row in sorted((*told.rows, *own), key=lambda row: str(row["execId"])):
        newest[str(row["execId"]).rpartition(".")[0] or row["execId"]] = row
    rows = [
        row
        for row in newest.values()
        if filters.takes(row["time"], row["account"], row["contract"])
    ]
    return Rows(told.as_of, tuple(sorted(rows, key=lambda row: row["time"] or "")), told.stale)
