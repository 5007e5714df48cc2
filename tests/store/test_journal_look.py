"""The journal as the command line looks at it, also while an engine writes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from store import journal_look
from store.journal import Batch, Journal, JournalLocked, JournalUnavailable
from tests.store.journal_for_tests import order, write
from tests.store.journals import heard


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal with one order in each of four states, and nobody who has it open."""
    path = tmp_path / "journal.db"
    states = ("live", "unknown", "sending", "filled")
    rows = tuple(order(state, state, is_final=state == "filled") for state in states)
    journal = Journal(path)
    write(journal, Batch(new=rows, lines=(heard("live", "Submitted"),)))
    journal.close()
    return path


def test_orders_in_doubt_are_found(path: Path) -> None:
    with journal_look.opened(path) as reader:
        assert {row.key for row in journal_look.in_doubt(reader)} == {"unknown", "sending"}


def test_a_journal_is_read_while_an_engine_writes_it(path: Path) -> None:
    journal = Journal(path)
    with journal_look.opened(path) as reader:
        assert reader.count() == 4
        write(journal, Batch(new=(order("later"),)))
        assert reader.count() == 5
    assert journal_look.broken_line(path) is None
    journal.close()


def test_looking_never_keeps_an_engine_from_starting(path: Path) -> None:
    with journal_look.opened(path):
        journal = Journal(path)
        assert journal_look.holder(path) == os.getpid()
        with pytest.raises(JournalLocked):
            Journal(path)
        journal.close()


def test_a_journal_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="at its first start"):
        journal_look.broken_line(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_cannot_be_opened_comes_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "journal.db"
    folder.write_bytes(b"no database at all" * 100)
    with (
        journal_look.opened(folder) as reader,
        pytest.raises(JournalUnavailable, match="restore a backup"),
    ):
        reader.count()


@pytest.mark.parametrize("text", ["", "nobody", "99999999"])
def test_a_lock_of_nobody_has_no_holder(path: Path, text: str) -> None:
    path.with_name("journal.db.lock").write_text(text)
    assert journal_look.holder(path) is None


def test_a_holder_of_another_user_counts(path: Path) -> None:
    path.with_name("journal.db.lock").write_text("1")
    assert journal_look.holder(path) == 1


def test_an_order_is_one_line() -> None:
    row = order("ui-1", "live", perm_ids=(7, 8))
    assert journal_look.order_text(row) == "ui-1  live  DU1000001  orderId 7  permId 7, 8"
    assert journal_look.order_text(order()).endswith("permId none")


def test_an_event_is_one_line_without_control_characters() -> None:
    head = {"seq": 1, "time": "2026-11-20T14:31:02.118Z", "elapsedMs": 1.5, "kind": "error"}
    shown = journal_look.event_text(head | {"text": "a\n\x1b[2J", "x": None})
    assert shown.isprintable()
    assert shown.startswith("2026-11-20T14:31:02.118Z  +     1.500 ms  error ")
    assert shown.endswith('text="a\\n\\u001b[2J"')
