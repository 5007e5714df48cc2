"""Token buckets on a clock of the test."""

from __future__ import annotations

import pytest

from tests.fakes import FakeClock
from web.rate_limits import MAX_BUCKETS, Buckets, SignInLimits


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_bucket_empties_and_fills_again(clock: FakeClock) -> None:
    buckets = Buckets(2, 10.0, clock)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 10]
    clock.pass_by(4)
    assert buckets.take("a") == 6
    clock.pass_by(6)
    assert [buckets.take("a"), buckets.take("a")] == [0, 10]


def test_a_bucket_never_holds_more_than_its_capacity(clock: FakeClock) -> None:
    buckets = Buckets(2, 10.0, clock)
    clock.pass_by(1000)
    buckets.give_back("a")
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 10]


def test_each_name_has_its_own_bucket(clock: FakeClock) -> None:
    buckets = Buckets(1, 10.0, clock)
    assert [buckets.take("a"), buckets.take("b"), buckets.take("a")] == [0, 0, 10]


def test_a_success_does_not_count(clock: FakeClock) -> None:
    buckets = Buckets(1, 10.0, clock)
    for _ in range(5):
        assert buckets.take("a") == 0
        buckets.give_back("a")


def test_names_without_end_do_not_fill_the_memory(clock: FakeClock) -> None:
    buckets = Buckets(1, 10.0, clock)
    for number in range(MAX_BUCKETS):
        buckets.take(str(number))
    clock.pass_by(11)
    buckets.take("one more")
    assert len(buckets._levels) == 1


def test_an_account_gets_slow_from_everywhere(clock: FakeClock) -> None:
    limits = SignInLimits(clock)
    taken = [limits.take("Alice", f"10.0.0.{number}") for number in range(6)]
    assert taken == [0] * 5 + [12]
    assert limits.take("alice", "10.9.9.9") == 12


def test_another_account_is_not_held_up(clock: FakeClock) -> None:
    limits = SignInLimits(clock)
    for _ in range(6):
        limits.take("alice", "10.0.0.1")
    assert limits.take("bob", "10.0.0.2") == 0
