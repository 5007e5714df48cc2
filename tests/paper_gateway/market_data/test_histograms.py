"""Histograms: what traded at each price."""

import pytest

from paper_gateway.bars import Series, bars, series_bars
from paper_gateway.market_data.histograms import parse_period
from tests.paper_gateway.market_data.market_desk import (
    AAPL,
    AAPL_ID,
    EUR,
    MarketDesk,
    contract,
    errors,
    exchange_desk,
)
from tests.paper_gateway.wire_client import NOON, WireClient, names


def asked(client: WireClient, period: str = "1 day") -> list[tuple[float, int]]:
    ((message),) = client.send(88, 5, *AAPL, 0, 1, period)
    assert message[:2] == ["89", "5"]
    assert len(message) == 3 + 2 * int(message[2])
    return [
        (float(price), int(size)) for price, size in zip(message[3::2], message[4::2], strict=True)
    ]


def test_prices_rise_and_volumes_add_up() -> None:
    desk = MarketDesk()
    found = asked(desk.connect())
    day = bars(desk.hub.market, AAPL_ID, NOON, "1 D", "1 hour", "TRADES")
    prices = [price for price, _ in found]
    assert prices == sorted(set(prices))
    assert sum(size for _, size in found) == sum(bar.volume for bar in day)
    assert min(bar.low for bar in day) <= prices[0] < prices[-1] <= max(bar.high for bar in day)


def test_regular_hours_alone_where_there_are_any() -> None:
    desk = exchange_desk(NOON + 10 * 3600)
    series = Series(desk.hub.market, AAPL_ID, "TRADES", True)
    (day,) = series_bars(series, desk.clock.now, "1 D", "1 day")
    assert sum(size for _, size in asked(desk.connect())) == day.volume


@pytest.mark.parametrize("period", ["30 minutes", "1 week", "3 months", "1 year"])
def test_every_length_of_period_is_answered(period: str) -> None:
    assert len(asked(MarketDesk().connect(), period)) > 5


@pytest.mark.parametrize(
    ("text", "seconds"), [("1 day", 86_400), ("3 days", 259_200), (" 2 Weeks ", 1_209_600)]
)
def test_periods_are_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_period(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "1", "day", "0 days", "-1 days", "2 years", "1 fortnight", "1.5 days"]
)
def test_a_wrong_period_is_refused(text: str) -> None:
    client = MarketDesk().connect()
    ((code, sentence),) = errors(client.send(88, 5, *AAPL, 0, 1, text))
    assert code == "10188"
    assert sentence.startswith("Failed to request histogram data:")


def test_a_pair_has_no_trades_and_the_unknown_no_contract() -> None:
    client = MarketDesk().connect()
    assert client.send(88, 5, *EUR, 0, 1, "1 day") == [["89", "5", "0"]]
    assert names(client.send(88, 5, *contract("NOSUCH"), 0, 1, "1 day")) == ["4 200"]
    assert client.send(89, 5) == []
