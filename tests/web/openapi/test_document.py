"""The API's document: complete, well formed, and for somebody signed in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic.alias_generators import to_camel

from tests.web.schema_checks import KEYWORDS, every_schema
from tests.web.visitors import Browser, Program, World, data
from web.openapi.document import document

PATH = "/api/v1/openapi.json"
DOCUMENT = document("0.1.0", "ib_desk_x")
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (method, path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


def resolved(response: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in response:
        return response
    shared: dict[str, Any] = DOCUMENT["components"]["responses"][
        response["$ref"].rpartition("/")[2]
    ]
    return shared


def test_every_route_is_in_the_document_and_no_other(world: World) -> None:
    routes = {
        (method, re.sub(r"<(\w+)>", lambda name: f"{{{to_camel(name[1])}}}", rule.rule))
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/")
    }
    assert routes == {(method.upper(), path) for method, path, _ in OPERATIONS}


def test_the_document_is_for_everybody_signed_in_and_nobody_else(
    world: World, signed_in: Browser
) -> None:
    assert world.visitor().get(PATH).status_code == 401
    served = data(signed_in.get(PATH))
    assert served == data(world.program("read").get(PATH))
    assert served["paths"] == DOCUMENT["paths"]
    assert served["openapi"].startswith("3.1.")


def test_the_document_names_this_desks_cookie(world: World, program: Program) -> None:
    schemes = data(program.get(PATH))["components"]["securitySchemes"]
    assert schemes["cookie"]["name"] == world.app.config["SESSION_COOKIE_NAME"]


def test_every_reference_is_answered_and_every_part_is_used() -> None:
    refs = set(re.findall(r"'\$ref': '#/components/(\w+/\w+)'", str(DOCUMENT)))
    parts = DOCUMENT["components"]
    named = {f"{kind}/{name}" for kind in ("schemas", "responses") for name in parts[kind]}
    assert refs == named


def test_every_schema_uses_known_words_and_requires_only_its_own_fields() -> None:
    for schema in (part for whole in SCHEMAS.values() for part in every_schema(whole)):
        assert schema.keys() <= KEYWORDS
        if "properties" in schema:
            assert set(schema["required"]) <= schema["properties"].keys()


def test_operations_are_named_once_and_grouped() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    assert {tag for _, _, operation in OPERATIONS for tag in operation["tags"]} == tags


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_is_complete(method: str, path: str, operation: dict[str, Any]) -> None:
    parameters = operation.get("parameters", [])
    in_path = {p["name"] for p in parameters if p["in"] == "path" and p["required"]}
    assert in_path == set(re.findall(r"{(\w+)}", path))
    assert operation["summary"]
    assert {"200", "201", "202"} & operation["responses"].keys()
    assert {"400", "401", "403"} <= operation["responses"].keys()
    assert all(resolved(answer)["description"] for answer in operation["responses"].values())
    for part in (p["schema"] for p in parameters):
        assert part.keys() <= KEYWORDS
