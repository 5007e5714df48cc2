"""How a gateway begins its days: at midnight in New York, and when it was away at midnight."""

from pathlib import Path

import pytest
from ib_async import Contract, LimitOrder, MarketOrder

from paper_gateway.assembly import build_hub
from paper_gateway.contracts import Catalogue
from paper_gateway.settings import Settings
from paper_gateway.store import Store
from tests.paper_gateway.wire_client import NOON, Desk, FakeClock, FakeMarket, names

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


def test_a_day_order_ends_with_its_day_and_yesterdays_done_orders_leave_the_list() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, LimitOrder("BUY", 100, 50.0, tif="DAY"))
    client.place(2, MarketOrder("BUY", 10))
    desk.wait(TO_MIDNIGHT - 1)
    client.read()
    assert names(client.send(99, 0)) == ["101", "102"]
    desk.wait(1)
    assert names(client.read()) == ["3 Cancelled", "4 202"]
    assert names(client.send(99, 0)) == ["102"]
    assert names(client.send(7, 3, 5, 0, "", "", "", "", "", "")) == ["55"]


def test_futures_are_settled_at_midnight_and_that_is_kept(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    future = Contract(secType="FUT", localSymbol="ESZ9", exchange="CME", currency="USD")
    desk.connect().place(1, MarketOrder("BUY", 1, tif="DAY"), future)
    desk.move(110.0)
    desk.wait(TO_MIDNIGHT)
    # 50 times the gain from 100.01 to 110, less the commission.
    expected = {"USD": 1_000_000 + 499.5 - 2.25}
    assert desk.hub.account.cash == expected
    desk.store.close()
    store = Store(tmp_path)
    again = build_hub(Settings(), store, FakeClock(desk.clock.now), desk.market)
    assert again.account.cash == expected
    assert again.account.figures(desk.clock.now).net_liquidation == expected["USD"]
    store.close()


def test_old_executions_are_deleted_as_days_go_by(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    client = desk.connect()
    for day in range(12):
        client.place(day + 1, MarketOrder("BUY", 1, tif="DAY"))
        desk.wait(86_400)
    saved = desk.store.load_book("DU1234567", desk.hub.catalogue, 0.0)
    assert len(saved.orders) == len(saved.executions) == 7
    assert saved.last_execution == 12
    desk.store.close()
