"""Which market and which clock the settings give."""

from datetime import datetime
from pathlib import Path

import pytest

from paper_gateway.contracts import Catalogue
from paper_gateway.market import Market
from paper_gateway.market_data.bar_files import BarFileError
from paper_gateway.market_data.exchange_market import ExchangeMarket
from paper_gateway.market_data.markets import build_market
from paper_gateway.settings import Settings
from paper_gateway.times import ZONE
from tests.paper_gateway.market_data.market_desk import AAPL, AAPL_ID, MarketDesk, exchange_desk
from tests.paper_gateway.wire_client import NOON, FakeClock

CONTRACTS = Catalogue.default()
OPENING = datetime(2024, 3, 4, 9, 30, tzinfo=ZONE).timestamp()
TEXT = (
    "time,open,high,low,close,volume\n"
    "20240304 09:30:00,100,101,99.5,100.8,600\n"
    "20240304 09:31:00,100.8,100.9,98,98.5,700\n"
)  # fmt: skip


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    file = tmp_path / "AAPL.csv"
    file.write_text(TEXT)
    return file


def test_markets_are_always_open_unless_they_keep_hours() -> None:
    clock = FakeClock()
    assert build_market(Settings(), CONTRACTS, clock)[1] is clock
    assert type(build_market(Settings(), CONTRACTS, clock)[0]) is Market
    kept, _ = build_market(Settings(hours="exchange"), CONTRACTS, clock)
    assert type(kept) is ExchangeMarket


def test_with_bars_the_clock_begins_with_the_first_and_goes_on(bars: Path) -> None:
    given = FakeClock(NOON)
    market, clock = build_market(Settings(bars=bars), CONTRACTS, given)
    assert clock() == OPENING
    assert market.quote(AAPL_ID, clock()).last == 100.0
    given.now += 60
    assert market.quote(AAPL_ID, clock()).last == 100.8


def test_the_clock_may_begin_in_the_middle_or_stay_as_it_is(bars: Path) -> None:
    start = "20240304 09:31:00 US/Eastern"
    _, clock = build_market(Settings(bars=bars, bars_start=start), CONTRACTS, FakeClock(NOON))
    assert clock() == OPENING + 60
    _, clock = build_market(Settings(bars=bars, bars_start="now"), CONTRACTS, FakeClock(NOON))
    assert clock() == NOON


def test_a_start_that_is_no_time_is_refused(bars: Path) -> None:
    with pytest.raises(BarFileError, match="the start of the bars: 'soon' is not a date"):
        build_market(Settings(bars=bars, bars_start="soon"), CONTRACTS, FakeClock())


def test_a_client_gets_the_bars_that_were_given(bars: Path) -> None:
    start = "20240304 09:32:00"
    client = MarketDesk(Settings(bars=bars, bars_start=start)).connect()
    ((history),) = client.send(20, 4, *AAPL, 0, "", "1 min", "120 S", 1, "TRADES", 1, 0, "")
    assert history[4:11] == [
        "2",
        "20240304 09:30:00 US/Eastern",
        "100",
        "101",
        "99.5",
        "100.8",
        "600",
    ]
    assert history[13:19] == ["20240304 09:31:00 US/Eastern", "100.8", "100.9", "98", "98.5", "700"]
    assert client.send(87, 4, *AAPL, 0, 1, "TRADES", 1) == [["88", "4", "20240304-14:30:00"]]
    assert client.send(49, 1) == [["49", "1", str(int(OPENING) + 120)]]


def test_contract_details_tell_the_hours_that_are_kept() -> None:
    row, _ = exchange_desk().connect().send(9, 8, 5, *AAPL, 0, "", "", "")
    assert row[26].startswith("20260105:0400-20260105:2000;")
    assert row[27].startswith("20260105:0930-20260105:1600;")
