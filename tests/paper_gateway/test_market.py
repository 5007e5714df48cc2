"""The synthetic market: reproducible, on the tick, and one with its own day figures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import correlation, pstdev

import pytest

from paper_gateway.contracts import Catalogue, on_tick
from paper_gateway.market import STEPS_PER_SECOND, Market, Quote
from paper_gateway.market_data.recordings import RecordedBar, Recording
from paper_gateway.ticks import tick_at

ROOT = Path(__file__).resolve().parents[2]
AAPL = 265598
COST = 900000001
EUR_USD = 12087792
USD_JPY = 15016059
MIDNIGHT = 1_767_225_600  # 2026-01-01 00:00 UTC
DAY = 86_400
NOON = MIDNIGHT + DAY / 2
STEP = 1 / STEPS_PER_SECOND
CONTRACTS = Catalogue.default()
# Every kind of contract, and enough of the stocks.
SOME_CON_IDS = [each.con_id for each in CONTRACTS.definitions if each.sec_type != "STK"]
SOME_CON_IDS += [each.con_id for each in CONTRACTS.definitions if each.sec_type == "STK"][::12]
DERIVATIVES = [900_000_101, 900_000_103, 900_000_104, 900_000_201, 900_000_202, 900_000_213]


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(CONTRACTS)


def quotes_of(market: Market, con_id: int, start: float, seconds: int) -> list[Quote]:
    return [market.quote(con_id, start + step * STEP) for step in range(seconds * STEPS_PER_SECOND)]


# Reproducible


def test_two_markets_agree_whatever_was_asked_before(market: Market) -> None:
    other = Market(CONTRACTS)
    instants = [NOON + number * 977.7 for number in range(50)]
    forward = [market.quote(AAPL, at) for at in instants]
    backward = [other.quote(AAPL, at) for at in reversed(instants)]
    assert forward == backward[::-1]


def test_two_processes_with_different_hash_seeds_agree(market: Market) -> None:
    program = (
        "from paper_gateway.contracts import Catalogue\n"
        "from paper_gateway.market import Market\n"
        "from paper_gateway.bars import bars\n"
        "market = Market(Catalogue.default(), seed=7)\n"
        f"for con_id in ({AAPL}, {EUR_USD}, {COST}):\n"
        f"    print(market.quote(con_id, {NOON}))\n"
        f"    print(bars(market, con_id, {NOON}, '3 D', '8 hours', 'MIDPOINT'))\n"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for hash_seed in ("1", "4242")
    ]
    assert answers[0] == answers[1]
    assert str(Market(CONTRACTS, seed=7).quote(AAPL, NOON)) in answers[0]


def test_another_seed_is_another_market(market: Market) -> None:
    assert Market(CONTRACTS, seed=2).quote(AAPL, NOON) != market.quote(AAPL, NOON)


def test_a_quote_holds_for_a_whole_step(market: Market) -> None:
    assert market.quote(AAPL, NOON) == market.quote(AAPL, NOON + 0.249)
    assert market.quote(AAPL, NOON).time == NOON


def test_the_next_change_is_the_next_quarter_second(market: Market) -> None:
    assert market.next_change(AAPL, NOON) == NOON + 0.25
    assert market.next_change(AAPL, NOON + 0.3) == NOON + 0.5


def test_an_unknown_con_id_is_a_key_error(market: Market) -> None:
    for ask in (market.quote, market.mark, market.next_change):
        with pytest.raises(KeyError):
            ask(1, NOON)


def test_history_begins_on_one_day_or_with_the_first_recorded_bar(market: Market) -> None:
    assert market.history_start(AAPL) == 1_073_053_800  # 2004-01-02 14:30 UTC
    bar = RecordedBar(MIDNIGHT, MIDNIGHT + 60, 40_000, 40_400, 39_800, 40_000, 5)
    recorded = Market(CONTRACTS, recordings={AAPL: Recording([bar])})
    assert recorded.history_start(AAPL) == MIDNIGHT
    assert recorded.history_start(EUR_USD) == 1_073_053_800


# Plausible


@pytest.mark.parametrize("con_id", [*SOME_CON_IDS, *DERIVATIVES[:3]])
def test_every_quote_is_positive_on_the_tick_and_has_a_spread(market: Market, con_id: int) -> None:
    definition = CONTRACTS.by_con_id(con_id)
    assert definition is not None
    for at in [NOON + number * 12_345.25 for number in range(20)]:
        quote = market.quote(con_id, at)
        prices = (quote.bid, quote.ask, quote.last, quote.open, quote.high, quote.low, quote.close)
        assert all(price > 0 and on_tick(definition, price) for price in prices)
        tick = tick_at(definition, definition.reference_price)
        assert 1 <= round((quote.ask - quote.bid) / tick) <= 3
        assert quote.bid <= quote.last <= quote.ask
        assert quote.low <= min(quote.last, quote.open) <= max(quote.last, quote.open) <= quote.high
        assert quote.bid_size > 0 and quote.ask_size > 0


@pytest.mark.parametrize("con_id", DERIVATIVES)
def test_the_quotes_of_a_derivative_are_on_its_ticks_and_in_order(
    market: Market, con_id: int
) -> None:
    definition = CONTRACTS.by_con_id(con_id)
    assert definition is not None
    for at in [NOON + number * 12_345.25 for number in range(20)]:
        quote = market.quote(con_id, at)
        assert all(on_tick(definition, price) for price in (quote.bid, quote.ask, quote.last))
        assert 0 < quote.bid <= quote.last <= quote.ask
        assert quote.bid < quote.ask
        assert quote.low <= min(quote.last, quote.open) <= max(quote.last, quote.open) <= quote.high


def test_only_contracts_that_somebody_looks_at_have_a_path() -> None:
    fresh = Market(CONTRACTS)
    assert fresh.path(AAPL) is fresh.path(AAPL)
    assert fresh.path(900_000_201).definition.symbol == "AAPL"
    with pytest.raises(KeyError):
        fresh.path(1)


def test_prices_stay_positive_over_twenty_years_of_a_wild_stock(market: Market) -> None:
    path = market.path(36285627)  # GME
    assert min(path.bid(path.node(0, day)[3]) for day in range(13_000, 20_500)) > 0


def test_prices_move_visibly_but_not_wildly(market: Market) -> None:
    quotes = quotes_of(market, AAPL, NOON, 60)
    moves = [abs(b.last - a.last) for a, b in zip(quotes, quotes[1:], strict=False)]
    assert sum(move > 0 for move in moves) > 20
    assert max(moves) < 0.002 * quotes[0].last


def test_every_step_brings_a_fresh_quote(market: Market) -> None:
    quotes = quotes_of(market, AAPL, NOON, 60)
    shown = {(q.bid, q.ask, q.last, q.bid_size, q.ask_size, q.volume) for q in quotes}
    assert len(shown) > 0.95 * len(quotes)


def test_the_path_has_about_the_stated_volatility(market: Market) -> None:
    path = market.path(AAPL)
    days = [path.node(0, day) for day in range(19_000, 20_000)]
    yearly = pstdev((day[1] - day[0]) / day[0] for day in days) * 252**0.5
    assert 0.5 * 0.26 < yearly < 1.5 * 0.26


def test_stocks_move_together_and_pairs_do_not(market: Market) -> None:
    def minutes(con_id: int) -> list[float]:
        first = NOON // 60
        nodes = [market.path(con_id).node(3, int(first) + number) for number in range(720)]
        return [float(node[1] - node[0]) for node in nodes]

    apple, fund, euro = minutes(AAPL), minutes(756733), minutes(EUR_USD)
    assert correlation(apple, fund) > 0.25
    assert abs(correlation(apple, euro)) < 0.15


# The day


def test_the_quotes_of_a_day_agree_with_each_other(market: Market) -> None:
    start = MIDNIGHT
    quotes = quotes_of(market, AAPL, start, 600)
    high = low = quotes[0].last
    for earlier, quote in zip([quotes[0], *quotes], quotes, strict=False):
        high, low = max(high, quote.last), min(low, quote.last)
        assert (quote.high, quote.low) == (high, low)
        assert quote.volume >= earlier.volume
        assert quote.open == quotes[0].last
    assert quotes[-1].volume > 0


def test_last_sizes_add_up_to_the_volume(market: Market) -> None:
    quotes = quotes_of(market, AAPL, NOON, 30)
    traded = sum(quote.last_size for quote in quotes[1:])
    assert traded == quotes[-1].volume - quotes[0].volume


def test_the_previous_close_is_the_last_price_of_yesterday(market: Market) -> None:
    yesterday = market.quote(AAPL, MIDNIGHT - STEP)
    today = market.quote(AAPL, MIDNIGHT)
    assert today.close == yesterday.last
    assert today.volume < yesterday.volume


def test_a_pair_reports_no_trades(market: Market) -> None:
    quote = market.quote(EUR_USD, NOON)
    assert (quote.volume, quote.last_size) == (0, 0)


def test_the_mark_is_the_last_price(market: Market) -> None:
    assert market.mark(AAPL, NOON) == market.quote(AAPL, NOON).last


# Crossing a price


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("away", [0.0, 0.02, 0.10, 0.25])
def test_the_first_touch_is_the_one_that_the_quotes_show(
    market: Market, above: bool, away: float
) -> None:
    start, seconds = NOON + 1.5, 300
    price = market.mark(AAPL, start) + (away if above else -away)
    later = quotes_of(market, AAPL, start + STEP, seconds)
    expected = next(
        (
            quote.time
            for quote in later
            if (quote.last >= price - 1e-9 if above else quote.last <= price + 1e-9)
        ),
        None,
    )
    assert market.first_touch(AAPL, start, start + seconds, price, above) == expected


def test_a_touch_at_the_very_start_does_not_count_and_at_the_end_does(market: Market) -> None:
    price = market.mark(AAPL, NOON)
    assert market.first_touch(AAPL, NOON, NOON, price, True) is None
    assert market.first_touch(AAPL, NOON - STEP, NOON, price, True) == NOON


def test_a_price_far_away_is_never_touched(market: Market) -> None:
    assert market.first_touch(AAPL, NOON - 30 * DAY, NOON, 100_000.0, True) is None
    assert market.first_touch(AAPL, 0.0, NOON, 0.01, False) is None


def test_a_touch_is_found_over_many_days(market: Market) -> None:
    start = MIDNIGHT - 20 * DAY
    highs = [market.quote(AAPL, start + number * DAY - STEP).high for number in range(1, 21)]
    price = max(highs)
    touched = market.first_touch(AAPL, start - STEP, MIDNIGHT - STEP, price, True)
    assert touched is not None
    assert market.quote(AAPL, touched).last == price
    assert (touched - start) // DAY == highs.index(price)
    assert market.first_touch(AAPL, start - STEP, touched - STEP, price, True) is None


# Currencies


def test_rates_turn_currencies_into_dollars(market: Market) -> None:
    assert market.rate("USD", NOON) == 1.0
    assert market.rate("EUR", NOON) == market.mark(EUR_USD, NOON)
    assert market.rate("JPY", NOON) == pytest.approx(1 / market.mark(USD_JPY, NOON))


def test_a_currency_without_a_pair_is_a_key_error(market: Market) -> None:
    with pytest.raises(KeyError):
        market.rate("XYZ", NOON)
