"""Option chains over HTTP: `GET /fetch-chain` waits for the whole chain, `DELETE` stops it.

While it runs the stream tells how far it is (events of kind `chain`). A chain holds its thread for
up to 40 seconds, so that few of them wait at once: quotes and cancels never stand behind chains.
"""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, g, request

from trading.contracts import Contract, parse_contract
from trading.options import (
    CHAIN_ID,
    MOST_STRIKES,
    USUAL_STRIKES,
    WRONG_CHAIN_ID,
    ChainQuestion,
    parse_expiry,
)
from trading.refusals import NotFound
from web import queries
from web.answers import json_response
from web.chain_csv import CSV, chain_csv
from web.desk import current_desk, wait_for_read

routes = Blueprint("chains", __name__, url_prefix="/api/v1")

CHAIN_SECONDS = 45.0
UNDERLYING = ("symbol", "secType", "exchange", "primaryExchange", "currency")
WRONG_EXPIRY = "expiry must be a date such as 20261218"


@routes.get("/fetch-chain")
def fetch_chain() -> Response:
    """CHAIN, as JSON or CSV; partial and marked so when it was cancelled or time was up."""
    question, chain_id, is_csv = _question(), _chain_id(), _wants_csv()
    desk = current_desk()
    with desk.waiting.chain():
        asked = desk.reader.chain(question, chain_id, owner=g.caller.user.name)
        chain = wait_for_read(asked, CHAIN_SECONDS)
    if not is_csv:
        return json_response(chain)
    name = f"chain{'-incomplete' * bool(chain['partial'])}.csv"
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(chain_csv(chain), mimetype=CSV, headers=named)


@routes.delete("/fetch-chain/<chain_id>")
def stop_chain(chain_id: str) -> Response:
    """Nothing more is sent for it; whoever waits for it has what had come."""
    asked = current_desk().reader.stop_chain(chain_id, owner=g.caller.user.name)
    if not wait_for_read(asked):
        raise NotFound(f"No chain of yours with the id {chain_id[:36]} is under way")
    return json_response({"id": chain_id, "cancelled": True}, 202)


def _question() -> ChainQuestion:
    return ChainQuestion(
        _underlying(),
        _expiry(),
        queries.whole("strikes", USUAL_STRIKES, 1, MOST_STRIKES),
        queries.text("tradingClass") or "",
    )


def _underlying() -> Contract:
    given = {name: queries.text(name) for name in UNDERLYING}
    raw = {name: value for name, value in given.items() if value is not None}
    con_id = queries.whole("conId", 0, 1, 2**31 - 1)
    return parse_contract(raw | ({"conId": con_id} if con_id else {}))


def _expiry() -> str:
    text = queries.text("expiry")
    if not text:
        return ""
    try:
        parse_expiry(text)
    except ValueError:
        raise queries.refused("expiry", WRONG_EXPIRY) from None
    return text


def _chain_id() -> str:
    """The caller's own name for it, or a new one."""
    given = queries.text("id")
    if given is None:
        return secrets.token_hex(8)
    if not CHAIN_ID.fullmatch(given):
        raise queries.refused("id", WRONG_CHAIN_ID)
    return given


def _wants_csv() -> bool:
    if queries.text("format"):
        return queries.one_of("format", ("csv", "json"), "json") == "csv"
    return request.accept_mimetypes.best_match(["application/json", CSV]) == CSV
