"""An empty database for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from store.database import open_database
from store.users import Users


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def users(engine: Engine) -> Users:
    """Users with a hash that takes microseconds."""
    return Users(engine, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
