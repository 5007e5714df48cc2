"""Reading the journal: pages that do not move, lists in order, and errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.journal_reader import Reader
from store.journal_rows import Batch, JournalUnavailable, OrderRow
from store.journal_schema import open_for_writing
from store.journal_writer import Writer
from tests.store.journal_for_tests import execution, line, order, shown

# What counts is the order of their arrival, also where a clock was set back.
TIMES = ("10:00", "10:01", "10:01", "10:03", "10:02")


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    """Orders P0 to P4; the even ones are final."""
    path = tmp_path / "orders.db"
    rows = [
        order(f"P{number}", submitted=f"2026-11-20T{time}:00.000Z", is_final=number % 2 == 0)
        for number, time in enumerate(TIMES)
    ]
    with closing(open_for_writing(path)) as connection:
        writer = Writer(connection, path)
        assert writer.write([Batch(new=tuple(rows))]) is None
        yield writer


@pytest.fixture
def reader(writer: Writer, tmp_path: Path) -> Iterator[Reader]:
    with closing(Reader(tmp_path / "orders.db")) as reader:
        yield reader


def keys(rows: list[OrderRow]) -> str:
    return " ".join(row.key for row in rows)


def test_the_newest_orders_come_first(reader: Reader) -> None:
    assert keys(reader.recent(3, None, None)) == "P4 P3 P2"
    assert keys(reader.recent(9, None, True)) == "P4 P2 P0"
    assert keys(reader.recent(9, None, False)) == "P3 P1"


def test_pages_follow_each_other_while_new_orders_arrive(writer: Writer, reader: Reader) -> None:
    first = reader.recent(2, None, None)
    late = order("P5", submitted="2026-11-20T10:09:00.000Z")
    assert writer.write([Batch(new=(late,))]) is None
    second = reader.recent(2, first[-1].key, None)
    assert keys(second) == "P2 P1"
    assert keys(reader.recent(1, "P2", True)) == "P0"
    assert keys(reader.recent(9, "P1", False)) == ""


def test_after_an_order_that_does_not_exist_comes_nothing(reader: Reader) -> None:
    assert reader.recent(9, "nobody", None) == []


def test_open_orders_are_the_ones_that_are_not_final(reader: Reader) -> None:
    assert keys(reader.open_orders()) == "P1 P3"
    assert keys(reader.open_orders(["P3", "P2", "nobody"])) == "P3"
    assert reader.open_orders([]) == []


def test_orders_since_a_time_include_that_time(reader: Reader) -> None:
    assert keys(reader.since("2026-11-20T10:01:00.000Z")) == "P1 P2 P3 P4"


def test_events_are_in_the_order_of_the_order_and_not_of_writing(
    writer: Writer, reader: Reader
) -> None:
    assert writer.write([Batch(lines=(line(seq=3), line("other"), line(count=2)))]) is None
    assert reader.events("P1-1") == shown(line(count=2), line(seq=3))


def test_executions_since_a_time_are_oldest_first(writer: Writer, reader: Reader) -> None:
    told = [execution(f"e{hour}", time=f"2026-11-20T{hour}:00:00.000Z") for hour in (12, 11, 10)]
    assert writer.write([Batch(executions=tuple(told))]) is None
    found = reader.executions("2026-11-20T11:00:00.000Z")
    assert [row["execId"] for row in found] == ["e11", "e12"]


def test_what_is_not_there_is_none(reader: Reader) -> None:
    assert reader.order("nobody") is None
    assert reader.key_of_perm_id(1) is reader.key_of_execution("e") is None


def test_a_reader_that_fails_says_so(tmp_path: Path, reader: Reader) -> None:
    reader.close()
    with pytest.raises(JournalUnavailable, match="cannot be read"):
        reader.count()
