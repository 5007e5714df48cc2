"""What the document says about an order's size is what the desk takes and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trading.facts_for_tests import facts
from tests.web.schema_checks import faults
from trading.orders import parse_order_request
from trading.refusals import Refused
from trading.sizing import SIZE_SENTENCE, parse_size, shares
from web.openapi.requests import request_schemas
from web.openapi.sentences import OF_SIZE

SCHEMAS = request_schemas()
MARKET = {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"}
# Each sentence about a size, with a size and an order that earn it; 100 are held.
UNSIZED = {"action": "BUY", "orderType": "MKT"}
SIZE_SENTENCES: dict[str, tuple[Any, dict[str, Any]]] = {
    SIZE_SENTENCE: ({"notional": 1, "closePercent": 1}, {}),
    "size notional must be positive": ({"notional": 0}, {}),
    "size closePercent must be above 0 and at most 100": ({"closePercent": 101}, {}),
    "Order totalQuantity and size exclude each other; leave one out": ({"notional": 1}, MARKET),
    "The order cannot be sized: the position is not known": ({"closePercent": 50}, {}),
    "Order action must be SELL to close a position of 100": ({"closePercent": 50}, {}),
    "The size comes to less than 1, the smallest quantity of this contract; ask for more": (
        {"notional": 1},
        {},
    ),
}
SIZES = [(said, *earned) for said, earned in SIZE_SENTENCES.items()]
WRONG_SIZES: list[Any] = [
    {},
    100,
    {"notional": "10000"},
    {"notional": 0},
    {"percentOfNetLiquidation": 101},
    {"closePercent": 50, "notional": 1},
    {"shares": 100},
]


def body(order: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"contract": {"symbol": "AAPL"}, "order": order} | fields


def test_every_sentence_of_the_document_is_tried_here() -> None:
    assert set(OF_SIZE) == SIZE_SENTENCES.keys()


@pytest.mark.parametrize(("said", "size", "order"), SIZES)
def test_a_size_is_refused_with_exactly_the_documented_sentence(
    said: str, size: object, order: dict[str, Any]
) -> None:
    held = facts(position=None if "not known" in said else 100)
    with pytest.raises(Refused) as caught:
        shares(parse_size(size), UNSIZED | order, held)
    assert str(caught.value) == said


@pytest.mark.parametrize("size", WRONG_SIZES)
def test_a_size_that_the_document_forbids_is_refused(size: object) -> None:
    assert faults(body(UNSIZED, size=size), SCHEMAS["OrderRequest"], SCHEMAS)
    with pytest.raises(Refused):
        parse_size(size)


@pytest.mark.parametrize("order", [MARKET, UNSIZED | {"cashQty": 100}, MARKET | {"cashQty": 100}])
def test_an_order_with_a_size_has_no_other_one(order: dict[str, Any]) -> None:
    wrong = body(order, size={"notional": 10_000})
    assert faults(wrong, SCHEMAS["OrderRequest"], SCHEMAS)
    with pytest.raises(Refused, match="exclude each other"):
        shares(parse_size(wrong["size"]), order, facts())


def test_an_order_without_any_size_is_forbidden_and_refused() -> None:
    assert faults(body(UNSIZED), SCHEMAS["OrderRequest"], SCHEMAS)
    with pytest.raises(Refused, match="Order totalQuantity must be positive"):
        parse_order_request(body(UNSIZED))
