"""The desk of these tests answers as the document's examples do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.openapi.as_documented import example_world
from tests.web.visitors import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = example_world(tmp_path)
    yield world
    world.close()
