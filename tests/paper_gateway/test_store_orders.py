"""A restart in the middle of every kind of order: it goes on under the same ids."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ib_async import Order, PriceCondition, TagValue

from paper_gateway.assembly import build_hub
from paper_gateway.orders import Order as BookedOrder
from paper_gateway.settings import Settings
from paper_gateway.store import FILE_NAME, Store
from tests.paper_gateway.test_combos import SPREAD
from tests.paper_gateway.wire_client import AAPL, Desk, names

SUBMITTED = ["5 Submitted", "3 Submitted"]
FILLED = ["11", "5 Filled", "3 Filled", "5 Filled", "3 Filled", "59"]
CANCELLED = ["3 Cancelled", "4 202"]
BELOW_95 = PriceCondition(price=95.0, conId=AAPL, exch="SMART", isMore=False)


def terms(kind: str, action: str = "BUY", quantity: float = 10, **others: Any) -> Order:
    return Order(action=action, totalQuantity=quantity, orderType=kind, tif="GTC", **others)


class LaterDesk(Desk):
    """A gateway that is started again on the folder of an earlier one, its clock going on."""

    def __init__(self, earlier: Desk, folder: Path) -> None:
        self.clock, self.market = earlier.clock, earlier.market
        earlier.store.close()
        self.store = Store(folder)
        settings = Settings(latency_seconds=0.0)
        self.hub = build_hub(settings, self.store, self.clock, self.market)


class Restarts:
    """A gateway that can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.desk = Desk(folder=folder)

    def move(self, price: float, after: float) -> None:
        self.desk.move(price, after)

    def again(self) -> Desk:
        self.desk = LaterDesk(self.desk, self._folder)
        return self.desk

    def order(self, order_id: int = 1) -> BookedOrder:
        found = self.desk.hub.book.find(7, order_id)
        assert found is not None
        return found


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Restarts]:
    found = Restarts(tmp_path)
    yield found
    found.desk.store.close()


@pytest.mark.parametrize(
    ("order", "price"),
    [
        (terms("LMT", lmtPrice=90.0), 90.0),
        (terms("STP", auxPrice=110.0), 110.0),
        (terms("STP LMT", auxPrice=110.0, lmtPrice=111.0), 110.0),
        (terms("MIT", auxPrice=90.0), 90.0),
        (terms("LIT", auxPrice=90.0, lmtPrice=91.0), 90.0),
        (terms("TRAIL", auxPrice=5.0), 110.0),
        (terms("TRAIL LIMIT", auxPrice=5.0, trailStopPrice=105.0, lmtPriceOffset=6.0), 110.0),
        (terms("MIDPRICE", lmtPrice=90.0), 90.0),
        (terms("REL", lmtPrice=90.0), 90.0),
        (terms("LMT", lmtPrice=110.0, conditions=[BELOW_95]), 90.0),
        (terms("LMT", lmtPrice=110.0, goodAfterTime="10:05:00"), 100.0),
    ],
    ids=lambda value: getattr(value, "orderType", ""),
)
def test_a_waiting_order_is_filled_after_the_restart(
    gateway: Restarts, order: Order, price: float
) -> None:
    gateway.move(price, after=600)
    gateway.desk.connect().place(1, order)
    perm_id = gateway.order().perm_id
    assert not gateway.order().is_done
    desk = gateway.again()
    client = desk.connect()
    desk.wait(601)
    assert names(client.read())[-6:] == FILLED
    assert (gateway.order().perm_id, gateway.order().filled) == (perm_id, 10.0)


def test_a_trailing_stop_stays_where_the_market_had_brought_it(gateway: Restarts) -> None:
    gateway.move(110.0, after=10)
    gateway.move(108.0, after=20)
    gateway.desk.connect().place(1, terms("TRAIL", "SELL", auxPrice=5.0))
    gateway.desk.wait(30)
    gateway.again()
    assert gateway.order().stop_price == 105.0
    assert gateway.order().status == "PreSubmitted"


def test_a_triggered_order_is_not_triggered_again(gateway: Restarts) -> None:
    gateway.move(111.0, after=10)
    gateway.desk.connect().place(1, terms("STP LMT", auxPrice=110.0, lmtPrice=90.0))
    gateway.desk.wait(11)
    gateway.again()
    assert (gateway.order().is_triggered, gateway.order().status) == (True, "Submitted")


def test_an_order_that_was_let_go_is_not_held_again(gateway: Restarts) -> None:
    gateway.move(101.0, after=10)
    gateway.move(100.0, after=20)
    condition = PriceCondition(price=101.0, conId=AAPL, exch="SMART")
    gateway.desk.connect().place(1, terms("LMT", lmtPrice=90.0, conditions=[condition]))
    gateway.desk.wait(30)
    gateway.again()
    assert (gateway.order().is_released, gateway.order().status) == (True, "Submitted")


