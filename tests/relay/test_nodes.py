"""Several nodes over a real NATS server: who is reached from where, and who hears what."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from relay.agent_socket import WENT
from relay.directory import Entry
from relay.hub import Hub
from relay.messages import TAKEN_OVER, Ack
from relay.node_forms import entry_form
from relay.nodes import NODE_GONE, Nodes
from relay.operations import OPERATIONS
from relay.owners import Owners
from relay.post import Answer, Head, Post
from tests.nats import NatsServer, nats_cluster, nats_server
from tests.relay.agents_for_tests import TOKEN, TestAgent
from tests.relay.buses_for_tests import Switchboard
from tests.relay.hubs_for_tests import FakeConnection, HubWorld, hello
from tests.relay.nodes_for_tests import Node, several, until
from tests.relay.rows_for_tests import KnownRows
from tests.relay.test_streams import stream
from trading.refusal_forms import to_form
from trading.refusals import NotFound

ORDER = {"body": {"clientOrderId": "ui-1"}}


@pytest.fixture(scope="module")
def server() -> Iterator[NatsServer]:
    with nats_server() as running:
        yield running


@pytest.fixture
async def nodes(server: NatsServer, tmp_path: Path) -> AsyncIterator[list[Node]]:
    async with several([[server.url]] * 3, tmp_path / "desk.db") as running:
        yield running


async def agent_at(nodes: list[Node], home: int, user: str, **hello: object) -> TestAgent:
    """An agent of that user at one of the nodes, of which all have heard."""
    agent = await nodes[home].agent(user, f"{user}'s box", **hello)
    for node in nodes:
        await node.hears(agent)
    return agent


async def nothing_came(node: Node, agent: TestAgent) -> None:
    """The next that the agent hears is what we ask now: everything before was kept from it."""
    node.calling("GET", "status", agent.user)
    request = await agent.request()
    assert request.op == "status"
    await agent.reply(request, {})


# Reach


async def test_an_agent_is_reached_from_every_node_of_three_servers(tmp_path: Path) -> None:
    with nats_cluster(3) as servers:
        async with several([[one.url] for one in servers], tmp_path / "desk.db") as nodes:
            agent = await agent_at(nodes, 0, "alice", feed="IB paper")
            for node in nodes:
                answer = node.calling("GET", "positions?account=DU1")
                request = await agent.request()
                assert (request.op, request.user) == ("positions", "alice")
                assert request.args == {"account": "DU1"}
                await agent.reply(request, {"rows": [1.5]})
                assert (await answer).body == {
                    "result": {"rows": [1.5]},
                    "source": {"own": True, "feed": "IB paper"},
                }


async def test_an_order_from_another_node_is_answered_and_acknowledged(nodes: list[Node]) -> None:
    agent = await agent_at(nodes, 0, "alice")
    answer = nodes[1].calling("POST", "place-order", json=ORDER)
    request = await agent.request()
    assert (request.epoch, request.args) == (agent.epoch, ORDER)
    await agent.reply(request, {"state": "filled"})
    assert await agent.next() == Ack(request.id)
    assert (await answer).body["result"] == {"state": "filled"}


async def test_exact_numbers_pass_between_nodes(nodes: list[Node]) -> None:
    agent = await agent_at(nodes, 0, "alice")
    data, headers = (
        b'{"body":{"price":0.1000000000000000000001}}',
        {"Content-Type": "application/json"},
    )
    answer = nodes[1].calling("POST", "preview", data=data, headers=headers)
    assert '"price":0.1000000000000000000001' in await agent.socket.receive_str()
    await nodes[1].relay.stop()
    assert (await answer).status == 503  # a node that stops answers at once


async def test_an_error_of_the_agent_passes_between_nodes(nodes: list[Node]) -> None:
    agent = await agent_at(nodes, 0, "alice")
    answer = nodes[2].calling("POST", "cancel-order", json={"clientOrderId": "ui-9"})
    error = to_form(NotFound("There is no such order"))
    await agent.reply(await agent.request(), None, error=error)
    done = await answer
    assert (done.status, done.body["error"]) == (404, "There is no such order")


@pytest.mark.failure("F61")
async def test_a_user_without_an_agent_anywhere_gets_503_and_nothing_was_sent(
    nodes: list[Node],
) -> None:
    await agent_at(nodes, 0, "alice", shares=True)
    for operation in (op for op in OPERATIONS.values() if op.reach == "private"):
        answer = await nodes[1].call("POST", operation.name, "bob", json={})
        assert (answer.status, answer.body["sent"]) == (503, "no")
        assert answer.body["errorCode"] == "agent_not_connected"


async def test_an_agent_that_goes_with_a_request_under_way(nodes: list[Node]) -> None:
    agent = await agent_at(nodes, 0, "alice")
    order = nodes[1].calling("POST", "place-order", json=ORDER)
    read = nodes[2].calling("GET", "positions")
    assert {(await agent.request()).op, (await agent.request()).op} == {"place-order", "positions"}
    await agent.socket.close()
    done = await order
    assert (done.status, done.body["state"], done.body["clientOrderId"]) == (202, "unknown", "ui-1")
    assert (await read).status == 503


# Quotes


async def test_a_quote_comes_from_the_own_agent_wherever_it_is(nodes: list[Node]) -> None:
    own = await agent_at(nodes, 0, "alice", feed="own")
    await agent_at(nodes, 1, "bob", shares=True)
    answer = nodes[1].calling("GET", "stock-quote")
    await own.reply(await own.request(), {"last": 1})
    assert (await answer).body["source"] == {"own": True, "feed": "own"}


async def test_a_quote_of_a_sharing_agent_of_this_node_comes_before_others(
    nodes: list[Node],
) -> None:
    await agent_at(nodes, 0, "bob", shares=True, feed="far")
    near = await agent_at(nodes, 1, "charlie", shares=True, feed="near")
    answer = nodes[1].calling("GET", "stock-quote")
    await near.reply(await near.request(), {"last": 1})
    assert (await answer).body["source"] == {"own": False, "feed": "near"}


async def test_a_quote_of_any_node_is_labelled_and_names_nobody(nodes: list[Node]) -> None:
    far = await agent_at(nodes, 0, "bob", shares=True, feed="far")
    answer = nodes[2].calling("GET", "stock-quote")
    request = await far.request()
    assert request.user == "" and "alice" not in repr(request)
    await far.reply(request, {"last": 1})
    assert (await answer).body == {"result": {"last": 1}, "source": {"own": False, "feed": "far"}}
    answer = nodes[2].calling("GET", "stock-quote")
    error = to_form(NotFound("DU-CANARY has no permission"))
    await far.reply(await far.request(), None, error=error)
    done = await answer
    assert done.status == 404 and "CANARY" not in repr(done.body)


async def test_an_agent_that_does_not_share_is_never_asked_for_others(nodes: list[Node]) -> None:
    silent = await agent_at(nodes, 0, "bob", shares=False)
    assert (await nodes[2].call("GET", "stock-quote")).status == 503
    await nothing_came(nodes[0], silent)


# Isolation


async def test_no_byte_of_one_user_reaches_another_at_any_node(nodes: list[Node]) -> None:
    alice = await agent_at(nodes, 0, "alice", label="CANARY")
    bob = await agent_at(nodes, 1, "bob")
    async with stream(nodes[0], "bob") as near, stream(nodes[2], "bob") as far:
        for events in (near, far):
            await events.next()
        await alice.event(1, "order", text="CANARY")
        answer = nodes[2].calling("GET", "orders")
        await alice.reply(await alice.request(), {"orders": ["CANARY"]})
        assert "CANARY" in repr((await answer).body)
        await bob.event(1, "order", text="mine")
        for events in (near, far):
            assert await events.next() == ("order", {"text": "mine"})
    await nothing_came(nodes[2], bob)
    for node in nodes:
        assert "CANARY" not in repr((await node.call("GET", "agent", "bob")).body)


# Orders twice and forged


async def tapped(server: NatsServer, subject: str) -> tuple[Client, list[Msg]]:
    """Somebody who hears all that the nodes say to each other there."""
    spy, heard = Client(), list[Msg]()

    async def hear(message: Msg) -> None:
        heard.append(message)

    await spy.connect(server.url)
    await spy.subscribe(subject, cb=hear)
    # A flush's PING is written at once and passes a SUB that still waits to be written
    # (nats-py 2.16.0, Client._send_ping). The second comes after it.
    await spy.flush()
    await spy.flush()
    return spy, heard


@pytest.mark.failure("F60")
async def test_F60_an_order_that_is_delivered_twice_is_done_once(
    server: NatsServer, nodes: list[Node]
) -> None:
    agent = await agent_at(nodes, 0, "alice")
    spy, heard = await tapped(server, "ibrelay.*.node.*")
    answer = nodes[1].calling("POST", "place-order", json=ORDER)
    request = await agent.request()
    await until(lambda: heard, "the order is tapped")
    [order] = heard
    assert b"place-order" in order.data
    await spy.publish(order.subject, order.data, order.reply)
    counts = nodes[0].relay.hub.counts
    await until(lambda: counts["orders that came twice"], "it came twice")
    await agent.reply(request, {"state": "filled"})
    assert (await answer).body["result"] == {"state": "filled"}
    assert await agent.next() == Ack(request.id)
    await nothing_came(nodes[0], agent)
    await spy.close()


async def test_a_message_that_no_node_sealed_is_dropped(
    server: NatsServer, nodes: list[Node]
) -> None:
    agent = await agent_at(nodes, 0, "alice")
    spy, heard = await tapped(server, "ibrelay.*.node.*")
    order = nodes[1].calling("POST", "cancel-order", json={"clientOrderId": "ui-1"})
    await agent.reply(await agent.request(), {"state": "cancelled"})
    assert (await order).status == 200
    await until(lambda: heard, "the order is tapped")
    forged = heard[0].data.replace(b"cancel-order", b"cancel-all  ").replace(b"-1", b"-2")
    await spy.publish(heard[0].subject, forged, "nowhere")
    counts = nodes[0].relay.hub.counts
    await until(lambda: counts["messages of nodes that nobody of us sealed"], "it was dropped")
    await agent.next()  # the ack
    await nothing_came(nodes[0], agent)
    await spy.close()


async def test_subjects_name_no_user(server: NatsServer, nodes: list[Node]) -> None:
    spy, heard = await tapped(server, ">")
    agent = await agent_at(nodes, 0, "alice")
    async with stream(nodes[1], "alice") as events:
        await events.next()
        await agent.event(1, "order", n=1)
        await events.next()
    await until(lambda: len({message.subject for message in heard}) > 3, "the spy hears")
    assert not [message.subject for message in heard if "alice" in message.subject]
    await spy.close()


# Clocks


@pytest.mark.parametrize(
    ("ahead", "operation", "status"),
    [
        (11, "place-order", 503),
        (11, "cancel-order", 503),
        (-3, "place-order", 503),
        (-3, "cancel-order", 200),
        (1.5, "place-order", 200),
        (-1.5, "place-order", 200),
    ],
)
async def test_clocks_may_differ_by_two_seconds(
    nodes: list[Node], ahead: float, operation: str, status: int
) -> None:
    """Beyond that the owner cannot say whether an order is late. An exit only has to be in time."""
    agent = await agent_at(nodes, 0, "alice")
    nodes[0].wall.ahead = ahead
    answer = nodes[1].calling("POST", operation, json={})
    if status == 200:
        request = await agent.request()
        assert request.ttl <= 10_000
        await agent.reply(request, {})
    done = await answer
    assert done.status == status
    if status != 200:
        assert (done.body["errorCode"], done.body["sent"]) == ("expired", "no")
        await nothing_came(nodes[0], agent)


# Who owns whom


@pytest.mark.failure("F63")
async def test_F63_the_same_instance_at_another_node_takes_the_place(nodes: list[Node]) -> None:
    old = await agent_at(nodes, 0, "alice")
    new = await agent_at(nodes, 1, "alice")
    assert new.epoch > old.epoch
    assert await old.close_code() == (TAKEN_OVER, "replaced")
    answer = nodes[0].calling("GET", "positions")
    await new.reply(await new.request(), [])
    assert (await answer).status == 200


@pytest.mark.failure("F64")
async def test_F64_another_instance_at_another_node_is_refused(nodes: list[Node]) -> None:
    first = await agent_at(nodes, 0, "alice")
    second = await nodes[1].knock("alice", "a stolen key", label="evil")
    assert await second.close_code() == (TAKEN_OVER, "another_agent_active")
    answer = nodes[1].calling("GET", "positions")
    await first.reply(await first.request(), [])
    assert (await answer).status == 200
    agent = (await nodes[2].call("GET", "agent")).body["result"]
    assert agent["connected"] and "evil" in agent["reason"]


async def test_a_take_over_is_asked_at_any_node_and_done_at_any(nodes: list[Node]) -> None:
    first = await agent_at(nodes, 0, "alice")
    assert (await nodes[1].call("POST", "take-over")).status == 200
    second = await nodes[2].agent("alice", "the new machine")
    assert second.epoch > first.epoch
    assert await first.close_code() == (TAKEN_OVER, "replaced")


@pytest.mark.failure("F67")
async def test_a_node_that_hears_nothing_finds_in_sql_that_it_lost_an_agent(
    server: NatsServer, tmp_path: Path
) -> None:
    lonely = "nats://127.0.0.1:1"  # no server is there
    async with several([[server.url], [lonely]], tmp_path / "desk.db", others=[0, 0]) as nodes:
        old = await nodes[1].agent("alice", "box")
        new = await nodes[0].agent("alice", "box")
        assert new.epoch > old.epoch
        assert await old.close_code() == (TAKEN_OVER, "replaced")


@pytest.mark.failure("F67")
async def test_without_a_link_another_instance_is_refused_by_sql(
    server: NatsServer, tmp_path: Path
) -> None:
    lonely = "nats://127.0.0.1:1"
    async with several([[server.url], [lonely]], tmp_path / "desk.db", others=[0, 0]) as nodes:
        first = await nodes[1].agent("alice", "box")
        second = await nodes[0].knock("alice", "a stolen key")
        assert await second.close_code() == (TAKEN_OVER, "another_agent_active")
        await nothing_came(nodes[1], first)


async def test_a_user_may_connect_elsewhere_when_a_node_has_ended(
    server: NatsServer, tmp_path: Path
) -> None:
    async with several([[server.url]] * 2, tmp_path / "desk.db") as nodes:
        first = await nodes[0].agent("alice", "box")
        await nodes[1].hears(first)
        await first.socket.close()
        await until(lambda: nodes[0].relay.hub.connected == 0, "it has gone")
        second = await nodes[1].agent("alice", "another box")
        assert second.epoch > first.epoch


@pytest.mark.attack("A42")
async def test_A42_a_revoked_key_closes_the_agent_at_whatever_node(nodes: list[Node]) -> None:
    agent = await agent_at(nodes, 2, "alice")
    nodes[0].keys.revoke("alice")
    assert (await agent.close_code())[0] == 4401


async def test_a_node_without_its_database_keeps_serving_what_it_has(nodes: list[Node]) -> None:
    agent = await agent_at(nodes, 0, "alice")
    for node in nodes:
        node.keys.is_away = True
    for node in nodes:
        answer = node.calling("POST", "place-order", json=ORDER)
        await agent.reply(await agent.request(), {"state": "filled"})
        assert (await answer).status == 200
        assert isinstance(await agent.next(), Ack)


# Lists


async def test_news_that_are_missed_right_after_a_list_are_fetched_too() -> None:
    board, lists = Switchboard(), list[Head]()
    hub, owners = Hub(), Owners(KnownRows(), "this", 5.0)
    nodes = Nodes(hub, board.bus(), owners, TOKEN)
    far = Post(board.bus(), TOKEN, "far", Counter())

    def beat(number: int) -> None:
        far.tell_all({"t": "beat", "boot": "far", "name": "node-2", "number": number})

    def called(head: Head, _body: bytes, answer: Answer) -> None:
        lists.append(head)
        if len(lists) == 1:
            asyncio.get_running_loop().call_soon(beat, 2)
        answer({"number": len(lists), "entries": [], "more": False}, b"")

    far.open(lambda *_: None, lambda *_: None, called)
    beat(1)
    await until(lambda: len(lists) == 2, "the second list is fetched")
    await until(lambda: nodes._directory.is_in_step, "it is in step")


# Pages


@dataclass
class FarNode:
    """A node that has had alice's agent, and the real one that hears of it."""

    hub: Hub
    nodes: Nodes
    post: Post
    own: HubWorld = field(default_factory=HubWorld)

    async def is_known(self) -> None:
        self.post.tell_all({"t": "beat", "boot": "far", "name": "node-2", "number": 1})
        await until(lambda: self.nodes._directory.place_of("alice"), "it is known")

    def called(self, _head: Head, _body: bytes, answer: Answer) -> None:
        agent = Entry("alice", 1, False, {**self.own.hub.row("alice"), "epoch": 1})
        answer({"number": 1, "entries": [entry_form(agent)], "more": False}, b"")

    def ends(self) -> None:
        self.post.tell_all({"t": "bye", "boot": "far"})


