"""Historical bars: one with the quotes, nested, and asked for in IB's words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from paper_gateway.bars import BAR_SIZES, MAX_BARS, Bar, bars
from paper_gateway.contracts import Catalogue, on_tick
from paper_gateway.market import STEPS_PER_SECOND, Market

AAPL = 265598
EUR_USD = 12087792
DAY = 86_400
MIDNIGHT = 1_767_225_600  # 2026-01-01 00:00 UTC
NOW = MIDNIGHT + 45_296.4  # 12:34:56.4
CONTRACTS = Catalogue.default()


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(CONTRACTS)


def merged(parts: list[Bar]) -> tuple[float, float, float, float, int, int]:
    return (
        parts[0].open,
        max(part.high for part in parts),
        min(part.low for part in parts),
        parts[-1].close,
        sum(part.volume for part in parts),
        sum(part.count for part in parts),
    )


def figures(bar: Bar) -> tuple[float, float, float, float, int, int]:
    return bar.open, bar.high, bar.low, bar.close, bar.volume, bar.count


# One with the quotes


@pytest.mark.parametrize("bar_size", BAR_SIZES)
def test_the_unfinished_bar_closes_with_the_quote_in_force(market: Market, bar_size: str) -> None:
    duration = "60 S" if "secs" in bar_size else "1 D"
    last = bars(market, AAPL, NOW, duration, bar_size, "TRADES")[-1]
    assert last.close == market.quote(AAPL, NOW).last


def test_the_bar_of_today_is_the_day_of_the_quote(market: Market) -> None:
    (today,) = bars(market, AAPL, NOW, "1 D", "1 day", "TRADES")
    quote = market.quote(AAPL, NOW)
    assert today.start == MIDNIGHT
    assert (today.open, today.high, today.low) == (quote.open, quote.high, quote.low)
    assert (today.close, today.volume) == (quote.last, quote.volume)


def test_the_bar_of_yesterday_is_the_day_at_its_last_quote(market: Market) -> None:
    yesterday = bars(market, AAPL, NOW, "2 D", "1 day", "TRADES")[0]
    quote = market.quote(AAPL, MIDNIGHT - 0.25)
    assert figures(yesterday)[:5] == (quote.open, quote.high, quote.low, quote.last, quote.volume)
    assert yesterday.close == market.quote(AAPL, NOW).close


@pytest.mark.parametrize("con_id", [AAPL, EUR_USD])
@pytest.mark.parametrize("what", ["BID", "ASK", "MIDPOINT"])
def test_bars_of_bid_ask_and_midpoint_are_those_of_the_quotes(
    market: Market, con_id: int, what: str
) -> None:
    def shown(at: float) -> float:
        quote = market.quote(con_id, at)
        middle = round((quote.bid + quote.ask) / 2, 6)
        return {"BID": quote.bid, "ASK": quote.ask, "MIDPOINT": middle}[what]

    bar = bars(market, con_id, MIDNIGHT + 60.0, "60 S", "1 min", what)[-1]
    prices = [shown(MIDNIGHT + step / STEPS_PER_SECOND) for step in range(60 * STEPS_PER_SECOND)]
    assert (bar.open, bar.close) == (prices[0], prices[-1])
    assert (bar.high, bar.low) == (max(prices), min(prices))
    assert (bar.volume, bar.wap, bar.count) == (-1, -1.0, -1)


def test_a_pair_has_no_trades(market: Market) -> None:
    assert bars(market, EUR_USD, NOW, "1 D", "1 hour", "TRADES") == []


def test_bars_do_not_depend_on_when_they_are_asked_for(market: Market) -> None:
    early = bars(market, AAPL, NOW, "3600 S", "1 min", "TRADES")
    late = bars(Market(CONTRACTS), AAPL, NOW + 1800, "5400 S", "1 min", "TRADES")
    assert early[:-1] == late[: len(early) - 1]


# Nested


@pytest.mark.parametrize(
    ("large", "small", "duration"),
    [
        ("5 secs", "1 secs", "600 S"),
        ("1 min", "5 secs", "3600 S"),
        ("1 min", "15 secs", "3600 S"),
        ("5 mins", "1 min", "1 D"),
        ("3 mins", "1 min", "1 D"),
        ("1 hour", "20 mins", "2 D"),
        ("8 hours", "1 hour", "1 W"),
        ("1 day", "3 hours", "1 M"),
        ("1 week", "1 day", "6 M"),
        ("1 month", "1 day", "1 Y"),
    ],
)
def test_large_bars_are_made_of_small_ones(
    market: Market, large: str, small: str, duration: str
) -> None:
    small_bars = bars(market, AAPL, NOW, duration, small, "TRADES")
    edges = [*(bar.start for bar in bars(market, AAPL, NOW, duration, large, "TRADES")), NOW]
    large_bars = bars(market, AAPL, NOW, duration, large, "TRADES")
    for bar, end in zip(large_bars, edges[1:], strict=True):
        parts = [part for part in small_bars if bar.start <= part.start < end]
        assert figures(bar) == merged(parts)


def test_bars_are_on_the_tick_and_well_formed(market: Market) -> None:
    apple = CONTRACTS.by_con_id(AAPL)
    assert apple is not None
    for bar in bars(market, AAPL, NOW, "1 D", "1 min", "TRADES"):
        assert all(on_tick(apple, price) for price in (bar.open, bar.high, bar.low, bar.close))
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert bar.low <= bar.wap <= bar.high
        assert bar.volume > 0
        assert bar.count > 0


# How many, and where they begin


@pytest.mark.parametrize(
    ("duration", "bar_size", "count"),
    [
        ("1800 S", "1 min", 30),
        ("1 D", "1 min", 1440),
        ("1 D", "5 mins", 288),
        ("2 D", "1 day", 2),
        ("1 W", "1 day", 7),
        ("1 M", "1 day", 31),
        ("1 Y", "1 day", 365),
        ("1 Y", "1 month", 12),
        ("1 W", "1 week", 1),
        ("1800 S", "1 hour", 1),
        ("60 S", "1 day", 1),
    ],
)
def test_a_duration_has_its_number_of_bars(
    market: Market, duration: str, bar_size: str, count: int
) -> None:
    assert len(bars(market, AAPL, NOW, duration, bar_size, "TRADES")) == count


def test_bars_lie_on_the_grid_and_adjoin(market: Market) -> None:
    starts = [bar.start for bar in bars(market, AAPL, NOW, "1 D", "15 mins", "TRADES")]
    assert all(start % 900 == 0 for start in starts)
    assert {b - a for a, b in zip(starts, starts[1:], strict=False)} == {900}
    assert starts[-1] == MIDNIGHT + 45_000


def test_weeks_begin_on_monday_and_months_on_the_first(market: Market) -> None:
    weeks = bars(market, AAPL, NOW, "1 M", "1 week", "TRADES")
    months = bars(market, AAPL, NOW, "1 Y", "1 month", "TRADES")
    assert {datetime.fromtimestamp(bar.start, UTC).weekday() for bar in weeks} == {0}
    assert {datetime.fromtimestamp(bar.start, UTC).day for bar in months} == {1}
    assert months[-1].start == MIDNIGHT


@pytest.mark.parametrize("bar_size", ["1 secs", "1 min", "1 hour", "1 day", "1 month"])
def test_an_end_on_the_grid_ends_with_the_bar_before_it(market: Market, bar_size: str) -> None:
    before = bars(market, AAPL, MIDNIGHT, "30 S", bar_size, "TRADES")[-1]
    assert before.start < MIDNIGHT
    assert before.close == market.quote(AAPL, MIDNIGHT - 0.25).last


# Bad questions


@pytest.mark.parametrize("bar_size", ["", "1 sec", "4 mins", "1 Min", "2 days"])
def test_a_bad_bar_size_is_refused(market: Market, bar_size: str) -> None:
    with pytest.raises(ValueError, match="Bar size"):
        bars(market, AAPL, NOW, "1 D", bar_size, "TRADES")


def test_a_bad_kind_is_refused(market: Market) -> None:
    with pytest.raises(ValueError, match="YIELD"):
        bars(market, AAPL, NOW, "1 D", "1 min", "YIELD")


def test_too_many_bars_are_refused_with_the_number(market: Market) -> None:
    with pytest.raises(ValueError, match=rf"86400 bars; at most {MAX_BARS}"):
        bars(market, AAPL, NOW, "1 D", "1 secs", "TRADES")


def test_an_unknown_con_id_is_a_key_error(market: Market) -> None:
    with pytest.raises(KeyError):
        bars(market, 1, NOW, "1 D", "1 min", "TRADES")
