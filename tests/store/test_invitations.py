"""Invitations: shown once, good for seven days and for one use."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine, select

from store.database import StoreError, transaction
from store.invitations import LIFETIME_SECONDS, Invitations
from store.sessions import Sessions
from store.tables import INVITATIONS
from store.users import Users
from tests.fakes import FakeClock

SENTENCE = "a sentence of bob"


@pytest.fixture
def invitations(engine: Engine, users: Users, clock: FakeClock) -> Invitations:
    return Invitations(engine, users, clock)


def test_the_invited_choose_a_password_and_are_in(invitations: Invitations, users: Users) -> None:
    token = invitations.invite("Bob", "viewer")
    assert users.by_name("bob").state == "invited"
    invited = invitations.user_of(token)
    assert invited is not None
    assert (invited.name, invited.role) == ("bob", "viewer")
    accepted = invitations.accept(token, SENTENCE)
    assert accepted.is_active
    assert users.verify("bob", SENTENCE) == accepted


def test_nobody_signs_in_before(invitations: Invitations, users: Users) -> None:
    invitations.invite("bob")
    assert users.verify("bob", "") is None


def test_the_token_itself_is_not_kept(invitations: Invitations, engine: Engine) -> None:
    token = invitations.invite("bob")
    with transaction(engine) as connection:
        (row,) = connection.execute(select(INVITATIONS)).all()
    assert token not in str(row)
    assert token[4:] not in str(row)


@pytest.mark.parametrize("seconds", [LIFETIME_SECONDS, LIFETIME_SECONDS + 1])
def test_it_ends_after_seven_days(
    invitations: Invitations, clock: FakeClock, seconds: float
) -> None:
    token = invitations.invite("bob")
    clock.pass_by(LIFETIME_SECONDS - 1)
    assert invitations.user_of(token) is not None
    clock.pass_by(seconds - LIFETIME_SECONDS + 1)
    assert invitations.user_of(token) is None
    with pytest.raises(StoreError, match="not valid any more. Ask your administrator"):
        invitations.accept(token, SENTENCE)


def test_it_is_used_once(invitations: Invitations, users: Users) -> None:
    token = invitations.invite("bob")
    invitations.accept(token, SENTENCE)
    with pytest.raises(StoreError, match="not valid any more"):
        invitations.accept(token, "another sentence")
    assert users.verify("bob", SENTENCE) is not None


def test_of_two_who_accept_at_once_one_is_in(invitations: Invitations) -> None:
    token = invitations.invite("bob")
    outcomes: list[str] = []

    def accept(sentence: str) -> None:
        try:
            outcomes.append(invitations.accept(token, sentence).name)
        except StoreError as error:
            outcomes.append(str(error)[:15])

    threads = [threading.Thread(target=accept, args=(f"{SENTENCE} {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["This invitation"] * 3 + ["bob"]


def test_a_weak_password_leaves_it_valid(invitations: Invitations) -> None:
    token = invitations.invite("bob")
    for weak in ("short", "x" * 20):
        with pytest.raises(StoreError):
            invitations.accept(token, weak)
    assert invitations.accept(token, SENTENCE).is_active


def test_a_newer_one_replaces_it(invitations: Invitations) -> None:
    first = invitations.invite("bob")
    second = invitations.invite_again("bob")
    assert invitations.user_of(first) is None
    assert invitations.user_of(second) is not None


def test_a_forgotten_password_is_replaced_and_sessions_end(
    invitations: Invitations, users: Users, engine: Engine
) -> None:
    bob = users.add("bob", "the old one")
    sessions = Sessions(engine)
    session = sessions.open(bob)
    token = invitations.invite_again("bob")
    assert users.verify("bob", "the old one") == bob
    assert sessions.user_of(session) == bob
    invitations.accept(token, SENTENCE)
    assert users.verify("bob", "the old one") is None
    assert sessions.user_of(session) is None


def test_it_lets_no_deactivated_user_in(invitations: Invitations, users: Users) -> None:
    token = invitations.invite("bob")
    users.deactivate("bob")
    with pytest.raises(StoreError, match="not valid any more"):
        invitations.accept(token, SENTENCE)
    with pytest.raises(StoreError, match="bob is deactivated: activate bob first"):
        invitations.invite_again("bob")


def test_a_name_is_invited_once(invitations: Invitations) -> None:
    invitations.invite("bob")
    with pytest.raises(StoreError, match="There is already a user bob"):
        invitations.invite("BOB")
    with pytest.raises(StoreError, match="There is no user eve"):
        invitations.invite_again("eve")


@pytest.mark.parametrize("token", ["", "ibi_", "ibi_" + "x" * 43, "ibi_%'--"])
def test_a_guessed_token_is_not_valid(invitations: Invitations, token: str) -> None:
    invitations.invite("bob")
    assert invitations.user_of(token) is None
