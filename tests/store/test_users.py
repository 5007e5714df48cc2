"""Users: names, passwords, roles and the first administrator."""

from __future__ import annotations

import threading
from typing import Literal

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Engine, select

from store.database import USERS, StoreError, transaction
from store.passwords import default_hasher
from store.roles import allows, weaker
from store.sessions import Sessions
from store.users import User, Users


class FakeHasher(PasswordHasher):
    """Counts how many hashes are computed, and how many at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified: list[str] = []
        self.at_once = self.most_at_once = 0
        self.gate = threading.Event()
        self.gate.set()
        self.lock = threading.Lock()
        self.entered = threading.Semaphore(0)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified.append(str(hash))
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.entered.release()
        self.gate.wait(10)
        with self.lock:
            self.at_once -= 1
        raise VerifyMismatchError


def test_a_user_signs_in_with_the_right_password(users: Users) -> None:
    bob = users.add("Bob", "secret", "viewer")
    assert bob == User(bob.user_id, "bob", "viewer")
    assert users.verify("BOB", "secret") == bob
    assert users.verify("bob", "Secret") is None


def test_no_password_is_kept(users: Users, engine: Engine) -> None:
    users.add("bob", "my very secret")
    with transaction(engine) as connection:
        (kept,) = connection.execute(select(USERS.c.password_hash)).one()
    assert kept.startswith("$argon2id$")
    assert "secret" not in kept


@pytest.mark.parametrize("name", ["", "a b", "-x", "x" * 41, "a\0b", "ä", "a/b", "<b>"])
def test_a_name_of_another_form_is_refused(users: Users, name: str) -> None:
    with pytest.raises(StoreError, match="A user name has"):
        users.add(name, "secret")


@pytest.mark.parametrize("password", ["", "x" * 1025])
def test_a_password_of_no_length_or_too_much_is_refused(users: Users, password: str) -> None:
    with pytest.raises(StoreError, match="A password has"):
        users.add("bob", password)


def test_an_unknown_role_is_refused(users: Users) -> None:
    with pytest.raises(StoreError, match="A role is one of viewer, trader, approver, admin"):
        users.add("bob", "secret", "king")


def test_a_name_is_taken_once(users: Users) -> None:
    users.add("bob", "secret")
    with pytest.raises(StoreError, match="There is already a user bob"):
        users.add("BOB", "secret")


def test_an_unknown_name_costs_a_hash_too(engine: Engine) -> None:
    hasher = FakeHasher()
    users = Users(engine, hasher)
    users.add("bob", "secret")
    users.verify("bob", "x")
    users.verify("nobody", "x")
    users.verify("nobody", "x" * 10_000)
    assert len(hasher.verified) == 3
    assert all(kept.startswith("$argon2id$") for kept in hasher.verified)


def test_a_password_that_is_too_long_is_wrong_even_if_it_begins_right(users: Users) -> None:
    users.add("bob", "x" * 1024)
    assert users.verify("bob", "x" * 1024) is not None
    assert users.verify("bob", "x" * 1025) is None


def test_two_hashes_at_once_and_no_more(engine: Engine) -> None:
    hasher = FakeHasher()
    hasher.gate.clear()
    users = Users(engine, hasher)
    guesses = [threading.Thread(target=users.verify, args=("bob", "x")) for _ in range(6)]
    for guess in guesses:
        guess.start()
    assert hasher.entered.acquire(timeout=10)
    assert hasher.entered.acquire(timeout=10)
    hasher.gate.set()
    for guess in guesses:
        guess.join()
    assert hasher.most_at_once == 2
    assert len(hasher.verified) == 6


def test_the_parameters_of_the_hash_are_owasps() -> None:
    hasher = default_hasher()
    assert (hasher.time_cost, hasher.memory_cost, hasher.parallelism) == (2, 19456, 1)
    assert hasher.type.name == "ID"


def test_a_new_password_replaces_the_old_and_ends_sessions(users: Users, engine: Engine) -> None:
    bob = users.add("bob", "old")
    token = Sessions(engine).open(bob)
    users.set_password("bob", "new")
    assert users.verify("bob", "old") is None
    assert users.verify("bob", "new") == bob
    assert Sessions(engine).user_of(token) is None


def test_the_first_run_makes_an_administrator_once(users: Users) -> None:
    password = users.first_run_admin()
    assert password is not None
    assert len(password) >= 16
    admin = users.verify("admin", password)
    assert admin is not None
    assert admin.role == "admin"
    assert users.first_run_admin() is None
    assert users.first_run_admin("another") is None
    assert [user.name for user in users.all()] == ["admin"]


def test_the_first_password_may_be_given(users: Users) -> None:
    assert users.first_run_admin("chosen") == "chosen"
    assert users.verify("admin", "chosen") is not None


def test_a_scope_includes_the_ones_below_it() -> None:
    assert [allows("trade", needed) for needed in ("read", "trade", "admin")] == [True, True, False]
    assert weaker("admin", "read") == "read"
