"""Sessions: they begin, last a day at most, and end for good."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event, select, text

from store.database import SESSIONS, StoreError, transaction
from store.recent import Recent
from store.sessions import IDLE_SECONDS, LIFETIME_SECONDS, Sessions, SignedIn
from store.users import User, Users
from tests.fakes import FakeClock
from tests.store.conftest import cheap_hasher


@pytest.fixture
def bob(users: Users) -> User:
    return users.add("bob", "secret")


@pytest.fixture
def sessions(engine: Engine, clock: FakeClock) -> Sessions:
    return Sessions(engine, Recent[SignedIn](clock=clock), clock)


def test_a_session_belongs_to_its_user(sessions: Sessions, bob: User) -> None:
    token = sessions.open(bob)
    assert sessions.user_of(token) == bob
    assert sessions.user_of(token[:-1]) is None
    assert sessions.user_of("") is None


def test_the_token_itself_is_not_kept(sessions: Sessions, bob: User, engine: Engine) -> None:
    token = sessions.open(bob)
    with transaction(engine) as connection:
        (row,) = connection.execute(select(SESSIONS)).all()
    assert token not in str(row)


def test_a_closed_session_is_over_at_once(sessions: Sessions, bob: User) -> None:
    token = sessions.open(bob)
    assert sessions.user_of(token)
    sessions.close(token)
    assert sessions.user_of(token) is None


def test_a_session_in_use_ends_after_twelve_hours(
    sessions: Sessions, bob: User, clock: FakeClock
) -> None:
    token = sessions.open(bob)
    for _ in range(LIFETIME_SECONDS // 1200 - 1):
        clock.pass_by(1200)
        assert sessions.user_of(token)
    clock.pass_by(1200)
    assert sessions.user_of(token) is None


def test_a_session_without_a_request_ends_after_half_an_hour(
    sessions: Sessions, bob: User, clock: FakeClock
) -> None:
    token = sessions.open(bob)
    clock.pass_by(IDLE_SECONDS - 1)
    assert sessions.user_of(token)
    clock.pass_by(IDLE_SECONDS)
    assert sessions.user_of(token) is None


def test_a_look_that_is_no_request_does_not_keep_it_open(
    sessions: Sessions, bob: User, clock: FakeClock
) -> None:
    token = sessions.open(bob)
    for _ in range(IDLE_SECONDS - 1):
        clock.pass_by(1)
        assert sessions.user_of(token, is_request=False)
    clock.pass_by(1)
    assert sessions.user_of(token, is_request=False) is None


def test_a_request_between_looks_is_noted(sessions: Sessions, bob: User, clock: FakeClock) -> None:
    """An open stream looks every second: what it remembers may not hide the request."""
    token = sessions.open(bob)
    clock.pass_by(IDLE_SECONDS - 1)
    assert sessions.user_of(token, is_request=False)
    assert sessions.user_of(token)
    clock.pass_by(IDLE_SECONDS - 1)
    assert sessions.user_of(token, is_request=False)


def test_requests_are_noted_once_a_minute(
    sessions: Sessions, bob: User, clock: FakeClock, engine: Engine
) -> None:
    writes: list[str] = []
    event.listen(
        engine,
        "before_cursor_execute",
        lambda _c, _k, sql, *_: writes.append(sql) if sql.startswith("UPDATE") else None,
    )
    token = sessions.open(bob)
    for _ in range(180):
        clock.pass_by(1)
        sessions.user_of(token)
    assert len(writes) == 3


def test_a_session_ended_elsewhere_is_noticed_after_a_second(
    sessions: Sessions, bob: User, engine: Engine, clock: FakeClock
) -> None:
    token = sessions.open(bob)
    assert sessions.user_of(token)
    Sessions(engine).close(token)
    clock.pass_by(1)
    assert sessions.user_of(token) is None


def test_old_sessions_are_swept_out(
    sessions: Sessions, bob: User, engine: Engine, clock: FakeClock
) -> None:
    sessions.open(bob)
    clock.pass_by(IDLE_SECONDS)
    sessions.open(bob)
    with transaction(engine) as connection:
        assert len(connection.execute(select(SESSIONS)).all()) == 1


def test_sessions_are_listed_with_where_they_came_from(
    sessions: Sessions, bob: User, users: Users, clock: FakeClock
) -> None:
    token = sessions.open(bob, "Browser/1\r\n" + "x" * 300, "192.0.2.7")
    clock.pass_by(60)
    other = sessions.open(bob, "Phone", "2001:db8::1")
    sessions.open(users.add("ann", "secret"), "Another's")
    phone, browser = sessions.of_user(bob, token)
    assert (phone.user_agent, phone.address, phone.is_this) == ("Phone", "2001:db8::1", False)
    assert browser.user_agent == ("Browser/1" + "x" * 300)[:200]
    assert (browser.created_at, browser.last_seen_at, browser.is_this) == (1000, 1000, True)
    assert not {token, other} & {phone.public_id, browser.public_id}
    clock.pass_by(60)
    assert sessions.user_of(token)
    assert [one.is_this for one in sessions.of_user(bob, token)] == [True, False]


def test_one_session_is_closed_by_its_public_id(sessions: Sessions, bob: User) -> None:
    token, other = sessions.open(bob), sessions.open(bob)
    (wanted,) = [one for one in sessions.of_user(bob, token) if not one.is_this]
    sessions.close_one(bob, wanted.public_id)
    assert sessions.user_of(token)
    assert sessions.user_of(other) is None


def test_nobody_closes_another_users_session(sessions: Sessions, bob: User, users: Users) -> None:
    eve, token = users.add("eve", "secret"), sessions.open(bob)
    (wanted,) = sessions.of_user(bob)
    with pytest.raises(StoreError, match="There is no such session of yours"):
        sessions.close_one(eve, wanted.public_id)
    assert sessions.close_all(eve) == 0
    assert sessions.user_of(token)


def test_all_but_this_one_are_closed_and_then_all(
    sessions: Sessions, bob: User, users: Users
) -> None:
    anns = sessions.open(users.add("ann", "secret"))
    token, others = sessions.open(bob), [sessions.open(bob) for _ in range(3)]
    assert sessions.close_others(bob, token) == 3
    assert [sessions.user_of(other) for other in others] == [None] * 3
    assert sessions.user_of(token)
    assert sessions.close_all(bob) == 1
    assert sessions.user_of(token) is None
    assert sessions.user_of(anns)


def test_a_request_that_cannot_be_noted_stops_nobody(
    sqlite_engine: Engine, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    sessions = Sessions(sqlite_engine, Recent[SignedIn](clock=clock), clock)
    token = sessions.open(Users(sqlite_engine, cheap_hasher()).add("bob", "secret"))
    with transaction(sqlite_engine) as connection:
        connection.execute(
            text(
                "CREATE TRIGGER full BEFORE UPDATE ON sessions "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        )
    clock.pass_by(60)
    assert sessions.user_of(token) is not None
    assert "A request of bob cannot be noted" in caplog.text


def test_signing_out_counts_here_even_when_the_database_is_away(sqlite_engine: Engine) -> None:
    sessions = Sessions(sqlite_engine)
    token = sessions.open(Users(sqlite_engine, cheap_hasher()).add("bob", "secret"))
    assert sessions.user_of(token)
    with transaction(sqlite_engine) as connection:
        connection.execute(text("DROP TABLE sessions"))
    assert sessions.user_of(token)
    with pytest.raises(StoreError):
        sessions.close(token)
    with pytest.raises(StoreError):
        sessions.user_of(token)
