"""The database: opened for its owner only, or refused in one sentence."""

from __future__ import annotations

import socket
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text, update

from store.audit import Entry
from store.database import (
    DatabaseAway,
    StoreError,
    locking_transaction,
    open_database,
    together,
    transaction,
)
from store.keys import Keys
from store.people import People
from store.tables import AUDIT_END
from store.users import Users
from tests.postgres import Postgres, running_postgres
from tests.store.conftest import cheap_hasher


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
        connection.execute(text("INSERT INTO users VALUES (1, 'a', 'viewer', 'x', 0, 'active')"))
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))
    with transaction(sqlite_engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM users")).scalar() == 0


def test_a_full_disk_is_a_store_error(sqlite_engine: Engine) -> None:
    rows = [{"i": number, "n": "x" * 1000 + str(number)} for number in range(100)]
    with pytest.raises(StoreError, match="full"), transaction(sqlite_engine) as connection:
        connection.execute(text("PRAGMA max_page_count=1"))
        connection.execute(
            text("INSERT INTO users VALUES (:i, :n, 'viewer', :n, 0, 'active')"), rows
        )


@pytest.mark.parametrize(
    "url", ["mysql://a:secret@127.0.0.1/desk", "postgresql+nothing://a:secret@127.0.0.1/desk", ""]
)
def test_another_kind_of_database_is_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL is not a database address") as caught:
        open_database(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_postgresql_that_is_not_there_is_one_sentence_without_the_password(scheme: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and nobody listens
        place = f"127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(StoreError) as caught:
            open_database(f"{scheme}://desk:my%20secret@{place}/desk")
    said = str(caught.value)
    assert said.startswith(
        f"The database postgresql+psycopg://desk:***@{place}/desk cannot be used"
    )
    assert "secret" not in said
    assert "\n" not in said


def test_a_wrong_password_is_not_shown_either(postgres: Postgres) -> None:
    with pytest.raises(StoreError) as caught:
        open_database(f"postgresql://nobody:secret@/desk?host={postgres.folder}")
    assert 'role "nobody" does not exist' in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_server_that_goes_away_is_told_and_used_again_when_it_is_back() -> None:
    with running_postgres() as server:
        engine = open_database(server.new_database())
        people = People(engine, cheap_hasher())
        bob = people.users.add("bob", "secret")
        token, secret = people.sessions.open(bob), people.keys.new(bob, "trade")
        assert people.sessions.user_of(token) == bob
        assert people.keys.verify(secret)
        server.stop()
        for attempt in (people.users.all, people.audit.verify, lambda: people.sessions.open(bob)):
            with pytest.raises(StoreError, match="cannot be used"):
                attempt()
        # Whoever was in a moment ago still is: somebody may want to cancel.
        assert people.sessions.user_of(token) == bob
        assert people.keys.verify(secret)
        people.audit_writer.note(Entry("order cancelled", "bob", "ui-1"))
        server.start()
        assert people.sessions.user_of(people.sessions.open(bob)) == bob
        assert people.audit_writer.flush(30)
        assert [entry.target for entry in people.audit.newest()] == ["ui-1"]
        people.close()


def test_what_one_decides_on_nobody_else_decides_on(engine: Engine) -> None:
    """Both read the number and write one more: the second reads what the first wrote."""
    with transaction(engine) as connection:
        connection.execute(text("UPDATE audit_end SET number = 5"))
    ready, first_is_done = threading.Event(), threading.Event()
    seen: list[int] = []

    def decide(*, is_first: bool) -> None:
        with locking_transaction(engine) as connection:
            rows = connection.execute(select(AUDIT_END.c.number).with_for_update())
            number = rows.scalar_one()
            seen.append(number)
            if is_first:
                ready.set()
                first_is_done.wait(0.2)  # nothing to wait for: time for the other to be wrong
            connection.execute(update(AUDIT_END).values(number=number + 1))

    first = threading.Thread(target=decide, kwargs={"is_first": True})
    first.start()
    assert ready.wait(10)
    decide(is_first=False)
    first.join()
    assert seen == [5, 6]


def test_what_is_done_together_is_kept_or_undone_together(engine: Engine) -> None:
    people = People(engine, cheap_hasher())
    with together(engine):
        people.users.add("bob", "secret")
        people.audit.append(Entry("user added", "bob", "bob"))
    with pytest.raises(StoreError, match="no entry"), together(engine):
        people.users.add("eve", "secret")
        people.users.set_role("bob", "viewer")
        people.audit.append(Entry("party", "bob"))
    assert [(user.name, user.role) for user in people.users.all()] == [("bob", "trader")]
    assert [entry.who for entry in people.audit.newest()] == ["bob"]


def test_what_was_looked_up_before_the_end_is_looked_up_again(engine: Engine) -> None:
    people = People(engine, cheap_hasher())
    bob = people.users.add("bob", "secret")
    token = people.sessions.open(bob)
    assert people.sessions.user_of(token) == bob
    with together(engine):
        changed = people.users.set_role("bob", "viewer")
    assert people.sessions.user_of(token) == changed


def test_a_mistake_of_a_person_is_not_the_databases(users: Users, engine: Engine) -> None:
    users.add("bob", "secret")
    with pytest.raises(StoreError) as mistake:
        users.add("bob", "secret")
    assert not isinstance(mistake.value, DatabaseAway)
    with transaction(engine) as connection:
        connection.execute(text("DROP TABLE api_keys"))
    with pytest.raises(DatabaseAway):
        Keys(engine).all()
