"""The layer as a whole: what it may not import, and what building it must not do."""

from __future__ import annotations

import ast
import threading
from pathlib import Path

import pytest

from tests.web.visitors import World

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {
    "asyncio",
    "ib_async",
    "ib",
    "order_handler",
    "ib_connector",
    "ib_session",
    "loop_thread",
}


def imports(path: Path) -> set[str]:
    """Top-level names of everything that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    return found


@pytest.mark.parametrize("folder", ["web", "store"])
def test_the_layer_knows_no_connection(folder: str) -> None:
    files = list((ROOT / folder).glob("*.py"))
    assert files
    for path in files:
        assert not imports(path) & FORBIDDEN, path.name


def test_the_store_knows_no_flask() -> None:
    for path in (ROOT / "store").glob("*.py"):
        assert not imports(path) & {"flask", "web"}, path.name


def test_building_the_web_asks_nothing_and_starts_nothing(tmp_path: Path) -> None:
    before = threading.active_count()
    world = World(tmp_path)
    assert (world.reader.asked, world.order_desk.asked) == ([], [])
    assert threading.active_count() == before
    world.close()
