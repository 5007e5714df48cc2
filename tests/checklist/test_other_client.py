"""The other client of the same TWS."""

from __future__ import annotations

from tests.checklist.conftest import ACCOUNT, Stage

FAR = {"action": "BUY", "totalQuantity": 1, "orderType": "LMT", "lmtPrice": 1, "account": ACCOUNT}


def test_it_reads_and_trades_beside_the_desk(stage: Stage) -> None:
    other, name = stage.stand.other, stage.stand.name("beside")
    assert other.accounts() == [ACCOUNT]
    placed = other.place(name, {"symbol": "AAPL"}, FAR)
    assert (placed["state"], [one["clientOrderId"] for one in other.open()]) == ("live", [name])
    assert "openOrder" in [event["kind"] for event in other.events(name)]
    assert name not in [order["clientOrderId"] for order in stage.stand.open_orders()]
    other.cancel_open()
    assert other.open() == []
    assert name in [order["clientOrderId"] for order in other.orders()]


def test_it_sees_the_same_positions(stage: Stage) -> None:
    stage.found("38")
    own = {row["contract"]["conId"]: row["position"] for row in stage.stand.positions()}
    told = {row["contract"]["conId"]: row["position"] for row in stage.stand.other.positions()}
    assert own == told
    assert own
