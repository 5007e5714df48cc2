"""Examples about orders: each request works, and each answer is what its schema says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import NOW
from tests.web.schema_checks import faults
from trading.ib_errors import CodeTable
from trading.orders import ORDER_TYPES, parse_order_request
from web.openapi import examples
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


@pytest.mark.parametrize("name", examples.REQUESTS)
def test_every_request_is_accepted(name: str) -> None:
    body = examples.REQUESTS[name]
    request = parse_order_request(body)
    assert request.order.action == body["order"]["action"]
    assert faults(body, SCHEMAS["OrderRequest"], SCHEMAS) == []


def test_the_requests_show_every_order_type() -> None:
    shown = {body["order"]["orderType"] for body in examples.REQUESTS.values()}
    assert shown == set(ORDER_TYPES)


@pytest.mark.parametrize(("schema", "example"), ANSWERS)
def test_every_answer_is_what_its_schema_says(schema: dict[str, Any], example: Any) -> None:
    assert faults(example, schema, SCHEMAS) == []


@pytest.mark.parametrize("message", [examples.NOTICE, examples.REJECT, examples.CANCEL_REFUSAL])
def test_messages_are_explained_as_the_code_table_does(message: dict[str, Any]) -> None:
    explained = CodeTable().message(message["code"], message["text"], NOW)
    assert explained | {"time": message["time"]} == message
