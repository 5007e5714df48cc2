"""Roles and scopes."""

from __future__ import annotations

import pytest

from store.database import StoreError
from store.roles import ROLES, SCOPES, allows, parse_role, parse_scope, weaker


def test_a_scope_includes_the_ones_below_it() -> None:
    assert [allows("approve", needed) for needed in SCOPES] == [True, True, True, False]
    assert [weaker("trade", other) for other in SCOPES] == ["read", "trade", "trade", "trade"]


def test_every_role_reaches_a_scope_of_its_own() -> None:
    assert list(ROLES.values()) == list(SCOPES)


@pytest.mark.parametrize("word", ["", "king", "Admin", "connect"])
def test_another_word_is_refused(word: str) -> None:
    with pytest.raises(StoreError, match="A role is one of viewer, trader, approver, admin"):
        parse_role(word)
    with pytest.raises(StoreError, match="A scope is one of read, trade, approve, admin"):
        parse_scope(word)


@pytest.mark.parametrize("word", ["read", "trade"])
def test_the_old_words_are_no_roles(word: str) -> None:
    with pytest.raises(StoreError):
        parse_role(word)
