"""What an order of the book says about itself: its limit, its auction, why it is held."""

from typing import Any

import pytest
from ib_async import Order

from paper_gateway.orders import Status
from tests.paper_gateway.test_order_replies import booked


@pytest.mark.parametrize(
    ("terms", "limit"),
    [
        ({"orderType": "MKT", "lmtPrice": 5.0}, None),
        ({"orderType": "LMT", "lmtPrice": 5.0}, 5.0),
        ({"orderType": "STP", "auxPrice": 5.0, "lmtPrice": 4.0}, None),
        ({"orderType": "MIDPRICE", "lmtPrice": 5.0}, None),
        ({"orderType": "TRAIL LIMIT", "lmtPrice": 5.0}, None),
    ],
)
def test_only_a_limit_order_has_its_limit_from_the_client(
    terms: dict[str, Any], limit: float | None
) -> None:
    assert booked(Order(**terms)).limit == limit


def test_a_limit_that_the_market_made_is_shown_and_kept_to() -> None:
    order = booked(Order(orderType="MTL"))
    order.working_limit = 5.0
    assert (order.limit, order.shown_limit) == (5.0, 5.0)


def test_a_peg_is_kept_to_but_its_cap_is_shown() -> None:
    order = booked(Order(orderType="REL", lmtPrice=9.0))
    order.peg = 5.0
    assert (order.limit, order.shown_limit) == (5.0, 9.0)


@pytest.mark.parametrize(
    ("kind", "tif", "auction"),
    [("MKT", "DAY", ""), ("MKT", "OPG", "open"), ("LOC", "DAY", "close")],
)
def test_an_order_knows_its_auction(kind: str, tif: str, auction: str) -> None:
    assert booked(Order(orderType=kind, tif=tif)).auction == auction


@pytest.mark.parametrize(
    ("kind", "is_child", "words"),
    [
        ("LMT", False, ""),
        ("LMT", True, "child"),
        ("STP", False, "trigger"),
        ("TRAIL", True, "child,trigger"),
    ],
)
def test_a_waiting_order_says_what_holds_it(kind: str, is_child: bool, words: str) -> None:
    order = booked(Order(orderType=kind))
    order.status, order.waits_for_parent = Status.PRE_SUBMITTED, is_child
    assert order.held_words == words
    order.status = Status.SUBMITTED
    assert order.held_words == ""
    order.why_held = "locate"
    assert order.held_words == "locate"