@pytest.fixture
def far() -> FarNode:
    board, hub = Switchboard(), Hub()
    nodes = Nodes(hub, board.bus(), Owners(KnownRows(), "this", 5.0), TOKEN)
    far = FarNode(hub, nodes, Post(board.bus(), TOKEN, "far", Counter()))
    far.post.open(lambda *_: None, lambda *_: None, far.called)
    return far


async def test_an_agent_of_a_node_that_is_lost_is_away_because_of_that(far: FarNode) -> None:
    far.own.join("alice")
    await far.is_known()
    far.ends()
    agent = await far.nodes.agent("alice")
    assert (agent["connected"], agent["reason"]) == (False, NODE_GONE)


async def test_no_lost_node_is_blamed_for_an_agent_that_came_here_and_went(far: FarNode) -> None:
    far.own.join("alice")
    await far.is_known()
    far.ends()
    here = far.hub.join(("alice", "key"), hello(), 2, FakeConnection())
    assert (await far.nodes.agent("alice"))["connected"] is True
    far.hub.dropped(here, WENT)
    assert (await far.nodes.agent("alice"))["reason"] == WENT
    assert far.nodes.picture("alice") == far.hub.agent("alice")


async def test_no_lost_node_is_blamed_for_an_agent_that_was_away_before(far: FarNode) -> None:
    far.own.hub.dropped(far.own.join("alice").agent, WENT)
    await far.is_known()
    far.ends()
    assert (await far.nodes.agent("alice"))["reason"] == WENT
    (row,) = await far.nodes.agents()
    assert row["reason"] == WENT


