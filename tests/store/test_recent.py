"""A short memory."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from store.database import StoreError
from store.recent import ASK_AGAIN_SECONDS, AWAY_SECONDS, Recent, forget_everything
from tests.fakes import FakeClock


def test_what_was_put_is_there_for_some_seconds() -> None:
    clock = FakeClock()
    recent = Recent[str](2.0, clock)
    recent.find("a", lambda: "b")
    clock.pass_by(1.9)
    assert recent.get("a") == "b"
    clock.pass_by(0.1)
    assert recent.get("a") is None
    assert recent.get("never") is None


def test_everything_can_be_forgotten() -> None:
    recent = Recent[str]()
    recent.find("a", lambda: "b")
    recent.forget()
    assert recent.get("a") is None


@pytest.mark.parametrize("end", [Recent.forget, lambda recent: recent.drop("a")])
def test_what_ends_while_it_is_looked_up_is_not_remembered(
    end: Callable[[Recent[str]], None],
) -> None:
    recent = Recent[str]()

    def look_up() -> str:
        end(recent)  # in another thread, after the row was read
        return "b"

    assert recent.find("a", look_up) == "b"
    assert recent.get("a") is None


def test_what_has_ended_is_not_renewed() -> None:
    recent = Recent[str]()
    recent.find("a", lambda: "b")
    recent.renew("a", "c")
    assert recent.get("a") == "c"
    recent.drop("a")
    recent.renew("a", "d")
    assert recent.get("a") is None


def test_the_memory_is_bounded() -> None:
    recent = Recent[int](size=10)
    for number in range(1000):
        recent.find(str(number), int)
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
            recent._keep("a", "b", recent._ends)
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


class Store:
    """Knows "b", until it is away or knows nothing any more."""

    def __init__(self) -> None:
        self.is_away, self.asked = False, 0
        self.value: str | None = "b"

    def look_up(self) -> str | None:
        self.asked += 1
        if self.is_away:
            raise StoreError("The database is away")
        return self.value


def test_what_was_known_holds_while_nobody_can_be_asked(caplog: pytest.LogCaptureFixture) -> None:
    clock, store = FakeClock(), Store()
    recent = Recent[str](1.0, clock)
    assert recent.find("a", store.look_up) == "b"
    store.is_away = True
    for _ in range(int(AWAY_SECONDS) - 1):
        clock.pass_by(1)
        assert recent.find("a", store.look_up) == "b"
    assert store.asked <= 1 + AWAY_SECONDS / ASK_AGAIN_SECONDS
    assert "what was known still holds" in caplog.text
    clock.pass_by(1)
    with pytest.raises(StoreError):
        recent.find("a", store.look_up)


def test_what_ended_while_nobody_could_be_asked_is_over_when_somebody_can() -> None:
    clock, store = FakeClock(), Store()
    recent = Recent[str](1.0, clock)
    recent.find("a", store.look_up)
    store.is_away = True
    clock.pass_by(1)
    assert recent.find("a", store.look_up) == "b"
    store.is_away, store.value = False, None
    clock.pass_by(ASK_AGAIN_SECONDS)
    assert recent.find("a", store.look_up) is None
    store.is_away = True
    with pytest.raises(StoreError):  # it does not come back
        recent.find("a", store.look_up)


def test_nothing_unknown_is_let_in_while_nobody_can_be_asked() -> None:
    store = Store()
    store.is_away = True
    with pytest.raises(StoreError):
        Recent[str]().find("a", store.look_up)


def test_what_was_dropped_or_forgotten_does_not_hold() -> None:
    clock, store = FakeClock(), Store()
    recent = Recent[str](1.0, clock)
    for forget in (recent.forget, forget_everything, lambda: recent.drop("a")):
        store.is_away = False
        assert recent.find("a", store.look_up) == "b"
        store.is_away = True
        forget()
        with pytest.raises(StoreError):
            recent.find("a", store.look_up)
    recent.drop("never")
