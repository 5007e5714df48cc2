"""The margin rules, by the numbers of their sources."""

from dataclasses import replace

import pytest

from paper_gateway.contracts import Catalogue, ContractDefinition, ContractQuery
from paper_gateway.margin import Holding, Margin, margin
from tests.paper_gateway.wire_client import AAPL, EUR_USD

CATALOGUE = Catalogue.default()
STOCK = next(each for each in CATALOGUE.definitions if each.con_id == AAPL)
PAIR = next(each for each in CATALOGUE.definitions if each.con_id == EUR_USD)
COIN = next(each for each in CATALOGUE.definitions if each.sec_type == "CRYPTO")
FUTURE = next(CATALOGUE.find(ContractQuery(symbol="ES", sec_type="FUT")))
CALL, PUT = (
    next(CATALOGUE.find(ContractQuery(symbol="AAPL", sec_type="OPT", strike=230.0, right=right)))
    for right in "CP"
)


def needs(
    definition: ContractDefinition, quantity: float, price: float, under_price: float = 0.0
) -> Margin:
    return margin(Holding(definition, quantity, price, under_price))


def test_a_long_stock_needs_half_to_open_and_a_quarter_to_keep() -> None:
    assert needs(STOCK, 100, 50.0) == (2500.0, 1250.0)


@pytest.mark.parametrize(
    ("price", "initial", "maintenance"),
    [
        (50.0, 25.0, 15.0),  # 30 %
        (10.0, 5.0, 5.0),  # at least 5 dollars a share
        (6.0, 5.0, 5.0),
        (4.0, 4.0, 4.0),  # below 5 dollars: the whole value
        (2.0, 2.5, 2.5),  # at least 2.50
    ],
)
def test_a_short_stock_needs_more_the_cheaper_it_is(
    price: float, initial: float, maintenance: float
) -> None:
    assert needs(STOCK, -1, price) == pytest.approx((initial, maintenance))


def test_a_long_option_is_paid_for_and_needs_nothing() -> None:
    assert needs(CALL, 5, 12.0, 230.0) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("under_price", "each_one"),
    [
        (260.0, 12.0 + 52.0),  # in the money: 20 % of the underlying
        (210.0, 12.0 + 42.0 - 20.0),  # less what it is out of the money
        (100.0, 12.0 + 10.0),  # at least 10 % of the underlying
    ],
)
def test_a_short_call_needs_its_premium_and_a_part_of_the_underlying(
    under_price: float, each_one: float
) -> None:
    call = replace(CALL, strike=230.0)
    assert needs(call, -2, 12.0, under_price) == pytest.approx((200 * each_one,) * 2)


@pytest.mark.parametrize(
    ("under_price", "each_one"),
    [
        (200.0, 12.0 + 40.0),
        (250.0, 12.0 + 50.0 - 20.0),
        (400.0, 12.0 + 23.0),  # at least 10 % of the strike
    ],
)
def test_a_short_put_is_measured_by_its_strike(under_price: float, each_one: float) -> None:
    put = replace(PUT, strike=230.0)
    assert needs(put, -1, 12.0, under_price) == pytest.approx((100 * each_one,) * 2)


@pytest.mark.parametrize("quantity", [2, -2])
def test_a_future_needs_a_part_of_its_value_on_both_sides(quantity: float) -> None:
    assert needs(FUTURE, quantity, 6000.0) == pytest.approx((39_600.0, 36_000.0))


def test_pairs_need_little_and_coins_everything() -> None:
    assert needs(PAIR, -10_000, 1.1) == pytest.approx((330.0, 330.0))
    assert needs(COIN, 0.5, 90_000.0) == (45_000.0, 45_000.0)


def test_other_types_are_taken_for_stocks_and_nothing_needs_nothing() -> None:
    assert needs(replace(STOCK, sec_type="FUND"), 100, 50.0) == (2500.0, 1250.0)
    assert needs(FUTURE, 0, 6000.0) == (0.0, 0.0)
