"""The database: opened for its owner only, or refused in one sentence."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from store.database import StoreError, open_database, transaction


def test_the_file_is_for_its_owner_only(sqlite_engine: Engine, tmp_path: Path) -> None:
    for path in tmp_path.glob("desk.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'a' / 'b' / 'desk.db'}")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    engine.dispose()


def test_opening_again_keeps_what_is_there(sqlite_engine: Engine) -> None:
    again = open_database(sqlite_engine.url.render_as_string())
    with transaction(again) as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    again.dispose()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"Cannot write .*desk\.db.*Set VAR_DIR"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'desk.db'}")


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"this is text " * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        open_database(f"sqlite:///{tmp_path / 'desk.db'}")


def test_an_address_that_is_none_is_one_sentence() -> None:
    with pytest.raises(StoreError, match="DATABASE_URL"):
        open_database("desk.db")


def test_a_broken_transaction_leaves_nothing(sqlite_engine: Engine) -> None:
    with pytest.raises(StoreError), transaction(sqlite_engine) as connection:
        connection.execute(text("INSERT INTO users VALUES (1, 'a', 'viewer', 'x', 0, 'active', 1)"))
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))
    with transaction(sqlite_engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM users")).scalar() == 0


def test_a_full_disk_is_a_store_error(sqlite_engine: Engine) -> None:
    rows = [{"i": number, "n": "x" * 1000 + str(number)} for number in range(100)]
    with pytest.raises(StoreError, match="full"), transaction(sqlite_engine) as connection:
        connection.execute(text("PRAGMA max_page_count=1"))
        connection.execute(
            text("INSERT INTO users VALUES (:i, :n, 'viewer', :n, 0, 'active', 1)"), rows
        )
