"""The pages of failures and attacks tell what is tested, and all that is listed is tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.page import REGISTERS, Register, marked_tests, page, page_of, words

MARKED = """
import pytest

@pytest.mark.failure("F02", "F03")
@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.failure("F04"))])
async def test_one(n: int) -> None: ...

@pytest.mark.attack("F05")
def test_two() -> None: ...

@pytest.mark.failure("F06")
def no_test() -> None: ...
"""


registers = pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.mark)


@registers
def test_the_page_is_up_to_date(register: Register) -> None:
    assert register.page.read_text() == page_of(register), (
        "run .venv/bin/python -m tests.faults.page"
    )


@registers
def test_each_number_has_a_test_and_no_test_names_another_one(register: Register) -> None:
    assert set(marked_tests(register.mark)) == set(register.numbers)


@registers
def test_each_number_is_told_in_words(register: Register) -> None:
    known, sections = words(register.words)
    assert tuple(sorted(known)) == register.numbers
    assert set(sections) < set(known)
    assert all(
        {"happens", "shown"} <= set(each) <= {"happens", "shown", "note"} for each in known.values()
    )


def test_a_mark_is_found_wherever_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "test_a.py").write_text(MARKED)
    (folder / "test_b.py").write_text('pytestmark = [pytest.mark.failure("F07")]' + MARKED)
    found = marked_tests("failure", folder)
    one, other = "tests/deep/test_a.py::test_one", "tests/test_b.py::test_one"
    assert {number: found[number] for number in ("F02", "F03", "F04")} == {
        number: [one, other] for number in ("F02", "F03", "F04")
    }
    assert found["F07"] == [other, "tests/test_b.py::test_two"]
    assert set(found) == {"F02", "F03", "F04", "F07"}


def test_the_page_shows_words_and_tests() -> None:
    known = {"F01": {"happens": "It breaks", "shown": "A sentence.", "note": "Later more."}}
    text = page("# A head\n", known, {"F01": "A section"}, {"F01": ["test_a.py::test_one"]})
    parts = [
        "# A head",
        "## A section",
        "### F01 It breaks",
        "A sentence.",
        "Later more.",
        "- `test_a.py::test_one`",
    ]
    assert text == "\n\n".join(parts) + "\n"
