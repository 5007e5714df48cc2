"""One user's calls: what is asked, what is remembered for one request, and an honest status."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from relay.client import RelayClient, engine_status
from relay.link import RELAY_AWAY, Asking, RelayLink
from relay.value_forms import NOT_A_VALUE, orders_of
from tests.conftest import wait_until
from tests.relay.fake_relay import AGENT, AWAY, FakeRelay, linked, status_form
from trading.refusals import START_THE_AGENT, AgentNotConnected, Busy, NoAnswer, NotConnected

ALICE = Asking("alice", "read")
NOT_STATUSES: list[Any] = [
    None,
    [],
    {},
    status_form(mode="demo"),
    status_form(frozen=None),
    status_form(accounts="DU1"),
    status_form(account=7),
    status_form(journal=None),
    status_form(connections={}),
    status_form(blockers="none"),
]


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay(results={"status": status_form(), "orders": []}) as relay:
        yield relay


@pytest.fixture
def link(relay: FakeRelay) -> Iterator[RelayLink]:
    with linked(relay) as link:
        yield link


@pytest.fixture
def client(link: RelayLink) -> RelayClient:
    return RelayClient(link, ALICE)


def test_the_status_is_asked_once(relay: FakeRelay, client: RelayClient) -> None:
    assert client.status() == status_form() | {"agent": AGENT}
    assert client.fact("openOrders") == 2
    assert client.connection("orders").client_id == 1000
    assert sorted(relay.operations()) == ["agent", "status"]


def test_a_connection_is_as_the_status_tells_it(client: RelayClient) -> None:
    data = client.connection("data")
    assert (data.name, data.state, data.accounts) == ("data", "connected", ("DU1000001",))
    assert data.is_connected


def test_without_an_agent_the_status_says_what_to_do(relay: FakeRelay, client: RelayClient) -> None:
    relay.agent, relay.refuses["status"] = AWAY, AgentNotConnected()
    status = client.status()
    sentence = f"Your agent is not connected. {START_THE_AGENT}"
    assert status["connections"]["data"]["reason"] == sentence
    assert (status["agent"], status["openOrders"], status["frozen"]) == (AWAY, None, None)
    assert not client.connection("data").is_connected
    with pytest.raises(AgentNotConnected):
        client.fact("frozen")


def test_without_a_relay_the_status_says_so(relay: FakeRelay, client: RelayClient) -> None:
    relay.stop()
    assert client.status()["connections"]["orders"]["reason"] == RELAY_AWAY
    with pytest.raises(NotConnected) as caught:
        client.fact("frozen")
    assert caught.value.text == RELAY_AWAY
    relay.start()


def test_a_link_that_has_ended_is_no_relay(relay: FakeRelay) -> None:
    with linked(relay) as link:
        client = RelayClient(link, ALICE)
    assert client.status()["connections"]["data"]["reason"] == RELAY_AWAY


def test_a_read_that_the_end_of_the_desk_cuts_off_says_so(
    relay: FakeRelay, link: RelayLink, client: RelayClient
) -> None:
    relay.hangs.add("orders")
    with ThreadPoolExecutor(1) as caller:
        waiting = caller.submit(client.now, "orders", orders_of)
        wait_until(relay.operations)
        link.drain()
        with pytest.raises(NotConnected) as caught:
            waiting.result(5)
    assert (caught.value.code, caught.value.sent) == ("draining", "no")


def test_a_status_that_the_end_of_the_desk_cuts_off_is_an_honest_one(
    relay: FakeRelay, link: RelayLink, client: RelayClient
) -> None:
    relay.hangs.add("status")
    with ThreadPoolExecutor(1) as caller:
        waiting = caller.submit(client.status)
        wait_until(lambda: "status" in relay.operations())
        link.drain()
        status = waiting.result(5)
    assert (status["accounts"], status["connections"]["data"]["state"]) == (None, "waiting")


@pytest.mark.parametrize("garbage", NOT_STATUSES, ids=range(len(NOT_STATUSES)))
def test_what_is_no_status_is_never_shown_as_one(
    relay: FakeRelay, client: RelayClient, garbage: Any
) -> None:
    relay.results["status"] = garbage
    status = client.status()
    assert status["connections"]["data"]["state"] == "waiting"
    assert NOT_A_VALUE in status["connections"]["data"]["reason"]
    assert status["frozen"] is None


def test_an_agent_that_does_not_answer_is_said_so(relay: FakeRelay, link: RelayLink) -> None:
    relay.refuses["status"] = NoAnswer("TWS did not answer in time")
    status = link.submit(engine_status(link, ALICE)).result(10)
    reason = "Your agent does not answer: TWS did not answer in time"
    assert status["connections"]["data"]["reason"] == reason
    assert status["agent"] == AGENT


def test_an_answer_is_waited_for_at_one_of_the_places_for_that(link: RelayLink) -> None:
    places = []

    @contextmanager
    def place() -> Iterator[None]:
        places.append("taken")
        yield

    assert RelayClient(link, ALICE, place).now("orders", orders_of) == []
    assert places == ["taken"]


def test_without_a_place_nothing_is_asked(relay: FakeRelay, link: RelayLink) -> None:
    @contextmanager
    def none_left() -> Iterator[None]:
        raise Busy("Too many requests wait for TWS.")
        yield

    with pytest.raises(Busy):
        RelayClient(link, ALICE, none_left).now("orders", orders_of)
    assert relay.asked == []


@pytest.mark.parametrize(("name", "sent"), [("orders", "no"), ("cancel-all", "unknown")])
def test_an_answer_without_a_shape_is_no_answer(
    relay: FakeRelay, client: RelayClient, name: str, sent: str
) -> None:
    relay.results[name] = {"not": "a list"}
    with pytest.raises(NoAnswer) as caught:
        client.ask(name, orders_of).result(10)
    assert caught.value.sent == sent
