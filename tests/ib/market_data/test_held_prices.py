"""What is held is valued with the prices that its line brings, and with no others."""

from __future__ import annotations

from datetime import datetime

import ib_async
import pytest

from ib.market_data.market_data import MarketData
from ib.portfolio import Portfolio
from tests.conftest import Publications
from tests.ib.market_data.quotes_for_tests import NOW, Desk, stock
from trading.ib_errors import CodeTable


class Held:
    """One stock that is held, 100 of it at 100, with a line that has told a price."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.data = MarketData(CodeTable(), Publications(), lambda: self.desk.wire, _now)
        self.data.quotes = self.desk.quotes
        self.portfolio = Portfolio()
        self.portfolio.on_position(ib_async.Position("DU1", stock(1), 100, 100.0))
        self.desk.hold(1)
        self.desk.tick(1, last=150.0)

    @property
    def price(self) -> float:
        """The position's, after what has changed was told."""
        self.data.publish_changes(self.portfolio.on_price)
        return float(self.portfolio.positions(None, NOW).rows[0]["marketPrice"])

    def tws_values_it(self, price: float) -> None:
        worth = price * 100
        item = ib_async.PortfolioItem(stock(1), 100, price, worth, 100, worth - 10_000, 0, "DU1")
        self.portfolio.on_portfolio_item(item)


def _now() -> datetime:
    return NOW


@pytest.mark.parametrize("code", [10197, 354, 321])
async def test_an_old_price_never_takes_the_place_of_tws_s_newer_valuation(code: int) -> None:
    """A line that is refused again and again tells its trouble each time, not its price."""
    held = Held()
    assert held.price == 150.0
    held.desk.error(1, code)
    held.tws_values_it(160.0)
    assert held.price == 160.0
    held.desk.sweep(60)
    held.desk.error(1, code)
    assert held.price == 160.0
    held.desk.sweep(60)
    held.desk.tick(1, last=161.0)
    assert held.price == 161.0


async def test_a_price_of_before_the_data_was_lost_is_none_for_a_position() -> None:
    held = Held()
    assert held.price == 150.0
    held.desk.quotes.resume()
    held.tws_values_it(160.0)
    held.desk.hold(1)  # as when another position changes
    assert held.price == 160.0
