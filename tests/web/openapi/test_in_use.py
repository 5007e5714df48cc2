"""What the desk answers is what the API's document says: statuses, headers and bodies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import FakeReader
from tests.web.openapi.as_documented import (
    CALLS,
    DOCUMENT,
    NEEDED,
    OPERATIONS,
    address,
    example_body,
    is_as_documented,
    scope,
)
from tests.web.visitors import BODY, Program, World
from trading.refusals import NoAnswer, NotConnected, NotFound

READS_OF_TWS = ["accounts", "account", "positions", "pnl", "executions", *NEEDED]


def test_the_scope_is_the_one_the_door_asks_for(world: World) -> None:
    reader = world.program("read")
    for method, path, operation in OPERATIONS:
        bearer, cookie = operation["security"]
        writes = bearer != {"bearer": ["read"]}
        assert ("csrf" in cookie) is (method != "get")
        answer = reader.call(method.upper(), address(path), json=BODY, buffered=False)
        assert (answer.status_code == 403) is writes
        answer.close()


def test_what_a_trader_may_not_is_answered_as_documented(program: Program) -> None:
    above = [(m.upper(), p) for m, p, o in OPERATIONS if scope(o) in ("approve", "admin")]
    assert len(above) > 12
    for method, template in above:
        path = address(template)
        answer = program.call(method, path)
        assert answer.status_code == 403
        assert is_as_documented(answer, method, path)


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
def test_what_works_is_answered_as_documented(world: World, method: str, path: str) -> None:
    body = example_body(DOCUMENT["paths"][path][method.lower()])
    answer = world.program("admin").call(method, address(path), json=body)
    assert answer.status_code in (200, 201, 202)
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
    body = example_body(DOCUMENT["paths"][path][method.lower()])
    answer = program.call(method, path.replace("{clientOrderId}", "nobody"), json=body)
    assert answer.status_code == 404
    assert is_as_documented(answer, method, path)


def test_a_full_stream_is_answered_as_documented(tmp_path: Path) -> None:
    world = World(tmp_path / "small", {"MAX_STREAMS": "1"})
    program = world.program("read")
    first = program.call("GET", "/api/v1/stream", buffered=False)
    assert first.mimetype == "text/event-stream"
    assert is_as_documented(program.get("/api/v1/stream"), "GET", "/api/v1/stream")
    first.close()
    world.close()
