"""The notices of an accepted order."""

from ib_async import LimitOrder

from paper_gateway.drills import Drills
from paper_gateway.order_notices import notices_after, notices_before
from tests.paper_gateway.wire_client import NOON, Desk


def test_each_switch_brings_its_own_notice() -> None:
    desk = Desk()
    desk.connect().place(1, LimitOrder("BUY", 10, 50.0, tif="DAY"))
    (order,) = desk.hub.book.open_orders()
    drills = Drills(always_2109=True, tif_notice="after")
    assert notices_before(order, Drills()) == []
    ignored, closed = notices_before(order, drills, opens_at=NOON + 84_600)
    assert (ignored.code, closed.code) == (2109, 399)
    assert closed.text.endswith("at the exchange until 2026-01-06 09:30:00 US/Eastern")
    order.why_held = "locate"
    assert [each.code for each in notices_after(order, drills)] == [10349, 404]
