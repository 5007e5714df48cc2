"""One transaction: all of its batches or none, and the last word on each order wins."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store.journal_chain import verify
from store.journal_known import Known
from store.journal_reader import Reader
from store.journal_rows import Batch, JournalError, JournalUnavailable, KeyUsed
from store.journal_schema import open_for_writing
from store.journal_writer import COMMITS_PER_CHECKPOINT, Writer, is_about_the_file
from tests.store.journal_for_tests import execution, line, order


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_for_writing(path)) as connection:
        yield connection


@pytest.fixture
def writer(connection: sqlite3.Connection, path: Path) -> Writer:
    return Writer(connection, path)


@pytest.fixture
def reader(writer: Writer, path: Path) -> Iterator[Reader]:
    with closing(Reader(path)) as reader:
        yield reader


def test_a_new_order_comes_back_as_it_was(writer: Writer, reader: Reader) -> None:
    row = order(order_id=None, perm_ids=(5, 6), record={"legs": ["a"], "price": 228.1, "x": None})
    assert writer.write([Batch(new=(row,))]) is None
    assert reader.order("P1-1") == row


def test_a_row_that_was_overtaken_on_its_way_changes_nothing(
    writer: Writer, reader: Reader, connection: sqlite3.Connection
) -> None:
    filled = order(state="filled", is_final=True, record={"state": "filled", "seq": 6})
    asked = order(record={"state": "live", "seq": 5})
    assert writer.write([Batch(new=(order(record={"state": "sending", "seq": 2}),))]) is None
    for late in ([Batch(changed=(filled,)), Batch(changed=(asked,))], [Batch(changed=(asked,))]):
        assert writer.write(late) is None
        assert reader.order("P1-1") == filled
        assert writer.known.open_keys() == Known(connection).open_keys() == []


def test_a_row_of_the_same_moment_replaces_the_one_before(writer: Writer, reader: Reader) -> None:
    first, second = (order(record={"seq": 5, "filled": size}) for size in (1.0, 2.0))
    for row in (first, second):
        assert writer.write([Batch(changed=(row,))]) is None
    assert reader.order("P1-1") == second


def test_a_changed_order_replaces_every_field(writer: Writer, reader: Reader) -> None:
    after = order(
        state="filled",
        is_final=True,
        account="DU2",
        client_id=3,
        order_id=9,
        fingerprint="f2",
        submitted="2026-11-21T00:00:00.000Z",
        perm_ids=(5,),
        parent="P0",
        record={"state": "filled"},
    )
    assert writer.write([Batch(new=(order(),))]) is None
    assert writer.write([Batch(changed=(after,))]) is None
    assert reader.order("P1-1") == after
    assert reader.count() == 1


def test_fields_are_kept_whether_the_record_says_them_too_or_not(
    writer: Writer, reader: Reader
) -> None:
    said = {"state": "live", "account": "DU1000001", "fingerprint": "f1", "perm_ids": [5]}
    rows = [
        order("same", perm_ids=(5,), parent="", record=said),
        order("other", state="filled", account="", parent="P0", record=said),
        order("nobody", state="", account="", fingerprint="", record={}),
    ]
    assert writer.write([Batch(new=tuple(rows))]) is None
    assert [reader.order(row.key) for row in rows] == rows


def test_the_newest_word_of_a_transaction_wins(writer: Writer, reader: Reader) -> None:
    batches = [Batch(changed=(order(state=state),)) for state in ("live", "filled", "cancelled")]
    assert writer.write(batches) is None
    found = reader.order("P1-1")
    assert found and found.state == "cancelled"


@pytest.mark.parametrize("count", [1, 7, 8, 63, 64, 200])
def test_any_number_of_rows_goes_in(writer: Writer, reader: Reader, path: Path, count: int) -> None:
    numbers = range(1, count + 1)
    batch = Batch(
        new=tuple(order(f"P{number}", perm_ids=(number,)) for number in numbers),
        lines=tuple(line("P1", number, n=number) for number in numbers),
        executions=tuple(execution(f"e{number}", f"P{number}") for number in numbers),
    )
    assert writer.write([batch]) is None
    assert reader.count() == len(reader.executions("")) == count
    assert [found["n"] for found in reader.events("P1")] == list(numbers)
    assert reader.key_of_perm_id(count) == reader.key_of_execution(f"e{count}") == f"P{count}"
    assert verify(path) is None


def test_a_used_key_is_refused_by_name_and_nothing_is_written(
    writer: Writer, reader: Reader
) -> None:
    assert writer.write([Batch(new=(order(),))]) is None
    error = writer.write([Batch(new=(order("P1-2"), order()), lines=(line(),))])
    assert isinstance(error, KeyUsed) and "P1-1" in str(error)
    assert reader.order("P1-2") is None
    assert reader.events("P1-1") == []


def test_two_new_orders_with_one_key_do_not_share_a_transaction(writer: Writer) -> None:
    error = writer.write([Batch(new=(order(),)), Batch(new=(order(),))])
    assert isinstance(error, JournalError) and not is_about_the_file(error)


def test_an_adopted_order_and_a_new_one_with_its_key_do_not_share_a_transaction(
    writer: Writer, reader: Reader
) -> None:
    error = writer.write([Batch(changed=(order(),)), Batch(new=(order(),))])
    assert isinstance(error, JournalError) and not is_about_the_file(error)
    assert reader.count() == 0


def test_the_chain_goes_on_after_a_batch_that_failed(writer: Writer, path: Path) -> None:
    assert writer.write([Batch(new=(order(),), lines=(line(),))]) is None
    assert writer.write([Batch(lines=(line(seq=2), line(seq=3, x=object())))]) is not None
    assert writer.write([Batch(lines=(line(seq=2),))]) is None
    assert verify(path) is None


def test_a_permid_belongs_to_the_order_that_named_it_last(writer: Writer, reader: Reader) -> None:
    for key in ("P1-1", "P1-2"):
        assert writer.write([Batch(changed=(order(key, perm_ids=(5,)),))]) is None
    assert reader.key_of_perm_id(5) == "P1-2"


def test_a_known_execution_is_replaced_only_for_its_commission(
    writer: Writer, reader: Reader
) -> None:
    told = [
        execution("e1", shares=100),
        execution("e1", shares=1),
        execution("e1", shares=100, commission=1.25),
        execution("e1", shares=1),
        execution("e1", shares=1, commission=9),
    ]
    for number, row in enumerate(told):
        assert writer.write([Batch(executions=(row,))]) is None
        (found,) = reader.executions("")
        assert (found["shares"], found["commission"]) == (100, 1.25 if number > 1 else None)


def test_an_execution_without_a_time_is_kept(writer: Writer, reader: Reader) -> None:
    assert writer.write([Batch(executions=(execution("e1", time=None),))]) is None
    assert len(reader.executions("")) == 1


def test_a_switch_has_its_last_value(writer: Writer, reader: Reader) -> None:
    for value in ("on", "off"):
        assert writer.write([Batch(switches=(("halt", value),))]) is None
    assert (reader.switch("halt"), reader.switch("other")) == ("off", None)


@pytest.mark.parametrize(
    "row",
    [
        order(record={"x": object()}),  # what JSON cannot hold
        order(account=object()),
        order(submitted=object()),  # what SQLite cannot hold
        order(submitted=None),
        order(order_id=2**64),
        order(submitted="\ud800"),
    ],
)
def test_an_order_that_cannot_be_held_is_refused_and_the_file_is_fine(
    writer: Writer, reader: Reader, row: Any
) -> None:
    error = writer.write([Batch(new=(row,))])
    assert isinstance(error, JournalError) and not is_about_the_file(error)
    assert not isinstance(error, KeyUsed)
    assert writer.write([Batch(new=(order(),))]) is None


def test_a_full_disk_leaves_nothing_of_the_batch(tmp_path: Path) -> None:
    path = tmp_path / "full.db"
    with closing(open_for_writing(path, max_pages=40)) as connection, closing(Reader(path)) as rows:
        writer = Writer(connection, path)
        error = writer.write([Batch(new=(order(), order("big", record={"x": "x" * 200_000})))])
        assert isinstance(error, JournalUnavailable) and "Free some space" in str(error)
        assert rows.count() == 0
        assert writer.write([Batch(new=(order(),))]) is None


def test_a_read_only_file_is_in_trouble(writer: Writer, connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = ON")
    error = writer.write([Batch(new=(order(),))])
    assert isinstance(error, JournalUnavailable) and "writable for the desk's user" in str(error)
    assert is_about_the_file(writer.probe())
    connection.execute("PRAGMA query_only = OFF")
    assert writer.probe() is None


def test_a_checkpoint_is_wanted_after_some_commits(writer: Writer, path: Path) -> None:
    for number in range(COMMITS_PER_CHECKPOINT):
        assert not writer.wants_checkpoint
        assert writer.write([Batch(new=(order(str(number)),))]) is None
    before = path.stat().st_size
    assert writer.wants_checkpoint and writer.checkpoint() is None
    assert not writer.wants_checkpoint and path.stat().st_size > before
