"""L 0, user permission model: positions and orders strictly of the user, quotes of any agent."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession, WSMsgType

from relay.messages import Hello, encode
from tests.mission.world import MissionWorld, order_body, resting
from trading.refusals import AGENT_NOT_CONNECTED

POSITIONS = "/api/ib-connection/positions"
STRANGERS = ("bob", "charlie")  # an agent that is away, and no agent at all


@pytest.mark.attack("A35")
@pytest.mark.parametrize("name", STRANGERS)
def test_0_positions_are_of_the_users_own_account_only(world: MissionWorld, name: str) -> None:
    """User may only see positions for their own account. Routes only to the provider that belongs
    to that user. If that user's agent is not connected, the request fails with 503."""
    status, answer = world.positions("alice")
    assert status == 200
    assert {row["account"] for row in answer["positions"]} == {"DU1000001", "DU1000002"}
    for status, answer in (
        world.positions(name),
        world.relay_call(name, "GET", f"/options/relay/positions?user_id={name}"),
    ):
        assert (status, answer["error"], answer["sent"]) == (503, AGENT_NOT_CONNECTED, "no")
        assert "DU1" not in str(answer)


@pytest.mark.attack("A55")
@pytest.mark.parametrize("name", STRANGERS)
def test_0_orders_are_sent_and_cancelled_for_the_own_account_only(
    world: MissionWorld, name: str
) -> None:
    """User may only send or cancel orders for their own account. Never uses another user's
    agent."""
    book, key = world.gateways["alice"], f"p0-{name}"
    assert world.place("alice", key, **resting())[0] == 201
    before = len(book.state()["orders"])
    asked = [
        world.place(name, f"{key}-2"),
        world.place(name, f"{key}-3", account="DU1000001"),
        world.call(name, "POST", "/api/ib-connection/cancel-order", {"clientOrderId": key}),
        world.call(name, "DELETE", f"/api/v1/orders/{key}"),
        world.call(name, "PATCH", f"/api/v1/orders/{key}", {"order": {"lmtPrice": 2}}),
        world.call(name, "DELETE", "/api/v1/orders"),
        world.relay_call(name, "POST", "/options/relay/cancel-all", {}),
    ]
    assert [status for status, _ in asked] == [503] * len(asked)
    assert {answer["error"] for _, answer in asked} == {AGENT_NOT_CONNECTED}
    assert {answer["sent"] for _, answer in asked} == {"no"}
    assert len(book.state()["orders"]) == before
    order = world.call("alice", "GET", f"/api/v1/orders/{key}")[1]
    assert (order["state"], order["order"]["lmtPrice"]) == ("live", 1)


def test_0_quotes_may_come_from_any_connected_agent(world: MissionWorld) -> None:
    """Different users may pull quotes from any connected account. If that user has no connected
    agent, it may fall back to any other connected provider."""
    status, quote = world.call("charlie", "GET", "/api/v1/stock-quote?symbol=AAPL")
    assert (status, quote["source"]) == (200, {"own": False, "feed": "paper feed"})
    assert quote["bid"] > 0
    status, own = world.call("alice", "GET", "/api/v1/stock-quote?symbol=AAPL")
    assert (status, own["source"]["own"]) == (200, True)
    asked = {"symbols": ["AAPL", "MSFT"]}
    status, prices = world.relay_call("charlie", "POST", "/options/relay/fetch-prices", asked)
    assert (status, prices["source"]["own"]) == (200, False)
    assert {one["contract"]["symbol"] for one in prices["result"]["quotes"]} == {"AAPL", "MSFT"}
    assert not any(word in str((quote, prices)) for word in ("alice", "DU1"))


@pytest.mark.attack("A40")
async def test_0_each_agent_registers_with_the_user_of_its_key(world: MissionWorld) -> None:
    """Each agent registers with a user_id (from API key validation): what it says of itself
    changes nothing."""
    status, agents = world.relay_call("admin", "GET", "/options/relay/agents", scope="admin")
    connected = {one["user"] for one in agents["result"] if one["connected"]}
    assert (status, "alice" in connected, "bob" in connected) == (200, True, False)
    key = {"Authorization": f"Bearer {world.keys['bob'].agent}"}
    url = f"http://127.0.0.1:{world.relay_port}/agent/connect"
    hello = Hello("another machine", "run", "0", "paper", True, "feed", "", user="alice")
    async with ClientSession() as client, client.ws_connect(url, headers=key) as socket:
        await socket.send_str(encode(hello))
        said = await socket.receive()
        assert (said.type, said.data) == (WSMsgType.CLOSE, 4403)
    assert world.positions("alice")[0] == 200


def test_0_quotes_fall_back_and_positions_do_not(world: MissionWorld) -> None:
    """Quote endpoints use allow_fallback_to_any=True: if the requesting user has no agent, the
    request can still be satisfied by another connected agent (read-only data only)."""
    for path in ("stock-quote?symbol=MSFT", "contracts?query=MSFT", "bars?symbol=MSFT"):
        assert world.call("charlie", "GET", f"/api/v1/{path}")[0] == 200
    for path in ("positions", "account", "accounts", "pnl", "executions", "orders"):
        status, answer = world.call("charlie", "GET", f"/api/v1/{path}")
        assert (status, answer["error"]) == (503, AGENT_NOT_CONNECTED), path


@pytest.mark.attack("A35", "A36")
def test_0_the_routes_take_no_user_id_of_the_client(world: MissionWorld) -> None:
    """Positions and order routes require authentication and pass the current user's id; they
    never accept a different user id from the client."""
    for query in ("user_id=alice", "user_id=charlie&user_id=alice"):
        assert world.call("charlie", "GET", f"{POSITIONS}?{query}")[0] == 403
        path = f"/api/ib-connection/place-order?{query}"
        assert world.call("charlie", "POST", path, order_body("p0-id"))[0] == 403
        for relay_path in ("positions", "orders"):
            asked = world.relay_call("charlie", "GET", f"/options/relay/{relay_path}?{query}")
            assert asked[0] == 403
    for header in ("X-User-Id", "X-Forwarded-User", "Remote-User"):
        status, answer = world.call("charlie", "GET", POSITIONS, **{header: "alice"})
        assert (status, answer["error"]) == (503, AGENT_NOT_CONNECTED)
    body = order_body("p0-id") | {"user_id": "alice"}
    assert world.call("charlie", "POST", "/api/ib-connection/place-order", body)[0] == 422
    assert world.gateways["alice"].orders("p0-id") == []
