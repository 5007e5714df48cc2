"""What the document says about lists of contracts is what the desk takes and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.schema_checks import every_schema, faults
from tests.web.visitors import Program, data
from trading.price_requests import parse_contracts, parse_prices
from web.openapi import market_examples as market
from web.openapi.document import document
from web.openapi.market_requests import MARKET_REQUESTS
from web.openapi.requests import REFUSALS

SCHEMAS = document("0.1.0", "ib_desk_x")["components"]["schemas"]
PRICES, WATCHING = "/api/v1/fetch-prices", "/api/v1/watching"
AAPL = {"conId": 265598}
# Each sentence of the document, and a call that earns it.
SENTENCES: dict[str, tuple[str, Any]] = {
    "The body must be a JSON object": (PRICES, []),
    "hopefulPercent is not a field here": (WATCHING, {"hopefulPercent": 1}),
    "The body must have symbols or contracts, and not both": (PRICES, {}),
    "A symbol must be a text that is not empty": (PRICES, {"symbols": [7]}),
    "symbols must be a list of symbols with at least one": (PRICES, {"symbols": []}),
    "symbols must be at most 200: 201 were named": (
        PRICES,
        {"symbols": [f"S{n}" for n in range(201)]},
    ),
    "contracts must be a list of contracts with at least one": (WATCHING, {}),
    "contracts must be at most 200: 201 were named": (PRICES, {"contracts": [AAPL] * 201}),
    "contracts must be at most 100: 101 were named": (WATCHING, {"contracts": [AAPL] * 101}),
}
WRONG: list[tuple[str, Any]] = [
    ("PricesRequest", {}),
    ("PricesRequest", {"symbols": ["AAPL"], "contracts": [AAPL]}),
    ("PricesRequest", {"symbols": []}),
    ("PricesRequest", {"symbols": [""]}),
    ("PricesRequest", {"symbols": ["A"] * 201}),
    ("WatchingRequest", {}),
    ("WatchingRequest", {"contracts": []}),
    ("WatchingRequest", {"contracts": [AAPL] * 101}),
    ("WatchingRequest", {"contracts": [{"conId": "265598"}]}),
]


@pytest.mark.parametrize(("sentence", "call"), SENTENCES.items())
def test_a_refusal_has_exactly_the_documented_sentence(
    program: Program, sentence: str, call: tuple[str, Any]
) -> None:
    answer = program.post(*call)
    assert (answer.status_code, data(answer)["error"]) == (422, sentence)


def test_every_sentence_about_these_bodies_is_tried_above() -> None:
    said: set[str] = set()
    for whole in MARKET_REQUESTS.values():
        for schema in every_schema(whole):
            said.update(schema.get(REFUSALS, ()))
    assert said == SENTENCES.keys()


@pytest.mark.parametrize(("name", "body"), WRONG)
def test_a_body_that_the_desk_refuses_does_not_fit_its_schema(name: str, body: Any) -> None:
    assert faults(body, SCHEMAS[name], SCHEMAS)


def test_the_examples_fit_and_are_taken() -> None:
    for body in market.PRICES_REQUESTS.values():
        assert faults(body, SCHEMAS["PricesRequest"], SCHEMAS) == []
        assert parse_prices(body)
    for body in market.WATCHING_REQUESTS.values():
        assert faults(body, SCHEMAS["WatchingRequest"], SCHEMAS) == []
        assert parse_contracts(body["contracts"])
