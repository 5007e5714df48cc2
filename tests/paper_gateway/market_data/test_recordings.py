"""Recorded bars as the nodes of a price path, and the path that walks through them."""

import pytest

from paper_gateway.bars import bars
from paper_gateway.contracts import Catalogue
from paper_gateway.market import Market
from paper_gateway.market_data.recordings import RecordedBar, Recording

AAPL = 265598
MIDNIGHT = 1_767_571_200  # 2026-01-05 00:00 UTC
OPENING = MIDNIGHT + 52_200  # 9:30 in New York
CONTRACTS = Catalogue.default()


def bar(
    start: int, length: int, prices: tuple[float, float, float, float], volume: int = 600
) -> RecordedBar:
    """A bar of cents in quarter ticks."""
    open_, high, low, close = (round(400 * price) for price in prices)
    return RecordedBar(start, start + length, open_, high, low, close, volume)


UP, DOWN = (100.0, 101.0, 99.5, 100.8), (100.8, 100.9, 98.0, 98.5)
GAP_SECONDS = 600
# Two bars, a gap, and one more.
MINUTES = [
    bar(OPENING, 60, UP),
    bar(OPENING + 60, 60, DOWN),
    bar(OPENING + 120 + GAP_SECONDS, 60, (98.6, 98.7, 98.4, 98.7), 100),
]


def replayed(recorded: list[RecordedBar]) -> Market:
    return Market(CONTRACTS, recordings={AAPL: Recording(recorded)})


def figures(market: Market, end: float, duration: str, size: str) -> list[tuple[float, ...]]:
    found = bars(market, AAPL, end, duration, size, "TRADES")
    return [(each.open, each.high, each.low, each.close, each.volume) for each in found]


def test_history_gives_the_bars_back() -> None:
    found = figures(replayed(MINUTES), OPENING + 120, "120 S", "1 min")
    assert found == [(*UP, 600), (*DOWN, 600)]


def test_a_gap_stands_still_at_the_last_close_and_nothing_trades() -> None:
    market = replayed(MINUTES)
    found = figures(market, OPENING + 120 + GAP_SECONDS, f"{GAP_SECONDS} S", "1 min")
    assert set(found) == {(98.5, 98.5, 98.5, 98.5, 0)}
    assert market.quote(AAPL, OPENING + 300).last == 98.5


def test_before_the_first_bar_its_open_stands_and_after_the_last_its_close() -> None:
    market = replayed(MINUTES)
    assert market.quote(AAPL, OPENING - 3600).last == 100.0
    assert market.quote(AAPL, OPENING + 86_400).last == 98.7
    assert market.quote(AAPL, OPENING + 86_400).volume == 0


def test_larger_bars_are_made_of_the_recorded_ones() -> None:
    market = replayed(MINUTES)
    (hour,) = figures(market, MIDNIGHT + 54_000, "3600 S", "1 hour")
    assert hour == (100.0, 101.0, 98.0, 98.7, 1300)
    (day,) = figures(market, MIDNIGHT + 86_400, "1 D", "1 day")
    assert day == (100.0, 101.0, 98.0, 98.7, 1300)


def test_quotes_stay_within_the_bar_and_reach_its_high_and_low() -> None:
    market = replayed(MINUTES)
    lasts = [market.quote(AAPL, OPENING + step / 4).last for step in range(240)]
    assert (lasts[0], max(lasts), min(lasts), lasts[-1]) == UP
    assert market.quote(AAPL, OPENING + 60).volume < 700
    assert market.quote(AAPL, OPENING + 119.75).volume == 1200


def test_a_touch_is_found_in_the_bar_that_has_it() -> None:
    touch = replayed(MINUTES).first_touch(AAPL, OPENING, OPENING + 3600, 98.0, above=False)
    assert touch is not None
    assert OPENING + 60 <= touch < OPENING + 120


@pytest.mark.parametrize("length", [5, 10, 30, 120, 900, 1800, 7200, 86_400])
def test_bars_of_every_length_come_back(length: int) -> None:
    size = {
        5: "5 secs", 10: "10 secs", 30: "30 secs", 120: "2 mins", 900: "15 mins",
        1800: "30 mins", 7200: "2 hours", 86_400: "1 day",
    }[length]  # fmt: skip
    start = MIDNIGHT if length == 86_400 else MIDNIGHT + 7200
    market = replayed([bar(start, length, UP, 900), bar(start + length, length, DOWN, 900)])
    duration = f"{length} S" if length < 86_400 else "1 D"
    assert figures(market, start + length, duration, size) == [(*UP, 900)]


def test_the_close_of_the_day_before_is_the_last_recorded_one() -> None:
    market = replayed([bar(MIDNIGHT, 86_400, UP), bar(MIDNIGHT + 86_400, 86_400, DOWN)])
    assert market.quote(AAPL, MIDNIGHT + 86_400).close == 100.8
