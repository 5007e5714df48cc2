"""The relay over real sockets: callers, agents, and what goes between them."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from relay.agent_socket import Limits
from relay.assertions import SCOPES, make
from relay.messages import Ack, Request, decode
from relay.operations import OPERATIONS
from relay.server import each
from tests.relay.agents_for_tests import TOKEN, World, world
from trading.refusal_forms import from_form, to_form
from trading.refusals import FieldError, Refused


@pytest.fixture
async def relay() -> AsyncIterator[World]:
    async with world("alice", "bob", "charlie") as running:
        yield running


async def test_a_read_goes_to_the_agent_and_its_answer_back(relay: World) -> None:
    agent = await relay.agent("alice", feed="IB paper")
    answer = relay.calling("GET", "positions?account=DU1&user_id=alice")
    request = await agent.request()
    assert (request.op, request.user, request.args) == ("positions", "alice", {"account": "DU1"})
    await agent.reply(request, {"rows": [1.5]})
    done = await answer
    assert done.status == 200
    assert done.body == {"result": {"rows": [1.5]}, "source": {"own": True, "feed": "IB paper"}}
    assert done.headers["Cache-Control"] == "no-store, private"


async def test_an_order_goes_to_the_agent_and_its_answer_is_acknowledged(relay: World) -> None:
    agent = await relay.agent("alice")
    body = {"body": {"clientOrderId": "ui-1", "order": {"lmtPrice": 228.1}}, "source": "api"}
    answer = relay.calling("POST", "place-order", json=body)
    request = await agent.request()
    assert (request.op, request.user, request.epoch) == ("place-order", "alice", agent.epoch)
    assert request.args == body
    await agent.reply(request, {"state": "filled"})
    assert await agent.next() == Ack(request.id)
    assert (await answer).body["result"] == {"state": "filled"}


async def test_events_of_an_order_are_asked_with_a_POST(relay: World) -> None:
    agent = await relay.agent("alice")
    answer = relay.calling("POST", "events", json={"clientOrderId": "ui-1"})
    request = await agent.request()
    assert (request.op, request.args) == ("events", {"clientOrderId": "ui-1"})
    await agent.reply(request, [])
    assert (await answer).body["result"] == []


# Who may ask


ROUTES = [
    *((op.name, "trade" if op.is_order else "read") for op in OPERATIONS.values()),
    ("take-over", "trade"),
    ("agent", "read"),
    ("agents", "admin"),
    ("events", "read"),
]
GETS = {"agent", "agents", "events"}


@pytest.mark.attack("A37")
@pytest.mark.parametrize(("path", "scope"), ROUTES)
async def test_A37_every_route_needs_an_assertion_and_enough_scope(
    relay: World, path: str, scope: str
) -> None:
    method = "GET" if path in GETS else "POST"
    answer = await relay.raw(method, f"/options/relay/{path}")
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    for lower in SCOPES[: SCOPES.index(scope)]:
        assert (await relay.call(method, path, scope=lower)).status == 403
    assert (await relay.call(method, f"{path}?user_id=bob", scope="admin")).status == 403


def test_no_route_is_forgotten_by_the_test_above(relay: World) -> None:
    known = {f"/options/relay/{path}" for path, _ in ROUTES}
    public = {"/agent/connect", "/healthz", "/readyz", "/metrics"}
    resources = (route.resource for route in relay.relay.app().router.routes())
    there = {resource.canonical for resource in resources if resource is not None}
    assert there == known | public


@pytest.mark.parametrize("name", [op.name for op in OPERATIONS.values() if op.is_order])
async def test_an_order_or_exit_is_never_a_GET(relay: World, name: str) -> None:
    answer = await relay.call("GET", name)
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.failure("F61")
async def test_a_user_without_an_agent_gets_503_and_the_next_step(relay: World) -> None:
    await relay.agent("bob", shares=True)
    for method, path in (("GET", "positions"), ("POST", "place-order"), ("POST", "cancel-order")):
        answer = await relay.call(method, path)
        assert answer.status == 503
        assert answer.body["error"] == "Your agent is not connected"
        assert (answer.body["sent"], answer.body["errorCode"]) == ("no", "agent_not_connected")
        assert answer.body["detail"].endswith("python -m agent")


@pytest.mark.attack("A54")
async def test_A54_a_quote_of_another_agent_is_labelled_however_odd_it_is(relay: World) -> None:
    agent = await relay.agent("bob", shares=True, feed="feed-7")
    answer = relay.calling("POST", "stock-quote", json={"contract": {"symbol": "AAPL"}})
    request = await agent.request()
    assert (request.user, request.args) == ("", {"contract": {"symbol": "AAPL"}})
    await agent.reply(request, {"last": 228_000})
    assert (await answer).body == {
        "result": {"last": 228_000},
        "source": {"own": False, "feed": "feed-7"},
    }


@pytest.mark.attack("A36")
async def test_headers_that_name_a_user_change_nothing(relay: World) -> None:
    await relay.agent("bob")
    headers = {"X-User-Id": "bob", "X-Forwarded-User": "bob"}
    assert (await relay.call("GET", "positions", headers=headers)).status == 503


# Bodies


async def test_a_body_that_is_not_json_is_415_and_one_that_is_broken_400(relay: World) -> None:
    await relay.agent("alice")
    plain = {"Content-Type": "text/plain"}
    assert (await relay.call("POST", "place-order", data=b"{}", headers=plain)).status == 415
    json = {"Content-Type": "application/json"}
    for data in (b"{", b"[]", b'{"body":NaN}', b'{"body":1,"body":1}'):
        answer = await relay.call("POST", "place-order", data=data, headers=json)
        assert (answer.status, answer.body["sent"]) == (400, "no")


async def test_an_argument_that_the_operation_does_not_take_is_422(relay: World) -> None:
    answer = await relay.call("POST", "positions", json={"user": "bob"})
    assert answer.status == 422


async def test_a_body_over_128_KiB_is_413(relay: World) -> None:
    answer = await relay.call("POST", "preview", json={"body": "x" * 128 * 1024})
    assert answer.status == 413


async def test_a_body_that_unpacks_to_more_is_413_too(relay: World) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    data = gzip.compress(b'{"body":"' + b"x" * 10_000_000 + b'"}')
    assert len(data) < 128 * 1024
    answer = await relay.call("POST", "preview", data=data, headers=headers)
    assert answer.status == 413


async def test_a_body_that_never_ends_is_408_and_its_connection_is_closed() -> None:
    async with world("alice", limits=Limits(body_seconds=0.05)) as relay:
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        who = f"Authorization: Bearer {make(TOKEN, 'alice', 'trade')}"
        head = f"POST /options/relay/preview HTTP/1.1\r\nHost: relay\r\n{who}"
        kind = "Content-Type: application/json\r\nTransfer-Encoding: chunked"
        writer.write(f"{head}\r\n{kind}\r\n\r\n1\r\n{{\r\n".encode())
        answer = await reader.read()  # to its end: the relay closes
        assert answer.startswith(b"HTTP/1.1 408")
        writer.close()


async def test_exact_numbers_reach_the_agent(relay: World) -> None:
    agent = await relay.agent("alice")
    data = b'{"body":{"lmtPrice":0.10000000000000000001}}'
    answer = relay.calling(
        "POST", "preview", data=data, headers={"Content-Type": "application/json"}
    )
    message = await agent.socket.receive_str()
    assert '"lmtPrice":0.10000000000000000001' in message
    request = decode(message, Request)
    assert isinstance(request, Request)
    await agent.reply(request, {})
    assert (await answer).status == 200


# What the agent says


async def test_an_error_of_the_agent_is_the_desks_error(relay: World) -> None:
    agent = await relay.agent("alice")
    answer = relay.calling("POST", "place-order", json={"body": {}})
    error = Refused("Order totalQuantity must be positive", FieldError("/order", "positive"))
    await agent.reply(await agent.request(), None, error=to_form(error))
    done = await answer
    assert done.status == 422
    assert done.body["error"] == "Order totalQuantity must be positive"
    assert to_form(from_form(done.body["form"])) == to_form(error)


# Own pages


async def test_health_readiness_and_numbers(relay: World) -> None:
    await relay.agent("alice")
    assert (await relay.raw("GET", "/healthz")).body == {"ok": True}
    assert (await relay.raw("GET", "/readyz")).body == {"ready": True, "newAgents": True}
    numbers = await relay.raw("GET", "/metrics")
    assert "ibrelay_agents 1.0" in numbers.body and "alice" not in numbers.body


async def test_numbers_asked_through_a_proxy_need_an_admin(relay: World) -> None:
    through = {"X-Forwarded-For": "203.0.113.7"}
    assert (await relay.raw("GET", "/metrics", headers=through)).status == 401


async def test_only_an_admin_sees_who_is_connected(relay: World) -> None:
    await relay.agent("alice", label="home")
    assert (await relay.call("GET", "agents", scope="approve")).status == 403
    [row] = (await relay.call("GET", "agents", "root", "admin")).body["result"]
    assert (row["user"], row["label"], row["connected"]) == ("alice", "home", True)


@pytest.mark.parametrize("path", ["/", "/options/relay/nothing", "/options/relay/positions/"])
async def test_what_is_not_there_is_404(relay: World, path: str) -> None:
    answer = await relay.raw("GET", path)
    assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store, private")


async def test_a_mistake_of_ours_is_an_answer_too(
    relay: World, caplog: pytest.LogCaptureFixture
) -> None:
    relay.relay.hub.agent = broken  # type: ignore[method-assign]
    answer = await relay.call("GET", "agent")
    assert (answer.status, answer.body["sent"]) == (500, "unknown")
    assert "canary" not in repr(answer.body) and "canary" in caplog.text


def broken(user: str) -> dict[str, object]:
    raise LookupError("canary")


async def test_a_mistake_in_the_clockwork_does_not_stop_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    turns = asyncio.Queue[int]()
    done: list[int] = []

    def turn() -> None:
        done.append(1)
        turns.put_nowait(len(done))
        if len(done) == 1:
            raise LookupError("canary")

    task = asyncio.create_task(each(0.001, turn))
    assert [await turns.get(), await turns.get()] == [1, 2]
    task.cancel()
    assert "canary" in caplog.text
