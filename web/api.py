"""What the API reads: `/api/v1` without the order routes and the stream.

Every view asks the Reader, waits with a deadline and hands the rows on as they are.
"""

from __future__ import annotations

from flask import Blueprint, Response, g

from trading.bars import bars_payload
from web import queries
from web.answers import json_response
from web.desk import current_desk, status_payload, wait_for_read

# A request for history may wait ten seconds for IB's pacing, and as long for its answer.
BARS_SECONDS = 26.0

routes = Blueprint("api", __name__, url_prefix="/api/v1")


@routes.get("/status")
def status() -> Response:
    """Both connections with their reasons, the mode, the account, and who asks."""
    desk = current_desk()
    desk.look()
    return json_response(status_payload(desk) | {"user": {"name": g.caller.user.name}})


@routes.get("/accounts")
def accounts() -> Response:
    names = wait_for_read(current_desk().reader.accounts())
    return json_response({"accounts": list(names)})


@routes.get("/account")
def account() -> Response:
    summary = wait_for_read(current_desk().reader.account(queries.text("account")))
    return json_response(summary.to_payload())


@routes.get("/positions")
def positions() -> Response:
    rows = wait_for_read(current_desk().reader.positions(queries.text("account")))
    return json_response(rows.to_payload("positions"))


@routes.get("/pnl")
def pnl() -> Response:
    return json_response(wait_for_read(current_desk().reader.pnl()).to_payload("pnl"))


@routes.get("/messages")
def messages() -> Response:
    """What IB said last over both connections, notices included."""
    return json_response(wait_for_read(current_desk().reader.messages()).to_payload("messages"))


@routes.get("/stock-quote")
def stock_quote() -> Response:
    """The newest quote; from now on its changes come on the stream."""
    return json_response(wait_for_read(current_desk().reader.quote(queries.contract())))


@routes.get("/contracts")
def contracts() -> Response:
    """Contracts that match what a person types."""
    query = queries.text("query")
    if not query:
        raise queries.refused("query", "query is required")
    return json_response(wait_for_read(current_desk().reader.search(query)).to_payload("contracts"))


@routes.get("/bars")
def bars() -> Response:
    """Past prices; with `live=yes` they go on, and their changes come on the stream as `bar`."""
    question = queries.bar_question()
    answer = wait_for_read(current_desk().reader.bars(question), BARS_SECONDS)
    return json_response(bars_payload(question, answer))
