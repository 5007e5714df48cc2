"""L 2.3, connection and lifecycle."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.mission.browsers import Browser
from tests.mission.world import MissionWorld, resting
from tests.processes import until
from trading.refusals import AGENT_NOT_CONNECTED, NOT_CONNECTED


def test_2_3_agent_not_connected_to_tws(dora: MissionWorld) -> None:
    """get_positions and place_order return {"error": "IB not connected"}."""
    assert NOT_CONNECTED == "IB not connected"
    with dora.without_tws("dora"):
        for status, answer in (dora.positions("dora"), dora.place("dora", "p23-away")):
            assert (status, answer["error"], answer["sent"]) == (503, NOT_CONNECTED, "no")
    assert dora.gateways["dora"].orders("p23-away") == []


def test_2_3_tws_connection_lost_during_request(dora: MissionWorld) -> None:
    """error(1100) sets connection_lost; next request sees "IB not connected"."""
    tws = dora.gateways["dora"]
    tws.drill(link_down=True)
    until(lambda: not dora.can_trade("dora"), "1100 is heard")
    status, answer = dora.place("dora", "p23-1100")
    assert (status, answer["error"], answer["sent"]) == (503, NOT_CONNECTED, "no")
    tws.drill(link_down=False)
    until(lambda: dora.can_trade("dora"), "1102 is heard")
    assert dora.place("dora", "p23-1102")[1]["state"] == "filled"


@pytest.mark.failure("F16")
def test_2_3_an_order_in_flight_when_tws_is_lost(dora: MissionWorld) -> None:
    """In-flight position/order request may timeout: it is then unknown, never failed, and its
    outcome is found when TWS is back. It is sent once."""
    tws = dora.gateways["dora"]
    tws.drill(drop_after_order=1)
    status, answer = dora.place("dora", "p23-flight")
    assert (status in (201, 202), answer["state"] in ("filled", "live", "unknown")) == (True, True)
    until(lambda: state(dora, "p23-flight") == "filled", "the outcome is found")
    assert tws.orders_received("p23-flight") == len(tws.orders("p23-flight")) == 1


@pytest.mark.failure("F61")
def test_2_3_relay_has_no_provider_for_user_id(world: MissionWorld) -> None:
    """Relay returns 503 with message to start the local agent."""
    next_step = "Start it on the machine of your TWS: .venv/bin/python -m agent"
    at_relay = world.relay_call("bob", "GET", "/options/relay/positions?user_id=bob")
    for status, answer in (at_relay, world.positions("bob"), world.place("bob", "p23-bob")):
        assert (status, answer["error"]) == (503, AGENT_NOT_CONNECTED)
        assert (answer["detail"], answer["sent"]) == (next_step, "no")


def test_2_3_multiple_tabs_and_sessions_of_the_same_user(world: MissionWorld) -> None:
    """Same agent serves all; one order id sequence per agent. No duplicate order ids."""
    tabs = [Browser(world.port) for _ in range(3)]
    for tab in tabs:
        tab.sign_in("alice")

    def place(number: int) -> tuple[int, Any]:
        path, order = "/api/v1/orders", {"action": "BUY", "totalQuantity": 11 + number}
        body = {"contract": {"symbol": "SPY"}, "order": order | resting()}
        return tabs[number % 3].call("POST", path, body)

    with ThreadPoolExecutor(6) as clicking:
        answers = list(clicking.map(place, range(6)))
    assert [status for status, _ in answers] == [201] * 6, answers
    ids = sorted(answer["orderId"] for _, answer in answers)
    assert ids == list(range(ids[0], ids[0] + 6))


def state(world: MissionWorld, key: str) -> str:
    return str(world.call("dora", "GET", f"/api/v1/orders/{key}")[1].get("state"))
