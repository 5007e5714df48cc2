"""Paths of options: Black and Scholes over the underlying, on ticks, exact on every level."""

import math

import pytest

from paper_gateway.contracts import Catalogue, ContractDefinition, ContractQuery
from paper_gateway.market import Market
from paper_gateway.market_data.recordings import RecordedBar, Recording
from paper_gateway.option_path import OptionPath
from paper_gateway.ticks import on_tick
from tests.paper_gateway.wire_client import AAPL, NOON

CONTRACTS = Catalogue.default()
MARKET = Market(CONTRACTS)
SPX = 416904
CALL = 900_000_203  # AAPL 2029-01-19 230 C


def option(symbol: str, date: str, strike: float, right: str) -> ContractDefinition:
    query = ContractQuery(
        symbol=symbol, sec_type="OPT", last_trade_date=date, strike=strike, right=right
    )
    return next(CONTRACTS.find(query))


def path(con_id: int) -> OptionPath:
    found = MARKET.path(con_id)
    assert isinstance(found, OptionPath)
    return found


@pytest.mark.parametrize("date", ["20260109", "20260320", "20270115"])
@pytest.mark.parametrize("strike", [185.0, 200.0, 225.0])
def test_bids_and_asks_leave_no_free_money_between_calls_and_puts(date: str, strike: float) -> None:
    call, put = (option("AAPL", date, strike, right) for right in "CP")
    for at in (NOON, NOON + 30_000, NOON + 100_000):
        buy, sell = MARKET.quote(call.con_id, at), MARKET.quote(put.con_id, at)
        model = path(call.con_id).model(at)
        # American options: S - K <= C - P <= S - K e^(-rT).
        assert buy.ask - sell.bid >= model.under_price - strike
        assert buy.bid - sell.ask <= model.under_price - strike * model.terms.discount


def test_european_calls_and_puts_keep_put_call_parity() -> None:
    call, put = (option("SPX", "20270115", 5390.0, right) for right in "CP")
    model = path(call.con_id).model(NOON)
    parity = model.terms.discount * (model.terms.forward(model.under_price) - 5390.0)
    difference = MARKET.mark(call.con_id, NOON) - MARKET.mark(put.con_id, NOON)
    assert difference == pytest.approx(parity, abs=0.11)
    assert model.under_price == pytest.approx(MARKET.mark(SPX, NOON), abs=0.01)


def test_a_call_rises_and_a_put_falls_with_the_underlying() -> None:
    call, put = (option("AAPL", "20260320", 200.0, right) for right in "CP")
    instants = [NOON + number * 5 for number in range(600)]
    low, high = (pick(instants, key=lambda at: MARKET.mark(AAPL, at)) for pick in (min, max))
    assert MARKET.mark(call.con_id, low) < MARKET.mark(call.con_id, high)
    assert MARKET.mark(put.con_id, low) > MARKET.mark(put.con_id, high)


def test_time_that_passes_is_lost_value() -> None:
    near, far = option("AAPL", "20260109", 200.0, "C"), option("AAPL", "20260618", 200.0, "C")
    assert MARKET.mark(near.con_id, NOON) < MARKET.mark(far.con_id, NOON)


@pytest.mark.parametrize("right", ["C", "P"])
def test_nodes_have_exactly_the_highs_and_lows_of_their_steps(right: str) -> None:
    found, minute = path(option("AAPL", "20260320", 200.0, right).con_id), int(NOON // 60)
    points = [point for n in range(12) for point in found.leaf(minute * 12 + n).path]
    node = found.node(3, minute)
    assert (node[2], node[3]) == (max(points), min(points))
    day = found.node(0, int(NOON // 86_400))
    hours = [found.node(1, int(NOON // 86_400) * 24 + n) for n in range(24)]
    assert day[2:4] == (max(each[2] for each in hours), min(each[3] for each in hours))


@pytest.mark.parametrize("con_id", [CALL, 900_000_213])
def test_prices_rise_with_their_point_and_are_on_the_tick(con_id: int) -> None:
    found = path(con_id)
    for read in (found.bid, found.last, found.ask):
        prices = [read(point) for point in range(4, 3_000)]
        assert prices == sorted(prices)
        assert all(price > 0 and on_tick(found.definition, price) for price in prices)
    for point in range(4, 3_000):
        assert found.bid(point) <= found.last(point) <= found.ask(point)
        assert found.bid(point) < found.ask(point)
        assert found.midpoint(point) == round((found.bid(point) + found.ask(point)) / 2, 4)


@pytest.mark.parametrize("price", [0.01, 1.5, 2.99, 3.0, 3.05, 12.35])
def test_the_points_of_a_price_are_the_outermost_ones(price: float) -> None:
    found = path(CALL)
    lowest, highest = found.point_at_least(price), found.point_at_most(price)
    assert found.last(lowest) == found.last(highest) == price
    assert found.last(lowest - 1) < price < found.last(highest + 1)


def test_a_crossing_is_found_where_the_quotes_show_it() -> None:
    put = option("AAPL", "20260109", 200.0, "P")
    prices = [MARKET.mark(put.con_id, NOON + step / 4) for step in range(1, 2_400)]
    level = max(prices)
    found = MARKET.first_touch(put.con_id, NOON, NOON + 600, level, above=True)
    assert found == NOON + (1 + prices.index(level)) / 4


@pytest.mark.parametrize("right", ["C", "P"])
def test_an_expired_option_is_worth_its_exercise_for_ever(right: str) -> None:
    near = option("AAPL", "20260109", 195.0, right)
    end = near.expires_at
    under = MARKET.mark(AAPL, end)
    gain = max(under - 195.0 if right == "C" else 195.0 - under, 0.0)
    for later in (3_600, 500_000):
        assert MARKET.mark(near.con_id, end + later) == pytest.approx(gain, abs=0.03)


def test_an_option_follows_recorded_bars_of_its_underlying() -> None:
    start = int(NOON) // 3_600 * 3_600
    bar = RecordedBar(start, start + 3_600, 80_000, 80_400, 79_600, 80_000, 1_000)
    market = Market(CONTRACTS, recordings={AAPL: Recording([bar])})
    call = option("AAPL", "20260109", 195.0, "C")
    assert market.mark(AAPL, start + 7_200) == 200.0
    assert market.mark(call.con_id, start + 7_200) == pytest.approx(5.6, abs=0.5)
    assert market.mark(call.con_id, start + 7_200) != MARKET.mark(call.con_id, start + 7_200)


def test_the_model_knows_the_time_that_is_left() -> None:
    near = option("AAPL", "20260109", 200.0, "C")
    model = path(near.con_id).model(NOON)
    assert model.terms.years == pytest.approx((near.expires_at - NOON) / (365 * 86_400))
    assert model.volatility == pytest.approx(0.26, abs=0.03)
    assert not math.isnan(model.under_price)
