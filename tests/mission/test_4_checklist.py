"""L 4, the checklist before live trading, box by box."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Rooms
from tests.conftest import place as place_elsewhere
from tests.mission.browsers import Browser
from tests.mission.world import MissionWorld, order_body, resting
from tests.processes import request, until
from trading.refusals import AGENT_NOT_CONNECTED, NOT_CONNECTED

# 4.1 Positions


def test_4_1_positions_match_the_account_window(world: MissionWorld) -> None:
    """Connect agent; call get_positions; confirm list matches TWS Account window (and accounts
    list if multi-account)."""
    _, answer = world.positions("alice")
    shown = {
        (row["account"], row["contract"]["symbol"], row["position"]) for row in answer["positions"]
    }
    window = world.gateways["alice"].state()["holdings"]
    assert shown == {
        (account, symbol, size)
        for account, held in window.items()
        for symbol, size in held["positions"].items()
    }
    assert len(shown) >= 2
    _, accounts = world.call("alice", "GET", "/api/v1/accounts")
    assert accounts["accounts"] == ["DU1000001", "DU1000002"]


def test_4_1_two_clients_at_once(world: MissionWorld) -> None:
    """Call get_positions from two clients concurrently; confirm both succeed and return consistent
    snapshots (no mixed/corrupt list)."""
    browser = Browser(world.port)
    browser.sign_in("alice")
    with ThreadPoolExecutor(2) as clients:
        one = clients.submit(world.positions, "alice")
        other = clients.submit(browser.call, "GET", "/api/ib-connection/positions")
        (status, first), (other_status, second) = one.result(), other.result()
    assert (status, other_status) == (200, 200)
    rows = [
        {(r["account"], r["contract"]["conId"]): r["position"] for r in answer["positions"]}
        for answer in (first, second)
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) == len(first["positions"]) == len(second["positions"])


def test_4_1_an_order_placed_in_tws_shows(dora: MissionWorld, rooms: Rooms) -> None:
    """Place an order in TWS, then call get_positions again; confirm new position appears (or size
    updated)."""
    before = dora.sizes("dora").get("TSLA", 0)
    elsewhere = rooms.connected_handler(dora.gateways["dora"].port, client_id=7)
    assert place_elsewhere(elsewhere, "by-hand", symbol="TSLA", totalQuantity=2).state == "filled"
    until(lambda: dora.sizes("dora").get("TSLA") == before + 2, "the position appears")


# 4.2 Orders: validation


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"contract": {"secType": "STK"}}, "Contract symbol is required"),
        ({"totalQuantity": 0}, "Order totalQuantity must be positive"),
        ({"totalQuantity": -5}, "Order totalQuantity must be positive"),
        ({"orderType": "LMT"}, "Order lmtPrice must be a positive price for a limit order"),
    ],
    ids=["missing symbol", "quantity 0", "negative quantity", "LMT with no lmtPrice"],
)
def test_4_2_orders_validation(
    world: MissionWorld, wrong: dict[str, object], sentence: str
) -> None:
    """Send place_order with missing symbol, totalQuantity 0 or negative, LMT with no lmtPrice:
    expect the sentences."""
    status, answer = world.place("alice", "p42-wrong", **wrong)
    assert (status, answer["error"], answer["sent"]) == (422, sentence, "no")


# 4.3 Orders: TWS rejections


def test_4_3_size_too_large(world: MissionWorld) -> None:
    """Trigger 201 (size too large) and confirm response contains the mapped message and
    errorCode/errorString."""
    status, answer = world.place("alice", "p43-large", totalQuantity=9_000_000)
    assert (status, answer["errorCode"]) == (422, 201)
    assert answer["error"] == f"IB rejected the order: {answer['errorString']}"


def test_4_3_price_too_far(dora: MissionWorld) -> None:
    """Trigger 202 (price too far) and confirm response contains the mapped message and
    errorCode/errorString."""
    dora.place("dora", "p43-far", **resting())
    dora.gateways["dora"].drill(cancel_by_ib={"permId": "last", "reason": "Price too far"})
    order = until(lambda: cancelled(dora, "p43-far"), "IB has cancelled it")
    told = [(one["code"], one["meaning"]) for one in order["messages"]]
    assert (202, "The order was cancelled") in told


# 4.4 Order id


def test_4_4_orders_in_sequence(world: MissionWorld) -> None:
    """Place several orders in sequence; confirm each gets a distinct orderId and status (e.g.
    Submitted)."""
    answers = [world.place("alice", f"p44-{n}", **resting())[1] for n in range(5)]
    assert len({answer["orderId"] for answer in answers}) == 5
    assert {answer["status"] for answer in answers} == {"Submitted"}


def test_4_4_restart_agent_then_place(world: MissionWorld) -> None:
    """Restart agent, place order; confirm no 103 duplicate id (next_order_id synced from
    nextValidId)."""
    ids = []
    for run in range(2):
        with world.agent("bob"):
            status, answer = world.place("bob", f"p44-run-{run}", **resting())
            assert (status, answer["state"]) == (201, "live")
            assert [one["code"] for one in answer["messages"] if one["code"] == 103] == []
            ids.append(answer["orderId"])
    assert ids[1] > ids[0]


# 4.5 Connection


def test_4_5_kill_the_gateway_and_bring_it_back(dora: MissionWorld) -> None:
    """Disconnect TWS or kill gateway; call get_positions or place_order; expect "IB not
    connected". Reconnect TWS; confirm next request can succeed."""
    with dora.without_tws("dora"):
        for status, answer in (dora.positions("dora"), dora.place("dora", "p45-away")):
            assert (status, answer["error"]) == (503, NOT_CONNECTED)
    assert dora.positions("dora")[0] == 200
    assert dora.place("dora", "p45-back")[1]["state"] == "filled"


# 4.6 Relay


@pytest.mark.attack("A37")
def test_4_6_without_session_or_as_the_wrong_user(world: MissionWorld) -> None:
    """Call positions/place-order without session (or wrong user); expect 401 or 503 as designed."""
    positions, place = "/api/ib-connection/positions", "/api/ib-connection/place-order"
    body = order_body("p46-nobody")
    assert request(world.port, "GET", positions)[0] == 401
    assert request(world.port, "POST", place, body)[0] == 401
    for path in ("positions", "place-order"):
        asked = request(world.relay_port, "POST", f"/options/relay/{path}?user_id=alice", {})
        assert asked[0] == 401
    for status, answer in (world.positions("charlie"), world.place("charlie", "p46-nobody")):
        assert (status, answer["error"]) == (503, AGENT_NOT_CONNECTED)
    assert world.gateways["alice"].orders("p46-nobody") == []


@pytest.mark.failure("F61")
def test_4_6_with_session_and_the_agent_stopped(world: MissionWorld) -> None:
    """With session, stop agent; expect 503 "Your agent is not connected"."""
    browser = Browser(world.port)
    browser.sign_in("bob")
    with world.agent("bob"):
        assert browser.call("GET", "/api/ib-connection/positions")[0] == 200
    for asked in (
        browser.call("GET", "/api/ib-connection/positions"),
        browser.call("POST", "/api/ib-connection/place-order", order_body("p46-stopped")),
    ):
        assert (asked[0], asked[1]["error"]) == (503, "Your agent is not connected")


def cancelled(world: MissionWorld, key: str) -> dict[str, list[dict[str, object]]] | None:
    order = world.call("dora", "GET", f"/api/v1/orders/{key}")[1]
    return order if order["state"] == "cancelled" else None
