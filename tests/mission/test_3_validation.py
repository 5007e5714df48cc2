"""L 3, validation and error mapping: at the desk, and once more at the agent beside TWS."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mission.world import MissionWorld, order_body, resting

PLACE_ORDER = 3
OPTION = {
    "symbol": "AAPL",
    "secType": "OPT",
    "lastTradeDateOrContractMonth": "20270115",
    "strike": 200,
    "right": "C",
}


def refused(world: MissionWorld, **wrong: Any) -> str:
    """The sentence with which both refuse the order; nothing reaches TWS."""
    before = world.gateways["alice"].received(PLACE_ORDER)
    body = order_body("p3-refused", **wrong)
    at_desk = world.call("alice", "POST", "/api/ib-connection/place-order", body)
    at_agent = world.relay_call("alice", "POST", "/options/relay/place-order", {"body": body})
    for status, answer in (at_desk, at_agent):
        assert (status, answer["sent"]) == (422, "no"), answer
    assert at_desk[1]["error"] == at_agent[1]["error"]
    assert world.gateways["alice"].received(PLACE_ORDER) == before
    return str(at_desk[1]["error"])


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        ({}, "Contract symbol is required"),
        (
            {"symbol": "AAPL", "secType": "HOPE"},
            "Contract secType must be one of STK, OPT, FOP, FUT",
        ),
        (OPTION | {"lastTradeDateOrContractMonth": ""}, "expiry"),
        (OPTION | {"strike": 0}, "Option strike must be positive"),
        (OPTION | {"right": ""}, "Option right must be C or P"),
        (OPTION | {"right": "X"}, "Contract right must be C, P"),
    ],
)
def test_3_contract(world: MissionWorld, contract: dict[str, Any], words: str) -> None:
    """Contract: symbol required; secType in allowed set; for OPT, expiry (or localSymbol), strike,
    and right (C/P) required."""
    assert words in refused(world, contract=contract)


def test_3_an_option_may_be_named_by_its_local_symbol(world: MissionWorld) -> None:
    """for OPT, expiry (or localSymbol): then it is TWS that says whether there is such a one."""
    contract = {"secType": "OPT", "localSymbol": "AAPL  990115C00200000"}
    status, answer = world.place("alice", "p3-local", contract=contract)
    assert (status, answer["errorCode"]) == (422, 200)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"action": "HOLD"}, "Order action must be BUY, SELL or SSHORT"),
        ({"action": None}, "Order action must be BUY, SELL or SSHORT"),
        ({"totalQuantity": 0}, "Order totalQuantity must be positive"),
        ({"totalQuantity": "1"}, "Order totalQuantity must be positive"),
        ({"orderType": "HOPE"}, "Order orderType must be one of MKT"),
        ({"orderType": "LMT"}, "Order lmtPrice must be a positive price for a limit order"),
        ({"orderType": "LMT", "lmtPrice": -1}, "Order lmtPrice must be a positive price"),
        ({"orderType": "STP LMT", "auxPrice": 9}, "Order lmtPrice must be a positive price"),
    ],
)
def test_3_order(world: MissionWorld, order: dict[str, Any], words: str) -> None:
    """Order: action BUY/SELL/SSHORT; totalQuantity positive number; orderType in allowed set; for
    LMT/STP LMT, non-negative lmtPrice."""
    assert refused(world, **order).startswith(words)


def test_3_order_errors(dora: MissionWorld) -> None:
    """Order errors: known codes get short, actionable messages; others get "IB error {code}:
    {text}"."""
    tws = dora.gateways["dora"]
    tws.drill(refuse_code=110, refuse_orders=1)
    status, answer = dora.place("dora", "p3-110", **resting())
    assert (status, answer["errorCode"]) == (422, 110)
    assert answer["messages"][-1]["next"] == "Round the price to the contract's tick"
    tws.drill(answer_requests_with={"reqContractDetails": 9999})
    status, answer = dora.call("dora", "GET", "/api/v1/bars?symbol=ZZZZ")
    assert answer["error"] == f"IB error 9999: {answer['errorString']}"
    assert (status, answer["errorCode"]) == (422, 9999)
