"""What the next process finds in the journal: orders, order ids and switches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import ib_async
import pytest

from ib.order_journal import OrderJournal
from tests.ib.journals_for_tests import DEADLINE, reopened, save
from tests.store.journal_for_tests import numbers
from tests.trading.orders_for_tests import (
    CLIENT_ID,
    CODES,
    KEY,
    World,
    a_contract,
    an_order,
)
from trading.order_book import OrderBook
from trading.records import OrderRecord
from trading.statuses import OrderState

OTHER = 1001  # another client id with the same file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


@pytest.fixture
def journal(path: Path) -> Iterator[OrderJournal]:
    journal = OrderJournal(path, CLIENT_ID)
    journal.open()
    yield journal
    journal.close()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def faults_of_the_loop() -> list[str]:
    """What the running loop could only complain about."""
    faults: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: faults.append(str(told)))
    return faults


# Order ids and switches.


async def test_a_floor_is_saved_with_its_order(
    journal: OrderJournal, world: World, path: Path
) -> None:
    await save(journal, world.place(order_id=7), is_new=True, floor=12)
    later = reopened(journal, path)
    assert (later.floor(CLIENT_ID), later.floor(OTHER)) == (12, 0)
    later.close()


async def test_an_order_id_in_use_raises_the_floor_by_itself(
    journal: OrderJournal, world: World, path: Path
) -> None:
    await save(journal, world.place(order_id=7), is_new=True)
    later = reopened(journal, path)
    assert later.floor(CLIENT_ID) == 8
    later.close()


async def test_a_switch_is_saved_and_told(journal: OrderJournal, path: Path) -> None:
    async with asyncio.timeout(DEADLINE):
        await journal.set_switch("freeze", "by alice")
    assert (journal.switch("freeze"), journal.switch("other")) == ("by alice", None)


async def test_who_has_stopped_waiting_does_not_disturb_the_journal(
    journal: OrderJournal, faults_of_the_loop: list[str]
) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await journal.set_switch("freeze", "by alice")
    await journal.set_switch("freeze", "by bob")  # its answer comes behind the other one
    assert faults_of_the_loop == []


# What the next process finds.


async def test_open_and_finished_orders_come_back(
    journal: OrderJournal, world: World, path: Path
) -> None:
    records = [world.place(f"ui-{number}", number) for number in range(1, 5)]
    for number in (1, 2, 3):
        world.status("Cancelled", order_id=number, permId=500 + number)
    journal.append(records)
    later = reopened(journal, path)
    assert [r.client_order_id for r in later.open_orders()] == ["ui-4"]
    assert [r.client_order_id for r in later.last_finished(2)] == ["ui-2", "ui-3"]
    later.close()


async def test_open_orders_of_another_client_are_not_this_ones_memory(
    journal: OrderJournal, world: World, path: Path
) -> None:
    await save(journal, world.place("ui-1", 1), is_new=True)
    later = reopened(journal, path, OTHER)
    assert later.open_orders() == []
    later.close()


async def test_finished_orders_are_listed_as_before_whoever_placed_them(
    journal: OrderJournal, world: World, path: Path
) -> None:
    """A completed order comes without a client id: nobody's, and yet it was shown."""
    done = world.place("ui-1", 1)
    world.status("Cancelled", order_id=1)
    world.completed(an_order("ui-0", 400), "Filled")
    nobodys = world.book.get("ui-0")
    assert nobodys is not None
    journal.append([done, nobodys])
    later = reopened(journal, path, OTHER)
    assert [r.client_order_id for r in later.last_finished(9)] == ["ui-1", "ui-0"]
    later.close()


async def test_the_lines_of_an_order_that_comes_back_go_on(
    journal: OrderJournal, world: World, path: Path
) -> None:
    await save(journal, world.place(), is_new=True)
    later = reopened(journal, path)
    (record,) = later.open_orders()
    world = World()
    world.book.restore(record)
    world.book.mark_silent(record, "The desk ended while the order was being sent")
    later.append([record])
    assert later.file.flush(DEADLINE)
    assert numbers(later.file.lines(KEY)) == [1, 2, 3]
    assert later.file.verify() is None
    later.close()


async def test_an_order_is_found_by_its_perm_id_or_else_its_name(
    journal: OrderJournal, world: World
) -> None:
    first, second = world.place("a", 1), world.place("b", 2)
    world.open_order(an_order("a", 500), 1)
    await save(journal, first, second)
    found = {
        question: journal.find_order(*question)
        for question in [(500, ""), (500, "b"), (900, "b"), (0, "b"), (900, ""), (0, "c"), (0, "")]
    }
    names = {question: one.client_order_id for question, one in found.items() if one}
    assert names == {(500, ""): "a", (500, "b"): "a", (900, "b"): "b", (0, "b"): "b"}


async def test_a_found_order_takes_no_name_that_the_journal_knows(
    journal: OrderJournal, path: Path
) -> None:
    """A program gives all its orders one orderRef: the next one is not the one before."""
    await save(journal, found_by(journal, 1, totalQuantity=100.0))
    later = reopened(journal, path)
    await save(later, found_by(later, 2, totalQuantity=7.0))
    first, second = later.find_order(1, ""), later.find_order(2, "")
    later.close()
    assert first and (first.client_order_id, first.order["totalQuantity"]) == ("MyBot", 100.0)
    assert second and (second.client_order_id, second.order["totalQuantity"]) == ("perm-2", 7.0)


def found_by(journal: OrderJournal, perm_id: int, **terms: float) -> OrderRecord:
    """An order of client 7 as a process finds it that has this journal."""
    book = OrderBook(
        CLIENT_ID, CODES, lambda _: None, lambda *_: None, find_saved=journal.find_order
    )
    order = an_order("MyBot", perm_id, clientId=7, **terms)
    working = ib_async.OrderState(status="Submitted")
    return book.on_open_order(perm_id, a_contract(), order, working)


async def test_what_comes_back_has_nothing_to_write(journal: OrderJournal, world: World) -> None:
    await save(journal, world.place(), is_new=True)
    found = journal.find(KEY)
    assert found is not None
    assert (found.state, found.journaled, found.events) == (OrderState.SENDING, 2, [])
    journal.append([found])
    assert journal.file.flush(DEADLINE)
    assert len(journal.file.lines(KEY)) == 2
