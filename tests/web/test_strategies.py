"""POST /strategies: legs become an order with a payoff; nothing is sent anywhere."""

from __future__ import annotations

from typing import Any

from tests.web.visitors import Program, World, data
from web.openapi.strategy_parts import VERTICAL

PATH = "/api/v1/strategies"


def made(program: Program, **changes: Any) -> dict[str, Any]:
    answer = program.call("POST", PATH, json=VERTICAL | changes)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = data(answer)
    return found


def test_a_vertical_becomes_an_order(world: World, program: Program) -> None:
    spread = made(program, quantity=2)
    assert spread["order"]["totalQuantity"] == 2
    payoff = spread["payoff"]
    assert (payoff["maxProfit"], payoff["maxLoss"]) == (1480, 520)  # of both
    assert world.reader.asked == []
    assert world.order_desk.submitted == []


def test_a_missing_price_leaves_everything_that_needs_it_unknown(program: Program) -> None:
    long, short = VERTICAL["legs"]
    spread = made(program, legs=[long | {"ask": None}, short])
    assert spread["net"] == {"bid": 2.5, "mid": None, "ask": None, "isDebit": None}
    assert spread["order"]["lmtPrice"] is None
    payoff = spread["payoff"]
    assert (payoff["known"], payoff["points"], payoff["maxLoss"]) == (False, [], None)
    assert "not known" in spread["words"]


def test_a_missing_volatility_leaves_only_now_unknown(program: Program) -> None:
    long, short = VERTICAL["legs"]
    payoff = made(program, legs=[long | {"impliedVolatility": None}, short])["payoff"]
    assert payoff["known"] and payoff["maxProfit"] == 740
    assert {point["now"] for point in payoff["points"]} == {None}


def test_selling_turns_gain_and_loss_round(program: Program) -> None:
    sold = made(program, action="SELL")
    assert (sold["name"], sold["net"]["isDebit"]) == ("Bear call spread", False)
    assert (sold["payoff"]["maxProfit"], sold["payoff"]["maxLoss"]) == (260, 740)


def test_a_body_that_is_no_json_is_refused(program: Program) -> None:
    answer = program.call("POST", PATH, data="{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_a_viewer_may_compute(world: World) -> None:
    assert made(world.program("read"))["name"] == "Bull call spread"
