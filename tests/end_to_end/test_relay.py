"""Relay mode with real processes: a relay, a desk with two workers, agents, a paper gateway each.

Alice's agent is connected and shares its quotes, Bob's is away, Charlie has none.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from store.database import open_database
from store.people import People
from tests.end_to_end.conftest import REFUSALS, watched
from tests.end_to_end.test_settings import live
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import (
    PASSWORD,
    Gateway,
    Keys,
    Program,
    RunningDesk,
    RunningRelay,
    agent,
    desk,
    end,
    paper_gateway,
    persons,
    relay,
    request,
    until,
)

API, MISSION = "/api/v1", "/api/ib-connection"
TOKEN = "a secret of relay and desk for these tests"
POLICY = 'share_quotes = true\nfeed = "lab"\n'
NEXT_STEP = "Start it on the machine of your TWS: .venv/bin/python -m agent"
PEOPLE = {"alice": "trader", "bob": "trader", "charlie": "trader", "admin": "admin"}


def sign_in(page: Page, world: Stories, user: str) -> None:
    page.goto(world.desk.url)
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@dataclass
class Stories:
    """The small world. `call` asks the desk as one of the people."""

    folder: Path
    relay: RunningRelay
    desk: RunningDesk
    gateway: Gateway
    keys: dict[str, Keys]
    stack: ExitStack
    agents: dict[str, Program] = field(default_factory=dict)

    def call(self, user: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.keys[user].api}"}
        return request(self.desk.port, method, path, body, headers)

    def start_agent(self, user: str, **settings: str) -> None:
        """`settings`: those that the agent has besides, as another IB_CLIENT_ID."""
        self.agents[user] = self.stack.enter_context(
            agent(
                self.folder / user,
                self.relay.url,
                self.keys[user].agent,
                self.gateway.port,
                **{"PAPER_SLEEP": "0"} | settings,
            )
        )
        self.await_agent(user)

    def await_agent(self, user: str) -> None:
        def is_ready() -> bool:
            status = self.call(user, "GET", f"{API}/status")[1]
            is_up = status["connections"]["orders"]["state"] == "connected"
            return bool(is_up and status["hasReadOrders"])

        until(is_ready, f"the agent of {user} is ready")

    def place(self, user: str, symbol: str = "AAPL", **more: Any) -> tuple[int, Any]:
        order = {"action": "BUY", "totalQuantity": 1, "orderType": "MKT"}
        body = {"contract": {"symbol": symbol}, "order": order, "clientOrderId": uuid4().hex}
        return self.call(user, "POST", f"{MISSION}/place-order", body | more)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stories]:
    folder: Path = tmp_path_factory.mktemp("relay")
    var_dir = folder / "desk"
    keys = persons(var_dir, PEOPLE)
    with ExitStack() as stack:
        gateway = stack.enter_context(paper_gateway(folder / "gateway"))
        running = stack.enter_context(relay(var_dir, TOKEN, HEARTBEAT_SECONDS="1"))
        mode = desk(var_dir, RELAY_URL=running.url, RELAY_TOKEN=TOKEN, WORKERS="2")
        started = stack.enter_context(mode)
        stories = Stories(folder, running, started, gateway, keys, stack)
        (folder / "alice").mkdir()
        (folder / "alice" / "agent.toml").write_text(POLICY)
        stories.start_agent("alice")
        yield stories


def test_alice_trades_through_desk_relay_and_agent(world: Stories) -> None:
    status, order = world.place("alice")
    assert (status, order.get("state"), order["sent"]) == (201, "filled", "yes"), order
    assert order["source"].startswith("alice via key")
    status, found = world.call("alice", "GET", f"{MISSION}/positions")
    assert status == 200
    assert [row["contract"]["symbol"] for row in found["positions"]] == ["AAPL"]
    status, found = world.call("alice", "GET", f"{API}/orders/{order['clientOrderId']}/events")
    assert [event["kind"] for event in found["events"]].count("sent") == 1


def test_the_same_order_asked_again_is_the_same_order(world: Stories) -> None:
    key = uuid4().hex
    first = world.place("alice", clientOrderId=key)
    again = world.place("alice", clientOrderId=key)
    assert (first[0], again[0]) == (201, 200)
    assert first[1]["orderId"] == again[1]["orderId"]


@pytest.mark.failure("F61")
@pytest.mark.parametrize("user", ["bob", "charlie"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{MISSION}/positions"),
        ("GET", f"{API}/account"),
        ("GET", f"{API}/orders"),
        ("GET", f"{API}/executions"),
        ("GET", f"{API}/order-history"),
        ("GET", f"{API}/order-history.csv"),
        ("DELETE", f"{API}/orders"),
    ],
)
def test_without_an_agent_the_next_step_is_said(
    world: Stories, user: str, method: str, path: str
) -> None:
    status, body = world.call(user, method, path)
    assert (status, body["error"], body["sent"]) == (503, "Your agent is not connected", "no")
    assert body["detail"] == NEXT_STEP


@pytest.mark.failure("F61")
@pytest.mark.parametrize("user", ["bob", "charlie"])
def test_without_an_agent_no_order_is_placed(world: Stories, user: str) -> None:
    before = world.gateway.state()["received"].get("3", 0)
    status, body = world.place(user)
    assert (status, body["error"], body["sent"]) == (503, "Your agent is not connected", "no")
    assert world.gateway.state()["received"].get("3", 0) == before


def test_without_a_session_nothing_is_answered(world: Stories) -> None:
    for method, path in (("GET", "positions"), ("POST", "place-order"), ("GET", "status")):
        assert request(world.desk.port, method, f"{MISSION}/{path}", {})[0] == 401


def test_charlie_gets_quotes_of_a_shared_feed_and_nothing_else(world: Stories) -> None:
    status, quote = world.call("charlie", "GET", f"{API}/stock-quote?symbol=AAPL")
    assert status == 200
    assert quote["source"] == {"own": False, "feed": "lab"}
    assert quote["bid"] > 0
    assert "alice" not in json.dumps(quote)
    own = world.call("alice", "GET", f"{API}/stock-quote?symbol=AAPL")[1]
    assert own["source"]["own"] is True
    bars = f"{API}/bars?symbol=AAPL&barSize=1%20min&duration=1%20D"
    assert world.call("charlie", "GET", bars)[0] == 200


@pytest.mark.attack("A55")
def test_an_order_of_another_user_is_not_there(world: Stories) -> None:
    _, order = world.place("alice")
    status, body = world.call("bob", "DELETE", f"{API}/orders/{order['clientOrderId']}")
    assert (status, body["errorCode"]) == (503, "agent_not_connected")
    assert world.call("alice", "GET", f"{MISSION}/positions?user_id=bob")[0] == 403


def test_the_past_comes_from_the_own_agents_journal(world: Stories) -> None:
    keys = [world.place("alice", "MSFT")[1]["clientOrderId"] for _ in range(2)]
    found = world.call("alice", "GET", f"{API}/order-history?symbol=MSFT&status=filled")[1]
    assert [order["clientOrderId"] for order in found["orders"]][:2] == keys[::-1]
    assert found["next"] is None
    older = world.call("alice", "GET", f"{API}/order-history?before={keys[1]}&limit=1")[1]
    assert [order["clientOrderId"] for order in older["orders"]] == [keys[0]]
    fills = world.call("alice", "GET", f"{API}/executions?from=2020-01-01&symbol=MSFT")[1]
    assert [row["orderRef"] for row in fills["executions"]][-2:] == keys


def test_bobs_page_says_what_to_do_and_shows_no_empty_list(world: Stories, page: Page) -> None:
    with watched(page, (*REFUSALS, "status of 503")):
        sign_in(page, world, "bob")
        expect(page.locator("#banner")).to_contain_text("Your agent is not connected")
        expect(page.locator("#banner")).to_contain_text(".venv/bin/python -m agent")
        for block in ("#orders-block", "#positions-block"):
            expect(page.locator(f"{block} .note").first).to_have_text("Your agent is not connected")
        # the chosen symbol's quote comes from the feed that alice shares, and says so
        expect(page.locator("#quote .tag")).to_contain_text("quotes: shared feed lab")
        expect(page.locator("#ticket [data-field=bid]")).not_to_have_text("—")
        for path in ("orders", "executions"):
            page.goto(f"{world.desk.url}/{path}")
            expect(page.locator("#note")).to_have_text("Your agent is not connected")
        for name in ("#cancel-all", "#freeze-switch", "#kill-switch"):
            stop = page.locator(name)
            expect(stop).to_have_attribute("aria-disabled", "true")
            stop.click(force=True)  # as a person may, who has not read why
            expect(page.locator(".toast")).to_contain_text("Your agent is not connected")
            expect(page.locator("dialog[open]")).to_have_count(0)
            page.get_by_role("button", name="Dismiss").click()
        page.goto(f"{world.desk.url}/health")
        expect(page.locator("#card-desk")).to_contain_text("Not known while your agent is away")
        expect(page.locator("#ready")).to_have_text(
            "No new order could be placed now. Your agent is not connected."
        )


def test_a_relay_that_says_nothing_is_not_taken_for_a_silent_desk(
    page: Page, tmp_path: Path
) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        desk(
            tmp_path,
            wait_ready=False,
            RELAY_URL=f"http://127.0.0.1:{silent.getsockname()[1]}",
            RELAY_TOKEN=TOKEN,
        ) as running,
    ):
        Trader(page, running.url).sign_in()
        page.goto(f"{running.url}/health")
        ready = page.locator("#ready")
        expect(ready).to_contain_text(
            "could be placed now. The relay does not answer.", timeout=SECONDS
        )


def test_alices_page_trades(world: Stories, page: Page) -> None:
    with watched(page):
        sign_in(page, world, "alice")
        expect(page.locator("#mode-badge")).to_contain_text("PAPER")
        trader = Trader(page, world.desk.url)
        trader.choose("MSFT")
        trader.fill_ticket("BUY", 3, "MKT")
        trader.preview()
        row = trader.send()
        expect(row).to_contain_text("Filled", timeout=15_000)
        expect(page.locator("#kill-switch")).to_be_visible()  # it stops the own agent alone


def test_a_tab_shows_nothing_of_who_was_signed_in_before(world: Stories, page: Page) -> None:
    sign_in(page, world, "alice")
    key = world.place("alice")[1]["clientOrderId"]
    order = page.locator(f'#orders [data-client-order-id="{key}"]')
    expect(order).to_be_visible()
    live(page)
    other = page.context.new_page()
    other.goto(f"{world.desk.url}/login")
    other.get_by_label("User name").fill("bob")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    expect(other.locator("#banner")).to_contain_text("Your agent is not connected")
    # The first tab's stream ends with alice's session, and the next one is bob's.
    expect(page.locator("#banner")).to_contain_text("Your agent is not connected", timeout=15_000)
    expect(order).to_have_count(0)
    expect(page.get_by_text("alice")).to_have_count(0)


class Listening:
    """A page's stream at the desk."""

    def __init__(self, world: Stories, user: str, last_event_id: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", world.desk.port, timeout=20)
        headers = {"Authorization": f"Bearer {world.keys[user].api}"}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        self.connection.request("GET", f"{API}/stream", headers=headers)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200
        self.last_event_id = last_event_id

    def until(self, kind: str, **wanted: Any) -> Any:
        """The data of the next event of that kind that has these fields."""
        while True:
            name, data = self._next()
            if name == kind and wanted.items() <= data.items():
                return data

    def close(self) -> None:
        self.answer.close()
        self.connection.close()

    def _next(self) -> tuple[str, Any]:
        fields: dict[str, str] = {}
        while line := self.answer.readline().decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            fields[name] = value
        self.last_event_id = fields.get("id", self.last_event_id)
        return fields.get("event", ""), json.loads(fields.get("data", "{}"))


def test_a_stream_goes_on_at_any_worker_where_it_was_left(world: Stories) -> None:
    page = Listening(world, "alice")
    assert page.until("hello")["reset"] is True
    first = world.place("alice")[1]["clientOrderId"]
    page.until("order", clientOrderId=first, state="filled")
    page.close()
    missed = world.place("alice")[1]["clientOrderId"]
    for _ in range(4):  # two workers: each of them is met by and by
        again = Listening(world, "alice", page.last_event_id)
        assert again.until("hello")["reset"] is False
        again.until("order", clientOrderId=missed, state="filled")
        again.close()


def test_a_stream_hears_of_no_other_user(world: Stories) -> None:
    page = Listening(world, "bob")
    assert page.until("hello")["account"] is None
    world.place("alice")
    world.start_agent("bob", IB_CLIENT_ID="1998")
    told = page.until("status")
    assert told["agent"]["connected"] is True
    page.close()
    os.kill(world.agents["bob"].process.pid, signal.SIGTERM)
    world.agents["bob"].process.wait(20)
    status = world.call("bob", "GET", f"{API}/status")[1]
    assert (status["agent"]["connected"], status["account"]) == (False, None)


@pytest.mark.failure("F62")
def test_an_agent_killed_with_an_order_leaves_it_unknown_and_finds_it_again(
    world: Stories,
) -> None:
    key, before = uuid4().hex, world.gateway.state()["received"]["3"]
    world.gateway.drill(fill_delay_ms=1500)
    with ThreadPoolExecutor(1) as caller:
        answer = caller.submit(world.place, "alice", clientOrderId=key)
        until(
            lambda: world.gateway.state()["received"]["3"] > before, "the order is at the gateway"
        )
        os.kill(world.agents["alice"].process.pid, signal.SIGKILL)
        status, body = answer.result(20)
    assert (status, body["state"], body["sent"]) == (202, "unknown", "unknown")
    assert body["clientOrderId"] == key
    world.agents["alice"].process.wait(20)
    assert world.call("alice", "GET", f"{API}/orders/{key}")[0] == 503  # and not: not found
    world.gateway.drill(fill_delay_ms=0)
    world.start_agent("alice")

    def is_filled() -> bool:
        order: dict[str, Any] = world.call("alice", "GET", f"{API}/orders/{key}")[1]
        return order.get("state") == "filled"

    until(is_filled, "the order is found")
    assert world.gateway.state()["received"]["3"] == before + 1  # it was sent once


@pytest.mark.failure("F66")
def test_a_relay_killed_and_started_again_is_met_again_by_everybody(world: Stories) -> None:
    page = Listening(world, "alice")
    page.until("hello")
    world.relay.kill()
    lost = page.until("status")
    assert lost["agent"] is None
    assert "relay does not answer" in lost["connections"]["orders"]["reason"]
    status, body = world.place("alice")
    assert (status, body["sent"], body["error"]) == (503, "no", "IB not connected")
    assert request(world.desk.port, "GET", "/readyz")[0] == 503
    assert request(world.desk.port, "GET", "/healthz")[0] == 200
    world.relay.start()
    assert page.until("hello")["reset"] is True  # what was missed is fetched again
    world.await_agent("alice")
    status, order = world.place("alice")
    assert (status, order["state"]) == (201, "filled")
    page.until("order", clientOrderId=order["clientOrderId"], state="filled")
    page.close()


@pytest.mark.attack("A42")
def test_a_revoked_key_ends_the_agent_and_a_revoked_session_the_page(world: Stories) -> None:
    page = Listening(world, "charlie")
    page.until("hello")
    people = People(open_database(f"sqlite:///{world.desk.var_dir / 'desk.db'}"))
    people.keys.revoke(world.keys["charlie"].api[:12])
    people.agent_keys.revoke(world.keys["alice"].agent[:12])
    people.close()
    assert b"event: order" not in page.answer.read()  # it ends
    page.close()

    def is_away() -> bool:
        return world.call("alice", "GET", f"{MISSION}/positions")[0] == 503

    until(is_away, "the agent is out", 5)


def test_who_waits_for_an_order_is_answered_when_the_desk_ends(world: Stories) -> None:
    people = People(open_database(f"sqlite:///{world.desk.var_dir / 'desk.db'}"))
    agent_key = people.agent_keys.new(people.users.by_name("alice"))
    world.keys["alice"] = replace(world.keys["alice"], agent=agent_key)
    people.close()
    end(world.agents["alice"])
    world.start_agent("alice")
    before = world.gateway.state()["received"]["3"]
    world.gateway.drill(fill_delay_ms=20_000)
    with ThreadPoolExecutor(1) as caller:
        answer = caller.submit(world.place, "alice")
        until(
            lambda: world.gateway.state()["received"]["3"] > before, "the order is at the gateway"
        )
        assert end(world.desk.program) == 0
        status, body = answer.result(20)
    assert (status, body["state"], body["sent"]) == (202, "unknown", "unknown")
