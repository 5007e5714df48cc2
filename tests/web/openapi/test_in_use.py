"""What the desk answers is what the API's document says: statuses, headers and bodies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.fakes import NOW, FakeOrderDesk, FakeReader
from tests.web.schema_checks import faults
from tests.web.visitors import BODY, Program, World, data
from trading.orders import OrderPreview, OrderRequest
from trading.refusals import AccountMismatch, NoAnswer, NotConnected, NotFound
from trading.snapshots import Rows
from web.openapi import examples
from web.openapi import read_examples as readings
from web.openapi.document import document

ORDERS = "/api/v1/orders"
DOCUMENT = document("0.1.0", "ib_desk_x")
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (method, path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
CALLS = [(method.upper(), path) for method, path, _ in OPERATIONS]
NEEDED = {"contracts": "?query=app", "bars": "?symbol=AAPL", "stock-quote": "?symbol=AAPL"}
READS_OF_TWS = ["accounts", "account", "positions", "pnl", "executions", *NEEDED]


class ExampleReader(FakeReader):
    """A Reader that answers as the document's examples do."""

    def executions(self) -> Future[Rows]:
        return self.answer(lambda: Rows(NOW, (readings.EXECUTION,)), "executions")


class ExampleOrderDesk(FakeOrderDesk):
    """An OrderDesk whose previews are the document's example."""

    def preview(self, request: OrderRequest) -> Future[OrderPreview]:
        return self.answer(lambda: OrderPreview(examples.PREVIEW), "preview", request)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    reader = ExampleReader(
        position_rows=(readings.POSITION,),
        quote_payload=readings.QUOTE,
        found=tuple(readings.FOUND_CONTRACTS["contracts"]),
    )
    order_desk = ExampleOrderDesk(
        state="live",
        fields=fields(examples.LIVE),
        cancel_fields=fields(examples.CANCELLED),
    )
    world = World(tmp_path, reader=reader, order_desk=order_desk)
    world.order_desk.knows(examples.NAME, "live", **fields(examples.LIVE))
    yield world
    world.close()


def fields(order: dict[str, Any]) -> dict[str, Any]:
    """An example order without what the fake desk fills in."""
    return {name: order[name] for name in order if name not in ("clientOrderId", "state")}


def operation_of(method: str, path: str) -> dict[str, Any]:
    path = path.partition("?")[0].replace(f"orders/{examples.NAME}", "orders/{clientOrderId}")
    operation: dict[str, Any] = DOCUMENT["paths"][path][method.lower()]
    return operation


