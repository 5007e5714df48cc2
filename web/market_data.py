"""Prices of many contracts, months of a future, what a page watches, which contract is meant.

Every view asks the Reader and hands its answer on as it is.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from trading.price_requests import parse_contracts, parse_prices
from web import queries
from web.answers import json_response
from web.bodies import an_object, read_json
from web.desk import current_desk, wait_for_read

routes = Blueprint("market_data", __name__, url_prefix="/api/v1")


@routes.post("/fetch-prices")
def fetch_prices() -> Response:
    """Quotes of up to 200 contracts within 12 seconds; what could not be had says why."""
    asked = parse_prices(an_object(read_json(request), {"symbols", "contracts"}))
    return json_response(wait_for_read(current_desk().reader.prices(asked)))


@routes.post("/watching")
def watching() -> Response:
    """A page shows these contracts: from now on, for a minute, their changes are streamed."""
    body = an_object(read_json(request), {"contracts"})
    contracts = parse_contracts(body.get("contracts"))
    return json_response(wait_for_read(current_desk().reader.watch(contracts)))


@routes.get("/test-futures")
def test_futures() -> Response:
    """The next months of a future, with the front month, roll dates and prices."""
    symbol = queries.text("symbol")
    if not symbol:
        raise queries.refused("symbol", "symbol is required")
    asked = current_desk().reader.futures(symbol.upper(), queries.text("exchange") or "")
    return json_response(wait_for_read(asked))


@routes.get("/trading-sessions")
def sessions() -> Response:
    """When the contract trades, in UTC."""
    asked = current_desk().reader.sessions(queries.contract())
    return json_response(wait_for_read(asked))


@routes.get("/contracts/resolve")
def resolve() -> Response:
    """The one contract that a text means, with its rules; several are refused with the choices."""
    typed = queries.text("symbol")
    if not typed:
        raise queries.refused("symbol", "symbol is required")
    asked = current_desk().reader.contract_details(typed, queries.text("currency") or "")
    return json_response(wait_for_read(asked))
