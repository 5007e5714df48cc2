"""The fields of openOrder that follow from the order's state, not from what was sent."""

import pytest
from ib_async import LimitOrder, MarketOrder, Order, StopOrder

from paper_gateway.order_fields import getter, second_trail
from tests.paper_gateway.test_order_replies import booked

UNSET = "1.7976931348623157E308"


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (MarketOrder("BUY", 1), UNSET),
        (LimitOrder("BUY", 1, 50.0), "51"),
        (StopOrder("SELL", 1, 90.0), "90"),
        (Order(orderType="TRAIL", auxPrice=2.0, trailStopPrice=98.0), "98.0"),
    ],
)
def test_the_second_trailing_stop_price_is_that_of_recorded_traffic(
    order: Order, text: str
) -> None:
    found = booked(order)
    assert second_trail(found, getter(found)) == text


def test_a_stop_that_has_moved_is_told_in_place_of_what_was_sent() -> None:
    found = booked(Order(orderType="TRAIL", auxPrice=2.0, trailStopPrice=98.0))
    found.stop_price = 101.5
    assert getter(found)("trailStopPrice") == "101.5"
    assert second_trail(found, getter(found)) == "101.5"
