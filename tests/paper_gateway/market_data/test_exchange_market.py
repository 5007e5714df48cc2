"""The market at the hours of exchanges: prices that stand still, and the figures of a day."""

from datetime import datetime

import pytest

from paper_gateway.bars import Bar, Series, bars, series_bars
from paper_gateway.contracts import Catalogue
from paper_gateway.market import Market
from paper_gateway.market_data.exchange_market import ExchangeMarket
from paper_gateway.times import ZONE

AAPL, BTC, EUR_USD = 265598, 479624278, 12087792
CONTRACTS = Catalogue.default()


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


@pytest.fixture(scope="module")
def market() -> Market:
    return ExchangeMarket(CONTRACTS)


@pytest.fixture(scope="module")
def endless() -> Market:
    return Market(CONTRACTS)


def regular(market: Market, end: str, duration: str, size: str) -> list[Bar]:
    return series_bars(Series(market, AAPL, "TRADES", True), at(end), duration, size)


def test_open_prices_are_those_of_the_path(market: Market, endless: Market) -> None:
    now = at("2026-01-05T11:00")
    kept, whole = market.quote(AAPL, now), endless.quote(AAPL, now)
    assert (kept.bid, kept.ask, kept.last, kept.time) == (
        whole.bid, whole.ask, whole.last, whole.time,
    )  # fmt: skip


def test_prices_stand_still_while_the_exchange_is_closed(market: Market) -> None:
    evening = market.quote(AAPL, at("2026-01-09T19:59:59.750"))
    assert market.quote(AAPL, at("2026-01-09T20:00")) == evening
    assert market.quote(AAPL, at("2026-01-12T03:59")) == evening
    assert market.mark(AAPL, at("2026-01-11T12:00")) == evening.last
    assert market.quote(AAPL, at("2026-01-12T04:00")).time == at("2026-01-12T04:00")


def test_the_figures_of_a_day_are_those_of_its_regular_hours(market: Market) -> None:
    quote = market.quote(AAPL, at("2026-01-06T15:59:59.750"))
    (day,) = regular(market, "2026-01-06T16:00", "1 D", "1 day")
    assert (quote.open, quote.high, quote.low, quote.last) == (
        day.open, day.high, day.low, day.close,
    )  # fmt: skip
    assert quote.close == market.mark(AAPL, at("2026-01-05T15:59:59.750"))
    # The volume is that of the pre-market too.
    assert quote.volume > day.volume


def test_before_the_opening_the_figures_are_those_of_the_pre_market(
    market: Market, endless: Market
) -> None:
    quote = market.quote(AAPL, at("2026-01-06T04:00"))
    assert quote.open == quote.high == quote.low == quote.last
    assert quote.last == endless.quote(AAPL, at("2026-01-06T04:00")).last


def test_the_close_behind_a_weekend_is_fridays(market: Market) -> None:
    quote = market.quote(AAPL, at("2026-01-12T10:00"))
    assert quote.close == market.mark(AAPL, at("2026-01-09T15:59:59.750"))


def test_what_never_closes_is_as_ever(market: Market, endless: Market) -> None:
    saturday = at("2026-01-10T12:00")
    assert market.quote(BTC, saturday) == endless.quote(BTC, saturday)
    assert market.mark(BTC, saturday) == endless.mark(BTC, saturday)


def test_a_touch_comes_in_regular_hours_only(market: Market) -> None:
    evening = at("2026-01-09T20:00")
    opening = at("2026-01-12T09:30")
    touch = market.first_touch(AAPL, evening, evening + 7 * 86_400, 0.01, above=True)
    assert touch == opening
    assert market.first_touch(AAPL, evening, opening - 60, 0.01, above=True) is None
    now = at("2026-01-12T11:00")
    assert market.first_touch(AAPL, now, now + 60, 0.01, above=True) == now + 0.25


# Bars


def test_hourly_bars_begin_with_the_half_hour_of_the_opening(market: Market) -> None:
    found = regular(market, "2026-01-06T16:00", "1 D", "1 hour")
    starts = [datetime.fromtimestamp(bar.start, ZONE).strftime("%H:%M") for bar in found]
    assert starts == ["09:30", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]
    (day,) = regular(market, "2026-01-06T16:00", "1 D", "1 day")
    assert sum(bar.volume for bar in found) == day.volume
    assert (found[0].open, found[-1].close) == (day.open, day.close)


def test_all_hours_begin_with_the_pre_market(market: Market) -> None:
    found = bars(market, AAPL, at("2026-01-06T20:00"), "1 D", "30 mins", "TRADES")
    assert len(found) == 32
    assert found[0].start == at("2026-01-06T04:00")


def test_days_are_trading_days(market: Market) -> None:
    found = regular(market, "2026-01-12T16:00", "5 D", "1 day")
    days = [datetime.fromtimestamp(bar.start, ZONE).strftime("%m%d") for bar in found]
    assert days == ["0106", "0107", "0108", "0109", "0112"]
    assert len(regular(market, "2026-01-12T16:00", "10 D", "1 day")) == 10
    assert len(regular(market, "2026-01-12T16:00", "2 W", "1 day")) == 10


def test_on_a_sunday_the_last_bars_are_fridays(market: Market) -> None:
    found = regular(market, "2026-01-11T12:00", "60 S", "1 min")
    assert [bar.start for bar in found] == [at("2026-01-09T15:59")]
    (week,) = regular(market, "2026-01-11T12:00", "1 W", "1 week")
    assert week.close == found[-1].close


def test_a_bar_in_progress_ends_with_the_quote(market: Market) -> None:
    now = at("2026-01-06T10:10:30")
    for size in ("1 min", "1 hour", "1 day", "1 week", "1 month"):
        last = series_bars(Series(market, AAPL, "TRADES", True), now, "1 D", size)[-1]
        assert last.close == market.quote(AAPL, now).last


def test_only_open_hours_count_towards_the_most_bars(market: Market) -> None:
    assert len(regular(market, "2026-01-16T16:00", "2 W", "1 min")) == 3900
    with pytest.raises(ValueError, match="39000 bars; at most 20000"):
        regular(market, "2026-06-16T16:00", "100 D", "1 min")


def test_a_duration_of_seconds_begins_with_a_whole_bar(market: Market) -> None:
    found = regular(market, "2026-01-06T10:00:30", "600 S", "1 min")
    assert [bar.start for bar in found] == [
        at("2026-01-06T09:51") + 60 * number for number in range(10)
    ]


def test_a_pairs_day_begins_on_the_evening_before(market: Market) -> None:
    found = bars(market, EUR_USD, at("2026-01-06T17:00"), "1 D", "1 day", "MIDPOINT")
    assert [bar.start for bar in found] == [at("2026-01-05T17:15")]
