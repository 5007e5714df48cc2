"""What the documents promise about the tree is compared with the tree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Made by commands, never committed.
MADE = {"node_modules", "var"}
ROOMS = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
SCRIPT_IMPORT = re.compile(r"""(?:from|import)[ (]+"\.\./(\w+)/""")
# The rooms of the pages' scripts, and those that each may import from.
SCRIPT_ROOMS: dict[str, set[str]] = {
    "core": set(),
    "orders": {"core"},
    "shell": {"core", "orders"},
    "account": {"core", "orders"},
    "market": {"core", "orders", "vendor"},
    "ticket": {"core", "orders", "shell"},
    "pages": {"core", "orders", "shell", "account", "market", "ticket"},
}


def test_the_room_table_names_every_room_and_no_other() -> None:
    table = (ROOT / "ARCHITECTURE.md").read_text().split("## The walk")[0]
    folders = {f"{p.name}/" for p in visible(ROOT) if p.is_dir() and p.name not in MADE}
    modules = {path.name for path in ROOT.glob("*.py")}
    assert set(ROOMS.findall(table)) == {f for f in folders if holds_files(f)} | modules


def test_every_room_of_the_order_walk_exists() -> None:
    walk = (ROOT / "ARCHITECTURE.md").read_text().split("## The walk")[1].split("## Threads")[0]
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|js|toml)|[a-z_]+\.py)`", walk)
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_only_config_reads_the_environment() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in sources()
        if re.search(r"os\.(environ|getenv)", path.read_text())
    ]
    assert readers == ["config.py"]


def test_the_language_of_trading_knows_no_socket_thread_or_framework() -> None:
    banned = {"socket", "threading", "asyncio", "flask", "sqlalchemy", "sqlite3", "web", "store"}
    assert offenders("trading", banned) == []


def test_the_paper_gateway_imports_nothing_of_ours() -> None:
    ours = {p.stem for p in ROOT.glob("*.py")} | {"trading", "store", "web", "ib"}
    assert offenders("paper_gateway", ours | {"ib_async", "flask", "pydantic"}) == []


def test_a_script_of_the_pages_imports_only_from_rooms_below_its_own() -> None:
    found: dict[str, set[str]] = {room: set() for room in SCRIPT_ROOMS}
    for path in (ROOT / "static").glob("*/*.js"):
        found[path.parent.name] |= set(SCRIPT_IMPORT.findall(path.read_text()))
    assert found == SCRIPT_ROOMS


def test_every_module_has_its_test_module() -> None:
    rooms = [path for path in sources() if path.name not in ("__init__.py", "__main__.py")]
    exempt = {"test_order.py", "app_simple.py", "gunicorn.conf.py", "config.py"}
    untested = [
        path.relative_to(ROOT).as_posix()
        for path in rooms
        if "def " in path.read_text()  # a table of data is tested where it is used
        and path.parts[-2] not in ("benchmarks", "docs")
        and path.name not in exempt
        and not list((ROOT / "tests" / path.parent.relative_to(ROOT)).glob(f"test_{path.stem}*.py"))
    ]
    assert untested == []


def offenders(folder: str, banned: set[str]) -> list[str]:
    """The files of a folder that import what it may not."""
    return [
        f"{path.name}: {name}"
        for path in (ROOT / folder).rglob("*.py")
        for name in imports(path)
        if name.split(".")[0] in banned
    ]


def imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    return names


def sources() -> list[Path]:
    """Our own Python files, without tests."""
    folders = [p for p in visible(ROOT) if p.is_dir() and p.name not in MADE | {"tests"}]
    inside = [path for folder in folders for path in folder.rglob("*.py")]
    return sorted(ROOT.glob("*.py")) + sorted(inside)


def visible(folder: Path) -> list[Path]:
    return [p for p in folder.iterdir() if not p.name.startswith((".", "__"))]


def holds_files(folder: str) -> bool:
    return any(p.is_file() for p in (ROOT / folder).rglob("*") if "__pycache__" not in p.parts)