def test_a_bracket_is_whole_after_the_restart(gateway: Restarts) -> None:
    gateway.move(95.0, after=60)
    gateway.move(110.0, after=120)
    client = gateway.desk.connect()
    client.place(1, terms("LMT", lmtPrice=95.0, transmit=False))
    client.place(2, terms("LMT", "SELL", lmtPrice=110.0, parentId=1, transmit=False))
    client.place(3, terms("STP", "SELL", auxPrice=90.0, parentId=1))
    desk = gateway.again()
    client = desk.connect()
    (message,) = [each for each in client.send(5, 1) if each[:2] == ["3", "3"]]
    assert message[10] == "child,trigger"
    desk.wait(61)
    assert gateway.order(2).status == "Submitted"
    desk.wait(60)
    assert [gateway.order(n).status for n in (1, 2, 3)] == ["Filled", "Filled", "Cancelled"]


def test_the_children_of_a_filled_parent_work_on_without_it(gateway: Restarts) -> None:
    client = gateway.desk.connect()
    client.place(1, terms("MKT", transmit=False))
    client.place(2, terms("LMT", "SELL", lmtPrice=110.0, parentId=1))
    gateway.desk.wait(86_400)
    desk = gateway.again()
    assert [each.order_id for each in desk.hub.book.open_orders()] == [2]
    assert gateway.order(2).status == "Submitted"


def test_a_group_is_one_after_the_restart(gateway: Restarts) -> None:
    gateway.move(90.0, after=60)
    client = gateway.desk.connect()
    group: dict[str, Any] = {"ocaGroup": "g", "ocaType": 1}
    client.place(1, terms("LMT", lmtPrice=90.0, **group))
    client.place(2, terms("LMT", "SELL", lmtPrice=110.0, **group))
    desk = gateway.again()
    desk.wait(61)
    assert [gateway.order(n).status for n in (1, 2)] == ["Filled", "Cancelled"]


def test_a_twap_order_goes_on_with_its_schedule(gateway: Restarts) -> None:
    order = terms("MKT", quantity=100, algoStrategy="Twap")
    order.algoParams = [TagValue("allowPastEndTime", "1")]
    gateway.desk.connect().place(1, order)
    gateway.desk.wait(301)
    assert gateway.order().filled == 60.0
    desk = gateway.again()
    desk.wait(120)
    assert gateway.order().filled == 80.0


def test_the_rest_of_a_market_to_limit_order_keeps_its_limit(gateway: Restarts) -> None:
    gateway.move(101.0, after=0.01)
    gateway.desk.connect().place(1, terms("MTL", quantity=600))
    gateway.desk.wait(1)
    gateway.again()
    assert (gateway.order().limit, gateway.order().filled) == (100.01, 300.0)


def test_a_good_till_date_order_ends_after_the_restart_too(gateway: Restarts) -> None:
    order = terms("LMT", lmtPrice=50.0)
    order.tif, order.goodTillDate = "GTD", "20260105 10:10:00 US/Eastern"
    gateway.desk.connect().place(1, order)
    desk = gateway.again()
    client = desk.connect()
    desk.wait(601)
    assert names(client.read()) == CANCELLED


def test_an_order_for_an_auction_waits_for_it_after_the_restart(gateway: Restarts) -> None:
    gateway.desk.connect().place(1, terms("MOC"))
    desk = gateway.again()
    desk.hub.exchange.run_auction("close")
    assert gateway.order().status == "Filled"


def test_a_combination_has_its_legs_after_the_restart(gateway: Restarts) -> None:
    gateway.desk.connect().place(1, terms("LMT", lmtPrice=-5.0), SPREAD)
    gateway.desk.connect(8).place(1, terms("MKT"), SPREAD)
    desk = gateway.again()
    assert [leg.ratio for leg in gateway.order().definition.legs] == [1, -1]
    found = desk.connect(8).send(7, 3, 5, 0, "", "", "", "", "", "")
    assert [message[5] for message in found if message[0] == "11"] == ["BAG", "STK", "STK"]


def test_a_state_file_of_before_orders_had_progress_is_read(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    desk.connect().place(1, terms("LMT", lmtPrice=50.0))
    desk.store.commit()
    desk.store._database.execute("ALTER TABLE orders DROP COLUMN progress")
    desk.store.close()
    assert (tmp_path / FILE_NAME).exists()
    again = Desk(folder=tmp_path)
    (order,) = again.hub.book.open_orders()
    assert (order.order_id, order.status, order.is_released) == (1, "Submitted", True)
    again.store.close()


def test_most_orders_have_no_progress_to_write() -> None:
    store = Store(None)
    columns = [row[1] for row in store._database.execute("PRAGMA table_info(orders)")]
    assert columns[-1] == "progress"
    store.close()
