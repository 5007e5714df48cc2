"""Volatilities of price paths."""

import math
from itertools import pairwise
from statistics import pstdev

import pytest

from paper_gateway.bars import Series, series_bars
from paper_gateway.contracts import Catalogue
from paper_gateway.market import Market
from paper_gateway.market_data.volatility import historical_volatility, implied_volatility

AAPL = 265598
MIDNIGHT = 1_767_225_600.0


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(Catalogue.default())


def test_the_realized_one_is_that_of_thirty_days_of_closes(market: Market) -> None:
    days = series_bars(Series(market, AAPL, "TRADES"), MIDNIGHT, "31 D", "1 day")
    moves = [math.log(after.close / before.close) for before, after in pairwise(days)]
    expected = pstdev(moves) * math.sqrt(252)
    found = historical_volatility(market.path(AAPL), MIDNIGHT + 3600)
    assert len(moves) == 30
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_implied_one_stays_near_the_contracts_own(market: Market) -> None:
    path = market.path(AAPL)
    values = [implied_volatility(path, MIDNIGHT + 3600 * hour) for hour in range(240)]
    assert all(0.18 < value < 0.34 for value in values)
    assert max(abs(after - before) for before, after in pairwise(values)) < 0.002


@pytest.mark.parametrize("what", ["HISTORICAL_VOLATILITY", "OPTION_IMPLIED_VOLATILITY"])
def test_both_have_bars(market: Market, what: str) -> None:
    found = series_bars(Series(market, AAPL, what), MIDNIGHT, "5 D", "1 day")
    assert len(found) == 5
    assert all(bar.low <= bar.open <= bar.high for bar in found)
    assert all(0.05 < bar.close < 0.6 for bar in found)
    assert {(bar.volume, bar.wap, bar.count) for bar in found} == {(-1, -1.0, -1)}
