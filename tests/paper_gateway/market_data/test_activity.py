"""How busy a market is over its day."""

from datetime import datetime

import pytest

from paper_gateway.bars import Bar, Series, series_bars
from paper_gateway.contracts import Catalogue, ContractDefinition
from paper_gateway.market import Market
from paper_gateway.market_data.activity import Activity, activity_of
from paper_gateway.market_data.exchange_market import ExchangeMarket
from paper_gateway.market_data.hours import ALWAYS_OPEN, EXCHANGE_HOURS
from paper_gateway.times import ZONE

AAPL, EUR_USD, BTC, GOLD = 265598, 12087792, 479624278, 900000103
CONTRACTS = Catalogue.default()


def named(con_id: int) -> ContractDefinition:
    found = CONTRACTS.by_con_id(con_id)
    assert found is not None
    return found


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-01-05T00:00", "2026-01-05T04:00", 0.0),
        ("2026-01-05T04:00", "2026-01-05T05:00", 72.0),
        ("2026-01-05T09:00", "2026-01-05T10:00", 36.0 + 4500.0),
        ("2026-01-05T12:00", "2026-01-05T13:00", 3600.0),
        ("2026-01-05T15:30", "2026-01-05T16:30", 4500.0 + 36.0),
        ("2026-01-10T00:00", "2026-01-11T00:00", 0.0),
    ],
)
def test_the_edges_of_regular_hours_are_busiest(start: str, end: str, expected: float) -> None:
    (found,) = Activity(EXCHANGE_HOURS, named(AAPL)).of(at(start), at(end) - at(start), 1)
    assert found == pytest.approx(expected)


def test_currencies_are_equally_busy_while_they_trade() -> None:
    activity = Activity(EXCHANGE_HOURS, named(EUR_USD))
    assert activity.of(at("2026-01-05T15:00"), 3600.0, 4) == [3600.0, 3600.0, 2700.0, 3600.0]


def test_what_never_closes_has_no_busy_hours() -> None:
    assert activity_of(EXCHANGE_HOURS, named(BTC)) is None
    assert activity_of(ALWAYS_OPEN, named(AAPL)) is None
    assert activity_of(EXCHANGE_HOURS, named(AAPL)) is not None


def regular(market: Market, duration: str, size: str) -> list[Bar]:
    series = Series(market, AAPL, "TRADES", True)
    return series_bars(series, at("2026-01-06T16:00"), duration, size)


def test_a_day_has_nearly_all_its_volume_in_regular_hours() -> None:
    market = ExchangeMarket(CONTRACTS)
    days = regular(market, "20 D", "1 day")
    average = sum(day.volume for day in days) / len(days)
    assert average == pytest.approx(55_000_000, rel=0.25)
    hours = regular(market, "1 D", "30 mins")
    assert min(hours[0].volume, hours[-1].volume) > 1.2 * max(bar.volume for bar in hours[1:-1])
    assert sum(bar.volume for bar in hours) == days[-1].volume


def test_prices_are_those_of_a_market_that_never_closes() -> None:
    kept, whole = ExchangeMarket(CONTRACTS), Market(CONTRACTS)
    noon = at("2026-01-06T12:00")
    assert kept.quote(AAPL, noon).last == whole.quote(AAPL, noon).last
    assert kept.quote(GOLD, noon).bid == whole.quote(GOLD, noon).bid
