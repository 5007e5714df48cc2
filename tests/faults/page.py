"""Writes docs/failures.md: each failure, what a user sees, and the tests that prove it.

The words are those of failures.toml; the tests are found by their marks in the sources, so nothing
is imported or run. `python -m tests.faults.page`
"""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
WORDS = Path(__file__).with_name("failures.toml")
PAGE = ROOT / "docs" / "failures.md"
MARK = "failure"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NUMBERS = tuple(f"F{number:02}" for number in range(1, 76))

HEAD = """\
# Failures that the desk survives

Each of these is played by the paper gateway, or done to the real process, in the tests that are
named with it. `sent` tells whether anything reached TWS; `unknown` means that nobody can tell yet,
and that nothing is ever sent again by itself.

This page is made by `python -m tests.faults.page` from `tests/faults/failures.toml` and from the
marks `@pytest.mark.failure("F01")` in `tests/`.
"""

Words = dict[str, dict[str, str]]
Tests = dict[str, list[str]]


def words(path: Path = WORDS) -> tuple[Words, dict[str, str]]:
    """The failures by number, and the section titles by the number that each begins with."""
    read: dict[str, Any] = tomllib.loads(path.read_text())
    sections: dict[str, str] = read.pop("sections")
    return read, sections


def marked_tests(folder: Path = TESTS) -> Tests:
    """The tests by the number in their mark, as pytest names them, in the order of the files."""
    found: Tests = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        of_file = set(_numbers(_pytestmarks(tree)))
        for node in ast.walk(tree):
            if isinstance(node, FUNCTIONS) and node.name.startswith("test_"):
                for number in sorted({*_numbers(node.decorator_list), *of_file}):
                    found[number].append(f"{path.relative_to(folder.parent)}::{node.name}")
    return dict(found)


def page(known: Words, sections: dict[str, str], marked: Tests) -> str:
    return "\n".join([HEAD, *_lines(known, sections, marked)])


def main() -> None:
    PAGE.write_text(page(*words(), marked_tests()))


def _pytestmarks(tree: ast.Module) -> list[ast.expr]:
    """What a file says of all its tests: `pytestmark = ...`."""
    return [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]


def _numbers(expressions: Iterable[ast.expr]) -> Iterator[str]:
    """The arguments of every `pytest.mark.failure(...)` inside these expressions."""
    for expression in expressions:
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"pytest.mark.{MARK}":
                yield from (str(ast.literal_eval(argument)) for argument in node.args)


def _lines(known: Words, sections: dict[str, str], marked: Tests) -> Iterator[str]:
    for number, failure in sorted(known.items()):
        if number in sections:
            yield f"## {sections[number]}\n"
        yield f"### {number} {failure['happens']}\n"
        yield failure["shown"] + "\n"
        if "note" in failure:
            yield failure["note"] + "\n"
        yield from (f"- `{name}`" for name in marked.get(number, []))
        yield ""


if __name__ == "__main__":
    main()
