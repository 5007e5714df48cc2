"""The tape: its ticks are those of the quotes."""

import pytest

from paper_gateway.contracts import Catalogue
from paper_gateway.market import Market, step_at
from paper_gateway.market_data.exchange_market import ExchangeMarket
from paper_gateway.market_data.tape import Tape
from tests.paper_gateway.wire_client import NOON

AAPL, EUR_USD, GOLD = 265598, 12087792, 900000103
FIRST = step_at(NOON)
MINUTE = FIRST + 240


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(Catalogue.default())


def test_trades_add_up_to_the_volume_at_the_last_prices(market: Market) -> None:
    found = list(Tape(market, AAPL).trades(FIRST, MINUTE))
    before, after = market.quote(AAPL, NOON - 0.25), market.quote(AAPL, NOON + 59.75)
    assert sum(trade.size for trade in found) == after.volume - before.volume
    quotes = [market.quote(AAPL, NOON + step / 4) for step in range(240)]
    assert [(trade.time, trade.price, trade.size) for trade in found] == [
        (int(quote.time), quote.last, quote.last_size) for quote in quotes
    ]


def test_a_trade_names_its_venue_and_an_odd_lot(market: Market) -> None:
    found = list(Tape(market, AAPL).trades(FIRST, MINUTE))
    assert {"NASDAQ", "ARCA"} < {trade.exchange for trade in found}
    assert all((trade.conditions == "I") == (trade.size < 100) for trade in found)


def test_all_trades_have_unreported_ones_beside_them(market: Market) -> None:
    tape = Tape(market, AAPL)
    every = list(tape.all_trades(FIRST, MINUTE))
    unreported = [trade for trade in every if trade.is_unreported]
    assert [trade for trade in every if not trade.is_unreported] == list(tape.trades(FIRST, MINUTE))
    assert 5 < len(unreported) < 40
    assert {trade.conditions for trade in unreported} == {"W"}


def test_quotes_are_told_when_they_change(market: Market) -> None:
    found = list(Tape(market, AAPL).quotes(FIRST, FIRST + 40))
    quotes = [market.quote(AAPL, NOON + step / 4) for step in range(-1, 40)]
    changed = [
        (int(new.time), new.bid, new.ask, new.bid_size, new.ask_size)
        for old, new in zip(quotes, quotes[1:], strict=False)
        if (old.bid, old.ask, old.bid_size, old.ask_size)
        != (new.bid, new.ask, new.bid_size, new.ask_size)
    ]
    assert [tuple(tick[:5]) for tick in found] == changed


def test_changes_of_size_alone_can_be_ignored(market: Market) -> None:
    tape = Tape(market, AAPL)
    prices = [(tick.bid, tick.ask) for tick in tape.quotes(FIRST, MINUTE, ignore_size=True)]
    assert len(prices) < len(list(tape.quotes(FIRST, MINUTE)))
    assert all(old != new for old, new in zip(prices, prices[1:], strict=False))


def test_midpoints_lie_between_bid_and_ask(market: Market) -> None:
    found = list(Tape(market, EUR_USD).midpoints(FIRST, MINUTE))
    assert len(found) > 10
    for tick in found[:5]:
        quotes = [market.quote(EUR_USD, tick.time + step / 4) for step in range(4)]
        assert tick.price in [round((each.bid + each.ask) / 2, 6) for each in quotes]


def test_a_pair_has_no_trades_and_a_future_trades_on_its_exchange(market: Market) -> None:
    assert list(Tape(market, EUR_USD).trades(FIRST, MINUTE)) == []
    assert list(Tape(market, EUR_USD).all_trades(FIRST, MINUTE)) == []
    assert {trade.exchange for trade in Tape(market, GOLD).trades(FIRST, MINUTE)} == {"COMEX"}


def test_the_prints_of_the_auctions_are_the_first_and_last_regular_trades() -> None:
    market = ExchangeMarket(Catalogue.default())
    opening, closing = NOON - 1800, NOON + 6 * 3600
    tape = Tape(market, AAPL)
    around = [
        (trade.time - at, trade.conditions, trade.exchange)
        for at in (opening, closing)
        for trade in tape.trades(step_at(at - 1), step_at(at + 1))
        if trade.conditions in {"O", "6"}
    ]
    assert around == [(0, "O", "NASDAQ"), (-1, "6", "NASDAQ")]


def test_only_open_steps_are_read() -> None:
    market = ExchangeMarket(Catalogue.default())
    opening = NOON - 1800
    assert Tape(market, AAPL, regular=True).open_steps(opening - 60, opening + 1) == [
        (step_at(opening), step_at(opening) + 4)
    ]
