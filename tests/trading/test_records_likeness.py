"""Whether a request of an earlier run may be an order that TWS shows: it kept its fields only."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trading.orders_for_tests import World, a_request, an_order
from trading.records import OrderRecord

LIMIT: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 100}


def a_found_order() -> OrderRecord:
    return World().open_order(an_order("ui-9", **LIMIT | {"lmtPrice": 100.0}))


def test_a_request_with_the_fields_of_a_found_order_is_like_it() -> None:
    assert a_found_order().is_like(a_request(**LIMIT))


@pytest.mark.parametrize(
    "other",
    [
        {"action": "SELL"},
        {"totalQuantity": 99},
        {"orderType": "LOC"},
        {"lmtPrice": 100.5},
        {"tif": "GTC"},
        {"contract": {"symbol": "MSFT"}},
        {"orderType": "STP LMT", "auxPrice": 99},
    ],
    ids=str,
)
def test_a_request_with_another_field_is_another_order(other: dict[str, Any]) -> None:
    assert not a_found_order().is_like(a_request(**LIMIT | other))


def test_what_the_request_left_open_is_no_difference() -> None:
    """TWS may fill in a price that the type does not have."""
    record = a_found_order()
    record.order = record.order | {"orderType": "MKT"}
    assert record.is_like(a_request())


def test_a_field_that_tws_does_not_show_is_a_difference() -> None:
    record = a_found_order()
    del record.order["lmtPrice"]
    assert not record.is_like(a_request(**LIMIT))
