"""Links that stop, servers and nodes that die: who notices, and what is never done late."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from relay.messages import Ack, Request
from tests.nats import NatsServer, nats_cluster, nats_server
from tests.relay.agents_for_tests import TestAgent
from tests.relay.links_for_tests import Link, link
from tests.relay.nodes_for_tests import Node, several, until
from tests.relay.test_nodes import ORDER, agent_at, nothing_came
from tests.relay.test_streams import stream


@pytest.fixture(scope="module")
def server() -> Iterator[NatsServer]:
    with nats_server() as running:
        yield running


@pytest.fixture
async def links(server: NatsServer) -> AsyncIterator[list[Link]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(link(server.port)) for _ in range(2)]


@pytest.fixture
async def nodes(links: list[Link], tmp_path: Path) -> AsyncIterator[list[Node]]:
    """Two nodes, each with a link of its own to the server."""
    async with several([[one.url] for one in links], tmp_path / "desk.db") as running:
        yield running


async def all_up(nodes: list[Node]) -> None:
    others = len(nodes) - 1
    await until(lambda: all(len(node.nodes._directory) == others for node in nodes), "all meet", 15)


async def answers(agent: TestAgent) -> None:
    """The agent answers whatever it is asked."""
    while True:
        with suppress(TimeoutError):  # it was not asked for a while
            frame = await agent.next()
            if isinstance(frame, Request):
                await agent.reply(frame, {})


@asynccontextmanager
async def answering(agents: Sequence[TestAgent]) -> AsyncIterator[None]:
    """All of them: one that answers no ping is given up while another is waited for."""
    tasks = [asyncio.create_task(answers(agent)) for agent in agents]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def reached_again(node: Node, agent: TestAgent) -> None:
    """A read may be asked until it comes through."""
    async with asyncio.timeout(25):  # an answer may be lost, and a read waits 15 s for it
        while (await node.call("GET", "status", agent.user)).status != 200:
            await asyncio.sleep(0.01)


@pytest.mark.failure("F59")
async def test_F59_an_order_that_a_stopped_link_delivers_late_is_not_done(
    links: list[Link], nodes: list[Node]
) -> None:
    agent = await agent_at(nodes, 0, "alice")
    links[0].stop()
    answer = nodes[1].calling("POST", "place-order", json=ORDER)
    await until(lambda: b"place-order" in links[0].held, "the order is on its way")
    nodes[0].wall.ahead = 10.5  # so much time has passed
    links[0].heal()
    done = await answer
    assert (done.status, done.body["errorCode"], done.body["sent"]) == (503, "expired", "no")
    assert nodes[0].relay.hub.counts["orders that came too late"] == 1
    await nothing_came(nodes[0], agent)


@pytest.mark.failure("F59")
async def test_F59_a_link_that_gives_up_makes_it_unknown_and_it_is_not_done_later(
    links: list[Link], nodes: list[Node]
) -> None:
    agent = await agent_at(nodes, 0, "alice")
    links[1].stop()
    answer = nodes[1].calling("POST", "place-order", json=ORDER)
    done = await answer
    assert (done.status, done.body["state"], done.body["sent"]) == (202, "unknown", "unknown")
    nodes[0].wall.ahead = 10.5
    links[1].heal()
    counts = nodes[0].relay.hub.counts
    await until(lambda: counts["orders that came too late"] == 1, "the order comes too late")
    await nothing_came(nodes[0], agent)


@pytest.mark.failure("F67")
async def test_F67_without_a_link_an_order_is_refused_at_once_and_never_done(
    links: list[Link], nodes: list[Node]
) -> None:
    agent = await agent_at(nodes, 0, "alice")
    links[1].cut()
    await until(lambda: not nodes[1].nodes._post.is_up, "the link is down")
    for operation in ("place-order", "cancel-order", "positions"):
        async with asyncio.timeout(1):
            answer = await nodes[1].call("POST", operation, json={})
        assert (answer.status, answer.body["sent"]) == (503, "no")
        assert "cannot reach the others" in answer.body["detail"]
    links[1].heal()
    await all_up(nodes)
    await nodes[1].hears(agent)
    await nothing_came(nodes[1], agent)


@pytest.mark.failure("F67")
async def test_F67_an_order_under_way_is_unknown_when_the_link_breaks(
    links: list[Link], nodes: list[Node]
) -> None:
    agent = await agent_at(nodes, 0, "alice")
    order = nodes[1].calling("POST", "place-order", json=ORDER)
    read = nodes[1].calling("GET", "positions")
    requests = [await agent.request(), await agent.request()]
    links[1].cut()
    done = await order
    assert (done.status, done.body["state"], done.body["clientOrderId"]) == (202, "unknown", "ui-1")
    assert (await read).status == 503
    for request in requests:  # the agent goes on as if nothing had been
        await agent.reply(request, {})
    assert isinstance(await agent.next(), Ack)
    await nothing_came(nodes[0], agent)


@pytest.mark.failure("F67")
async def test_F67_a_node_that_is_cut_off_is_503_at_once_for_the_others(
    links: list[Link], nodes: list[Node]
) -> None:
    agent = await agent_at(nodes, 0, "alice", label="home")
    async with stream(nodes[1]) as events:
        assert (await events.next())[1]["agent"]["connected"] is True
        links[0].cut()
        await until(lambda: not nodes[0].nodes._post.is_up, "the link is down")
        async with asyncio.timeout(1):
            answer = await nodes[1].call("POST", "place-order", json=ORDER)
        assert (answer.status, answer.body["sent"]) == (503, "no")
        assert (await events.next())[0] == "reset"
        away = (await nodes[1].call("GET", "agent")).body["result"]
        assert (away["connected"], away["label"]) == (False, "home")
        assert "cannot be reached" in away["reason"]
        await nothing_came(nodes[0], agent)  # its own node serves it as ever
        links[0].heal()
        await nodes[1].hears(agent)
        assert (await events.next())[0] == "reset"
        await agent.event(1, "order", n=1)
        kinds = [await events.next()]
        while kinds[-1][0] != "order":
            kinds.append(await events.next())
        assert kinds[-1] == ("order", {"n": 1})
    await nothing_came(nodes[1], agent)


@pytest.mark.failure("F67")
async def test_F67_the_nats_server_dies_and_comes_back(tmp_path: Path) -> None:
    with nats_server() as first:
        async with several([[first.url]] * 2, tmp_path / "desk.db") as nodes:
            agent = await agent_at(nodes, 0, "alice")
            order = nodes[1].calling("POST", "place-order", json=ORDER)
            request = await agent.request()
            first.kill()
            assert (await order).body["state"] == "unknown"
            await agent.reply(request, {})
            assert isinstance(await agent.next(), Ack)
            await nothing_came(nodes[0], agent)
            assert (await nodes[1].call("GET", "positions")).status == 503
            with nats_server(port=first.port):
                await nodes[1].hears(agent)
                await all_up(nodes)
                await nothing_came(nodes[1], agent)


@pytest.mark.failure("F67")
async def test_F67_one_of_three_nats_servers_dies(tmp_path: Path) -> None:
    with nats_cluster(3) as servers:
        urls = [one.url for one in servers]
        async with several([urls] * 3, tmp_path / "desk.db") as nodes:
            agents = [
                await agent_at(nodes, n, name) for n, name in enumerate(("alice", "bob", "charlie"))
            ]
            servers[0].kill()
            async with answering(agents):
                for agent in agents:
                    for node in nodes:
                        await reached_again(node, agent)


@pytest.mark.failure("F67")
async def test_F67_a_partition_leaves_one_owner(links: list[Link], nodes: list[Node]) -> None:
    """The agent comes back at another node, and its old one hears nothing but SQL."""
    old = await agent_at(nodes, 0, "alice")
    links[0].cut()
    new = await nodes[1].agent("alice", "alice's box")
    assert (await old.close_code())[1] == "replaced"
    assert (await nodes[0].call("POST", "place-order", json=ORDER)).status == 503
    await nothing_came(nodes[1], new)
