"""Instructions are read once, and orders without any share one value."""

from ib_async import LimitOrder, MarketOrder, Order, PriceCondition

from paper_gateway.instructions import PLAIN
from tests.paper_gateway.test_tickets import read


def test_a_plain_order_has_no_instructions() -> None:
    assert read(MarketOrder("BUY", 1)).instructions is PLAIN
    assert read(LimitOrder("BUY", 1, 5.0, tif="GTC", parentId=3, ocaType=1)).instructions is PLAIN


def test_every_instruction_is_read() -> None:
    found = read(
        Order(
            orderType="TRAIL LIMIT", ocaGroup="g", ocaType=2, goodAfterTime="10:00:00",
            goodTillDate="20270101", algoStrategy="Twap", cashQty=5.0, trailStopPrice=98.0,
            trailingPercent=1.5, lmtPriceOffset=0.1, percentOffset=0.02, allOrNone=True,
            conditions=[PriceCondition(price=1.0, conId=3)], conditionsCancelOrder=True,
        )
    ).instructions  # fmt: skip
    assert (found.oca_group, found.oca_type, found.algo) == ("g", 2, "Twap")
    assert (found.good_after, found.good_till) == ("10:00:00", "20270101")
    assert (found.cash_quantity, found.trail_stop, found.trailing_percent) == (5.0, 98.0, 1.5)
    assert (found.limit_offset, found.percent_offset, found.is_all_or_none) == (0.1, 0.02, True)
    assert (len(found.conditions), found.cancels_on_conditions) == (1, True)


def test_a_cash_quantity_of_nothing_is_none() -> None:
    assert read(MarketOrder("BUY", 1, cashQty=0.0)).instructions.cash_quantity is None
