"""Agent keys: shown once, recognised by hash, and their end is told."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine, event, select, text

from store.agent_keys import AgentKeys
from store.database import StoreError, transaction
from store.tables import AGENT_KEYS
from store.users import User, Users
from tests.fakes import FakeClock
from tests.store.conftest import cheap_hasher


@pytest.fixture
def bob(users: Users) -> User:
    return users.add("bob", "secret", "viewer")


@pytest.fixture
def keys(engine: Engine, clock: FakeClock) -> AgentKeys:
    return AgentKeys(engine, clock)


def digest_of(keys: AgentKeys, secret: str) -> str:
    key = keys.verify(secret)
    assert key is not None
    return key.digest


def test_a_key_is_known_by_its_secret_only(keys: AgentKeys, bob: User) -> None:
    secret = keys.new(bob, "at home")
    assert re.fullmatch(r"iba_[A-Za-z0-9_-]{43}", secret)
    key = keys.verify(secret)
    assert key is not None
    assert (key.user, key.name, key.prefix) == (bob, "at home", secret[:12])
    for wrong in (secret[:-1], secret[:12], secret.replace("iba_", "ibk_"), "", "iba_"):
        assert keys.verify(wrong) is None


def test_the_secret_itself_is_not_kept(keys: AgentKeys, bob: User, engine: Engine) -> None:
    secret = keys.new(bob)
    with transaction(engine) as connection:
        (row,) = connection.execute(select(AGENT_KEYS)).all()
    assert secret[12:] not in str(row)


def test_the_ended_ones_among_the_keys_in_use_are_told(
    keys: AgentKeys, bob: User, users: Users, clock: FakeClock
) -> None:
    ann, eve = users.add("ann", "secret"), users.add("eve", "secret")
    owners = {"stays": bob, "revoked": bob, "of eve": eve}
    secrets = {name: keys.new(owner) for name, owner in owners.items()}
    secrets["expires"] = keys.new(ann, days=1)
    digests = {name: digest_of(keys, secret) for name, secret in secrets.items()}
    assert keys.no_longer_valid(digests.values()) == set()
    keys.revoke(secrets["revoked"][:12])
    users.deactivate("eve")
    clock.pass_by(86_400)
    ended = {digests[name] for name in ("revoked", "of eve", "expires")}
    assert keys.no_longer_valid(digests.values()) == ended
    assert keys.no_longer_valid([digests["revoked"]]) == {digests["revoked"]}
    assert [name for name, secret in secrets.items() if keys.verify(secret)] == ["stays"]


def test_an_activated_users_key_is_valid_again(keys: AgentKeys, bob: User, users: Users) -> None:
    secret = keys.new(bob)
    digest = digest_of(keys, secret)
    users.add("ann", "secret", "admin")
    users.deactivate("bob")
    assert keys.no_longer_valid([digest]) == {digest}
    users.activate("bob")
    assert keys.no_longer_valid([digest]) == set()
    assert keys.verify(secret) is not None


def test_without_keys_in_use_nothing_is_asked(keys: AgentKeys, engine: Engine) -> None:
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, sql, *_: said.append(sql))
    assert keys.no_longer_valid([]) == set()
    assert said == []


def test_the_question_is_answered_from_indexes(sqlite_engine: Engine) -> None:
    said: list[str] = []
    event.listen(sqlite_engine, "before_cursor_execute", lambda _c, _k, sql, *_: said.append(sql))
    AgentKeys(sqlite_engine, FakeClock()).no_longer_valid(["x"])
    with transaction(sqlite_engine) as connection:
        question = f"EXPLAIN QUERY PLAN {said[0]}"
        plan = connection.exec_driver_sql(question, (0.0, 1000.0, "deactivated")).all()
    assert "SCAN" not in " ".join(str(row[3]) for row in plan)


def test_nobody_revokes_or_lists_another_users_key(
    keys: AgentKeys, bob: User, users: Users
) -> None:
    eve, secret = users.add("eve", "secret"), keys.new(bob)
    with pytest.raises(StoreError, match="There is no agent key that begins with"):
        keys.revoke(secret[:12], eve)
    assert keys.of_user(eve) == []
    assert keys.verify(secret) is not None
    keys.revoke(secret[:12], bob)
    assert keys.verify(secret) is None
    assert [key.revoked_at for key in keys.all()] == [1000]


def test_the_last_use_is_noted_once_a_minute(keys: AgentKeys, bob: User, clock: FakeClock) -> None:
    secret = keys.new(bob)
    for seconds in (0, 30, 29, 2):
        clock.pass_by(seconds)
        keys.verify(secret)
    assert keys.all()[0].last_used_at == 1061.0


def test_a_use_that_cannot_be_noted_keeps_no_agent_away(
    sqlite_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    keys = AgentKeys(sqlite_engine)
    secret = keys.new(Users(sqlite_engine, cheap_hasher()).add("bob", "secret"))
    with transaction(sqlite_engine) as connection:
        connection.execute(
            text(
                "CREATE TRIGGER full BEFORE UPDATE ON agent_keys "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        )
    assert keys.verify(secret) is not None
    assert "cannot be noted" in caplog.text
    assert secret not in caplog.text


def test_what_is_no_text_is_left_out_of_a_name(keys: AgentKeys, bob: User) -> None:
    keys.new(bob, "a\0b\n")
    assert keys.all()[0].name == "ab"
    with pytest.raises(StoreError, match="There is no"):
        keys.revoke("ibk_\0")
