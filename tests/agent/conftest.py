"""An agent with a real engine, between a real paper gateway and a hand-written relay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import config
from agent.agent import Agent
from agent.instance import this_instance
from agent.policy import AgentPolicy, parse_policy
from tests.agent.fake_relay import FakeRelay
from tests.agent.links import RunningLink
from tests.conftest import PaperGateway, Rooms, wait_until

KEY = "iba_canary-of-the-agents-key"
MakeAgent = Callable[..., Agent]


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    relay = FakeRelay()
    relay.start()
    yield relay
    relay.stop()


def agent_settings(var_dir: Path, **given: str) -> config.Settings:
    settings = {"AGENT_KEY": KEY, "PAPER_SLEEP": "0", "VAR_DIR": str(var_dir)} | given
    return config.load(settings, Path("none"))


@pytest.fixture
def make_agent(
    relay: FakeRelay, gateway: PaperGateway, rooms: Rooms, tmp_path: Path
) -> Iterator[MakeAgent]:
    """Starts an agent with a policy and settings, and waits until it can read and trade."""
    made: list[Agent] = []

    def make(policy: str = "", name: str = "agent", *, waits: bool = True, **given: str) -> Agent:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        given = {"RELAY_URL": relay.url, "IB_PORT": str(gateway.port)} | given
        agent = started(agent_settings(folder, **given), parse_policy(policy))
        made.append(agent)
        if waits:
            engine = agent.engine
            wait_until(
                lambda: (
                    engine.order_desk.blockers() == []
                    and engine.reader.status().is_connected
                    and agent.link.reason is None
                )
            )
        return agent

    yield make
    for agent in made:
        agent.stop()


def started(settings: config.Settings, policy: AgentPolicy) -> Agent:
    agent = Agent(settings, policy, this_instance(settings.var_dir), lambda user: None)
    agent.start()
    return agent


@pytest.fixture
def agent(make_agent: MakeAgent) -> Agent:
    return make_agent()


def body(client_order_id: str, **order: Any) -> dict[str, Any]:
    """The body of POST /orders: 100 AAPL MKT, unless `order` says otherwise."""
    symbol = order.pop("symbol", "AAPL")
    fields = {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"} | order
    return {"contract": {"symbol": symbol}, "order": fields, "clientOrderId": client_order_id}


@pytest.fixture
def make_link(relay: FakeRelay, rooms: Rooms) -> Iterator[Callable[..., RunningLink]]:
    """Starts a link without an engine, and waits until it is welcomed."""
    made: list[RunningLink] = []

    def make(*, waits: bool = True, **given: Any) -> RunningLink:
        running = RunningLink(relay, **given)
        made.append(running)
        running.start()
        if waits:
            running.wait_connected()
        return running

    yield make
    for running in made:
        running.link.stop()
