"""The event stream of a user: hello, resume, reset, caps, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientResponse

from relay.assertions import make
from relay.streams import ALTOGETHER, KEEP_ALIVE_SECONDS, PER_USER
from tests.relay.agents_for_tests import TOKEN, World, world
from tests.relay.hubs_for_tests import parsed


@pytest.fixture
async def relay() -> AsyncIterator[World]:
    async with world("alice", "bob") as running:
        yield running


@asynccontextmanager
async def stream(relay: World, user: str = "alice", last: str = "") -> AsyncIterator[Events]:
    headers = {"Authorization": f"Bearer {make(TOKEN, user, 'read')}"}
    if last:
        headers["Last-Event-ID"] = last
    async with relay.client.get(f"{relay.url}/options/relay/events", headers=headers) as answer:
        yield Events(answer)


class Events:
    """An open stream, read event by event."""

    def __init__(self, answer: ClientResponse) -> None:
        self.answer = answer
        self.ids: list[str] = []

    async def next(self) -> tuple[str, Any]:
        raw = await self.raw()
        first = raw.decode().splitlines()[0]
        if first.startswith("id: "):
            self.ids.append(first.removeprefix("id: "))
        return parsed(raw)

    async def raw(self) -> bytes:
        async with asyncio.timeout(5):
            return await self.answer.content.readuntil(b"\n\n")


async def test_a_stream_begins_with_hello_and_goes_on_with_the_agents_events(
    relay: World,
) -> None:
    async with stream(relay) as events:
        assert events.answer.content_type == "text/event-stream"
        kind, hello = await events.next()
        assert (kind, hello["last"], hello["agent"]["connected"]) == ("hello", 0, False)
        agent = await relay.agent("alice")
        assert await events.next() == ("agent", relay.relay.hub.agent("alice"))
        await agent.event(1, "order", clientOrderId="ui-1")
        assert await events.next() == ("order", {"clientOrderId": "ui-1"})
        assert events.ids == [f"{hello['boot']}-{number}" for number in (0, 1, 2)]


async def test_nothing_of_another_users_agent_is_on_the_stream(relay: World) -> None:
    async with stream(relay, "bob") as events:
        await events.next()
        agent = await relay.agent("alice")
        await agent.event(1, "order", secret="canary")
        await relay.agent("bob")
        kind, told = await events.next()
        assert kind == "agent" and "canary" not in repr(told)


async def test_a_stream_goes_on_where_it_was(relay: World) -> None:
    agent = await relay.agent("alice")
    async with stream(relay) as events:
        await events.next()
        await agent.event(1, "order", n=1)
        await events.next()
        last = events.ids[-1]
        await agent.event(2, "order", n=2)
        await events.next()
    async with stream(relay, last=last) as again:
        kind, hello = await again.next()
        assert kind == "hello" and again.ids == [last]
        assert await again.next() == ("order", {"n": 2})


async def test_what_cannot_be_resumed_is_a_reset(relay: World) -> None:
    async with stream(relay, last="another-boot-17") as events:
        assert (await events.next())[0] == "hello"
        assert await events.next() == ("reset", {})
        await relay.agent("alice")
        assert (await events.next())[0] == "agent"


@pytest.mark.failure("F70")
async def test_a_stream_that_falls_behind_the_ring_is_reset_and_costs_nothing(
    relay: World,
) -> None:
    feed = relay.relay.hub.feed("alice")
    async with stream(relay) as events:
        await events.next()
        for number in range(3_000):
            feed.publish("order", number)
        kind, _ = await events.next()
        assert kind == "reset"
        feed.publish("order", "after")
        assert await events.next() == ("order", "after")


async def test_a_user_has_so_many_streams_and_another_user_still_gets_one(relay: World) -> None:
    feed = relay.relay.hub.feed("alice")
    async with stream(relay, "alice"):
        for _ in range(PER_USER - 1):
            feed.subscribe(asyncio.Event().set)
        answer = await relay.call("GET", "events")
        assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
        async with stream(relay, "bob") as events:
            assert events.answer.status == 200


def test_there_is_a_cap_for_all_and_a_keep_alive() -> None:
    assert ALTOGETHER == 4_000 and KEEP_ALIVE_SECONDS == 10


async def test_a_quiet_stream_is_kept_alive() -> None:
    async with world("alice", keep_alive=0.01) as relay, stream(relay) as events:
        await events.next()
        assert await events.raw() == b": keep-alive\n\n"


async def test_a_reader_that_leaves_frees_its_place() -> None:
    async with world("alice", keep_alive=0.01) as relay:
        feed = relay.relay.hub.feed("alice")
        async with stream(relay) as events:
            await events.next()
            assert feed.subscribers == relay.relay.streams.open == 1
        async with asyncio.timeout(5):
            while feed.subscribers:
                await asyncio.sleep(0)
        assert relay.relay.streams.open == 0


async def test_a_stream_ends_with_a_bye_when_the_relay_does(relay: World) -> None:
    async with stream(relay) as events:
        await events.next()
        relay.relay.streams.stop()
        assert await events.next() == ("bye", {})
        assert await events.answer.content.read() == b""
