"""What has to be closed: the largest margin first, and no more than needed."""

import pytest

from paper_gateway.account import Account
from paper_gateway.contracts import Catalogue
from paper_gateway.liquidation import trades_to_liquidate
from tests.paper_gateway.wire_client import AAPL, MSFT, NOON, FakeMarket

CATALOGUE = Catalogue.default()
STOCKS = {each.con_id: each for each in CATALOGUE.definitions if each.con_id in {AAPL, MSFT}}
LATER = NOON + 60


@pytest.fixture
def account() -> Account:
    """200 dollars of its own in 10,000 dollars of stock when the price is 100."""
    market = FakeMarket(CATALOGUE)
    account = Account("DU1", market, {"USD": 5200.0})
    account.apply_fill(STOCKS[AAPL], 70, 100.0, 0.0)
    account.apply_fill(STOCKS[MSFT], 30, 100.0, 0.0)
    return account


def falls_to(account: Account, price: float) -> None:
    market = account.market
    assert isinstance(market, FakeMarket)
    market.move(LATER, price)


def test_nothing_is_closed_while_the_margin_is_met(account: Account) -> None:
    assert trades_to_liquidate(account, NOON) == []


def test_the_largest_position_is_reduced_as_far_as_needed(account: Account) -> None:
    falls_to(account, 60.0)
    assert account.figures(LATER).excess_liquidity < 0
    (trade,) = trades_to_liquidate(account, LATER)
    assert (trade.definition.con_id, trade.price) == (AAPL, 60.0)
    assert -70 < trade.quantity < 0
    assert account.after([trade]).figures(LATER).excess_liquidity >= 0
    assert account.positions[AAPL].quantity == 70


@pytest.mark.parametrize("price", [40.0, 1.0])
def test_everything_is_closed_when_the_equity_is_gone(account: Account, price: float) -> None:
    falls_to(account, price)
    closed = {each.definition.con_id: each.quantity for each in trades_to_liquidate(account, LATER)}
    assert closed == {AAPL: -70, MSFT: -30}


def test_short_positions_are_bought_back(account: Account) -> None:
    account.apply_fill(STOCKS[AAPL], -140, 100.0, 0.0)
    falls_to(account, 190.0)
    trades = trades_to_liquidate(account, LATER)
    assert trades[0].quantity > 0
    assert trades[0].definition.con_id == AAPL
