"""Finished orders leave the memory; news about them brings them back from the journal."""

from __future__ import annotations

import pytest

from tests.trading.index_for_tests import (
    OTHER,
    FakeJournal,
    a_live_record,
    fill_memory,
    finished,
    known,
)
from tests.trading.orders_for_tests import CLIENT_ID, CORRECTED_EXEC_ID, EXEC_ID, hear_fill
from trading.order_index import FINAL_WORDS, KEPT_FINISHED, OrderIndex
from trading.records import OrderRecord
from trading.statuses import STATUS_EVIDENCE, Evidence, OrderState


@pytest.fixture
def journal() -> FakeJournal:
    return FakeJournal()


@pytest.fixture
def index(journal: FakeJournal) -> OrderIndex:
    return OrderIndex(journal.find)


# Letting go, and what only the journal has.


def test_the_oldest_finished_orders_are_let_go(index: OrderIndex) -> None:
    finished(index, "old", 1)
    live = known(index, "live", 2)
    fill_memory(index, KEPT_FINISHED - 1)
    assert index.let_go() == []
    finished(index, "newest", 3)
    assert index.let_go() == ["old"]
    assert ("old" in index, "more-0" in index) == (False, True)
    assert index.get("live") is live
    assert index.let_go() == []


def test_an_order_is_counted_as_finished_once(index: OrderIndex) -> None:
    record = finished(index, "old", 1)
    index.sort_in(record)
    fill_memory(index, KEPT_FINISHED - 1)
    assert index.let_go() == []


def test_a_finished_order_that_came_back_to_life_stays(index: OrderIndex) -> None:
    record = finished(index, "old", 1)
    record.state = OrderState.LIVE
    index.sort_in(record)
    fill_memory(index)
    assert (index.let_go(), index.open_records()) == ([], [record])
    record.state = OrderState.FILLED
    index.sort_in(record)
    fill_memory(index, 0)
    assert index.let_go() == ["more-0"]  # it is the newest of the finished ones now


@pytest.fixture
def gone(index: OrderIndex, journal: FakeJournal) -> OrderRecord:
    """A filled order that only the journal has: order id and permId 1, one fill."""
    record = finished(index, "old", 1)
    record.state = OrderState.LIVE
    hear_fill(record)
    record.perm_id = 1
    index.index_execution(record, EXEC_ID)
    fill_memory(index)
    assert index.let_go() == ["old"]
    journal.keep(record)
    return record


def test_what_is_repeated_about_an_order_that_was_let_go_is_old_news(
    index: OrderIndex, gone: OrderRecord
) -> None:
    assert all(index.is_old_news(1, word) for word in FINAL_WORDS)
    assert not index.is_old_news(1, "Submitted")
    assert not index.is_old_news(2, "Filled")
    assert (index.is_old_fill(EXEC_ID), index.is_old_fill(CORRECTED_EXEC_ID)) == (True, False)


def test_final_words_are_those_that_prove_no_work() -> None:
    working = {word for word, proof in STATUS_EVIDENCE.items() if proof is Evidence.WORKING}
    assert set(STATUS_EVIDENCE) - working == FINAL_WORDS


def test_nothing_in_memory_finds_an_order_that_was_let_go(
    index: OrderIndex, journal: FakeJournal, gone: OrderRecord
) -> None:
    journal.saved.clear()
    assert index.find("old", 1, (CLIENT_ID, 1)) is None
    assert index.by_execution(EXEC_ID) is None
    assert index.by_order_id((CLIENT_ID, 1)) is None
    assert journal.asked == [(1, "old")]


@pytest.mark.parametrize(("order_ref", "perm_id"), [("old", 1), ("", 1)])
def test_news_brings_an_order_back_from_the_journal(
    index: OrderIndex, gone: OrderRecord, order_ref: str, perm_id: int
) -> None:
    assert index.find(order_ref, perm_id, None) is gone
    assert index.get("old") is gone
    assert index.by_execution(EXEC_ID) is gone
    assert index.find("", 1, None) is gone
    assert gone not in index.open_records()


def test_what_comes_back_is_no_old_news_any_more(index: OrderIndex, gone: OrderRecord) -> None:
    index.find("old", 1, None)
    assert not index.is_old_news(1, "Filled")


@pytest.mark.parametrize(
    ("order_ref", "perm_id", "key"),
    [("old", 900, None), ("old", 0, (OTHER, 3)), ("basket", 1, None), ("old", 1, (OTHER, 3))],
)
def test_another_order_with_a_name_or_number_in_the_journal_brings_nothing_back(
    index: OrderIndex, gone: OrderRecord, order_ref: str, perm_id: int, key: tuple[int, int] | None
) -> None:
    assert index.find(order_ref, perm_id, key) is None
    assert "old" not in index


def test_an_order_in_memory_is_not_replaced_by_its_saved_form(
    index: OrderIndex, journal: FakeJournal
) -> None:
    record = known(index)
    journal.keep(a_live_record("ui-1", 900))
    assert index.find("ui-1", 900, None) is None
    assert index.get("ui-1") is record


def test_without_a_journal_nothing_comes_back() -> None:
    index = OrderIndex()
    assert index.find("old", 1, None) is None


# Restoring.


def test_a_restored_order_is_found_by_all_its_names(index: OrderIndex) -> None:
    record = a_live_record("ui-1", 500, order_id=7)
    hear_fill(record, 60)
    index.restore(record)
    assert index.open_records() == [record]
    assert index.find("", 500, None) is index.find("ui-1", 500, None) is record
    assert index.by_execution(EXEC_ID) is record
    # Its order id was of a connection that is gone.
    assert index.by_order_id((CLIENT_ID, 7)) is None


def test_a_restored_order_without_a_perm_id_has_none(index: OrderIndex) -> None:
    index.restore(a_live_record("ui-1", None))
    assert index.find("", 1, None) is None


def test_an_order_without_an_order_id_takes_nobodys_with_it(index: OrderIndex) -> None:
    first = a_live_record("first", 2, order_id=1)
    index.add(first)
    index.index(first, 2, (CLIENT_ID, 1))
    index.restore(a_live_record("old", None, state=OrderState.NOT_SENT))
    fill_memory(index)
    assert index.let_go() == ["old"]
    assert index.by_order_id((CLIENT_ID, 1)) is first


def test_a_restored_order_that_is_over_is_among_the_finished_ones(index: OrderIndex) -> None:
    index.restore(a_live_record("ui-1", None, state=OrderState.NOT_PLACED))
    assert index.open_records() == []
    fill_memory(index)
    assert index.let_go() == ["ui-1"]
    assert not index.is_old_news(0, "Filled")
