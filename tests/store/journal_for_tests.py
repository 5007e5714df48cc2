"""Rows, lines and answers for tests of the journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from store.journal import Batch, Journal, JournalError, Line, OrderRow

DEADLINE = 10.0
TIME = datetime(2026, 11, 20, 14, 31, 2, 118_765, UTC)
SHOWN_TIME = "2026-11-20T14:31:02.118Z"


def order(key: str = "P1-1", state: str = "live", **fields: Any) -> OrderRow:
    """An open order of a minute ago, unless fields say otherwise."""
    known: dict[str, Any] = {
        "is_final": False,
        "account": "DU1000001",
        "client_id": 1000,
        "order_id": 7,
        "fingerprint": "f1",
        "submitted": SHOWN_TIME,
        "perm_ids": (),
        "parent": "",
        "record": {"state": state, "filled": 0.5},
    }
    return OrderRow(key=key, state=state, **(known | fields))


def line(key: str = "P1-1", seq: int = 1, count: int = 1, **fields: Any) -> Line:
    """A line of `count` events that are alike."""
    head = {"time": TIME, "elapsedMs": 1.234, "kind": "orderStatus"}
    return Line(key, seq, [{"seq": seq + n} | head | fields for n in range(count)])


def shown(*lines: Line) -> list[dict[str, Any]]:
    """The events of these lines as the journal shows them."""
    return [event | {"time": SHOWN_TIME} for line in lines for event in line.events]


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [event["seq"] for event in events]


def execution(exec_id: str, key: str = "P1-1", **fields: Any) -> tuple[str, str, dict[str, Any]]:
    row = {"execId": exec_id, "time": "2026-11-20T14:31:02.000Z", "commission": None}
    return exec_id, key, row | fields


def answer_to(journal: Journal, batch: Batch) -> JournalError | None:
    """Commit and wait for what the journal says."""
    answer: Future[JournalError | None] = Future()
    journal.commit(batch, answer.set_result)
    return answer.result(DEADLINE)


def write(journal: Journal, *batches: Batch) -> None:
    for batch in batches:
        assert answer_to(journal, batch) is None


@contextmanager
def busy_writer(journal: Journal) -> Iterator[None]:
    """What is handed over inside waits together until the end: the writing thread is held up."""
    is_held, let_go = Event(), Event()

    def hold(_: JournalError | None) -> None:
        is_held.set()
        let_go.wait(DEADLINE)

    journal.commit(Batch(), hold)
    assert is_held.wait(DEADLINE)
    try:
        yield
    finally:
        let_go.set()


@contextmanager
def held_by_another_program(path: Path) -> Iterator[None]:
    """Another program has the file locked: each write fails after half a second."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
