"""Commissions by IB's fixed schedule, and the parts in which large orders fill."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.commissions import commission, commission_currency, split_into_parts
from paper_gateway.contracts import Catalogue, ContractQuery
from tests.paper_gateway.wire_client import AAPL, EUR_USD

CATALOGUE = Catalogue.default()
STOCK = next(each for each in CATALOGUE.definitions if each.con_id == AAPL)
PAIR = next(each for each in CATALOGUE.definitions if each.con_id == EUR_USD)


@pytest.mark.parametrize(
    ("shares", "price", "fee"),
    [
        (100, 50.0, 1.0),  # the minimum
        (1000, 50.0, 5.0),  # half a cent a share
        (10, 2.0, 0.2),  # at most one percent of the value
        (1, 200.0, 1.0),
        (0, 50.0, 0.0),
    ],
)
def test_the_commission_of_a_stock_order(shares: float, price: float, fee: float) -> None:
    assert commission(STOCK, shares, price) == fee


@pytest.mark.parametrize(("amount", "fee"), [(20_000, 2.0), (1_000_000, 22.0)])
def test_the_commission_of_a_currency_order_is_in_dollars(amount: float, fee: float) -> None:
    assert commission(PAIR, amount, 1.1) == fee
    assert (commission_currency(PAIR), commission_currency(STOCK)) == ("USD", "USD")


@pytest.mark.parametrize(
    ("symbol", "sec_type", "size", "fee"),
    [
        ("AAPL", "OPT", 1, 1.0),
        ("AAPL", "OPT", 10, 6.5),
        ("ES", "FUT", 2, 4.5),
        ("ES", "FOP", 2, 4.5),
        ("BTC", "CRYPTO", 1, 180.0),
    ],
)
def test_the_commission_of_other_contracts(
    symbol: str, sec_type: str, size: float, fee: float
) -> None:
    contract = next(CATALOGUE.find(ContractQuery(symbol=symbol, sec_type=sec_type)))
    assert commission(contract, size, 100_000.0) == fee


@given(st.integers(1, 2_000_000))
def test_the_parts_of_an_order_are_all_of_it(quantity: int) -> None:
    parts = split_into_parts(quantity)
    assert sum(parts) == quantity
    assert all(part > 0 for part in parts)
    assert len(parts) == 1 if quantity <= 500 else 2 <= len(parts) <= 4
