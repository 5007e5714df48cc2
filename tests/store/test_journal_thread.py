"""The writing thread: what goes together, what goes first, and what is tried again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store.journal import Batch, Journal, JournalError, JournalUnavailable, KeyUsed
from store.journal_reader import Reader
from store.journal_thread import URGENT_AT_ONCE
from tests.processes import until
from tests.store.journal_for_tests import (
    DEADLINE,
    answer_to,
    busy_writer,
    held_by_another_program,
    line,
    order,
    write,
)

Answer = Future[JournalError | None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with closing(Journal(path, retry_seconds=0.01)) as journal:
        yield journal


@pytest.fixture
def on_disk(journal: Journal, path: Path) -> Iterator[Reader]:
    with closing(Reader(path)) as reader:
        yield reader


def hand_over(journal: Journal, *batches: Batch) -> list[Answer]:
    """Commit them so that they wait together; their answers come later."""
    answers: list[Answer] = [Future() for _ in batches]
    with busy_writer(journal):
        for batch, answer in zip(batches, answers, strict=True):
            journal.commit(batch, answer.set_result)
    return answers


def test_many_that_wait_together_are_all_written(journal: Journal, on_disk: Reader) -> None:
    count = URGENT_AT_ONCE + 44
    answers = hand_over(journal, *[Batch(new=(order(str(number)),)) for number in range(count)])
    assert {answer.result(DEADLINE) for answer in answers} == {None}
    assert on_disk.count() == count


def test_a_batch_is_on_disk_when_its_answer_comes(journal: Journal, on_disk: Reader) -> None:
    seen: Future[object] = Future()
    journal.commit(Batch(new=(order(),)), lambda _: seen.set_result(on_disk.order("P1-1")))
    assert seen.result(DEADLINE) == order()


def test_one_bad_batch_harms_no_other(journal: Journal, on_disk: Reader) -> None:
    write(journal, Batch(new=(order("used"),)))
    batches = [Batch(new=(order(key),)) for key in ("P1", "used", "P2", "P2")]
    errors = [answer.result(DEADLINE) for answer in hand_over(journal, *batches)]
    assert [type(error) for error in errors] == [type(None), KeyUsed, type(None), KeyUsed]
    assert on_disk.count() == 3


def test_an_answer_that_fails_stops_nobody(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    taken: Answer = Future()
    taken.set_result(None)
    journal.commit(Batch(), taken.set_result)  # raises InvalidStateError
    write(journal, Batch(new=(order(),)))
    assert "did not reach its caller" in caplog.text


def test_a_batch_that_is_none_fails_its_caller_alone(journal: Journal) -> None:
    none: Any = None
    with pytest.raises(AttributeError):
        journal.commit(none, lambda _: None)
    write(journal, Batch(new=(order(),)))


def test_a_lazy_batch_is_written_without_being_asked_for(journal: Journal, on_disk: Reader) -> None:
    journal.append(Batch(changed=(order(),)))
    until(lambda: on_disk.order("P1-1"), "it is written", DEADLINE)


def test_urgent_batches_that_never_end_do_not_starve_a_lazy_one(
    journal: Journal, on_disk: Reader
) -> None:
    is_over: list[bool] = []

    def again(_: JournalError | None) -> None:
        if not is_over:
            journal.commit(Batch(floor=(1000, 1)), again)

    again(None)
    again(None)
    journal.append(Batch(changed=(order(),)))
    until(lambda: on_disk.order("P1-1"), "it is written", DEADLINE)
    is_over.append(True)


def test_what_waits_about_an_order_is_written_before_its_urgent_batch(
    journal: Journal, on_disk: Reader
) -> None:
    with busy_writer(journal):
        journal.append(Batch(changed=(order(state="live"),), lines=(line(seq=1),)))
        answer: Answer = Future()
        journal.commit(Batch(changed=(order(state="filled"),)), answer.set_result)
    assert answer.result(DEADLINE) is None
    assert len(on_disk.events("P1-1")) == 1
    assert journal.flush(DEADLINE)
    assert journal.get("P1-1") == on_disk.order("P1-1") == order(state="filled")


def test_a_lazy_batch_that_passes_an_urgent_one_keeps_the_last_word(
    journal: Journal, on_disk: Reader
) -> None:
    filled = order(state="filled", is_final=True, record={"state": "filled", "seq": 6})
    write(journal, Batch(new=(order(record={"seq": 2}),)))
    asked: Answer = Future()
    with busy_writer(journal):
        journal.commit(Batch(changed=(order(record={"seq": 5}),)), asked.set_result)
        journal.append(Batch(changed=(filled,)))
    assert asked.result(DEADLINE) is None
    assert journal.flush(DEADLINE)
    assert on_disk.order("P1-1") == journal.get("P1-1") == filled


def test_an_adopted_order_that_waits_takes_its_key(journal: Journal) -> None:
    with busy_writer(journal):
        journal.append(Batch(changed=(order(),)))
        answer: Answer = Future()
        journal.commit(Batch(new=(order(),)), answer.set_result)
    assert isinstance(answer.result(DEADLINE), KeyUsed)


def test_a_file_in_trouble_fails_a_commit_and_loses_no_lazy_batch(
    journal: Journal, path: Path, on_disk: Reader
) -> None:
    with held_by_another_program(path):
        journal.append(Batch(changed=(order(),), lines=(line(),)))
        error = answer_to(journal, Batch(new=(order("P1-2"),)))
        assert isinstance(error, JournalUnavailable) and "Close the other program" in str(error)
        assert journal.failure == str(error)
        assert journal.get("P1-1") == order()
        assert not journal.flush(0)
    assert journal.flush(DEADLINE)
    assert journal.failure is None
    assert (on_disk.order("P1-1"), on_disk.order("P1-2")) == (order(), None)
    assert journal.verify() is None


def test_a_commit_about_something_that_cannot_be_written_yet_fails(
    journal: Journal, path: Path
) -> None:
    with held_by_another_program(path):
        journal.append(Batch(changed=(order(),)))
        error = answer_to(journal, Batch(changed=(order(state="filled"),)))
        assert isinstance(error, JournalUnavailable) and str(error) == journal.failure
    assert journal.flush(DEADLINE)
    assert journal.get("P1-1") == order()


def test_the_file_is_tried_again_also_when_nothing_waits(
    journal: Journal, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with held_by_another_program(path):
        assert answer_to(journal, Batch(new=(order(),))) is not None
        assert answer_to(journal, Batch(new=(order(),))) is not None
        assert journal.failure
    until(lambda: journal.failure is None, "the failure is over", DEADLINE)
    messages = [record.message for record in caplog.records]
    assert len(messages) == 2 and messages[1] == "The order journal can be written again"


def test_what_cannot_be_written_when_the_journal_closes_is_in_the_log(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(path)
    with held_by_another_program(path):
        journal.append(Batch(changed=(order(),)))
        journal.close()
    assert "1 changes of orders are lost: The order journal" in caplog.text


def test_a_full_journal_fails_each_commit_that_has_no_room(path: Path) -> None:
    with closing(Journal(path, max_pages=40)) as journal:
        error = answer_to(journal, Batch(new=(order(record={"x": "x" * 200_000}),)))
        assert isinstance(error, JournalUnavailable) and "Free some space" in str(error)
        assert journal.failure
        write(journal, Batch(new=(order(),)))
        assert journal.failure is None


def test_a_lazy_batch_that_can_never_be_written_is_told_and_stops_no_other(
    journal: Journal, on_disk: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    bad = Batch(changed=(order("bad", record={"x": object()}),))
    with busy_writer(journal):
        for batch in (Batch(changed=(order("P1"),)), bad, Batch(changed=(order("P2"),))):
            journal.append(batch)
    with caplog.at_level(logging.ERROR):
        assert journal.flush(DEADLINE)
    assert on_disk.order("P1") and on_disk.order("P2") and not on_disk.order("bad")
    assert journal.failure and "cannot hold what it was given" in journal.failure
    assert "'bad'" in caplog.text
    write(journal, Batch(new=(order("P3"),)))
    assert "cannot hold" in journal.failure


def test_a_lazy_batch_alone_that_can_never_be_written_is_told(journal: Journal) -> None:
    journal.append(Batch(lines=(line(x=object()),)))
    assert journal.flush(DEADLINE)
    assert journal.failure
    assert journal.lines("P1-1") == []
