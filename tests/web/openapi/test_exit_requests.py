"""What the document says about changes and closes is what the desk takes and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trading.vocabulary import OPTIONAL, order_with
from tests.web.openapi.as_documented import ORDERS
from tests.web.schema_checks import every_schema, faults
from tests.web.visitors import Program, World, data
from trading.order_rules import FIXED, change_order, validate_order_params
from trading.refusals import Refused
from web.openapi import examples
from web.openapi import read_examples as readings
from web.openapi import request_examples as requests
from web.openapi.document import document
from web.openapi.exit_requests import EXIT_REQUESTS
from web.openapi.requests import REFUSALS

SCHEMAS = document("0.1.0", "ib_desk_x")["components"]["schemas"]
CHANGE = ("PATCH", f"{ORDERS}/{examples.NAME}")
DISMISS = ("POST", f"{ORDERS}/{examples.NAME}/dismiss")
CLOSE = ("POST", "/api/v1/positions/close")
FLATTEN = ("POST", "/api/v1/positions/flatten")
LIMIT = requests.REQUESTS["limit"]["order"]
HELD = {"conId": 265598}
# Each sentence of the document, and a call that earns it.
SENTENCES: dict[str, tuple[tuple[str, str], Any]] = {
    "The body must be a JSON object": (CLOSE, []),
    "hopefulPercent is not a field here": (FLATTEN, {"hopefulPercent": 1}),
    "The body must name what to change, as in an order": (CHANGE, {"order": {}}),
    "There is no such position": (CLOSE, {"conId": 1}),
    "percent must be 25, 50, 75 or 100": (CLOSE, HELD | {"percent": 30}),
    "account must be a string": (FLATTEN, {"confirm": True, "account": 7}),
    "Several accounts hold it: name the account": (CLOSE, HELD),
    "held must be a number": (CLOSE, HELD | {"held": "100"}),
    "wait must be outcome, ack or none": (CLOSE, HELD | {"wait": "long", "account": "DU1000001"}),
    "Say confirm: true to close every position at the market": (FLATTEN, {}),
    "Say confirm: true when you have looked for the order in TWS": (DISMISS, {}),
}
# Those of the parser, which the desk of these tests does not have.
OF_CHANGES = {
    "Nothing would change": {"lmtPrice": 228.1},
    "Order action cannot change; cancel the order and place another one": {"action": "SELL"},
}
WRONG: list[tuple[str, Any]] = [
    ("OrderChange", {}),
    ("OrderChange", {"order": {"lmtPrice": 1}, "wait": "ack"}),
    ("OrderChange", {"order": {"action": "SELL"}}),
    ("OrderChange", {"order": {"lmtPrice": "101"}}),
    ("OrderChange", {"order": {"hopefulPercent": 1}}),
    ("PositionClose", {"percent": 50}),
    ("PositionClose", HELD | {"percent": 30}),
    ("PositionClose", HELD | {"held": "100"}),
    ("PositionClose", HELD | {"size": {"closePercent": 50}}),
    ("Dismissal", {}),
    ("Dismissal", {"confirm": False}),
    ("Flatten", {}),
    ("Flatten", {"confirm": False}),
    ("Flatten", {"confirm": True, "conId": 265598}),
]
EXAMPLES = [
    *(("OrderChange", body) for body in requests.CHANGES.values()),
    *(("PositionClose", body) for body in requests.CLOSES.values()),
    *(("Dismissal", body) for body in requests.DISMISSAL.values()),
    *(("Flatten", body) for body in requests.FLATTEN.values()),
]


@pytest.mark.parametrize(("said", "call", "body"), [(s, *c) for s, c in SENTENCES.items()])
def test_a_refusal_has_exactly_the_documented_sentence(
    world: World, program: Program, said: str, call: tuple[str, str], body: object
) -> None:
    another = readings.POSITION | {"account": "DU1000002"}
    world.reader.position_rows += (another,) * said.startswith("Several")
    answer = program.call(*call, json=body)
    assert (data(answer)["error"], data(answer)["sent"]) == (said, "no")
    assert (world.order_desk.submitted, world.order_desk.modified) == ([], [])


@pytest.mark.parametrize(("said", "changes"), OF_CHANGES.items())
def test_a_change_is_refused_with_exactly_the_documented_sentence(
    said: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as caught:
        change_order(validate_order_params(LIMIT), changes)
    assert str(caught.value) == said


def test_every_sentence_of_the_document_is_tried_above() -> None:
    parts = (part for schema in EXIT_REQUESTS.values() for part in every_schema(schema))
    said = {said for part in parts for said in part.get(REFUSALS, ())}
    assert said == SENTENCES.keys() | OF_CHANGES.keys()


@pytest.mark.parametrize(("schema", "body"), WRONG)
def test_a_wrong_body_is_forbidden(schema: str, body: object) -> None:
    assert faults(body, SCHEMAS[schema], SCHEMAS)


@pytest.mark.parametrize(("schema", "body"), EXAMPLES)
def test_every_example_is_allowed(schema: str, body: object) -> None:
    assert faults(body, SCHEMAS[schema], SCHEMAS) == []


@pytest.mark.parametrize("body", requests.CHANGES.values())
def test_every_example_of_a_change_changes_a_limit_order(body: dict[str, Any]) -> None:
    changed = change_order(validate_order_params(LIMIT), body["order"])
    assert changed.to_payload().items() >= body["order"].items() - {GOOD_TILL}


GOOD_TILL = ("goodTillDate", "2026-12-18T21:00:00Z")  # IB's own form is another one


@pytest.mark.parametrize(("order_type", "name"), OPTIONAL)
def test_whatever_an_order_may_say_may_be_changed(order_type: str, name: str) -> None:
    order = order_with(order_type, name)
    changes = {key: value for key, value in order.items() if key not in FIXED}
    assert faults({"order": changes}, SCHEMAS["OrderChange"], SCHEMAS) == []
    gone = dict.fromkeys(changes)
    assert faults({"order": gone}, SCHEMAS["OrderChange"], SCHEMAS) == []
