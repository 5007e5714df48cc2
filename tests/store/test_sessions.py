"""Sessions: they begin, last a day at most, and end for good."""

from __future__ import annotations

from sqlalchemy import Engine, select

from store.database import SESSIONS, transaction
from store.recent import Recent
from store.sessions import LIFETIME_SECONDS, Sessions, SignedIn
from store.users import Users
from tests.fakes import FakeClock


def test_a_session_belongs_to_its_user(users: Users, engine: Engine) -> None:
    bob = users.add("bob", "secret")
    sessions = Sessions(engine)
    token = sessions.open(bob)
    assert sessions.user_of(token) == bob
    assert sessions.user_of(token[:-1]) is None
    assert sessions.user_of("") is None


def test_the_token_itself_is_not_kept(users: Users, engine: Engine) -> None:
    token = Sessions(engine).open(users.add("bob", "secret"))
    with transaction(engine) as connection:
        (row,) = connection.execute(select(SESSIONS)).all()
    assert token not in str(row)


def test_a_closed_session_is_over_at_once(users: Users, engine: Engine) -> None:
    sessions = Sessions(engine)
    token = sessions.open(users.add("bob", "secret"))
    assert sessions.user_of(token)
    sessions.close(token)
    assert sessions.user_of(token) is None


def test_a_session_ends_by_itself(users: Users, engine: Engine) -> None:
    clock = FakeClock()
    sessions = Sessions(engine, Recent[SignedIn](clock=clock), clock)
    token = sessions.open(users.add("bob", "secret"))
    for _ in range(LIFETIME_SECONDS // 1200 - 1):
        clock.pass_by(1200)
        assert sessions.user_of(token)
    clock.pass_by(1200)
    assert sessions.user_of(token) is None


def test_a_session_ended_elsewhere_is_noticed_after_a_second(users: Users, engine: Engine) -> None:
    clock = FakeClock()
    here, elsewhere = Sessions(engine, Recent[SignedIn](clock=clock), clock), Sessions(engine)
    token = here.open(users.add("bob", "secret"))
    assert here.user_of(token)
    elsewhere.close(token)
    clock.pass_by(1)
    assert here.user_of(token) is None


def test_old_sessions_are_swept_out(users: Users, engine: Engine) -> None:
    clock = FakeClock()
    bob = users.add("bob", "secret")
    sessions = Sessions(engine, clock=clock)
    sessions.open(bob)
    clock.pass_by(LIFETIME_SECONDS)
    sessions.open(bob)
    with transaction(engine) as connection:
        assert len(connection.execute(select(SESSIONS)).all()) == 1
