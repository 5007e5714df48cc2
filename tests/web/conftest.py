"""A fresh desk for each test, and the usual callers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.clean_database import DIALECTS, CleanDatabase
from tests.web.relay_worlds import RelayWorld
from tests.web.visitors import Browser, Program, World

# What is about people is told on both databases.
ON_BOTH = frozenset(
    f"test_{name}"
    for name in (
        "account",
        "audit_trail",
        "audit_views",
        "auth",
        "keys_api",
        "last_sign_in",
        "people_acts",
        "people_api",
        "people_pages",
        "sign_in",
    )
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "dialect" in metafunc.fixturenames and metafunc.module.__name__.endswith(tuple(ON_BOTH)):
        metafunc.parametrize("dialect", DIALECTS, indirect=True)


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """The database of the desk: SQLite, but in the modules that are run on both."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def world(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    if dialect == "sqlite":
        world = World(tmp_path)
        yield world
        world.close()
        return
    shared: CleanDatabase = request.getfixturevalue("clean_database")
    url = shared.take()
    world = World(tmp_path, {"DATABASE_URL": url})
    yield world
    world.close()
    shared.give_back(url)


@pytest.fixture
def program(world: World) -> Program:
    """A program that may trade."""
    return world.program("trade")


@pytest.fixture
def signed_in(world: World) -> Browser:
    """alice, signed in."""
    return world.browser()


@pytest.fixture
def relayed(tmp_path: Path) -> Iterator[RelayWorld]:
    """A desk in relay mode."""
    world = RelayWorld(tmp_path)
    yield world
    world.close()
