"""A fresh desk for each test, and the usual callers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.relay_worlds import RelayWorld
from tests.web.visitors import Browser, Program, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


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
