"""The state folder: what was told to a client is there after a restart, and nothing else."""

from pathlib import Path

import pytest
from ib_async import Forex, LimitOrder, MarketOrder, StopOrder

from paper_gateway.orders import Order
from paper_gateway.settings import Settings
from paper_gateway.store import FILE_NAME, StateError, Store
from tests.paper_gateway.wire_client import AAPL, EUR_USD, NOON, Desk, names


def restarted(desk: Desk, folder: Path, after: float = 0.0) -> Desk:
    """The same folder opened by a new gateway, some seconds later on its clock."""
    desk.store.close()
    again = Desk(folder=folder)
    again.wait(after)
    return again


def numbers(order: Order) -> tuple[object, ...]:
    """What must be the same after a restart."""
    return (
        order.perm_id, order.client_id, order.order_id, order.status, order.filled,
        order.average_price, order.tif, order.ticket, order.completed_text, order.is_triggered,
    )  # fmt: skip


def test_account_and_orders_survive_a_restart(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    client = desk.connect()
    client.place(1, MarketOrder("BUY", 10, orderRef="filled"))
    client.place(2, LimitOrder("SELL", 10, 150.0, orderRef="open", tif="GTC"))
    client.place(3, MarketOrder("SELL", 5000), Forex("EURUSD"))
    client.place(4, LimitOrder("BUY", 5, 50.0, transmit=False))
    desk.wait(1.0)
    before = [numbers(order) for order in desk.hub.book.orders.values()]
    again = restarted(desk, tmp_path)
    assert [numbers(order) for order in again.hub.book.orders.values()] == before
    assert again.hub.account.cash == desk.hub.account.cash
    assert again.hub.account.positions == desk.hub.account.positions
    assert set(again.hub.account.positions) == {AAPL, EUR_USD}
    assert again.hub.book.executions == desk.hub.book.executions
    again.store.close()


def test_ids_go_on_where_they_stopped(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    desk.connect(7).place(41, MarketOrder("BUY", 10))
    again = restarted(desk, tmp_path)
    client = again.connect(7)
    assert client.send(8, 1, 1) == [["9", "1", "42"]]
    found = client.place(42, MarketOrder("BUY", 10, tif="DAY"))
    assert found[1][6] == "1000000002"
    assert found[2][14] == "0000e0d5.00000002.01.01"
    again.store.close()


def test_working_orders_go_on_working(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    desk.connect().place(1, LimitOrder("BUY", 10, 99.0))
    desk.connect(8).place(1, StopOrder("SELL", 10, 98.0))
    desk.store.close()
    again = Desk(folder=tmp_path)
    again.move(97.0, after=60)
    # The touch was looked for before the price was set: the order is worked anew after a change.
    again.hub.exchange.resume()
    client = again.connect(7)
    again.wait(61)
    assert "11" in names(client.read())
    assert [order.status for order in again.hub.book.orders.values()] == ["Filled", "Filled"]
    again.store.close()


def test_a_partly_filled_order_is_filled_after_the_restart(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    desk.connect().place(1, MarketOrder("BUY", 600))
    again = restarted(desk, tmp_path)
    assert [order.filled for order in again.hub.book.orders.values()] == [600.0]
    again.store.close()


def test_nothing_is_written_before_the_commit(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save_fact("name", "value")
    store.save_next_order_id(1, 5)
    store._database.rollback()
    assert store.fact("name") is None
    store.close()


def test_orders_of_earlier_days_are_not_restored_but_their_ids_are_not_reused(
    tmp_path: Path,
) -> None:
    desk = Desk(folder=tmp_path)
    desk.connect().place(1, MarketOrder("BUY", 10))
    desk.wait(10 * 86_400)
    desk.store.forget_before(desk.clock.now)
    saved = desk.store.load_book("DU1234567", desk.hub.catalogue, desk.clock.now)
    assert (saved.orders, saved.executions) == ((), ())
    assert (saved.last_perm_id, saved.last_execution) == (1_000_000_001, 1)
    desk.store.close()


def test_a_closed_position_is_forgotten_with_the_day(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    client = desk.connect()
    client.place(1, MarketOrder("BUY", 10))
    client.place(2, MarketOrder("SELL", 10))
    desk.wait(86_400)
    again = restarted(desk, tmp_path, after=86_400)
    assert again.hub.account.positions == {}
    again.store.close()


def test_a_new_folder_gets_the_account_that_was_asked_for(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "down", ("DU777",))
    assert store.names == ("DU777",)
    store.close()


def test_a_reset_forgets_everything_but_how_high_the_ids_have_gone(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    client = desk.connect()
    client.place(1, MarketOrder("BUY", 10))
    client.place(2, LimitOrder("BUY", 10, 50.0, tif="GTC"))
    desk.store.close()
    again = Desk(Settings(latency_seconds=0.0, reset=True), tmp_path)
    assert (again.hub.book.orders, again.hub.book.executions) == ({}, [])
    assert (again.hub.account.cash, again.hub.account.positions) == ({"USD": 1_000_000.0}, {})
    assert again.hub.book.next_order_id(7) == 1
    found = again.connect(7).place(1, MarketOrder("BUY", 10, tif="DAY"))
    assert found[1][6] == "1000000003"
    assert found[2][14] == "0000e0d5.00000002.01.01"
    again.store.close()


def test_every_account_keeps_its_own_books(tmp_path: Path) -> None:
    two = Settings(latency_seconds=0.0, accounts=2)
    desk = Desk(two, tmp_path)
    client = desk.connect()
    client.place(1, MarketOrder("BUY", 10, account="DU1234567"))
    client.place(2, MarketOrder("SELL", 5, account="DU1234568"))
    client.place(3, LimitOrder("SELL", 5, 150.0, account="DU1234568", tif="GTC"))
    again = restarted(desk, tmp_path)
    for account in desk.hub.accounts:
        kept = again.hub.accounts[account.name]
        assert (kept.cash, kept.positions) == (account.cash, account.positions)
    (order,) = again.hub.book.open_orders()
    assert order.account == "DU1234568"
    again.store.close()


def test_the_latest_instant_is_that_of_the_last_thing_that_happened(tmp_path: Path) -> None:
    new = Store(tmp_path)
    assert new.latest_instant() == 0.0
    new.close()
    desk = Desk(folder=tmp_path)
    # The midnight that began its day.
    assert desk.store.latest_instant() == NOON - 10 * 3600
    desk.wait(100.0)
    client = desk.connect()
    client.place(1, MarketOrder("BUY", 10))
    desk.store.commit()
    assert desk.store.latest_instant() == NOON + 100.0
    client.place(2, LimitOrder("BUY", 10, 50.0))
    desk.wait(50.0)
    client.cancel(2)
    desk.store.commit()
    assert desk.store.latest_instant() == NOON + 150.0
    desk.store.close()


def test_a_folder_of_another_account_is_refused(tmp_path: Path) -> None:
    Store(tmp_path, ("DU777",)).close()
    with pytest.raises(StateError, match="it holds account DU777, not DU888"):
        Store(tmp_path, ("DU888",))


def test_a_folder_that_is_in_use_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(StateError, match="another paper gateway is using it"):
        Store(tmp_path)
    store.close()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StateError, match="cannot use the state folder"):
        Store(tmp_path / "file")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("this is a text, and quite a long one for a text" * 50)
    with pytest.raises(StateError, match="not a database"):
        Store(tmp_path)


def test_a_deleted_order_is_not_restored_whether_it_was_written_or_not(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    client = desk.connect()
    client.place(1, LimitOrder("BUY", 10, 50.0, tif="GTC"))
    desk.store.commit()
    client.place(2, LimitOrder("BUY", 10, 50.0, tif="GTC"))
    for order in desk.hub.book.open_orders():
        desk.store.delete_order(order.perm_id)
    desk.store.commit()
    saved = desk.store.load_book("DU1234567", desk.hub.catalogue, 0.0)
    assert (saved.orders, saved.next_order_ids) == ((), ((7, 3),))
    desk.store.close()