async def test_agent_and_agents_are_the_same_at_every_node(nodes: list[Node]) -> None:
    await agent_at(nodes, 0, "alice", label="home")
    gone = await agent_at(nodes, 1, "bob")
    await gone.socket.close()
    await until(lambda: nodes[1].relay.hub.connected == 0, "it has gone")
    for node in nodes:
        agent = (await node.call("GET", "agent")).body["result"]
        assert (agent["connected"], agent["label"]) == (True, "home")
        alice, bob = (await node.call("GET", "agents", "root", "admin")).body["result"]
        assert (alice["user"], alice["node"], alice["connected"]) == ("alice", "node-1", True)
        assert (bob["user"], bob["epoch"], bob["connected"]) == ("bob", gone.epoch, False)


async def test_events_arrive_at_every_node_with_the_same_numbers(nodes: list[Node]) -> None:
    agent = await agent_at(nodes, 0, "alice")
    async with stream(nodes[0]) as near, stream(nodes[1]) as far:
        hello = await near.next()
        assert hello[1]["agent"]["connected"] and await far.next() == hello
        await agent.event(1, "order", n=1)
        for events in (near, far):
            assert await events.next() == ("order", {"n": 1})
        await agent.event(2, "order", n=2)
        for events in (near, far):
            assert await events.next() == ("order", {"n": 2})
        assert near.ids == far.ids
    async with stream(nodes[2], last=far.ids[1]) as again:
        assert (await again.next())[0] == "hello"
        assert await again.next() == ("order", {"n": 2})
        await agent.event(3, "order", n=3)
        assert await again.next() == ("order", {"n": 3})


