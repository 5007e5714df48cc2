"""Examples about orders: each request works, and each answer is what its schema says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import NOW
from tests.trading.facts_for_tests import facts
from tests.web.schema_checks import faults
from trading.ib_errors import CodeTable
from trading.order_types import ORDER_TYPES
from trading.orders import parse_order_request
from trading.sizing import MOST, parse_size, shares
from web.openapi import examples
from web.openapi import request_examples as requests
from web.openapi.document import document

DOCUMENT = document("0.1.0", "ib_desk_x")
SCHEMAS = DOCUMENT["components"]["schemas"]
RESPONSES = [
    response
    for operations in DOCUMENT["paths"].values()
    for operation in operations.values()
    for response in operation["responses"].values()
    if "$ref" not in response
] + list(DOCUMENT["components"]["responses"].values())
ANSWERS = [
    (content["schema"], example["value"])
    for response in RESPONSES
    for content in response["content"].values()
    for example in content.get("examples", {}).values()
]


@pytest.mark.parametrize("name", requests.REQUESTS)
def test_every_request_is_accepted(name: str) -> None:
    body = requests.REQUESTS[name]
    assert faults(body, SCHEMAS["OrderRequest"], SCHEMAS) == []
    request = parse_order_request(with_quantity(body))
    assert request.order.action == body["order"]["action"]


def with_quantity(body: dict[str, Any]) -> dict[str, Any]:
    """The body as it is parsed: its size has become a quantity."""
    if "size" not in body:
        return body
    quantity = shares(parse_size(body["size"]), body["order"], facts(position=100))
    order = body["order"] | {"totalQuantity": quantity}
    return {name: body[name] for name in body if name != "size"} | {"order": order}


def test_the_requests_show_the_whole_vocabulary() -> None:
    assert {"bracket", "trailing", "condition", "combo"} < requests.REQUESTS.keys()
    assert {name for body in requests.REQUESTS.values() for name in body.get("size", ())} == {*MOST}
    shown = {body["order"]["orderType"] for body in requests.REQUESTS.values()}
    assert {"MKT", "LMT", "STP", "STP LMT", "TRAIL", "MOO"} <= shown <= set(ORDER_TYPES)


@pytest.mark.parametrize(("schema", "example"), ANSWERS)
def test_every_answer_is_what_its_schema_says(schema: dict[str, Any], example: Any) -> None:
    assert faults(example, schema, SCHEMAS) == []


@pytest.mark.parametrize("message", [examples.NOTICE, examples.REJECT, examples.CANCEL_REFUSAL])
def test_messages_are_explained_as_the_code_table_does(message: dict[str, Any]) -> None:
    explained = CodeTable().message(message["code"], message["text"], NOW)
    assert explained | {"time": message["time"]} == message
