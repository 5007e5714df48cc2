"""Expired contracts become shares, cash or nothing; a client exercises before that."""

from datetime import date

import pytest

from paper_gateway.account import Account, Position, Trade
from paper_gateway.contracts import Catalogue, ContractDefinition, ContractQuery
from paper_gateway.settlement import NotExercisable, Settlements
from tests.paper_gateway.wire_client import AAPL, NOON, Desk, FakeMarket

DAY = 86_400
CATALOGUE = Catalogue.default(lambda: date(2026, 1, 5))
MARKET = FakeMarket(CATALOGUE)
MARKET.move(1.0, 200.0)  # the price of everything
SETTLEMENTS = Settlements(CATALOGUE, MARKET)


def option(strike: float, right: str, catalogue: Catalogue = CATALOGUE) -> ContractDefinition:
    """The one on AAPL that expires first."""
    query = ContractQuery(symbol="AAPL", sec_type="OPT", strike=strike, right=right)
    return min(catalogue.find(query), key=lambda each: each.last_trade_date)


def ended(definition: ContractDefinition, quantity: float) -> list[tuple[str, float, float]]:
    """What settling it at its end trades: (secType, quantity, price)."""
    position = Position("DU1", definition, quantity)
    trades = SETTLEMENTS.of_expired(position, definition.expires_at + 1)
    return [(each.definition.sec_type, each.quantity, each.price) for each in trades]


@pytest.mark.parametrize(
    ("right", "strike", "quantity", "shares"),
    [
        ("C", 190.0, 2, 200.0),
        ("C", 190.0, -2, -200.0),
        ("P", 210.0, 1, -100.0),
        ("P", 210.0, -3, 300.0),
    ],
)
def test_options_in_the_money_become_shares_at_the_strike(
    right: str, strike: float, quantity: float, shares: float
) -> None:
    option_, stock = ended(option(strike, right), quantity)
    assert (option_, stock) == (("OPT", -quantity, 0.0), ("STK", shares, strike))


@pytest.mark.parametrize(("right", "strike"), [("C", 210.0), ("P", 190.0), ("C", 200.0)])
def test_other_options_are_worth_nothing(right: str, strike: float) -> None:
    assert ended(option(strike, right), 5) == [("OPT", -5, 0.0)]


def test_an_option_on_an_index_pays_cash() -> None:
    chain = CATALOGUE.find(ContractQuery(symbol="SPX", sec_type="OPT", right="P"))
    put = next(each for each in chain if each.strike > 200)
    assert ended(put, -1) == [("OPT", 1, put.strike - 200)]


def test_a_future_ends_at_its_last_price() -> None:
    future = next(CATALOGUE.find(ContractQuery(symbol="ES", sec_type="FUT")))
    assert ended(future, 2) == [("FUT", -2, 200.0)]


def test_what_has_not_expired_or_is_flat_goes_on() -> None:
    call = option(190.0, "C")
    assert SETTLEMENTS.of_expired(Position("DU1", call, 1), call.expires_at - 1) == []
    assert SETTLEMENTS.of_expired(Position("DU1", call, 0), call.expires_at + 1) == []
    stock = CATALOGUE.by_con_id(AAPL)
    assert stock is not None
    assert SETTLEMENTS.of_expired(Position("DU1", stock, 7), NOON) == []


def test_an_assignment_costs_what_the_option_was_worth() -> None:
    call = option(190.0, "C")
    account = Account("DU1", MARKET)
    account.apply_fill(call, 1, 10.0, 0.0)
    position = account.positions[call.con_id]
    for trade in SETTLEMENTS.of_expired(position, call.expires_at + 1):
        account.apply_fill(trade.definition, trade.quantity, trade.price, trade.fee)
    assert account.figures(NOON).net_liquidation == pytest.approx(1_000_000)
    assert {each.definition.con_id: each.quantity for each in account.held()} == {AAPL: 100}


@pytest.mark.parametrize(
    ("quantity", "override", "reason"),
    [(3, True, "No unlapsed"), (0, True, "No unlapsed"), (1, False, "not in the money")],
)
def test_what_cannot_be_exercised_is_refused(quantity: int, override: bool, reason: str) -> None:
    position = Position("DU1", option(210.0, "C"), 2)
    with pytest.raises(NotExercisable, match=reason):
        SETTLEMENTS.of_exercise(position, quantity, NOON, override=override)


def test_an_option_out_of_the_money_is_exercised_when_it_is_meant() -> None:
    call = option(210.0, "C")
    trades = SETTLEMENTS.of_exercise(Position("DU1", call, 2), 1, NOON, override=True)
    stock = CATALOGUE.by_con_id(AAPL)
    assert stock is not None
    assert trades == [Trade(call, -1, 0.0), Trade(stock, 100.0, 210.0)]


def bought_call(desk: Desk) -> ContractDefinition:
    """A client holds one call on AAPL that is in the money."""
    desk.market.move(1.0, 200.0)
    call = option(190.0, "C", desk.hub.catalogue)
    desk.hub.exchange.settle(desk.hub.account, [Trade(call, 1, 10.0)])
    return call


def exercise(call: ContractDefinition, action: int = 1) -> list[object]:
    contract = [call.con_id, "", "", "", 0, "", "", "SMART", "", "", ""]
    return [21, 2, 9, *contract, action, 1, "", 0]


def test_a_client_exercises_and_reads_the_shares_afterwards() -> None:
    desk = Desk()
    client = desk.connect()
    call = bought_call(desk)
    assert client.send(*exercise(call)) == []
    held = {each.definition.con_id: each.quantity for each in desk.hub.account.held()}
    assert held == {AAPL: 100}
    (again,) = client.send(*exercise(call))
    assert again[2:4] == ["9", "322"]
    assert "No unlapsed long position" in again[4]


def test_lapsing_early_is_refused_in_words() -> None:
    desk = Desk()
    client = desk.connect()
    call = bought_call(desk)
    (refused,) = client.send(*exercise(call, action=2))
    assert (refused[3], refused[4].endswith("lapse options before they expire")) == ("322", True)


def test_an_expired_position_ends_at_midnight_and_is_told() -> None:
    desk = Desk()
    client = desk.connect()
    client.send(61, 1)
    call = bought_call(desk)
    client.read()
    desk.wait(call.expires_at - NOON + DAY)
    sizes = {fields[3]: fields[-2] for fields in client.read() if fields[0] == "61"}
    assert sizes == {str(call.con_id): "0", str(AAPL): "100"}
