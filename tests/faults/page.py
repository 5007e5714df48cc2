"""Writes docs/failures.md and docs/attacks.md: what may happen, what a user or an attacker then
sees, and the tests that prove it.

The words are those of failures.toml and attacks.toml; the tests are found by their marks in the
sources, so nothing is imported or run. `python -m tests.faults.page`
"""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

FAILURES_HEAD = """\
# Failures that the desk survives

Each of these is played by the paper gateway, or done to the real process, in the tests that are
named with it. `sent` tells whether anything reached TWS; `unknown` means that nobody can tell yet,
and that nothing is ever sent again by itself.

This page is made by `.venv/bin/python -m tests.faults.page` from `tests/faults/failures.toml`
and from the marks `@pytest.mark.failure("F01")` in `tests/`.
"""
ATTACKS_HEAD = """\
# Attacks that get nowhere

What somebody may try at the desk, at the relay, or with an agent's key, what the answer is, and the
tests that try it. In all of them nothing reaches any TWS, and nothing of one user reaches another.

This page is made by `.venv/bin/python -m tests.faults.page` from `tests/faults/attacks.toml`
and from the marks `@pytest.mark.attack("A16")` in `tests/`.
"""


@dataclass(frozen=True, slots=True)
class Register:
    """A kind of trouble: its mark, the numbers that need words and tests, and how its page begins.

    Its words are in `<mark>s.toml`, its page is `docs/<mark>s.md`.
    """

    mark: str
    numbers: tuple[str, ...]
    head: str

    @property
    def words(self) -> Path:
        return Path(__file__).with_name(f"{self.mark}s.toml")

    @property
    def page(self) -> Path:
        return ROOT / "docs" / f"{self.mark}s.md"


FAILURES = Register("failure", tuple(f"F{number:02}" for number in range(1, 76)), FAILURES_HEAD)
# The attacks on what many users share; the others are about one request and its fields.
ATTACKS = Register(
    "attack", tuple(f"A{number}" for number in (16, *range(33, 48), *range(54, 57))), ATTACKS_HEAD
)
REGISTERS = (FAILURES, ATTACKS)

Words = dict[str, dict[str, str]]
Tests = dict[str, list[str]]


def words(path: Path) -> tuple[Words, dict[str, str]]:
    """The entries by number, and the section titles by the number that each begins with."""
    read: dict[str, Any] = tomllib.loads(path.read_text())
    sections: dict[str, str] = read.pop("sections")
    return read, sections


def marked_tests(mark: str, folder: Path = TESTS) -> Tests:
    """The tests by the number in that mark, as pytest names them, in the order of the files."""
    found: Tests = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        of_file = set(_numbers(mark, _pytestmarks(tree)))
        for node in ast.walk(tree):
            if isinstance(node, FUNCTIONS) and node.name.startswith("test_"):
                for number in sorted({*_numbers(mark, node.decorator_list), *of_file}):
                    found[number].append(f"{path.relative_to(folder.parent)}::{node.name}")
    return dict(found)


def page(head: str, known: Words, sections: dict[str, str], marked: Tests) -> str:
    return "\n".join([head, *_lines(known, sections, marked)])


def page_of(register: Register) -> str:
    return page(register.head, *words(register.words), marked_tests(register.mark))


def main() -> None:
    for register in REGISTERS:
        register.page.write_text(page_of(register))


def _pytestmarks(tree: ast.Module) -> list[ast.expr]:
    """What a file says of all its tests: `pytestmark = ...`."""
    return [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]


def _numbers(mark: str, expressions: Iterable[ast.expr]) -> Iterator[str]:
    """The arguments of every `pytest.mark.<mark>(...)` inside these expressions."""
    for expression in expressions:
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"pytest.mark.{mark}":
                yield from (str(ast.literal_eval(argument)) for argument in node.args)


def _lines(known: Words, sections: dict[str, str], marked: Tests) -> Iterator[str]:
    for number, entry in sorted(known.items()):
        if number in sections:
            yield f"## {sections[number]}\n"
        yield f"### {number} {entry['happens']}\n"
        yield entry["shown"] + "\n"
        if "note" in entry:
            yield entry["note"] + "\n"
        yield from (f"- `{name}`" for name in marked.get(number, []))
        yield ""


if __name__ == "__main__":
    main()
