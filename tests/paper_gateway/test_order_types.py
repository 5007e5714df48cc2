"""The table of order types."""

import pytest

from paper_gateway.contracts import Catalogue
from paper_gateway.order_types import ORDER_TYPES, Trigger
from paper_gateway.rules import order_codes


def test_stocks_take_every_type_that_is_modelled() -> None:
    stock = Catalogue.default().definitions[0]
    codes = order_codes(stock.order_types)
    assert [name for name, kind in ORDER_TYPES.items() if kind.code not in codes] == []


@pytest.mark.parametrize(
    ("name", "rests"),
    [("MKT", False), ("LMT", True), ("STP LMT", False), ("LOC", False), ("REL", True)],
)
def test_an_order_that_goes_to_the_exchange_at_once_and_rests(name: str, rests: bool) -> None:
    assert ORDER_TYPES[name].rests_at_once is rests


def test_a_trailing_order_is_the_only_one_that_follows() -> None:
    trailing = [name for name, kind in ORDER_TYPES.items() if kind.trigger is Trigger.TRAIL]
    assert trailing == ["TRAIL", "TRAIL LIMIT"]
