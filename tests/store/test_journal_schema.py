"""The journal's file: locked, checked and migrated, or refused in one sentence."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.journal_rows import JournalLocked, JournalUnavailable
from store.journal_schema import (
    LOG_BYTES,
    LOG_NEEDS_FREE,
    MIGRATIONS,
    VERSION,
    extend_log,
    open_for_reading,
    open_for_writing,
    take_lock,
    use_wal,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


def change(path: Path, sql: str) -> None:
    """What another program does to the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(sql)


def refusal(open_it: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(JournalUnavailable) as caught:
        open_it(path)
    return str(caught.value)


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "orders.db"
    with take_lock(path), closing(open_for_writing(path)):
        modes = {stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_commit_reaches_the_disk_before_it_returns(path: Path) -> None:
    with closing(open_for_writing(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_opening_again_keeps_what_is_there(path: Path) -> None:
    with closing(open_for_writing(path)) as connection:
        connection.execute("INSERT INTO floors VALUES (1000, 5)")
    with closing(open_for_writing(path)) as connection:
        assert connection.execute("SELECT * FROM floors").fetchall() == [(1000, 5)]
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert connection.execute("SELECT * FROM switches").fetchall() == []


def test_a_connection_for_reading_cannot_write(path: Path) -> None:
    open_for_writing(path).close()
    with (
        closing(open_for_reading(path)) as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader.execute("DELETE FROM orders")


def test_the_lock_names_its_holder_and_is_free_again_afterwards(path: Path) -> None:
    with take_lock(path):
        with pytest.raises(JournalLocked, match=rf"already running \(pid {os.getpid()}\)"):
            take_lock(path)
        with pytest.raises(JournalLocked):
            take_lock(path)
    take_lock(path).close()


def test_a_holder_that_has_not_said_its_pid_is_unknown(path: Path) -> None:
    with take_lock(path) as lock:
        lock.truncate(0)
        with pytest.raises(JournalLocked, match=r"\(pid unknown\)"):
            take_lock(path)


def test_a_shorter_pid_leaves_nothing_of_a_longer_one(path: Path) -> None:
    path.with_name("orders.db.lock").write_text("123456789123456789")
    with take_lock(path):
        assert path.with_name("orders.db.lock").read_text() == str(os.getpid())


def test_a_lock_that_cannot_be_made_is_one_sentence(path: Path) -> None:
    path.with_name("orders.db.lock").mkdir()
    assert "cannot be opened: Is a directory. Set VAR_DIR" in refusal(take_lock, path)


def test_a_folder_that_cannot_be_made_is_one_sentence(path: Path) -> None:
    path.write_text("in the way")
    assert "cannot be opened: " in refusal(take_lock, path / "orders.db")


def test_a_folder_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir()
    assert "unable to open database file" in refusal(open_for_writing, path)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"this is text " * 1000)
    sentence = refusal(open_for_writing, path)
    assert "file is not a database" in sentence
    assert sentence.endswith("restore a backup.")


def test_a_damaged_file_is_refused(path: Path) -> None:
    with closing(open_for_writing(path)) as connection:
        rows = [(f"s{number}", "on" * 100, "") for number in range(200)]
        connection.executemany("INSERT INTO switches VALUES (?, ?, ?)", rows)
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_switches_1'"
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096 + 8)
        file.write(bytes(1000))
    assert "cannot be opened" in refusal(open_for_writing, path)


def test_a_file_that_fails_its_check_is_refused(path: Path) -> None:
    with closing(open_for_writing(path)) as connection:
        connection.execute("INSERT INTO executions VALUES ('e', 'k', '', 0, '{}')")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'key TEXT NOT NULL, time', "
            "'key TEXT NOT NULL CHECK (key = 1), time') WHERE name = 'executions'"
        )
    assert "it is damaged (CHECK constraint failed in executions)" in refusal(
        open_for_writing, path
    )


def test_a_journal_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    open_for_writing(path).close()
    change(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    sentence = refusal(open_for_writing, path)
    assert f"newer version of the desk (schema 99, this one knows {VERSION})" in sentence
    assert path.read_bytes() == before


def test_the_database_of_another_program_is_refused(path: Path) -> None:
    change(path, "CREATE TABLE users (name)")
    assert "another program's database" in refusal(open_for_writing, path)


def test_a_cap_on_pages_is_a_full_disk_already_at_the_start(path: Path) -> None:
    with pytest.raises(JournalUnavailable, match=r"is full\. Free some space"):
        open_for_writing(path, max_pages=1)


def test_the_log_is_long_from_the_start_and_the_file_is_not(path: Path) -> None:
    log = path.with_name("orders.db-wal")
    with closing(open_for_writing(path)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        assert log.stat().st_size > LOG_BYTES
        assert pages < 40 and path.stat().st_size < 40 * 4096
        connection.execute("INSERT INTO floors VALUES (1000, 5)")
        used = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
        connection.execute("INSERT INTO floors VALUES (1001, 5)")
        assert used < 40 and log.stat().st_size > LOG_BYTES
        assert path.stat().st_size < 40 * 4096


def test_a_log_that_a_killed_process_left_grows_no_longer(path: Path) -> None:
    log = path.with_name("orders.db-wal")
    with closing(open_for_writing(path)) as connection:
        connection.execute("INSERT INTO floors VALUES (1000, 5)")
        before = log.stat().st_size
        for _ in range(3):
            with closing(open_for_writing(path)) as again:
                assert again.execute("SELECT * FROM floors").fetchall() == [(1000, 5)]
        assert log.stat().st_size < before + 40 * 4096


def test_the_log_is_short_where_space_is_short(path: Path) -> None:
    log = path.with_name("orders.db-wal")
    with closing(open_for_writing(path, max_pages=10_000)) as connection:
        extend_log(connection, LOG_NEEDS_FREE - 1)
        assert log.stat().st_size < 100 * 4096
        extend_log(connection, LOG_NEEDS_FREE)
        assert log.stat().st_size > LOG_BYTES


def test_a_place_without_a_write_ahead_log_is_refused(path: Path) -> None:
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(JournalUnavailable, match=r"its mode is memory\)\. Set VAR_DIR"),
    ):
        use_wal(connection, path)


def test_a_file_of_the_first_schema_gets_its_new_tables_and_keeps_its_rows(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("INSERT INTO floors VALUES (1000, 5)")
        connection.execute("PRAGMA user_version = 1")
    with closing(open_for_writing(path)) as connection:
        assert connection.execute("SELECT * FROM floors").fetchall() == [(1000, 5)]
        assert connection.execute("SELECT * FROM equity").fetchall() == []
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
