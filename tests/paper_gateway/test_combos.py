"""Combinations: one order for several contracts, executions and positions per leg."""

from typing import Any

import pytest
from ib_async import ComboLeg, Contract, Order

from paper_gateway.combos import COMBO_CON_ID, combo_key
from paper_gateway.contracts import Catalogue, ContractQuery
from tests.paper_gateway.wire_client import AAPL, MSFT, NOON, Desk, Message, decoded, names

PRE = ["5 PreSubmitted", "3 PreSubmitted"]
SUBMITTED = ["5 Submitted", "3 Submitted"]
OPTION = 900_000_201


def bag(*legs: tuple[int, int, str], symbol: str = "AAPL") -> Contract:
    return Contract(
        symbol=symbol,
        secType="BAG",
        exchange="SMART",
        currency="USD",
        comboLegs=[ComboLeg(con_id, ratio, action, "SMART") for con_id, ratio, action in legs],
    )


SPREAD = bag((AAPL, 1, "BUY"), (MSFT, 1, "SELL"))
RATIO = bag((AAPL, 2, "BUY"), (MSFT, 1, "SELL"))


def terms(kind: str = "MKT", action: str = "BUY", **others: Any) -> Order:
    return Order(action=action, totalQuantity=10, orderType=kind, tif="DAY", **others)


def executions(found: list[Message]) -> list[tuple[str, str, float, float]]:
    """Kind of contract, side, size and price of every execution."""
    return [
        (message[5], message[18], float(message[19]), float(message[20]))
        for message in found
        if message[0] == "11"
    ]


def test_a_combination_is_executed_as_a_whole_and_leg_by_leg() -> None:
    desk = Desk()
    found = desk.connect().place(1, terms(), SPREAD)
    whole = ["11", "11", "11", "5 Filled", "3 Filled"]
    assert names(found) == [*PRE, *whole, "5 Filled", "3 Filled", "59", "59"]
    assert executions(found) == [
        ("BAG", "BOT", 10.0, 0.02),
        ("STK", "BOT", 10.0, 100.01),
        ("STK", "SLD", 10.0, 99.99),
    ]
    held = {each.definition.symbol: each.quantity for each in desk.hub.account.held()}
    assert held == {"AAPL": 10.0, "MSFT": -10.0}


def test_legs_count_by_their_ratio_and_pay_their_own_commission() -> None:
    desk = Desk()
    found = desk.connect().place(1, terms(), RATIO)
    assert executions(found)[0] == ("BAG", "BOT", 10.0, 100.03)
    assert executions(found)[1][2] == 20.0
    reports = [(message[2], message[3]) for message in found if message[0] == "59"]
    assert [fee for _, fee in reports] == ["1", "1"]
    assert [exec_id.split(".")[2] for exec_id, _ in reports] == ["02", "03"]
    (order,) = desk.hub.book.completed_orders()
    assert order.charged == 2.0


def test_a_sold_combination_sells_what_it_buys() -> None:
    found = Desk().connect().place(1, terms(action="SELL"), SPREAD)
    assert executions(found) == [
        ("BAG", "SLD", 10.0, -0.02),
        ("STK", "SLD", 10.0, 99.99),
        ("STK", "BOT", 10.0, 100.01),
    ]


@pytest.mark.parametrize(("limit", "status"), [(0.05, "Filled"), (-1.0, "Submitted")])
def test_the_price_of_a_combination_may_be_a_credit(limit: float, status: str) -> None:
    desk = Desk()
    desk.connect().place(1, terms("LMT", lmtPrice=limit), SPREAD)
    (order,) = desk.hub.book.orders.values()
    assert order.status == status


def test_a_resting_combination_is_looked_at_every_second() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(90.0, after=60)
    client.place(1, terms("LMT", lmtPrice=95.0), RATIO)
    client.read()
    desk.wait(59)
    assert client.read() == []
    desk.wait(2)
    assert executions(client.read())[0] == ("BAG", "BOT", 10.0, 90.03)


def test_the_legs_prices_make_exactly_the_price_of_the_combination() -> None:
    found = Desk().connect().place(1, terms("LMT", lmtPrice=150.0), RATIO)
    whole, first, second = executions(found)
    assert whole[3] == pytest.approx(2 * first[3] - second[3])


