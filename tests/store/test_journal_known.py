"""Free order ids and open orders are known without a row or an index of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store.journal_known import KEPT_SEQS, Known
from store.journal_rows import Batch
from store.journal_schema import open_for_writing
from store.journal_writer import Writer
from tests.store.journal_for_tests import order


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_for_writing(tmp_path / "orders.db")) as connection:
        yield connection


@pytest.fixture
def writer(connection: sqlite3.Connection, tmp_path: Path) -> Writer:
    return Writer(connection, tmp_path / "orders.db")


def floors(writer: Writer, connection: sqlite3.Connection) -> tuple[int, int]:
    """Of client 1000: as it is known now, and as it would be after a restart."""
    return writer.known.floor(1000), Known(connection).floor(1000)


def test_nobody_said_is_zero(writer: Writer, connection: sqlite3.Connection) -> None:
    assert floors(writer, connection) == (0, 0)
    assert writer.write([Batch(new=(order(order_id=None),))]) is None
    assert floors(writer, connection) == (0, 0)


def test_a_floor_is_above_all_orders_of_its_client(
    writer: Writer, connection: sqlite3.Connection
) -> None:
    rows = (order("P1", order_id=7), order("P2", order_id=5), order("P3", client_id=0, order_id=9))
    assert writer.write([Batch(new=rows)]) is None
    assert floors(writer, connection) == (8, 8)
    assert writer.known.floor(0) == 10


def test_what_orders_tell_is_not_written_again(
    writer: Writer, connection: sqlite3.Connection
) -> None:
    for number in (7, 8, 6):
        batch = Batch(new=(order(str(number), order_id=number),), floor=(1000, number + 1))
        assert writer.write([batch]) is None
    assert floors(writer, connection) == (9, 9)
    assert connection.execute("SELECT count(*) FROM floors").fetchone() == (0,)


def test_a_floor_without_an_order_never_goes_down(
    writer: Writer, connection: sqlite3.Connection
) -> None:
    for floor in (5, 9, 7):
        assert writer.write([Batch(floor=(1000, floor))]) is None
    assert writer.write([Batch(new=(order(order_id=3),), floor=(1000, 4))]) is None
    assert floors(writer, connection) == (9, 9)


def test_floors_of_one_transaction_are_all_heard(
    writer: Writer, connection: sqlite3.Connection
) -> None:
    batches = [Batch(floor=(1000, floor)) for floor in (8, 20, 9)]
    assert writer.write([*batches, Batch(floor=(7, 3))]) is None
    assert floors(writer, connection) == (20, 20)
    assert writer.known.floor(7) == 3


@pytest.mark.parametrize("changes", [{"order_id": None}, {"order_id": 0}, {"client_id": 0}])
def test_an_order_id_that_its_order_gives_up_stays_used(
    writer: Writer, connection: sqlite3.Connection, changes: dict[str, Any]
) -> None:
    assert writer.write([Batch(new=(order("P1", order_id=7), order("P2", order_id=5)))]) is None
    assert writer.write([Batch(changed=(order("P1", **({"order_id": 7} | changes)),))]) is None
    assert floors(writer, connection) == (8, 8)


def test_a_batch_that_failed_is_not_known(writer: Writer, connection: sqlite3.Connection) -> None:
    assert writer.write([Batch(new=(order("P1"),))]) is None
    bad = Batch(new=(order("P2", order_id=50), order("P1")), floor=(1000, 60))
    assert writer.write([bad]) is not None
    assert floors(writer, connection) == (8, 8)
    assert writer.known.open_keys() == Known(connection).open_keys() == ["P1"]


def test_open_orders_are_the_ones_that_are_not_final(
    writer: Writer, connection: sqlite3.Connection
) -> None:
    rows = (order("P1"), order("P2", is_final=True), order("P3", client_id=0))
    assert writer.write([Batch(new=rows)]) is None
    changed = (order("P1", is_final=True), order("P2"), order("P4", is_final=True))
    assert writer.write([Batch(changed=changed)]) is None
    assert set(writer.known.open_keys()) == set(Known(connection).open_keys()) == {"P2", "P3"}


def test_only_the_orders_written_last_are_remembered_with_how_new_they_are(
    writer: Writer,
) -> None:
    rows = [order(f"P{n}", order_id=n, record={"seq": 5}) for n in range(KEPT_SEQS + 1)]
    assert writer.write([Batch(changed=tuple(rows))]) is None
    older = [order(f"P{n}", record={"seq": 4}) for n in (0, 1, KEPT_SEQS)]
    assert [writer.known.has_newer(row) for row in older] == [False, True, True]


def test_an_order_that_changes_again_is_remembered_longer(writer: Writer) -> None:
    rows = [order(f"P{n}", order_id=n, record={"seq": 5}) for n in range(KEPT_SEQS)]
    assert writer.write([Batch(changed=tuple(rows))]) is None
    again, newcomer = order("P0", record={"seq": 6}), order("new", record={"seq": 1})
    assert writer.write([Batch(changed=(again,))]) is None
    assert writer.write([Batch(changed=(newcomer,))]) is None
    older = [order(key, record={"seq": 4}) for key in ("P0", "P1")]
    assert [writer.known.has_newer(row) for row in older] == [True, False]
