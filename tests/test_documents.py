"""The documents never lie: their pictures exist and are made by the script, their codes are ours.

Screenshots are made by hand (`make screenshots`), so what can be compared cheaply is compared here.
"""

from __future__ import annotations

import ast
import re
import struct
import tomllib
from pathlib import Path

import pytest

from docs.album import LIGHT, NAMED, PHONE, PICTURES, named, png

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE_ROW = re.compile(r"^\| (\d{3,5}) \| ([^|]+) \|", re.MULTILINE)
# What a newcomer meets; the page may have more.
ORDER_CODES = {103, 104, 110, 201, 202, 321, 399, 404, 2109, 10147, 10148, 10149, 10349}
DATA_CODES = {101, 162, 200, 354, 10089, 10090, 10167, 10168, 10197}
CONNECTION_CODES = {326, 502, 504, 1100, 1101, 1102}
# A command that the project's folder does not run as it stands.
BARE = re.compile(
    r"(?<![\w/.-])python -m (?:agent|benchmarks|checklist|paper_gateway|relay|tests)\b"
    r"|(?<![\w/.-])python test_order"
    r"|(?<![\w/.-])flask (?:--app|agent-key|audit|checklist|config|db|doctor|journal|key|user)\b"
    r"|bin/flask (?!--app app_simple )"
)
MOST_BYTES, MOST_OF_ALL = 150_000, 3_000_000
WIDEST = 1280


def test_every_picture_that_a_document_shows_exists_and_no_other_is_kept() -> None:
    assert {path.stem for path in PICTURES.glob("*")} == named()


def test_the_script_takes_every_picture_that_is_shown() -> None:
    assert named() - taken() == set()


def test_a_picture_is_small() -> None:
    files = list(PICTURES.glob("*.png"))
    assert [path.name for path in files if path.stat().st_size > MOST_BYTES] == []
    assert sum(path.stat().st_size for path in files) <= MOST_OF_ALL
    assert max(struct.unpack(">I", path.read_bytes()[16:20])[0] for path in files) <= WIDEST


def test_every_picture_says_what_it_shows() -> None:
    shown = [
        text
        for page in DOCUMENTS
        for text in re.findall(r"!\[([^\]]*)\]\(pictures/", page.read_text())
    ]
    assert shown
    assert [text for text in shown if len(text.split()) < 4] == []


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_meanings_of_codes_are_those_of_the_table() -> None:
    table = tomllib.loads((ROOT / "trading/ib_codes.toml").read_text())
    rows = dict(CODE_ROW.findall((ROOT / "docs/troubleshooting.md").read_text()))
    assert rows == {code: table.get(code, {}).get("meaning") for code in rows}
    assert (ORDER_CODES | DATA_CODES | CONNECTION_CODES) - set(map(int, rows)) == set()


def test_a_picture_with_a_palette_is_a_png() -> None:
    picture = png(2, 1, [0x000000, 0xFF8000], bytes([1, 0]))
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (2, 1)
    assert bytes.fromhex("000000ff8000") in picture


def test_pictures_are_named_as_documents_name_them() -> None:
    assert NAMED.findall("![A desk](pictures/desk-light.png)") == ["desk-light"]


def test_every_printed_command_works_when_it_is_copied() -> None:
    printed = [*DOCUMENTS, ROOT / "README.md", *pages()]
    bare = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in printed
        for line in path.read_text().splitlines()
        if BARE.search(line)
    ]
    assert bare == []


def test_every_command_that_a_program_says_works_when_it_is_copied() -> None:
    rooms = ("agent", "engine", "ib", "relay", "store", "trading", "web")
    sources = [ROOT / "app_simple.py", *(file for room in rooms for file in python_files(room))]
    bare = [f"{path.name}: {said}" for path in sources for said in sentences(path)]
    assert [each for each in bare if BARE.search(each)] == []


def test_the_way_to_the_api_settings_is_the_same_everywhere() -> None:
    ways = ("File → Global Configuration → API → Settings", "Configure → Settings → API")
    told = ("README.md", "docs/tws.md", "templates/setup.html", "engine/tws_check.py")
    assert [(name, way) for name in told for way in ways if way not in read(name)] == []


def read(name: str) -> str:
    return (ROOT / name).read_text()


def pages() -> list[Path]:
    """What a browser shows."""
    return [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.js")]


def python_files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def sentences(path: Path) -> list[str]:
    """The texts of a module that are no docstring and no program's whole name."""
    tree = ast.parse(path.read_text())
    silent = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    } | {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "prog"
    }
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [node.value for node in constants if isinstance(node.value, str) and node not in silent]


def taken() -> set[str]:
    """Every name that the script may write: its texts, and their light and phone pictures."""
    texts = {
        node.value
        for path in (ROOT / "docs").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text + look for text in texts for look in ("", LIGHT, PHONE)}
