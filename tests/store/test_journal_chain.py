"""The chain of lines: whoever changes, removes or hides a line is found out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.journal_chain import FIRST_HASH, last_hash, line_hash, verify
from store.journal_rows import Batch
from store.journal_schema import open_for_writing
from store.journal_writer import Writer
from tests.store.journal_for_tests import line

LINES = tuple(
    line(f"P1-{number % 3}", number, 2, note=f"note-{number:03d}") for number in range(1, 101)
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal with a hundred lines, closed."""
    path = tmp_path / "orders.db"
    with closing(open_for_writing(path)) as connection:
        assert Writer(connection, path).write([Batch(lines=LINES)]) is None
    return path


@pytest.fixture
def intruder(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who writes the file past the triggers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER lines_are_not_changed")
        connection.execute("DROP TRIGGER lines_are_not_deleted")
        yield connection


def flip_a_byte(path: Path, text: bytes, mask: int = 1) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(text) + len(text) - 1] ^= mask
    path.write_bytes(content)


def test_an_untouched_chain_is_intact(path: Path) -> None:
    assert verify(path) is None


def test_a_journal_without_lines_is_intact(tmp_path: Path) -> None:
    with closing(open_for_writing(tmp_path / "new.db")) as connection:
        assert last_hash(connection) == FIRST_HASH
    assert verify(tmp_path / "new.db") is None


def test_a_flipped_byte_is_named_with_its_line(path: Path) -> None:
    flip_a_byte(path, b"note-042")
    assert verify(path) == (
        "Line 42 of the journal (order P1-0, events from seq 42) is not as it was written"
    )


def test_a_byte_that_is_no_text_any_more_is_a_changed_line_too(path: Path) -> None:
    flip_a_byte(path, b"note-017", 0x80)
    assert str(verify(path)).startswith("Line 17 of the journal")


def test_a_journal_that_cannot_be_walked_says_so(path: Path) -> None:
    with closing(open_for_writing(path)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'lines'"
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(bytes(4096))
    assert "cannot be read: database disk image is malformed" in str(verify(path))


@pytest.mark.parametrize(
    "content",
    [
        "prev_hash = zeroblob(32)",
        "key = 'P1-9'",
        "seq = 9",
        "events = '[]'",
        "events = x'00ff'",
        "key = x'00ff'",
        "seq = 'x'",
    ],
)
def test_every_column_is_under_the_hash(
    path: Path, intruder: sqlite3.Connection, content: str
) -> None:
    intruder.execute(f"UPDATE lines SET {content} WHERE id = 5")
    assert str(verify(path)).startswith("Line 5 ")


def test_a_removed_line_is_missed(path: Path, intruder: sqlite3.Connection) -> None:
    intruder.execute("DELETE FROM lines WHERE id = 5")
    assert verify(path) == "Line 5 of the journal is missing"


def test_removed_last_lines_are_missed(path: Path, intruder: sqlite3.Connection) -> None:
    intruder.execute("DELETE FROM lines WHERE id > 98")
    assert verify(path) == "Line 99 of the journal is missing"


def test_a_line_with_a_hash_of_its_own_does_not_fit(
    path: Path, intruder: sqlite3.Connection
) -> None:
    own = line_hash(bytes(32), "k", 1, b"[]")
    intruder.execute("INSERT INTO lines VALUES (NULL, 'k', 1, '[]', ?, ?)", (bytes(32), own))
    assert str(verify(path)).startswith("Line 101 ")


def test_the_file_itself_refuses_to_change_or_delete_a_line(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            connection.execute("UPDATE lines SET events = '[]'")
        with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
            connection.execute("DELETE FROM lines")


def test_head_and_events_cannot_run_into_each_other() -> None:
    one = line_hash(FIRST_HASH, "k", 1, b'["k",2]\n3')
    other = line_hash(FIRST_HASH, 'k",1]\n["k', 2, b"3")
    assert one != other
