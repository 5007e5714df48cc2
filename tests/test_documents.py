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


def taken() -> set[str]:
    """Every name that the script may write: its texts, and their light and phone pictures."""
    texts = {
        node.value
        for path in (ROOT / "docs").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text + look for text in texts for look in ("", LIGHT, PHONE)}
