"""Prices of contracts and of combinations."""

from paper_gateway.definitions import Leg
from paper_gateway.prices import COMBO_SECONDS, SEARCH_SECONDS, Prices
from tests.paper_gateway.market_data.market_desk import SATURDAY, exchange_desk
from tests.paper_gateway.test_combos import RATIO, terms
from tests.paper_gateway.wire_client import AAPL, NOON, Desk


def test_a_contract_has_the_prices_of_the_market() -> None:
    desk = Desk()
    desk.move(90.0, after=5)
    prices, apple = Prices(desk.market, desk.clock), desk.hub.catalogue.by_con_id(AAPL)
    assert apple is not None
    assert (prices.touch(apple, True), prices.touch(apple, False)) == (100.01, 99.99)
    assert prices.mark(apple) == 100.0
    assert prices.next_touch(apple, 95.0, above=False, seconds=10) == NOON + 5
    assert prices.next_touch(apple, 95.0, above=False, seconds=4) is None
    assert prices.search_seconds(apple) == SEARCH_SECONDS


def test_a_combination_has_the_sum_of_its_legs() -> None:
    desk = Desk()
    desk.connect().place(1, terms("LMT", lmtPrice=5.0), RATIO)
    (order,) = desk.hub.book.open_orders()
    prices, combo = Prices(desk.market, desk.clock), order.definition
    assert [leg.ratio for leg in combo.legs] == [2, -1]
    assert isinstance(combo.legs[0], Leg)
    assert (prices.touch(combo, True), prices.touch(combo, False)) == (100.03, 99.97)
    assert prices.mark(combo) == 100.0
    assert prices.next_touch(combo, 95.0, above=False, seconds=10) is None
    assert prices.search_seconds(combo) == COMBO_SECONDS


def test_a_market_that_never_closes_is_open_now_and_has_auctions_every_day() -> None:
    desk = Desk()
    prices, apple = Prices(desk.market, desk.clock), desk.hub.catalogue.by_con_id(AAPL)
    assert apple is not None
    assert prices.opens_at(apple, regular=True) == NOON
    assert prices.has_traded_since(apple, NOON - 1)
    assert prices.next_auction(apple, "close") == NOON + 6 * 3600


def test_where_exchanges_have_hours_they_open_and_auction_on_trading_days() -> None:
    desk = exchange_desk(SATURDAY)
    prices, apple = Prices(desk.hub.market, desk.clock), desk.hub.catalogue.by_con_id(AAPL)
    assert apple is not None
    monday = SATURDAY + 2 * 86_400
    assert prices.opens_at(apple, regular=False) == monday - 6 * 3600
    assert prices.opens_at(apple, regular=True) == monday - 1800
    assert prices.next_auction(apple, "open") == monday - 1800
    assert prices.next_auction(apple, "close") == monday + 6 * 3600
    assert not prices.has_traded_since(apple, SATURDAY - 17 * 3600)
    assert prices.has_traded_since(apple, SATURDAY - 19 * 3600)
