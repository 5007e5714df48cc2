"""Profit and loss from the journal: a page, JSON, and CSV for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template

from trading.csv_text import csv_line
from trading.profit import ProfitQuestion, parse_profit_question
from web import queries
from web.answers import json_response
from web.desk import current_desk
from web.page_values import page_values

routes = Blueprint("profit", __name__)

# What the CSV has, by the `table` that is asked for.
COLUMNS = {
    "days": ("date", "realizedPNL", "commission", "executions", "incomplete", "cumulative"),
    "symbols": ("symbol", "secType", "realizedPNL", "commission", "executions", "quantity"),
    "equity": ("time", "netLiquidation", "currency"),
    "incomplete": ("date", "symbol", "secType", "execId", "why"),
}


@routes.get("/profit")
def page() -> str:
    """The equity curve, days and symbols; the numbers arrive over the API."""
    return render_template("profit.html", **page_values())


@routes.get("/api/v1/profit")
def profit() -> Response:
    """Realised P&L by day and by symbol, and what the account was worth."""
    return json_response(_profit())


@routes.get("/api/v1/profit.csv")
def profit_csv() -> Response:
    """One of its tables; each line names the currency."""
    table = queries.one_of("table", tuple(COLUMNS), "days")
    answer = _profit()
    named = {"Content-Disposition": f'attachment; filename="profit-{table}.csv"'}
    lines = "".join(_lines(answer, table))
    return Response(lines, mimetype="text/csv", headers=named)


def _profit() -> dict[str, Any]:
    """It reads the journal: as long as that takes, a cancel finds another thread."""
    desk, question = current_desk(), _question()
    with desk.waiting.read():
        return desk.order_desk.profit(question)


def _lines(answer: Mapping[str, Any], table: str) -> Iterator[str]:
    columns = COLUMNS[table]
    has_own = "currency" in columns
    yield csv_line(columns if has_own else (*columns, "currency"))
    for row in answer[table]:
        values = [row.get(name) for name in columns]
        yield csv_line(values if has_own else [*values, answer["currency"]])


def _question() -> ProfitQuestion:
    """The shown account's, unless another one is named."""
    names = ("account", "from", "to", "currency")
    question = parse_profit_question({name: queries.text(name) for name in names})
    return question if question.account else replace(question, account=current_desk().account)
