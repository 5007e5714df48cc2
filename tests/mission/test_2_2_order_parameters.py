"""L 2.2, order parameter confidence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mission.world import MissionWorld, order_body, resting
from tests.processes import until
from trading.refusals import ORDER_TIMEOUT

PLACE_ORDER = 3


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"contract": {}}, "Contract symbol is required"),
        ({"totalQuantity": 0}, "Order totalQuantity must be positive"),
        ({"totalQuantity": -1}, "Order totalQuantity must be positive"),
    ],
)
def test_2_2_wrong_or_missing_contract_or_order_fields(
    world: MissionWorld, wrong: dict[str, Any], sentence: str
) -> None:
    """Pre-validation in agent before placeOrder. Returns clear error without hitting TWS."""
    before = world.gateways["alice"].received(PLACE_ORDER)
    body = order_body("p22-wrong", **wrong)
    at_desk = world.call("alice", "POST", "/api/ib-connection/place-order", body)
    at_agent = world.relay_call("alice", "POST", "/options/relay/place-order", {"body": body})
    for status, answer in (at_desk, at_agent):
        assert (status, answer["error"], answer["sent"]) == (422, sentence, "no")
    assert world.gateways["alice"].received(PLACE_ORDER) == before


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (103, "The order id was already used"),
        (201, "IB rejected the order"),
        (460, "The account may not trade this contract"),
    ],
)
def test_2_2_correct_parameters_but_tws_rejects(dora: MissionWorld, code: int, says: str) -> None:
    """We wait for orderStatus or error(). Known codes are mapped to human-readable messages."""
    dora.gateways["dora"].drill(refuse_code=code, refuse_orders=1)
    status, answer = dora.place("dora", f"p22-{code}")
    assert (status, answer["errorCode"], answer["state"]) == (422, code, "rejected")
    assert answer["error"] == f"{says}: {answer['errorString']}"


@pytest.mark.parametrize("code", [399, 404])
def test_2_2_messages_about_a_live_order(dora: MissionWorld, code: int) -> None:
    """Known codes (399, 404) are mapped to human-readable messages; the order is live."""
    dora.gateways["dora"].drill(notices_after=[code])
    status, answer = dora.place("dora", f"p22-live-{code}", **resting())
    assert (status, answer["state"]) == (201, "live")
    shown = until(lambda: message(dora, f"p22-live-{code}", code), "the message is shown")
    assert shown["meaning"] and shown["next"]


def test_2_2_order_id_collision_with_data_requests(dora: MissionWorld) -> None:
    """Separate id spaces: only order ids are used for orders."""
    ids = []
    for number in range(4):
        assert dora.call("dora", "GET", "/api/v1/contracts?query=AAPL")[0] == 200
        assert dora.call("dora", "GET", "/api/v1/stock-quote?symbol=SPY")[0] == 200
        ids.append(dora.place("dora", f"p22-id-{number}", **resting())[1]["orderId"])
    assert ids == list(range(ids[0], ids[0] + 4))


def test_2_2_duplicate_order_id(dora: MissionWorld) -> None:
    """TWS returns 103. We surface it; the next order takes a fresh id."""
    dora.gateways["dora"].drill(refuse_code=103, refuse_orders=1)
    status, refused = dora.place("dora", "p22-used")
    assert (status, refused["errorCode"]) == (422, 103)
    status, answer = dora.place("dora", "p22-fresh")
    assert (status, answer["state"]) == (201, "filled")
    assert answer["orderId"] > refused["orderId"]


def test_2_2_large_size(world: MissionWorld) -> None:
    """Large size (201): error callback delivers code and text; we map to clear messages."""
    status, answer = world.place("alice", "p22-large", totalQuantity=5_000_000)
    assert (status, answer["errorCode"], answer["state"]) == (422, 201, "rejected")
    assert answer["error"] == f"IB rejected the order: {answer['errorString']}"
    assert "margin" in answer["errorString"].lower()


def test_2_2_price_cap(dora: MissionWorld) -> None:
    """Price cap (202): IB cancels the order; code and text are with the order."""
    dora.place("dora", "p22-cap", **resting())
    dora.gateways["dora"].drill(cancel_by_ib={"permId": "last", "reason": "Price too far"})
    told = until(lambda: message(dora, "p22-cap", 202), "202 is shown")
    assert (told["meaning"], "Price too far" in told["text"]) == ("The order was cancelled", True)
    until(lambda: state(dora, "p22-cap") == "cancelled", "the order is cancelled")


def test_2_2_what_if_preview(world: MissionWorld) -> None:
    """whatIf: TWS returns commission/margin without placing. The caller gets the preview."""
    book = world.gateways["alice"]
    before = len(book.state()["orders"])
    status, preview = world.place("alice", "p22-what-if", whatIf=True)
    assert (status, preview["initMarginChange"] > 0) == (200, True)
    assert preview["maxCommission"] >= preview["minCommission"] > 0
    assert len(book.state()["orders"]) == before
    assert world.call("alice", "GET", "/api/v1/orders/p22-what-if")[0] == 404


def test_2_2_timeout_waiting_for_order_status(dora: MissionWorld) -> None:
    """On timeout we return {"error": "Order response timeout. Check TWS and try again.",
    "orderId": ...}. Caller can use orderId to check open orders or retry."""
    dora.gateways["dora"].drill(swallow_orders=1)
    status, answer = dora.place("dora", "p22-silent")
    assert (status, answer["error"], answer["state"]) == (202, ORDER_TIMEOUT, "unknown")
    assert answer["error"] == "Order response timeout. Check TWS and try again."
    assert isinstance(answer["orderId"], int)
    again = dora.place("dora", "p22-silent")[1]
    assert again["orderId"] == answer["orderId"]
    assert dora.gateways["dora"].orders_received("p22-silent") == 1


def message(world: MissionWorld, key: str, code: int) -> dict[str, Any] | None:
    """The order's message of that code."""
    messages = world.call("dora", "GET", f"/api/v1/orders/{key}")[1]["messages"]
    return next((one for one in messages if one["code"] == code), None)


def state(world: MissionWorld, key: str) -> str:
    return str(world.call("dora", "GET", f"/api/v1/orders/{key}")[1]["state"])
