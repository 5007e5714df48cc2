"""docs/failures.md tells what is tested, and every failure that is listed is tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.page import NUMBERS, PAGE, Tests, marked_tests, page, words

MARKED = """
import pytest

@pytest.mark.failure("F02", "F03")
@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.failure("F04"))])
async def test_one(n: int) -> None: ...

@pytest.mark.timeout("F05")
def test_two() -> None: ...

@pytest.mark.failure("F06")
def no_test() -> None: ...
"""


@pytest.fixture(scope="module")
def marked() -> Tests:
    return marked_tests()


def test_the_page_is_up_to_date(marked: Tests) -> None:
    assert PAGE.read_text() == page(*words(), marked), "run python -m tests.faults.page"


@pytest.mark.parametrize("number", NUMBERS)
def test_every_failure_has_a_test(number: str, marked: Tests) -> None:
    assert number in marked


def test_every_failure_is_told_in_words() -> None:
    known, sections = words()
    assert tuple(sorted(known)) == NUMBERS
    assert set(sections) < set(known)
    assert all(
        {"happens", "shown"} <= set(each) <= {"happens", "shown", "note"} for each in known.values()
    )


def test_no_test_names_a_failure_that_is_not_listed(marked: Tests) -> None:
    assert set(marked) <= set(NUMBERS)


def test_a_mark_is_found_wherever_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "test_a.py").write_text(MARKED)
    (folder / "test_b.py").write_text('pytestmark = [pytest.mark.failure("F07")]' + MARKED)
    found = marked_tests(folder)
    one, other = "tests/deep/test_a.py::test_one", "tests/test_b.py::test_one"
    assert {number: found[number] for number in ("F02", "F03", "F04")} == {
        number: [one, other] for number in ("F02", "F03", "F04")
    }
    assert found["F07"] == [other, "tests/test_b.py::test_two"]
    assert set(found) == {"F02", "F03", "F04", "F07"}


def test_the_page_shows_words_and_tests() -> None:
    known = {"F01": {"happens": "It breaks", "shown": "A sentence.", "note": "Later more."}}
    text = page(known, {"F01": "A section"}, {"F01": ["test_a.py::test_one"]})
    end = [
        "## A section",
        "### F01 It breaks",
        "A sentence.",
        "Later more.",
        "- `test_a.py::test_one`",
    ]
    assert text.endswith("\n\n".join(end) + "\n")
