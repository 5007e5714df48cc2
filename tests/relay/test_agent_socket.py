"""Agents over real sockets: the key, hello, and what closes a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSServerHandshakeError

from relay.agent_socket import Limits
from relay.messages import MAX_FRAME, Ack, Pong, Request, encode
from relay.rates import BURST
from tests.relay.agents_for_tests import TestAgent, World, said_hello, world


@pytest.fixture
async def relay() -> AsyncIterator[World]:
    async with world("alice", "bob", "charlie") as running:
        yield running


async def refused(relay: World, user: str = "alice", **more: Any) -> WSServerHandshakeError:
    with pytest.raises(WSServerHandshakeError) as caught:
        await relay.open(user, **more)
    return caught.value


async def until_connected(relay: World, count: int) -> None:
    async with asyncio.timeout(5):
        while relay.relay.hub.connected != count:
            await asyncio.sleep(0)


# Before the upgrade


async def test_an_unknown_key_is_401(relay: World) -> None:
    error = await refused(relay, "mallory")
    assert error.status == 401
    assert error.headers is not None and error.headers["WWW-Authenticate"] == "Bearer"


async def test_no_key_is_401(relay: World) -> None:
    assert (await refused(relay, headers={"Authorization": ""})).status == 401


async def test_A42_a_revoked_key_is_401(relay: World) -> None:
    relay.keys.revoke("alice")
    assert (await refused(relay)).status == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:5000"])
async def test_A44_a_web_page_cannot_be_an_agent(relay: World, origin: str) -> None:
    assert (await refused(relay, headers={"Origin": origin})).status == 403


async def test_A43_a_key_in_the_address_is_400(relay: World) -> None:
    answer = await relay.raw("GET", f"/agent/connect?key={relay.keys.secret('alice')}")
    assert answer.status == 400 and "Revoke" in answer.body["error"]


async def test_a_plain_request_is_told_that_a_websocket_is_needed(relay: World) -> None:
    headers = {"Authorization": f"Bearer {relay.keys.secret('alice')}"}
    assert (await relay.raw("GET", "/agent/connect", headers=headers)).status == 426


async def test_without_the_database_new_agents_wait_and_connected_ones_stay(relay: World) -> None:
    agent = await relay.agent("alice")
    relay.keys.is_away = True
    error = await refused(relay, "bob")
    assert error.status == 503
    assert error.headers is not None and error.headers["Retry-After"] == "2"
    await relay.relay.gate.look(relay.relay.hub)
    answer = relay.calling("GET", "positions")
    await agent.reply(await agent.request(), 1)
    assert (await answer).status == 200


# Hello


async def test_A45_no_hello_in_time_closes_4401() -> None:
    async with world("alice", limits=Limits(hello_seconds=0.01)) as relay:
        silent = TestAgent(await relay.open("alice"))
        assert await silent.close_code() == (4401, "No hello in time")


def test_hello_may_take_five_seconds() -> None:
    assert Limits().hello_seconds == 5


async def test_A40_another_users_name_in_hello_closes_4403(relay: World) -> None:
    agent = await relay.knock("alice", user="bob")
    assert (await agent.close_code())[0] == 4403


async def test_something_else_before_hello_closes_4400(relay: World) -> None:
    agent = TestAgent(await relay.open("alice"))
    await agent.say(Pong(1))
    assert (await agent.close_code())[0] == 4400


async def test_a_ping_before_hello_closes_4400(relay: World) -> None:
    socket = await relay.open("alice")
    await socket.ping()
    assert (await TestAgent(socket).close_code())[0] == 4400


async def test_an_agent_that_hangs_up_before_hello_leaves_nothing(relay: World) -> None:
    socket = await relay.open("alice")
    await socket.close()
    assert relay.relay.hub.connected == 0


async def test_a_database_that_is_lost_between_key_and_epoch_closes_1012(relay: World) -> None:
    socket = await relay.open("alice")
    relay.keys.is_away = True
    agent = TestAgent(socket)
    await agent.say(said_hello())
    assert (await agent.close_code())[0] == 1012


# Garbage


async def nothing(socket: ClientWebSocketResponse) -> None:
    await socket.send_bytes(b"{}")


async def not_json(socket: ClientWebSocketResponse) -> None:
    await socket.send_str('{"t":"pong","time":NaN}')


async def too_big(socket: ClientWebSocketResponse) -> None:
    await socket.send_str('"' + "x" * MAX_FRAME + '"')


async def unsolicited(socket: ClientWebSocketResponse) -> None:
    await socket.send_str(encode(Request("1", "status", "bob", 1, 1, 1)))


async def not_utf8(socket: ClientWebSocketResponse) -> None:
    await socket.send_frame(b"\xff\xfe", 1)  # type: ignore[arg-type]


async def flood(socket: ClientWebSocketResponse) -> None:
    text = encode(Pong(1))
    for _ in range(int(BURST) + 2_000):
        await socket.send_str(text)


async def ping_flood(socket: ClientWebSocketResponse) -> None:
    for _ in range(int(BURST) + 2_000):
        await socket.ping()


GARBAGE = {
    nothing: 1003,
    not_json: 1007,
    not_utf8: 1007,
    too_big: 1009,
    unsolicited: 4400,
    flood: 4429,
    ping_flood: 4429,
}


@pytest.mark.failure("F69")
@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda garbage: garbage.__name__)
async def test_A47_garbage_closes_its_sender_and_nobody_else(relay: World, garbage: Any) -> None:
    bad, good = await relay.agent("alice"), await relay.agent("bob")
    order = relay.calling("POST", "cancel-order", json={"clientOrderId": "ui-1"})
    read = relay.calling("GET", "positions", "bob")
    await bad.request()
    asked = await good.request()
    with suppress(ConnectionResetError):  # closed before all of it was said
        await garbage(bad.socket)
    assert (await bad.close_code())[0] == GARBAGE[garbage]
    assert (await order).status == 202
    await good.reply(asked, "fine")
    assert (await read).body["result"] == "fine"
    await until_connected(relay, 1)


# Two connections of one user


@pytest.mark.failure("F63")
async def test_the_same_machine_comes_again_and_its_old_socket_is_closed_4409(
    relay: World,
) -> None:
    old = await relay.agent("alice", "one")
    new = await relay.agent("alice", "one")
    assert await old.close_code() == (4409, "replaced")
    assert new.epoch > old.epoch
    answer = relay.calling("GET", "positions")
    request = await new.request()
    await new.reply(request, "old", epoch=old.epoch)
    await new.reply(request, "new")
    assert (await answer).body["result"] == "new"


@pytest.mark.failure("F64")
async def test_A41_another_machine_with_the_key_is_refused_4409(relay: World) -> None:
    first = await relay.agent("alice", "one")
    second = await relay.knock("alice", "two")
    assert await second.close_code() == (4409, "another_agent_active")
    assert relay.keys.refused == [("alice", "two")]
    answer = relay.calling("GET", "positions")
    await first.reply(await first.request(), "first")
    assert (await answer).body["result"] == "first"


@pytest.mark.failure("F64")
async def test_the_user_may_let_the_other_machine_take_over(relay: World) -> None:
    first = await relay.agent("alice", "one")
    assert (await relay.call("POST", "take-over")).status == 200
    second = await relay.agent("alice", "two")
    assert await first.close_code() == (4409, "replaced")
    assert second.epoch > first.epoch


# The end


async def test_a_dropped_socket_is_noticed_and_told(relay: World) -> None:
    agent = await relay.agent("alice")
    order = relay.calling("POST", "place-order", json={"body": {"clientOrderId": "ui-1"}})
    await agent.request()
    transport_of(agent).abort()
    done = await order
    assert (done.status, done.body["state"], done.body["sent"]) == (202, "unknown", "unknown")
    assert (await relay.call("GET", "agent")).body["result"]["connected"] is False


@pytest.mark.failure("F62", "F66")
async def test_a_result_told_after_the_reconnect_is_acknowledged(relay: World) -> None:
    agent = await relay.agent("alice")
    order = relay.calling("POST", "place-order", json={"body": {"clientOrderId": "ui-1"}})
    request = await agent.request()
    await agent.socket.close()
    assert (await order).status == 202
    again = await relay.agent("alice")
    await again.reply(request, {"state": "filled"})
    assert await again.next() == Ack(request.id)


@pytest.mark.failure("F66")
async def test_a_relay_that_ends_closes_1012_and_answers_everybody() -> None:
    async with world("alice") as relay:
        agent = await relay.agent("alice")
        silent = TestAgent(await relay.open("alice"))
        order = relay.calling("POST", "cancel-all")
        read = relay.calling("GET", "positions")
        await agent.request()
        await agent.request()
        stopping = asyncio.create_task(relay.relay.stop())
        assert (await agent.close_code())[0] == 1012
        assert (await silent.close_code())[0] == 1012
        await stopping
        assert ((await order).status, (await order).body["sent"]) == (202, "unknown")
        assert ((await read).status, (await read).body["sent"]) == (503, "no")
        assert (await relay.raw("GET", "/readyz")).status == 503
        assert (await refused(relay)).status == 503


async def test_an_agent_that_does_not_read_is_cut_off() -> None:
    async with world("alice", limits=Limits(max_unread=64 * 1024)) as relay:
        agent = await relay.agent("alice")
        transport = transport_of(agent)
        transport.pause_reading()
        body = {"body": {"note": "x" * 100_000}}
        answers = [relay.calling("POST", "preview", json=body) for _ in range(120)]
        done = await asyncio.gather(*answers)
        assert {answer.status for answer in done} == {503}
        shown = await relay.call("GET", "agent")
        assert shown.body["result"]["reason"] == "It does not read what it is sent"
        transport.resume_reading()


def transport_of(agent: TestAgent) -> asyncio.Transport:
    """The agent's end of the TCP connection, to misbehave with."""
    transport = agent.socket.get_extra_info("transport")
    if transport is None:
        connection = agent.socket._response.connection
        assert connection is not None
        transport = connection.transport
    assert isinstance(transport, asyncio.Transport)
    return transport