async def test_a_stream_hears_when_the_agent_of_another_node_goes_and_comes(
    nodes: list[Node],
) -> None:
    async with stream(nodes[1]) as events:
        kind, hello = await events.next()
        assert (kind, hello["agent"]["connected"]) == ("hello", False)
        agent = await agent_at(nodes, 0, "alice")
        assert (await events.next())[0] == "reset"
        await until(lambda: nodes[0].nodes._followers, "node 2 follows")
        await agent.socket.close()
        kind, gone = await events.next()
        assert (kind, gone["connected"]) == ("agent", False)


async def test_a_stream_goes_on_after_a_reset_when_the_agent_moves(nodes: list[Node]) -> None:
    await agent_at(nodes, 0, "alice")
    async with stream(nodes[0]) as first, stream(nodes[1]) as second, stream(nodes[2]) as third:
        for events in (first, second, third):
            assert (await events.next())[0] == "hello"
        moved = await agent_at(nodes, 1, "alice")
        await until(lambda: len(nodes[1].nodes._followers) == 2, "the others follow")
        await moved.event(1, "order", n=1)
        for events in (first, second, third):
            # A reset stands for all that came before it, perhaps for the order too.
            while (await events.next())[0] != "reset":
                pass
        await moved.event(2, "order", n=2)
        for events in (first, second, third):
            while await events.next() != ("order", {"n": 2}):
                pass


async def test_a_message_between_nodes_that_is_too_large_is_an_answer_too(
    nodes: list[Node],
) -> None:
    agent = await agent_at(nodes, 0, "alice")
    answer = nodes[1].calling("GET", "orders")
    await agent.reply(await agent.request(), "x" * (1024 * 1024 - 200))
    assert (await answer).status == 504
