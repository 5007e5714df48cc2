"""`/api/v1/watchlist`: the contracts that a user watches on the desk's page, kept by the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, request

from store.watchlists import MOST_WATCHED, TOO_MANY, TWICE, Watched, Watchlists
from store.words import printable
from trading.contracts import parse_contract
from web.answers import json_response
from web.bodies import an_object, read_json, refused
from web.desk import current_desk

routes = Blueprint("watchlist", __name__, url_prefix="/api/v1")

FIELDS = {"conId", "symbol", "secType", "exchange", "currency", "description"}
LONGEST_DESCRIPTION = 120
NOT_A_LIST = "contracts must be a list of contracts"
WITHOUT_ID = "conId is required: GET /contracts finds it"


@routes.get("/watchlist")
def watchlist() -> Response:
    """The caller's own list, in its order."""
    return json_response({"contracts": list(map(_row, _lists().of(g.caller.user)))})


@routes.put("/watchlist")
def keep() -> Response:
    """Replace the caller's list: `{"contracts": [{conId, symbol, …}]}`, at most 100."""
    rows = an_object(read_json(request), {"contracts"}).get("contracts")
    if not isinstance(rows, list):
        raise refused("/contracts", NOT_A_LIST)
    if len(rows) > MOST_WATCHED:
        raise refused("/contracts", TOO_MANY)
    contracts = [_watched(row, f"/contracts/{place}") for place, row in enumerate(rows)]
    if len({one.con_id for one in contracts}) < len(contracts):
        raise refused("/contracts", TWICE)
    _lists().keep(g.caller.user, contracts)
    return watchlist()


def _lists() -> Watchlists:
    return current_desk().people.watchlists


def _watched(row: object, pointer: str) -> Watched:
    named: Mapping[str, Any] = an_object(row, FIELDS)
    contract = parse_contract({name: named[name] for name in named if name != "description"})
    if not contract.con_id:
        raise refused(f"{pointer}/conId", WITHOUT_ID)
    if not contract.symbol:
        raise refused(f"{pointer}/symbol", "symbol is required")
    description = named.get("description", "")
    if not isinstance(description, str):
        raise refused(f"{pointer}/description", "description must be a string")
    return Watched(
        contract.con_id,
        contract.symbol,
        contract.sec_type,
        contract.exchange,
        contract.currency,
        printable(description, LONGEST_DESCRIPTION),
    )


def _row(one: Watched) -> dict[str, Any]:
    return {
        "conId": one.con_id,
        "symbol": one.symbol,
        "secType": one.sec_type,
        "exchange": one.exchange,
        "currency": one.currency,
        "description": one.description,
    }