def test_an_open_order_gives_back_the_legs() -> None:
    client = Desk().connect()
    data = client.place(1, terms("LMT", lmtPrice=-5.0), SPREAD)
    frame = "\0".join(data[0]) + "\0"
    ((_, arguments),) = decoded(len(frame).to_bytes(4, "big") + frame.encode())
    contract, order = arguments[1], arguments[2]
    assert (contract.conId, contract.secType) == (COMBO_CON_ID, "BAG")
    assert contract.comboLegs == SPREAD.comboLegs
    assert order.lmtPrice == -5.0


@pytest.mark.parametrize(
    "contract",
    [
        bag((1, 1, "BUY"), (MSFT, 1, "SELL")),
        bag((AAPL, 0, "BUY")),
        bag((AAPL, 1, "HOLD")),
        bag(),
        bag(*[(AAPL, 1, "BUY")] * 9),
    ],
)
def test_a_leg_that_makes_no_sense_has_no_definition(contract: Contract) -> None:
    desk = Desk()
    assert names(desk.connect().place(1, terms(), contract)) == ["4 200"]
    assert desk.hub.book.orders == {}


def test_a_what_if_of_a_combination_adds_up_its_legs() -> None:
    (message,) = Desk().connect().place(1, terms(whatIf=True), SPREAD)
    start = message.index("PreSubmitted") + 1
    initial_change = float(message[start + 3])
    assert initial_change == 1000.0


@pytest.mark.parametrize(("action", "per_spread"), [("BUY", 0.0), ("SELL", 500.0)])
def test_a_vertical_needs_what_it_can_lose_in_the_preview_and_once_it_is_held(
    action: str, per_spread: float
) -> None:
    desk = Desk()
    client = desk.connect()
    lower, upper = (call(strike) for strike in (230.0, 235.0))
    vertical = bag((lower, 1, "BUY"), (upper, 1, "SELL"))
    (message,) = client.place(1, terms(action=action, whatIf=True), vertical)
    start = message.index("PreSubmitted") + 1
    assert float(message[start + 3]) == pytest.approx(10 * per_spread)
    client.place(1, terms(action=action), vertical)
    assert desk.hub.account.positions[lower].quantity != 0
    assert desk.hub.account.figures(NOON).initial_margin == pytest.approx(10 * per_spread)


def call(strike: float) -> int:
    """The conId of an AAPL call; those of all strikes expire on one day."""
    query = ContractQuery(symbol="AAPL", sec_type="OPT", strike=strike, right="C")
    return next(Catalogue.default().find(query)).con_id


def test_options_trade_with_their_multiplier_and_commission() -> None:
    desk = Desk()
    option = bag((OPTION, 1, "BUY"), (OPTION + 1, 1, "BUY"))
    found = desk.connect().place(1, terms(), option)
    assert [float(message[3]) for message in found if message[0] == "59"] == [6.5, 6.5]
    position = desk.hub.account.positions[OPTION]
    assert position.average_cost == pytest.approx(10_001.65)


def test_a_combination_has_the_same_key_in_every_process() -> None:
    desk = Desk()
    desk.connect().place(1, terms("LMT", lmtPrice=-5.0), SPREAD)
    (order,) = desk.hub.book.open_orders()
    assert combo_key(order.definition) == 2_021_238_405
    assert desk.hub.catalogue.by_con_id(combo_key(order.definition)) is order.definition


def test_todays_executions_list_the_combination_and_its_legs() -> None:
    client = Desk().connect()
    client.place(1, terms(), SPREAD)
    found = client.send(7, 3, 5, 0, "", "", "", "", "", "")
    assert [kind for kind, *_ in executions(found)] == ["BAG", "STK", "STK"]


def test_a_change_of_a_combination_finds_it_again() -> None:
    client = Desk().connect()
    client.place(1, terms("LMT", lmtPrice=-5.0), SPREAD)
    assert names(client.place(1, terms("LMT", lmtPrice=-4.0), SPREAD)) == SUBMITTED
    assert names(client.place(1, terms("LMT", lmtPrice=-4.0), RATIO)) == ["4 105"]
