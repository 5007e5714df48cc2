"""What the document says about strategies is what the desk takes, refuses and answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.schema_checks import every_schema, faults
from tests.web.visitors import Program, data
from web.openapi.document import document
from web.openapi.requests import REFUSALS
from web.openapi.strategy_parts import ANSWER, STRATEGY_REQUESTS, VERTICAL

SCHEMAS = document("0.1.0", "ib_desk_x")["components"]["schemas"]
LONG, SHORT = VERTICAL["legs"]


def changed(**fields: Any) -> dict[str, Any]:
    return VERTICAL | fields


SENTENCES: dict[str, Any] = {
    "The body must be a JSON object": [],
    "hopefulPercent is not used here; leave it out": changed(hopefulPercent=1),
    "kind must be one of vertical, calendar, straddle, iron-condor or custom": changed(kind="bet"),
    "quantity must be more than 0": changed(quantity=0),
    "underlying.symbol is required": changed(underlying={}),
    "legs must be a list of 2 to 8 options": changed(legs=[LONG]),
    "legs[0].expiry must be a date such as 20261218": changed(
        legs=[LONG | {"expiry": "20261301"}, SHORT]
    ),
    "Each leg must be another option": changed(legs=[LONG, LONG]),
    "The legs must have the same multiplier": changed(legs=[LONG, SHORT | {"multiplier": "10"}]),
    "A vertical buys one and sells one option of the same right and expiry at two strikes": changed(
        legs=[LONG, SHORT | {"action": "BUY"}]
    ),
    "A calendar buys one and sells one option of the same right and strike at two expiries": (
        changed(kind="calendar")
    ),
    "A straddle buys or sells a call and a put of the same strike and expiry": changed(
        kind="straddle"
    ),
    "An iron condor sells a put and a call and buys a lower put and a higher call, or the "
    "other way round, all of one expiry": changed(kind="iron-condor"),
}


@pytest.mark.parametrize(("said", "body"), SENTENCES.items())
def test_a_refusal_has_exactly_the_documented_sentence(
    program: Program, said: str, body: object
) -> None:
    answer = program.call("POST", "/api/v1/strategies", json=body)
    assert answer.status_code in (400, 422)
    assert data(answer)["error"] == said


def test_every_sentence_of_the_document_is_tried_above() -> None:
    parts = (part for schema in STRATEGY_REQUESTS.values() for part in every_schema(schema))
    assert {said for part in parts for said in part.get(REFUSALS, ())} == SENTENCES.keys()


def test_the_example_is_allowed_and_a_wrong_one_is_not() -> None:
    assert faults(VERTICAL, SCHEMAS["StrategyRequest"], SCHEMAS) == []
    assert faults(changed(kind="bet"), SCHEMAS["StrategyRequest"], SCHEMAS)


def test_the_example_is_answered_as_shown(program: Program) -> None:
    answer = data(program.call("POST", "/api/v1/strategies", json=VERTICAL))
    points = answer["payoff"].pop("points")
    shown = ANSWER | {"payoff": {k: v for k, v in ANSWER["payoff"].items() if k != "points"}}
    assert answer == shown
    at_expiry = {point["price"]: point["atExpiry"] for point in points}
    for point in ANSWER["payoff"]["points"]:
        assert at_expiry[point["price"]] == point["atExpiry"]
