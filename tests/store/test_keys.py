"""API keys: shown once, recognised by hash, ended at once."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine, select, text

from store.database import API_KEYS, StoreError, transaction
from store.keys import ApiKey, Keys
from store.recent import Recent
from store.tokens import API_KEY_MARK as MARK
from store.tokens import PREFIX_LENGTH
from store.users import User, Users
from tests.fakes import FakeClock
from tests.store.conftest import cheap_hasher


@pytest.fixture
def bob(users: Users) -> User:
    return users.add("bob", "secret", "trader")


@pytest.fixture
def keys(engine: Engine, clock: FakeClock) -> Keys:
    return Keys(engine, Recent[ApiKey](clock=clock), clock)


def test_a_key_is_256_random_bits(keys: Keys, bob: User) -> None:
    secrets = {keys.new(bob, "read") for _ in range(3)}
    assert len(secrets) == 3
    assert all(re.fullmatch(r"ibk_[A-Za-z0-9_-]{43}", secret) for secret in secrets)


def test_the_secret_itself_is_not_kept(keys: Keys, bob: User, engine: Engine) -> None:
    secret = keys.new(bob, "read", "bot")
    with transaction(engine) as connection:
        (row,) = connection.execute(select(API_KEYS)).all()
    assert secret not in str(row)
    assert secret[PREFIX_LENGTH:] not in str(row)


def test_a_key_is_known_by_its_secret_only(keys: Keys, bob: User) -> None:
    secret = keys.new(bob, "read", "bot")
    key = keys.verify(secret)
    assert key is not None
    assert (key.user, key.scope, key.name, key.prefix) == (bob, "read", "bot", secret[:12])
    for wrong in (secret[:-1], secret[:12], secret.upper(), "", MARK, "x"):
        assert keys.verify(wrong) is None


@pytest.mark.parametrize(
    ("scope", "granted"), [("read", "read"), ("trade", "trade"), ("admin", "trade")]
)
def test_a_key_grants_no_more_than_its_user_has(
    users: Users, keys: Keys, bob: User, scope: str, granted: str
) -> None:
    users.add("carol", "secret", "admin")
    secret = keys.new(users.set_role("bob", "admin"), scope)
    assert keys.verify(secret)
    users.set_role("bob", "trader")
    key = keys.verify(secret)
    assert key is not None
    assert key.granted == granted


def test_an_unknown_scope_is_refused(keys: Keys, bob: User) -> None:
    with pytest.raises(StoreError, match="A scope is one of"):
        keys.new(bob, "everything")


def test_a_revoked_key_is_over_at_once(keys: Keys, bob: User) -> None:
    secret = keys.new(bob, "read")
    assert keys.verify(secret)
    keys.revoke(secret[:12])
    assert keys.verify(secret) is None
    assert keys.all()[0].revoked_at is not None


def test_a_key_revoked_elsewhere_is_over_after_a_second(
    keys: Keys, bob: User, engine: Engine, clock: FakeClock
) -> None:
    secret = keys.new(bob, "read")
    assert keys.verify(secret)
    Keys(engine).revoke(secret[:12])
    clock.pass_by(1)
    assert keys.verify(secret) is None


def test_a_key_that_is_not_there_cannot_be_revoked(keys: Keys) -> None:
    with pytest.raises(StoreError, match="There is no key that begins with ibk_x"):
        keys.revoke("ibk_x")


def test_a_verified_key_costs_no_database(keys: Keys, bob: User, engine: Engine) -> None:
    secret = keys.new(bob, "read")
    keys.verify(secret)
    with transaction(engine) as connection:
        connection.execute(text("DROP TABLE api_keys"))
    assert keys.verify(secret) is not None


def test_the_last_use_is_noted_once_a_minute(keys: Keys, bob: User, clock: FakeClock) -> None:
    secret = keys.new(bob, "read")
    assert keys.all()[0].last_used_at is None
    for seconds in (0, 30, 29, 2):
        clock.pass_by(seconds)
        keys.verify(secret)
    assert keys.all()[0].last_used_at == 1061.0


def test_a_use_that_cannot_be_noted_stops_nobody(
    sqlite_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    engine, keys = sqlite_engine, Keys(sqlite_engine)
    bob = Users(engine, cheap_hasher()).add("bob", "secret")
    secret = keys.new(bob, "trade")
    with transaction(engine) as connection:
        connection.execute(
            text(
                "CREATE TRIGGER full BEFORE UPDATE ON api_keys "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        )
    assert keys.verify(secret) is not None
    assert "cannot be noted" in caplog.text
    assert secret not in caplog.text


def test_a_key_above_its_users_role_is_not_made(keys: Keys, bob: User) -> None:
    for scope in ("approve", "admin"):
        with pytest.raises(StoreError, match="bob is trader: a key may have the scope trade"):
            keys.new(bob, scope)
    assert keys.all() == []


def test_a_key_ends_after_ninety_days(keys: Keys, bob: User, clock: FakeClock) -> None:
    secret = keys.new(bob, "read")
    clock.pass_by(90 * 86_400 - 1)
    assert keys.verify(secret) is not None
    clock.pass_by(1)
    assert keys.verify(secret) is None  # although it was remembered a second ago


def test_a_key_without_an_end_must_be_asked_for(keys: Keys, bob: User, clock: FakeClock) -> None:
    secret = keys.new(bob, "read", days=None)
    clock.pass_by(9 * 365 * 86_400)
    assert keys.verify(secret) is not None
    assert keys.all()[0].expires_at is None


@pytest.mark.parametrize("days", [0.0, -1.0, 3651.0, float("nan"), float("inf")])
def test_a_key_of_no_length_is_refused(keys: Keys, bob: User, days: float) -> None:
    with pytest.raises(StoreError, match="A key lasts more than 0"):
        keys.new(bob, "read", days=days)


def test_nobody_revokes_or_lists_another_users_key(keys: Keys, bob: User, users: Users) -> None:
    eve, secret = users.add("eve", "secret"), keys.new(bob, "trade")
    with pytest.raises(StoreError, match="There is no key that begins with"):
        keys.revoke(secret[:12], eve)
    assert keys.verify(secret) is not None
    assert keys.of_user(eve) == []
    assert [key.prefix for key in keys.of_user(bob)] == [secret[:12]]
    keys.revoke(secret[:12], bob)
    assert keys.verify(secret) is None


def test_the_moment_of_the_first_revocation_stays(keys: Keys, bob: User, clock: FakeClock) -> None:
    secret = keys.new(bob, "read")
    keys.revoke(secret[:12])
    clock.pass_by(60)
    keys.revoke(secret[:12])
    assert keys.all()[0].revoked_at == 1000


def test_what_is_no_text_is_left_out_of_a_name(keys: Keys, bob: User) -> None:
    keys.new(bob, "read", "a\0b\n")
    assert keys.all()[0].name == "ab"
    with pytest.raises(StoreError, match="There is no"):
        keys.revoke("ibk_\0")
