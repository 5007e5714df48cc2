"""Passwords: what a new one must be like, and what checking one costs."""

from __future__ import annotations

import pytest

from store.database import StoreError
from store.passwords import Passwords, default_hasher, refuse_weak
from tests.store.conftest import cheap_hasher


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 1025])
def test_a_short_or_endless_password_is_refused_with_advice(password: str) -> None:
    with pytest.raises(StoreError, match="at least 12 characters; a sentence is easy to remember"):
        refuse_weak(password, "bob")


@pytest.mark.parametrize("password", ["bartholomew.jones", " Bartholomew.Jones "])
def test_the_user_name_is_refused(password: str) -> None:
    with pytest.raises(StoreError, match="may not be the user name"):
        refuse_weak(password, "bartholomew.jones")


def test_one_repeated_character_is_refused() -> None:
    with pytest.raises(StoreError, match="repeated character"):
        refuse_weak("x" * 20, "bob")


def test_a_sentence_is_taken() -> None:
    refuse_weak("a horse on a battery", "bob")


def test_nothing_matches_where_no_password_is_set() -> None:
    passwords = Passwords(cheap_hasher())
    for kept in (None, ""):
        assert not passwords.matches(kept, "")
        assert not passwords.matches(kept, "x" * 12)


def test_the_parameters_of_the_hash_are_owasps() -> None:
    hasher = default_hasher()
    assert (hasher.time_cost, hasher.memory_cost, hasher.parallelism) == (2, 19456, 1)
    assert hasher.type.name == "ID"
