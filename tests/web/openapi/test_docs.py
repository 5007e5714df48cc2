"""The API's page: everything of the document, for somebody signed in, and commands that work."""

from __future__ import annotations

import re
import shlex
from html import unescape
from typing import Any

import pytest

from tests.web.visitors import Browser, Program, World, data
from trading.order_types import CLASSES, OrderFields
from web.openapi.docs import curl, docs_values, type_text
from web.openapi.document import document
from web.openapi.exit_requests import EXIT_REQUESTS
from web.openapi.requests import REFUSALS, request_schemas

BASE = "http://127.0.0.1:5000"
DOCUMENT = document("0.1.0", "ib_desk_x")
OPERATIONS = [
    (method, path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


@pytest.fixture
def page(signed_in: Browser) -> str:
    return unescape(signed_in.get("/docs").text)


def test_a_stranger_signs_in_first(world: World) -> None:
    answer = world.visitor().get("/docs")
    assert (answer.status_code, answer.location) == (302, "/login?next=/docs")


def test_a_key_may_read_the_page(world: World) -> None:
    assert world.program("read").get("/docs").status_code == 200


def test_every_operation_has_its_place(page: str) -> None:
    for _, path, operation in OPERATIONS:
        start = page.index(f'id="{operation["operationId"]}"')
        shown = page[start : page.index("</article>", start)]
        assert path in shown
        assert operation["summary"] in shown
        for status, answer in operation["responses"].items():
            assert re.search(rf"\b{status}\b", shown)
            assert answer.get("description", "") in shown
        for parameter in operation.get("parameters", ()):
            assert f"<code>{parameter['name']}</code>" in shown


def test_every_field_of_an_order_is_shown_with_its_sentences(page: str) -> None:
    for schema in (request_schemas() | EXIT_REQUESTS).values():
        for name, field in schema.get("properties", {}).items():
            assert f"<code>{name}</code>" in page
            assert all(f"<q>{sentence}</q>" in page for sentence in field.get(REFUSALS, ()))
        assert all(f"<q>{sentence}</q>" in page for sentence in schema.get(REFUSALS, ()))


def test_a_field_says_which_order_types_use_it() -> None:
    order = order_fields()
    types = {field["name"]: field["types"] for field in order if field["types"]}
    classes = CLASSES.items()
    assert types == {
        name: [kind for kind, fields in classes if name in field_names(fields)] for name in types
    }
    assert types["trailingPercent"] == ["TRAIL", "TRAIL LIMIT"]
    assert types["lmtPrice"][:3] == ["LMT", "STP LMT", "TRAIL LIMIT"]
    everybodys = {field["name"] for field in order} - types.keys()
    assert {"action", "tif", "orderType", "conditions", "ocaGroup"} < everybodys


def order_fields() -> list[dict[str, Any]]:
    """The fields of an order, as the page shows them for POST /orders."""
    place_order = docs_values(DOCUMENT, BASE)["groups"]["Orders"][0]
    assert place_order["id"] == "placeOrder"
    fields: list[dict[str, Any]] = place_order["body_parts"][2]["fields"]
    return fields


def field_names(fields: type[OrderFields]) -> set[str]:
    return {str(field.alias) for field in fields.model_fields.values()}


def test_a_field_of_several_meanings_shows_the_sentence_of_each() -> None:
    order = order_fields()
    (aux_price,) = [field for field in order if field["name"] == "auxPrice"]
    assert any("(the stop price)" in said for said in aux_price["refusals"])
    assert any("(the trailing amount)" in said for said in aux_price["refusals"])


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_command_works_as_it_is(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    world.order_desk.knows("mine-1", "live")
    words = shlex.split(curl(method, path, operation, BASE))
    headers = dict(words[i + 1].split(": ") for i, word in enumerate(words) if word == "-H")
    assert headers.pop("Authorization") == "Bearer $KEY"
    address = next(word for word in words if word.startswith(BASE))
    sent = words[words.index("-d") + 1] if "-d" in words else None
    answer = world.program("admin").call(
        sent_method(words), address.removeprefix(BASE), data=sent, headers=headers, buffered=False
    )
    assert answer.status_code in (200, 201, 202)
    assert sent_method(words) == method.upper()
    answer.close()


def sent_method(words: list[str]) -> str:
    """What curl sends: what it is told, else POST when there is a body."""
    if "-X" in words:
        return words[words.index("-X") + 1]
    return "POST" if "-d" in words else "GET"


def test_a_body_of_parts_shows_the_fields_of_each(page: str) -> None:
    start = page.index('id="changeOrder"')
    shown = page[start : page.index("</article>", start)]
    assert "<h4>Body</h4>" in shown
    assert "<h4><code>order</code></h4>" in shown
    assert "<q>Nothing would change</q>" in shown
    assert "<code>lmtPrice</code>" in shown


def test_the_commands_name_the_address_that_the_reader_came_by(program: Program) -> None:
    page = program.call("GET", "/docs", base_url="http://127.0.0.1:8123").text
    assert "http://127.0.0.1:8123/api/v1/positions" in page


def test_the_page_tells_how_to_make_a_key_and_how_long_answers_take(page: str) -> None:
    assert ".venv/bin/flask --app app_simple key new --user admin --scope trade" in page
    assert "here 30 seconds" in page
    assert "When 40 orders wait already" in page


def test_every_link_of_the_page_leads_somewhere(page: str) -> None:
    places = re.findall(r'\bid="([^"]+)"', page)
    assert len(set(places)) == len(places)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= {*places}


def test_the_page_needs_no_script_but_that_of_every_page(signed_in: Browser) -> None:
    text = signed_in.get("/docs").text
    assert re.findall(r'<script[^>]*src="([^"]+)"', text) == [
        "/static/shell/theme.js",
        "/static/shell/shell.js",
    ]
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", text)


def test_the_header_leads_to_the_page(signed_in: Browser) -> None:
    link = '<a href="/docs" title="API: G then I"'
    assert f"{link}>API</a>" in signed_in.get("/").text
    assert f'{link} aria-current="page">API</a>' in signed_in.get("/docs").text


def test_the_document_is_one_click_away(signed_in: Browser, page: str) -> None:
    assert 'href="/api/v1/openapi.json"' in page
    assert data(signed_in.get("/api/v1/openapi.json"))["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "number", "exclusiveMinimum": 0}, "number > 0"),
        ({"type": ["number", "null"]}, "number or null"),
        ({"type": "string", "maxLength": 64}, "string, at most 64 characters"),
        ({"enum": ["", "C", None]}, '"" | C | null'),
        ({"const": True}, "true"),
        ({"enum": [25, 100]}, "25 | 100"),
        ({"const": "MKT", "type": "string"}, "MKT"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Bar"}}, "list of Bar"),
        ({"anyOf": [{"type": "null"}, {"type": "boolean"}]}, "null or boolean"),
        ({"enum": [1, 2, 3], "type": "integer"}, "1 | 2 | 3"),
        ({"description": "anything"}, "any value"),
    ],
)
def test_a_schema_reads_as_a_few_words(schema: dict[str, Any], text: str) -> None:
    assert type_text(schema) == text
