"""What a scraper sees."""

from __future__ import annotations

from relay.alone import Alone
from relay.metrics import Metrics
from relay.streams import Streams
from tests.relay.hubs_for_tests import HubWorld


def test_numbers_are_told_and_no_user_is_named() -> None:
    world = HubWorld()
    agent = world.join("canary-user")
    world.ask("canary-user", "positions")
    world.hub.received(agent.agent, '{"t":"pong","time":1}')
    text = Metrics(world.hub, Streams(Alone(world.hub))).text().decode()
    assert "ibrelay_agents 1.0" in text and "ibrelay_requests 1.0" in text
    assert 'ibrelay_events_total{kind="frames"} 1.0' in text
    assert "canary" not in text
