"""The account: cost, cash, profit and margin always add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.account import Account, Position, Trade
from paper_gateway.commissions import commission, commission_currency
from paper_gateway.contracts import Catalogue, ContractDefinition, ContractQuery
from paper_gateway.market import Market
from tests.paper_gateway.wire_client import AAPL, EUR_USD, MSFT, NOON, FakeMarket

CATALOGUE = Catalogue.default()
DEFINITIONS = {each.con_id: each for each in CATALOGUE.definitions}
STOCK, PAIR = DEFINITIONS[AAPL], DEFINITIONS[EUR_USD]
FUTURE = next(CATALOGUE.find(ContractQuery(symbol="ES", sec_type="FUT")))
CALLS = CATALOGUE.find(ContractQuery(symbol="AAPL", sec_type="OPT", right="C"))
OPTION = next(each for each in CALLS if each.strike > 120)
# Crosses have paths of their own: they agree with the dollar pairs only roughly.
CONSISTENT = [
    each
    for each in CATALOGUE.definitions
    if each.sec_type != "CASH" or "USD" in (each.symbol, each.currency)
]


@pytest.fixture
def account() -> Account:
    return Account("DU1", FakeMarket(CATALOGUE))


def test_a_fresh_account_has_a_million_dollars_and_twice_that_to_buy_with(account: Account) -> None:
    figures = account.figures(NOON)
    assert (figures.net_liquidation, figures.buying_power) == (1_000_000.0, 2_000_000.0)
    assert (figures.unrealized, figures.daily, account.held()) == (0.0, 0.0, [])


def test_the_average_cost_includes_the_commission(account: Account) -> None:
    account.apply_fill(STOCK, 100, 50.0, 1.0)
    position = account.positions[AAPL]
    assert (position.quantity, position.average_cost) == (100, 50.01)
    assert account.cash == {"USD": 1_000_000 - 5001.0}


def test_buying_more_averages_the_cost(account: Account) -> None:
    account.apply_fill(STOCK, 100, 50.0, 0.0)
    account.apply_fill(STOCK, 300, 54.0, 0.0)
    assert account.positions[AAPL].average_cost == 53.0


def test_a_trade_that_only_opens_realizes_nothing(account: Account) -> None:
    assert account.apply_fill(STOCK, 100, 50.0, 1.0) is None
    assert account.apply_fill(STOCK, 100, 60.0, 1.0) is None


def test_selling_realizes_the_gain_after_commissions(account: Account) -> None:
    account.apply_fill(STOCK, 100, 50.0, 1.0)
    assert account.apply_fill(STOCK, -40, 55.0, 1.0) == pytest.approx(40 * (55 - 50.01) - 1)
    assert account.positions[AAPL].average_cost == 50.01


def test_covering_a_short_position_realizes_the_gain(account: Account) -> None:
    account.apply_fill(STOCK, -100, 50.0, 1.0)
    assert account.positions[AAPL].average_cost == 49.99
    assert account.apply_fill(STOCK, 100, 45.0, 1.0) == pytest.approx(100 * (49.99 - 45) - 1)
    assert account.held() == []


def test_crossing_zero_closes_the_old_side_and_opens_the_new(account: Account) -> None:
    account.apply_fill(STOCK, 100, 50.0, 0.0)
    assert account.apply_fill(STOCK, -150, 60.0, 3.0) == pytest.approx(1000 - 2)
    position = account.positions[AAPL]
    assert (position.quantity, position.average_cost) == (-50, 59.98)


def test_a_currency_trade_moves_cash_in_both_currencies(account: Account) -> None:
    account.apply_fill(PAIR, 1000, 100.0, 2.0)
    assert account.cash == {"USD": 900_000 - 2.0, "EUR": 1000}
    assert account.figures(NOON).net_liquidation == pytest.approx(1_000_000 - 2.0)
    assert account.figures(NOON).gross_value == 0.0


def test_margins_follow_the_value_of_the_positions(account: Account) -> None:
    account.apply_fill(STOCK, 100, 100.0, 0.0)
    account.apply_fill(DEFINITIONS[MSFT], -100, 100.0, 0.0)
    figures = account.figures(NOON)
    assert (figures.initial_margin, figures.maintenance_margin) == (10_000.0, 5_500.0)
    assert (figures.gross_value, figures.stock_value) == (20_000.0, 0.0)


def test_a_look_ahead_books_nothing_and_shows_what_the_trades_then_do(account: Account) -> None:
    account.apply_fill(STOCK, 100, 100.0, 1.0)
    trades = [Trade(STOCK, 1000, 100.0, 5.0), Trade(PAIR, -500, 100.0, 2.0)]
    expected = account.after(trades).figures(NOON)
    assert account.positions[AAPL].quantity == 100
    assert account.cash == {"USD": 1_000_000 - 10_001.0}
    for trade in trades:
        account.apply_fill(trade.definition, trade.quantity, trade.price, trade.fee)
    assert account.figures(NOON) == expected


def test_closing_frees_margin(account: Account) -> None:
    account.apply_fill(STOCK, 1000, 100.0, 0.0)
    assert account.after([Trade(STOCK, -1000, 100.0)]).figures(NOON).initial_margin == 0.0


def test_a_future_costs_no_cash_and_its_gain_is_settled_at_fills(account: Account) -> None:
    account.apply_fill(FUTURE, 2, 99.0, 4.5)
    assert account.cash == {"USD": 1_000_000 - 4.5}
    figures = account.figures(NOON)
    assert (figures.futures_pnl, figures.stock_value, figures.gross_value) == (100.0, 0.0, 0.0)
    assert figures.net_liquidation == 1_000_000 - 4.5 + 100.0
    account.apply_fill(FUTURE, -2, 101.0, 4.5)
    assert account.cash == {"USD": 1_000_000 - 9.0 + 200.0}
    assert account.figures(NOON).futures_pnl == 0.0


def test_a_future_is_settled_when_a_day_begins(account: Account) -> None:
    account.apply_fill(FUTURE, 2, 99.0, 0.0)
    account.start_day(NOON)
    assert account.cash == {"USD": 1_000_000 + 100.0}
    figures = account.figures(NOON)
    assert (figures.futures_pnl, figures.daily, figures.unrealized) == (0.0, 0.0, 100.0)


def test_an_option_is_worth_something_but_no_equity_with_loan(account: Account) -> None:
    account.apply_fill(OPTION, 3, 100.0, 0.0)
    figures = account.figures(NOON)
    assert figures.option_value == 3 * 100 * 100.0
    assert figures.net_liquidation == 1_000_000
    assert figures.equity_with_loan == 1_000_000 - 30_000
    assert figures.initial_margin == 0.0


def test_a_short_option_needs_its_premium_and_a_part_of_its_underlying(account: Account) -> None:
    account.apply_fill(OPTION, -1, 100.0, 0.0)
    # A call on AAPL at 100 with a higher strike: out of the money by more than 10 %.
    assert account.figures(NOON).initial_margin == pytest.approx(100 * (100 + 10))


@pytest.mark.parametrize("each", CONSISTENT, ids=lambda each: str(each.local_symbol))
def test_every_contract_can_be_held_and_valued(each: ContractDefinition) -> None:
    market = Market(CATALOGUE)
    account, fees = Account("DU1", market), 0.0
    for side in (1, -2):
        price = market.mark(each.con_id, NOON)
        fee = commission(each, abs(side), price)
        fees += fee * market.rate(commission_currency(each), NOON)
        account.apply_fill(each, side, price, fee)
        figures = account.figures(NOON)
        assert figures.net_liquidation == pytest.approx(1_000_000 - fees, abs=0.005)
        assert figures.maintenance_margin <= figures.initial_margin


def test_a_new_day_starts_with_no_profit_of_the_day(account: Account) -> None:
    account.apply_fill(STOCK, 100, 90.0, 1.0)
    account.apply_fill(DEFINITIONS[MSFT], 10, 90.0, 0.0)
    account.apply_fill(DEFINITIONS[MSFT], -10, 95.0, 0.0)
    assert account.figures(NOON).daily == pytest.approx(999 + 50)
    assert account.start_day(NOON) == [MSFT]
    assert (account.figures(NOON).daily, account.figures(NOON).realized) == (0.0, 0.0)
    assert account.figures(NOON).unrealized == pytest.approx(999)


trades = st.lists(
    st.tuples(st.integers(-500, 500).filter(bool), st.integers(1, 20_000), st.integers(0, 500)),
    max_size=20,
)


@given(trades)
def test_the_books_balance_to_the_cent(chosen: list[tuple[int, int, int]]) -> None:
    account = Account("DU1", FakeMarket(CATALOGUE))
    realized = 0.0
    for quantity, cents, fee_cents in chosen:
        gain = account.apply_fill(STOCK, quantity, cents / 100, fee_cents / 100)
        realized += gain or 0.0
    position = account.positions.get(AAPL, Position("DU1", STOCK))
    profit = account.figures(NOON).net_liquidation - 1_000_000
    assert profit == pytest.approx(realized + account.unrealized(position, NOON), abs=0.005)
    assert profit == pytest.approx(account.figures(NOON).daily, abs=0.005)
    assert position.quantity == sum(quantity for quantity, _, _ in chosen)
