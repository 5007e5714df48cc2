"""Users: names, passwords, roles and the first administrator."""

from __future__ import annotations

import threading
from typing import Literal

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Engine, select

from store.database import USERS, StoreError, transaction
from store.keys import Keys
from store.people import People
from store.sessions import Sessions
from store.users import User, Users
from tests.store.conftest import cheap_hasher


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


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 41, "' OR 1=1--", ""])
def test_a_name_that_cannot_be_is_nobodys(users: Users, name: str) -> None:
    assert users.verify(name, "secret") is None
    with pytest.raises(StoreError, match="There is no user"):
        users.by_name(name)


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


def test_of_machines_that_start_together_one_makes_the_administrator(
    users: Users, engine: Engine
) -> None:
    made: list[str | None] = []
    start = threading.Barrier(3)

    def begin() -> None:
        machine = Users(engine, cheap_hasher())
        start.wait(10)
        made.append(machine.first_run_admin())

    machines = [threading.Thread(target=begin) for _ in range(3)]
    for machine in machines:
        machine.start()
    for machine in machines:
        machine.join()
    (password,) = [each for each in made if each]
    assert len(made) == 3
    assert users.verify("admin", password) is not None


def test_the_first_password_may_be_given(users: Users) -> None:
    assert users.first_run_admin("chosen") == "chosen"
    assert users.verify("admin", "chosen") is not None


def test_a_role_gives_a_scope(users: Users) -> None:
    roles = {"ann": "viewer", "bob": "trader", "cid": "approver", "dot": "admin"}
    for name, role in roles.items():
        users.add(name, "secret", role)
    assert [user.scope for user in users.all()] == ["read", "trade", "approve", "admin"]


def test_a_changed_role_counts_at_once_for_sessions_and_keys(users: Users, engine: Engine) -> None:
    users.add("ann", "secret", "admin")
    bob = users.add("bob", "secret", "admin")
    sessions, keys = Sessions(engine), Keys(engine)
    token, secret = sessions.open(bob), keys.new(bob, "admin")
    assert sessions.user_of(token) == bob
    assert keys.verify(secret)
    users.set_role("bob", "viewer")
    signed_in, key = sessions.user_of(token), keys.verify(secret)
    assert signed_in is not None
    assert key is not None
    assert (signed_in.scope, key.granted) == ("read", "read")


def test_deactivating_ends_everything_of_the_user_at_once(users: Users, engine: Engine) -> None:
    people = People(engine, cheap_hasher())
    bob = people.users.add("bob", "secret")
    token, secret = people.sessions.open(bob), people.keys.new(bob, "trade")
    agent_secret, invitation = people.agent_keys.new(bob), people.invitations.invite_again("bob")
    agent_key = people.agent_keys.verify(agent_secret)
    assert agent_key is not None
    assert people.sessions.user_of(token)
    assert people.keys.verify(secret)
    users.deactivate("bob")
    assert people.sessions.user_of(token) is None
    assert people.keys.verify(secret) is None
    assert people.agent_keys.verify(agent_secret) is None
    assert people.agent_keys.no_longer_valid([agent_key.digest]) == {agent_key.digest}
    assert people.invitations.user_of(invitation) is None
    assert users.verify("bob", "secret") is None


def test_an_activated_user_has_password_and_keys_again_but_no_session(
    users: Users, engine: Engine
) -> None:
    people = People(engine, cheap_hasher())
    bob = users.add("bob", "secret")
    token, secret = people.sessions.open(bob), people.keys.new(bob, "trade")
    users.deactivate("bob")
    assert users.activate("bob").is_active
    assert users.verify("bob", "secret") == bob
    assert people.keys.verify(secret) is not None
    assert people.sessions.user_of(token) is None


def test_somebody_who_never_had_a_password_stays_invited(users: Users) -> None:
    users.add_invited("bob")
    users.deactivate("bob")
    assert users.activate("bob").state == "invited"
    assert users.verify("bob", "") is None


@pytest.mark.parametrize("role", ["viewer", "trader", "approver"])
def test_the_last_active_admin_keeps_the_role(users: Users, role: str) -> None:
    users.add("ann", "secret", "admin")
    users.add("bob", "secret", "admin")
    users.deactivate("bob")
    users.add_invited("cid", "admin")
    with pytest.raises(StoreError, match="ann is the last active admin: make another one first"):
        users.set_role("ann", role)
    with pytest.raises(StoreError, match="ann is the last active admin"):
        users.deactivate("ANN")
    assert users.set_role("ann", "admin").is_active
    users.activate("bob")
    assert users.set_role("ann", role).role == role


def test_of_two_admins_who_go_at_the_same_moment_one_stays(users: Users) -> None:
    for name in ("ann", "bob"):
        users.add(name, "secret", "admin")
    refused: list[StoreError] = []

    def go(name: str) -> None:
        try:
            users.deactivate(name)
        except StoreError as error:
            refused.append(error)

    going = [threading.Thread(target=go, args=(name,)) for name in ("ann", "bob")]
    for thread in going:
        thread.start()
    for thread in going:
        thread.join()
    assert len(refused) == 1
    assert sorted(user.state for user in users.all()) == ["active", "deactivated"]


def test_nobody_cannot_be_changed(users: Users) -> None:
    for change in (users.deactivate, users.activate):
        with pytest.raises(StoreError, match="There is no user bob"):
            change("bob")


def test_ones_own_change_needs_the_old_password_and_a_good_new_one(users: Users) -> None:
    users.add("bob", "secret")
    with pytest.raises(StoreError, match="The present password is wrong"):
        users.change_password("bob", "Secret", "a sentence of bob")
    with pytest.raises(StoreError, match="at least 12"):
        users.change_password("bob", "secret", "newer")
    users.change_password("bob", "secret", "a sentence of bob")
    assert users.verify("bob", "a sentence of bob") is not None
