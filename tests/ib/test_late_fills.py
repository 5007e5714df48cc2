"""A fill counts until the position holds it, whichever of them is heard first."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ib.late_fills import FRESH_SECONDS, LateFills, count_held
from tests.trading.orders_for_tests import PATIENT


class Account:
    """A position, its fills, and what TWS has told of it so far."""

    def __init__(self, position: int = 0) -> None:
        self.real = self.told = Decimal(position)
        self.late = LateFills()
        self.now = 100.0

    def fill(self, size: int) -> None:
        self.real += size
        self.late.add(self.now, Decimal(size))

    def tell(self, position: int | None = None) -> None:
        self.told = self.real if position is None else Decimal(position)

    def missing(self) -> Decimal:
        return self.late.missing(self.told, self.now)


@pytest.fixture
def long() -> Account:
    """100 shares, which the desk has looked at."""
    account = Account(100)
    assert account.missing() == 0
    return account


def test_a_fill_that_the_position_does_not_show_is_missing(long: Account) -> None:
    long.fill(-60)
    assert [long.missing() for _ in range(2)] == [60, 60]


def test_once_the_position_holds_it_it_is_not(long: Account) -> None:
    """At once: whoever closes the second half is not held up by the first."""
    long.fill(-50)
    long.tell()
    assert long.missing() == 0
    long.fill(-25)
    assert long.missing() == 25
    long.tell()
    assert long.missing() == 0


def test_a_position_may_hold_some_of_the_fills(long: Account) -> None:
    for size in (-10, -20, -30):
        long.fill(size)
    long.tell(70)
    assert long.missing() == 30
    long.tell()
    assert long.missing() == 0


def test_a_position_that_was_told_before_the_fill_was_heard(long: Account) -> None:
    long.tell(40)
    assert long.missing() == 0
    long.fill(-60)  # it is in it already, but nobody can know that
    assert long.missing() == 60
    long.now += FRESH_SECONDS + 1
    assert long.missing() == 0


def test_before_the_first_look_nobody_knows(long: Account) -> None:
    account = Account(100)
    account.fill(-40)
    account.tell()
    assert account.missing() == 40
    account.now += FRESH_SECONDS + 1
    assert account.missing() == 0


def test_what_was_unsure_does_not_hide_what_comes_after() -> None:
    """A buy just before the first look is in the position; the sale after it is recognised."""
    account = Account()
    account.fill(100)
    account.tell()
    assert account.missing() == 0
    account.fill(-50)
    account.tell()
    assert account.missing() == 0


def test_a_position_that_does_not_move_says_nothing_new(long: Account) -> None:
    long.fill(-60)
    long.missing()
    long.fill(-30)
    assert long.missing() == 90


def test_what_others_trade_makes_it_unsure_and_no_more(long: Account) -> None:
    long.fill(-60)
    long.tell(97)
    assert long.missing() == 60
    long.tell(37)
    assert long.missing() == 0


@pytest.mark.parametrize("position", [0, -100])
def test_what_does_not_reduce_is_not_missing(position: int) -> None:
    account = Account(position)
    account.fill(-60)
    assert account.missing() == 0


def test_a_short_position_is_reduced_by_what_is_bought() -> None:
    account = Account(-100)
    account.missing()
    account.fill(60)
    assert account.missing() == 60


@pytest.mark.parametrize(
    ("sizes", "unsure", "moved", "held"),
    [
        ([-50], 0, -50, 1),
        ([-50], 0, -49, None),
        ([-10, -20, -30], 0, -30, 2),
        ([100, -50], 1, -50, 2),
        ([100, -50], 0, -50, None),
        ([10, -10, 10], 0, 10, 3),
        ([], 0, 5, None),
    ],
)
def test_fills_are_held_as_far_as_they_add_up(
    sizes: list[int], unsure: int, moved: int, held: int | None
) -> None:
    assert count_held([Decimal(size) for size in sizes], unsure, Decimal(moved)) == held


@PATIENT
@given(st.lists(st.tuples(st.sampled_from([-7, -3, -1]), st.booleans()), max_size=12))
def test_exits_that_reckon_with_it_never_turn_a_position_around(
    doings: list[tuple[int, bool]],
) -> None:
    """Whatever is told when: what may still be sold is never more than what is there."""
    account, owed = Account(20), list[int]()
    account.missing()
    for size, is_told in doings:
        if -size <= account.told - account.missing():
            account.fill(size)
            owed.append(size)
        if is_told and owed:
            account.tell(int(account.told) + owed.pop(0))
            account.missing()
    assert account.real >= 0
