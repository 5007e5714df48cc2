"""Batches that share a transaction lose nothing, and what goes wrong is said in full."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.journal_chain import verify
from store.journal_reader import Reader
from store.journal_rows import Batch
from store.journal_schema import open_for_writing
from store.journal_writer import Writer
from tests.store.journal_for_tests import execution, line, numbers, order


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


def test_everything_in_batches_of_one_transaction_is_written(
    writer: Writer, reader: Reader, path: Path
) -> None:
    batches = [
        Batch(
            new=(order(f"new-{n}", perm_ids=(n,)),),
            changed=(order(f"old-{n}"),),
            lines=(line("new-1", n),),
            executions=(execution(f"e{n}", f"new-{n}"),),
            floor=(1000 + n, 50 + n),
            switches=((f"switch-{n}", f"value-{n}"),),
        )
        for n in (1, 2)
    ]
    assert writer.write(batches) is None
    assert reader.count() == 4
    assert [reader.key_of_perm_id(n) for n in (1, 2)] == ["new-1", "new-2"]
    assert [reader.key_of_execution(f"e{n}") for n in (1, 2)] == ["new-1", "new-2"]
    assert [reader.switch(f"switch-{n}") for n in (1, 2)] == ["value-1", "value-2"]
    assert [writer.known.floor(1000 + n) for n in (1, 2)] == [51, 52]
    assert numbers(reader.events("new-1")) == [1, 2]
    assert verify(path) is None


def test_an_execution_is_kept_by_its_time(writer: Writer, reader: Reader) -> None:
    early, late = "2026-11-20T14:31:02.000Z", "2026-11-20T15:00:00.000Z"
    rows = (execution("late", time=late), execution("none", time=None), execution("e", time=early))
    assert writer.write([Batch(executions=rows)]) is None
    assert [row["execId"] for row in reader.executions("")] == ["none", "e", "late"]
    assert [row["execId"] for row in reader.executions("2026-11-20T14:59:00Z")] == ["late"]


def test_a_file_in_trouble_is_named(
    writer: Writer, connection: sqlite3.Connection, path: Path
) -> None:
    connection.execute("PRAGMA query_only = ON")
    for error in (writer.write([Batch(new=(order(),))]), writer.probe()):
        assert str(error).startswith(f"The order journal {path} cannot be written: ")
    connection.execute("PRAGMA query_only = OFF")


def test_all_keys_of_a_refused_batch_are_named(writer: Writer) -> None:
    assert writer.write([Batch(new=(order(),))]) is None
    error = writer.write([Batch(new=(order(), order("P1-2")))])
    assert str(error) == "The journal already has an order with this key: P1-1, P1-2"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (order(record={"x": object()}), "not JSON serializable"),
        (order(order_id=2**64), "too large"),
        (order(client_id=None), "NOT NULL constraint failed"),
    ],
    ids=["json", "sqlite", "table"],
)
def test_what_cannot_be_held_is_said(writer: Writer, row: object, why: str) -> None:
    error = str(writer.write([Batch(new=(row,))]))  # type: ignore[arg-type]
    assert error.startswith("The order journal cannot hold what it was given: ")
    assert why in error


def test_two_batches_about_one_new_order_are_said_to_be_so(writer: Writer) -> None:
    error = writer.write([Batch(new=(order(),)), Batch(changed=(order(),))])
    assert str(error) == "These batches are about the same new order"


def test_one_batch_may_tell_of_its_new_order_twice(writer: Writer, reader: Reader) -> None:
    assert writer.write([Batch(new=(order(),), changed=(order(state="filled"),))]) is None
    found = reader.order("P1-1")
    assert found and found.state == "filled"
