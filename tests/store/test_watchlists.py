"""One list per user, in the user's order."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine

from store.database import StoreError
from store.users import User, Users
from store.watchlists import MOST_WATCHED, Watched, Watchlists


def watched(con_id: int) -> Watched:
    return Watched(con_id, f"S{con_id}", "STK", "SMART", "USD", "NESTLÉ “N”")


@pytest.fixture
def lists(engine: Engine) -> Watchlists:
    return Watchlists(engine)


@pytest.fixture
def alice(users: Users) -> User:
    return users.add("alice", "a sentence of alice", "viewer")


def test_a_list_comes_back_in_its_order_and_is_replaced_whole(
    lists: Watchlists, alice: User
) -> None:
    assert lists.of(alice) == []
    lists.keep(alice, [watched(3), watched(1), watched(2)])
    assert lists.of(alice) == [watched(3), watched(1), watched(2)]
    lists.keep(alice, [watched(2)])
    assert lists.of(alice) == [watched(2)]
    lists.keep(alice, [])
    assert lists.of(alice) == []


def test_everybody_has_an_own_one(lists: Watchlists, users: Users, alice: User) -> None:
    bob = users.add("bob", "a sentence of bob")
    lists.keep(alice, [watched(1)])
    lists.keep(bob, [watched(2)])
    assert (lists.of(alice), lists.of(bob)) == ([watched(1)], [watched(2)])


@pytest.mark.parametrize(
    ("con_ids", "sentence"),
    [([1, 1], "each contract once"), (range(MOST_WATCHED + 1), "at most 100")],
)
def test_what_is_no_list_leaves_the_old_one(
    lists: Watchlists, alice: User, con_ids: list[int], sentence: str
) -> None:
    lists.keep(alice, [watched(7)])
    with pytest.raises(StoreError, match=sentence):
        lists.keep(alice, [watched(con_id) for con_id in con_ids])
    assert lists.of(alice) == [watched(7)]


def test_of_two_lists_at_once_one_stays_whole(lists: Watchlists, alice: User) -> None:
    whole = [[watched(number + 10 * which) for number in range(1, 9)] for which in range(4)]
    writers = [threading.Thread(target=lists.keep, args=(alice, each)) for each in whole]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert lists.of(alice) in whole
