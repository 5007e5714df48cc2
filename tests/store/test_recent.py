"""A short memory."""

from __future__ import annotations

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