def resolved(response: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in response:
        return response
    shared: dict[str, Any] = DOCUMENT["components"]["responses"][
        response["$ref"].rpartition("/")[2]
    ]
    return shared


def is_as_documented(answer: TestResponse, method: str, path: str) -> bool:
    """The status, the media type, the headers and the body are what the document says."""
    response = resolved(operation_of(method, path)["responses"][str(answer.status_code)])
    ((media, content),) = response["content"].items()
    assert answer.mimetype == media
    assert faults(data(answer), content["schema"], SCHEMAS) == []
    always = set(response.get("headers", ())) - {"Location", "Idempotent-Replayed"}
    return always <= {name for name, _ in answer.headers}


def address(path: str) -> str:
    path = path.replace("{clientOrderId}", examples.NAME)
    return path + NEEDED.get(path.rpartition("/")[2], "")


def test_the_scope_is_the_one_the_door_asks_for(world: World) -> None:
    reader = world.program("read")
    for method, path, operation in OPERATIONS:
        bearer, cookie = operation["security"]
        needs_trade = bearer == {"bearer": ["trade"]}
        assert ("csrf" in cookie) is needs_trade
        answer = reader.call(method.upper(), address(path), json=BODY, buffered=False)
        assert (answer.status_code == 403) is needs_trade
        answer.close()


def test_a_stranger_gets_the_documented_401(world: World) -> None:
    stranger = world.visitor()
    for method, path in CALLS:
        answer = stranger.open(address(path), method=method)
        assert answer.status_code == 401
        assert is_as_documented(answer, method, path)


@pytest.mark.parametrize(("query", "status"), [("user_id=bob", 403), ("api_key=x", 400)])
def test_what_the_door_refuses_is_answered_as_documented(
    program: Program, query: str, status: int
) -> None:
    for method, path in CALLS:
        answer = program.call(method, f"{address(path).partition('?')[0]}?{query}")
        assert answer.status_code == status
        assert is_as_documented(answer, method, path)


@pytest.mark.parametrize(
    ("method", "path"), [call for call in CALLS if call[1] != "/api/v1/stream"]
)
def test_what_works_is_answered_as_documented(program: Program, method: str, path: str) -> None:
    body = examples.REQUESTS["limit"] if method == "POST" else None
    answer = program.call(method, address(path), json=body)
    assert answer.status_code in (200, 201)
    assert is_as_documented(answer, method, path)


@pytest.mark.parametrize("name", READS_OF_TWS)
@pytest.mark.parametrize(
    ("error", "status"), [(NotConnected("away"), 503), (NoAnswer("late"), 504)]
)
def test_a_read_that_fails_is_answered_as_documented(
    world: World, program: Program, name: str, error: Exception, status: int
) -> None:
    world.reader.fails_with = error
    path = f"/api/v1/{name}"
    answer = program.get(address(path))
    assert answer.status_code == status
    assert is_as_documented(answer, "GET", path)


@pytest.mark.parametrize("name", READS_OF_TWS)
def test_a_read_without_a_free_thread_is_answered_as_documented(tmp_path: Path, name: str) -> None:
    world = World(
        tmp_path / "full",
        {"THREADS": "8", "MAX_STREAMS": "0", "MAX_WAITING_ORDERS": "0"},
        reader=FakeReader(holds=True),
    )
    answer = world.program().get(address(f"/api/v1/{name}"))
    assert answer.status_code == 429
    assert is_as_documented(answer, "GET", f"/api/v1/{name}")
    world.close()


@pytest.mark.parametrize("name", ["account", "positions", "stock-quote", "bars"])
def test_what_does_not_exist_is_answered_as_documented(
    world: World, program: Program, name: str
) -> None:
    world.reader.fails_with = NotFound("There is no such thing")
    answer = program.get(address(f"/api/v1/{name}"))
    assert answer.status_code == 404
    assert is_as_documented(answer, "GET", f"/api/v1/{name}")


@pytest.mark.parametrize(("method", "path"), [c for c in CALLS if "{clientOrderId}" in c[1]])
def test_nobodys_order_is_answered_as_documented(program: Program, method: str, path: str) -> None:
    answer = program.call(method, path.replace("{clientOrderId}", "nobody"))
    assert answer.status_code == 404
    assert is_as_documented(answer, method, path)


@pytest.mark.parametrize(
    ("state", "status", "known"),
    [
        ("live", 201, examples.LIVE),
        ("filled", 201, examples.FILLED),
        ("cancelled", 201, examples.CANCELLED),
        ("filled", 200, examples.REPLAY),
        ("sending", 202, examples.SENDING),
        ("unknown", 202, examples.UNKNOWN),
        ("rejected", 422, examples.SENDING | {"messages": [examples.REJECT], "sent": "yes"}),
        ("not_sent", 503, examples.SENDING | {"sent": "no"}),
    ],
)
def test_each_state_of_an_order_is_answered_as_documented(
    world: World, program: Program, state: str, status: int, known: dict[str, Any]
) -> None:
    world.order_desk.state, world.order_desk.fields = state, fields(known)
    answer = program.post(ORDERS, examples.REQUESTS["limit"])
    assert answer.status_code == status
    assert is_as_documented(answer, "POST", ORDERS)


def test_an_order_that_nobody_answers_is_documented(world: World, program: Program) -> None:
    world.order_desk.never_answers = True
    answer = program.post(ORDERS, BODY)
    assert answer.status_code == 202
    assert is_as_documented(answer, "POST", ORDERS)


def test_a_preview_is_answered_as_documented(program: Program) -> None:
    answer = program.post(ORDERS, examples.REQUESTS["preview"])
    assert data(answer) == examples.PREVIEW
    assert is_as_documented(answer, "POST", ORDERS)


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotConnected("away"), 503), (AccountMismatch("not yours"), 403), (NoAnswer("late"), 504)],
)
def test_a_desk_that_cannot_place_an_order_answers_as_documented(
    world: World, program: Program, error: Exception, status: int
) -> None:
    world.order_desk.fails_with = error
    answer = program.post(ORDERS, examples.REQUESTS["preview"])
    assert answer.status_code == status
    assert is_as_documented(answer, "POST", ORDERS)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("{}", "text/plain", 415),
        ("{}", "application/json", 422),
        ("[" * 70_000, "application/json", 413),
    ],
)
def test_a_body_that_is_refused_is_answered_as_documented(
    program: Program, body: str, kind: str, status: int
) -> None:
    answer = program.call("POST", ORDERS, data=body, content_type=kind)
    assert answer.status_code == status
    assert is_as_documented(answer, "POST", ORDERS)


@pytest.mark.parametrize(
    ("state", "known", "status"),
    [
        ("cancelled", examples.CANCELLED, 200),
        ("live", examples.CANCEL_PENDING, 202),
        ("live", examples.LIVE | {"cancelRefused": examples.CANCEL_REFUSAL}, 422),
    ],
)
def test_a_cancel_is_answered_as_documented(
    world: World, program: Program, state: str, known: dict[str, Any], status: int
) -> None:
    world.order_desk.cancel_state, world.order_desk.cancel_fields = state, fields(known)
    path = f"{ORDERS}/{examples.NAME}"
    answer = program.delete(path)
    assert answer.status_code == status
    assert is_as_documented(answer, "DELETE", path)


@pytest.mark.parametrize("path", [ORDERS, f"{ORDERS}/{examples.NAME}"])
def test_a_cancel_that_nobody_confirms_is_answered_as_documented(
    world: World, program: Program, path: str
) -> None:
    world.order_desk.never_answers = True
    answer = program.delete(path)
    assert answer.status_code in (202, 504)
    assert is_as_documented(answer, "DELETE", path)


def test_a_full_stream_is_answered_as_documented(tmp_path: Path) -> None:
    world = World(tmp_path / "small", {"MAX_STREAMS": "1"})
    program = world.program("read")
    first = program.call("GET", "/api/v1/stream", buffered=False)
    assert first.mimetype == "text/event-stream"
    assert is_as_documented(program.get("/api/v1/stream"), "GET", "/api/v1/stream")
    first.close()
    world.close()
