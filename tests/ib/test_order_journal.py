"""Orders become lines and rows, and nothing overtakes the first save of one."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ib.order_journal import OrderJournal
from store.journal import JournalError, JournalLocked, JournalUnavailable, KeyUsed
from tests.ib.following_for_tests import rounds
from tests.ib.journals_for_tests import DEADLINE, save, saved_state
from tests.store.journal_for_tests import busy_writer, held_by_another_program, numbers
from tests.trading.orders_for_tests import (
    CLIENT_ID,
    EXEC_ID,
    KEY,
    World,
    an_execution,
)
from trading.record_forms import result_of
from trading.refusals import JournalDown


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


# Rows and lines.


async def test_a_saved_order_is_found_again_as_it_was(journal: OrderJournal, world: World) -> None:
    record = world.place(orderType="LMT", lmtPrice=228.1)
    assert await save(journal, record, is_new=True) is None
    found = journal.find(KEY)
    assert found is not None
    assert result_of(found) == result_of(record)
    assert journal.find("ui-2") is None


async def test_a_row_tells_what_the_lists_of_the_journal_are_made_of(
    journal: OrderJournal, world: World
) -> None:
    record = world.place()
    record.fingerprint, record.parent = "f1", "ui-0"
    world.status("Cancelled")
    await save(journal, record)
    row = journal.file.get(KEY)
    assert row is not None
    assert (row.key, row.state, row.is_final, row.account) == (KEY, "cancelled", True, "DU1000001")
    assert (row.client_id, row.order_id, row.perm_ids) == (CLIENT_ID, 7, (500,))
    assert (row.fingerprint, row.parent) == ("f1", "ui-0")
    assert row.submitted == "2026-11-20T14:31:02.218Z"


async def test_each_event_is_written_once(journal: OrderJournal, world: World) -> None:
    record = world.place()
    await save(journal, record, is_new=True)
    world.status("PreSubmitted")
    world.status("Submitted")
    journal.append([record])
    await save(journal, record)
    assert journal.file.flush(DEADLINE)
    lines = journal.file.lines(KEY)
    kinds = [event["kind"] for event in lines]
    assert kinds == ["request", "sending", "orderStatus", "orderStatus"]
    assert numbers(lines) == [1, 2, 3, 4]


async def test_the_orders_of_one_save_are_saved_together(
    journal: OrderJournal, world: World
) -> None:
    first, second = world.place("a", 1), world.place("b", 2)
    await save(journal, first)
    error = await save(journal, second, first, is_new=True)
    assert isinstance(error, KeyUsed)
    assert journal.find("b") is None


async def test_what_is_appended_is_there_at_once_for_readers(
    journal: OrderJournal, world: World
) -> None:
    journal.append([world.place()])
    assert saved_state(journal) == "sending"


async def test_executions_go_with_their_order(journal: OrderJournal, world: World) -> None:
    record = world.place()
    world.fill(an_execution())
    journal.append([record], [(EXEC_ID, KEY, world.fills[-1])])
    assert journal.file.flush(DEADLINE)
    assert [row["execId"] for row in journal.file.executions(None)] == [EXEC_ID]


# A first save is never overtaken.


async def test_news_during_the_first_save_follows_it(journal: OrderJournal, world: World) -> None:
    """A row that came before the first one would look like a key that was used."""
    record = world.place()
    with busy_writer(journal.file):
        saving = asyncio.ensure_future(save(journal, record, is_new=True))
        await rounds(1)
        world.status("Submitted")
        journal.append([record])
        assert journal.file.get(KEY) is None
    assert await saving is None
    assert saved_state(journal) == "live"
    assert journal.file.flush(DEADLINE)
    kinds = [event["kind"] for event in journal.file.lines(KEY)]
    assert kinds == ["request", "sending", "orderStatus"]


async def test_the_rest_is_written_before_its_caller_hears_of_the_save(
    journal: OrderJournal, world: World
) -> None:
    record = world.place()
    heard: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    with busy_writer(journal.file):
        journal.commit([record], lambda _: heard.set_result(saved_state(journal)), is_new=True)
        world.status("Submitted")
        journal.append([record])
    async with asyncio.timeout(DEADLINE):
        assert await heard == "live"


async def test_others_do_not_wait_for_a_first_save(journal: OrderJournal, world: World) -> None:
    first, other = world.place("a", 1), world.place("b", 2)
    with busy_writer(journal.file):
        saving = asyncio.ensure_future(save(journal, first, is_new=True))
        await rounds(1)
        journal.append([first, other])
        assert (saved_state(journal, "a"), saved_state(journal, "b")) == (None, "sending")
    await saving


async def test_without_news_nothing_follows_a_first_save(
    journal: OrderJournal, world: World
) -> None:
    record = world.place()
    await save(journal, record, is_new=True)
    world.status("Submitted")
    assert journal.file.flush(DEADLINE)
    assert saved_state(journal) == "sending"
    journal.append([record])
    assert saved_state(journal) == "live"


async def test_nothing_follows_a_first_save_that_failed(
    journal: OrderJournal, world: World
) -> None:
    """The key belongs to another order, whose row must stay as it is."""
    await save(journal, world.place(), is_new=True)
    other = World().place(totalQuantity=5)
    with busy_writer(journal.file):
        saving = asyncio.ensure_future(save(journal, other, is_new=True))
        await rounds(1)
        journal.append([other])
    assert isinstance(await saving, KeyUsed)
    assert journal.file.flush(DEADLINE)
    found = journal.find(KEY)
    assert found is not None
    assert found.order["totalQuantity"] == 100
    assert len(journal.file.lines(KEY)) == 2


async def test_a_key_that_failed_can_be_saved_after_all(
    journal: OrderJournal, world: World, path: Path
) -> None:
    with held_by_another_program(path):
        assert isinstance(await save(journal, world.place(), is_new=True), JournalUnavailable)
    again = World().place()
    assert await save(journal, again, is_new=True) is None
    journal.append([again])
    assert saved_state(journal) == "sending"


# Trouble.


async def test_whoever_waits_for_a_save_hears_how_it_went(
    journal: OrderJournal, world: World, path: Path
) -> None:
    record = world.place()
    await journal.save(record)
    assert saved_state(journal) == "sending"
    world.status("Submitted")
    with held_by_another_program(path), pytest.raises(JournalDown) as refused:
        await journal.save(record)
    assert (refused.value.sent, refused.value.code) == ("no", "journal_unavailable")


async def test_a_file_in_trouble_is_told_until_it_is_well(
    journal: OrderJournal, world: World, path: Path
) -> None:
    assert journal.failure is None
    with held_by_another_program(path):
        error = await save(journal, world.place(), is_new=True)
        assert isinstance(error, JournalUnavailable)
        assert journal.failure == str(error)
    assert await save(journal, World().place(), is_new=True) is None
    assert journal.failure is None


def test_a_second_process_does_not_get_the_journal(journal: OrderJournal, path: Path) -> None:
    with pytest.raises(JournalLocked):
        OrderJournal(path, CLIENT_ID).open()


def test_a_broken_file_is_not_opened(path: Path) -> None:
    path.write_bytes(b"no database" * 100)
    with pytest.raises(JournalUnavailable):
        OrderJournal(path, CLIENT_ID).open()


async def test_an_answer_for_a_loop_that_has_ended_reaches_nobody(
    journal: OrderJournal, world: World, path: Path
) -> None:
    """The order is on disk all the same."""
    record, told = world.place(), list[JournalError | None]()

    async def commit() -> None:
        journal.commit([record], told.append, is_new=True)

    def in_a_loop_of_its_own() -> None:
        with busy_writer(journal.file):
            asyncio.run(commit())

    await asyncio.to_thread(in_a_loop_of_its_own)
    assert journal.file.flush(DEADLINE)
    assert told == []
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*) FROM orders").fetchone() == (1,)
