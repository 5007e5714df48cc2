"""How often signing in may fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from store.database import open_database
from tests.fakes import FakeClock
from web.rate_limits import SignInLimits


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    yield engine
    engine.dispose()


def test_an_account_gets_slow_from_everywhere(engine: Engine, clock: FakeClock) -> None:
    limits = SignInLimits(engine, clock)
    taken = [limits.take("Alice", f"10.0.0.{number}") for number in range(6)]
    assert taken == [0] * 5 + [12]
    assert limits.take("alice", "10.9.9.9") == 12


def test_another_account_is_not_held_up(engine: Engine, clock: FakeClock) -> None:
    limits = SignInLimits(engine, clock)
    for _ in range(6):
        limits.take("alice", "10.0.0.1")
    assert limits.take("bob", "10.0.0.2") == 0


def test_the_workers_of_a_desk_count_together(engine: Engine, clock: FakeClock) -> None:
    workers = [SignInLimits(engine, clock) for _ in range(3)]
    assert [workers[number % 3].take("alice", "10.0.0.1") for number in range(6)] == [0] * 5 + [12]


def test_a_name_may_be_anything(engine: Engine, clock: FakeClock) -> None:
    limits = SignInLimits(engine, clock)
    for name in ("", "\0", "ä" * 1000, "x' OR 1=1--"):
        assert limits.take(name, "10.0.0.1") == 0
        limits.give_back(name, "")
