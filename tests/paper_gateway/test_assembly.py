"""How a gateway begins its days: at midnight in New York, and when it was away at midnight."""

from pathlib import Path

import pytest
from ib_async import LimitOrder, MarketOrder

from paper_gateway.assembly import build_hub
from paper_gateway.contracts import Catalogue
from paper_gateway.settings import Settings
from paper_gateway.store import Store
from tests.paper_gateway.wire_client import NOON, Desk, FakeClock, FakeMarket

# From 10:00 to midnight.
TO_MIDNIGHT = 14 * 3600.0


def test_the_profit_of_the_day_ends_at_midnight_in_new_york() -> None:
    desk = Desk()
    desk.connect().place(1, MarketOrder("BUY", 100))
    desk.move(110.0)
    desk.wait(TO_MIDNIGHT - 1)
    assert desk.hub.account.figures(desk.clock.now).daily == pytest.approx(998.0)
    desk.wait(2)
    assert desk.hub.account.figures(desk.clock.now).daily == 0.0
    assert desk.hub.book.executions == []


def test_a_gateway_that_was_away_at_midnight_begins_the_day_when_it_starts(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    client = desk.connect()
    client.place(1, MarketOrder("BUY", 100))
    client.place(2, LimitOrder("BUY", 100, 50.0, tif="DAY"))
    client.place(3, LimitOrder("BUY", 100, 50.0, tif="GTC"))
    desk.store.close()
    clock = FakeClock(NOON + 86_400)
    store = Store(tmp_path)
    hub = build_hub(Settings(), store, clock, FakeMarket(Catalogue.default()))
    assert [order.order_id for order in hub.book.open_orders()] == [3]
    assert hub.account.figures(clock.now).daily == 0.0
    assert hub.book.executions == []
    store.close()


def test_a_gateway_that_restarts_on_the_same_day_goes_on_with_it(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    desk.connect().place(1, MarketOrder("BUY", 100))
    desk.store.close()
    again = Desk(folder=tmp_path)
    assert again.hub.account.figures(NOON).daily == pytest.approx(-2.0)
    assert len(again.hub.book.executions) == 1
    again.store.close()


def test_every_day_begins_once() -> None:
    desk = Desk()
    desk.connect().place(1, LimitOrder("BUY", 100, 50.0, tif="GTC", orderRef="key"))
    desk.wait(5 * 86_400)
    assert desk.store.fact("day") == "2026-01-10"
    assert desk.hub.counters.orders == {}
    assert len(desk.hub.book.open_orders()) == 1
