"""Token buckets that several processes share, on a clock of the test."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select

from store.attempts import Buckets
from store.tables import ATTEMPTS
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def kept(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(ATTEMPTS)).scalar_one()


def test_a_bucket_empties_and_fills_again(engine: Engine, clock: FakeClock) -> None:
    buckets = Buckets(engine, "a", 2, 10.0, clock)
    assert [buckets.take("x") for _ in range(3)] == [0, 0, 10]
    clock.pass_by(4)
    assert buckets.take("x") == 6
    clock.pass_by(6)
    assert [buckets.take("x"), buckets.take("x")] == [0, 10]


def test_a_bucket_never_holds_more_than_its_capacity(engine: Engine, clock: FakeClock) -> None:
    buckets = Buckets(engine, "a", 2, 10.0, clock)
    clock.pass_by(1000)
    buckets.give_back("x")
    assert [buckets.take("x") for _ in range(3)] == [0, 0, 10]


def test_each_name_and_each_kind_has_its_own_bucket(engine: Engine, clock: FakeClock) -> None:
    one, other = (Buckets(engine, kind, 1, 10.0, clock) for kind in ("a", "b"))
    assert [one.take("x"), one.take("y"), other.take("x"), one.take("x")] == [0, 0, 0, 10]


def test_a_success_does_not_count(engine: Engine, clock: FakeClock) -> None:
    buckets = Buckets(engine, "a", 1, 10.0, clock)
    for _ in range(5):
        assert buckets.take("x") == 0
        buckets.give_back("x")


def test_a_clock_that_is_set_back_opens_and_locks_nothing(engine: Engine, clock: FakeClock) -> None:
    buckets = Buckets(engine, "a", 1, 10.0, clock)
    assert buckets.take("x") == 0
    clock.pass_by(-3600)
    assert buckets.take("x") == 10


def test_names_without_end_are_forgotten(engine: Engine, clock: FakeClock) -> None:
    buckets = Buckets(engine, "a", 1, 10.0, clock)
    for number in range(50):
        buckets.take(str(number))
    clock.pass_by(11)
    buckets.take("one more")
    assert kept(engine) == 1


def test_many_at_once_get_no_more_than_there_is(engine: Engine, clock: FakeClock) -> None:
    buckets = [Buckets(engine, "a", 3, 10.0, clock) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(lambda one: one.take("x"), buckets))
    assert waits.count(0) == 3
