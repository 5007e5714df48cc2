"""A short memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from store.recent import Recent
from tests.fakes import FakeClock


def test_what_was_put_is_there_for_some_seconds() -> None:
    clock = FakeClock()
    recent = Recent[str](2.0, clock)
    recent.put("a", "b")
    clock.pass_by(1.9)
    assert recent.get("a") == "b"
    clock.pass_by(0.1)
    assert recent.get("a") is None
    assert recent.get("never") is None


def test_everything_can_be_forgotten() -> None:
    recent = Recent[str]()
    recent.put("a", "b")
    recent.forget()
    assert recent.get("a") is None


def test_the_memory_is_bounded() -> None:
    recent = Recent[int](size=10)
    for number in range(1000):
        recent.put(str(number), number)
        assert len(recent._entries) <= 10


def test_a_value_is_looked_up_once_for_all_who_ask_together() -> None:
    recent, asked, all_here = Recent[str](), list[str](), Barrier(8)

    def look_up() -> str:
        asked.append("a")
        return "b"

    def find() -> str | None:
        all_here.wait()
        return recent.find("a", look_up)

    with ThreadPoolExecutor(8) as people:
        found = [each.result() for each in [people.submit(find) for _ in range(8)]]
    assert (found, asked) == (["b"] * 8, ["a"])


def test_nothing_found_is_looked_up_again() -> None:
    recent = Recent[str]()
    answers = iter([None, "b"])
    assert recent.find("a", lambda: next(answers)) is None
    assert recent.find("a", lambda: next(answers)) == "b"
    assert recent.find("a", lambda: next(answers)) == "b"


def test_who_waits_for_a_look_up_gets_its_value() -> None:
    recent, under_way = Recent[str](), Lock()
    recent._turns["a"] = under_way
    with ThreadPoolExecutor(1) as people:
        with under_way:
            waiting = people.submit(recent.find, "a", lambda: "looked up again")
            recent.put("a", "b")
        assert waiting.result() == "b"
    assert recent._turns == {}


def test_a_look_up_that_fails_leaves_nothing_behind() -> None:
    def fail() -> str:
        raise OSError("disk I/O error")

    recent = Recent[str]()
    with pytest.raises(OSError, match="disk"):
        recent.find("a", fail)
    assert recent._turns == {}
    assert recent.find("a", lambda: "b") == "b"
