"""What is looked at from time to time, and when it is not."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from engine.watch import Watch
from store.journal import JournalUnavailable
from tests.fakes import ACCOUNT, FakeClock, FakeOrderDesk, FakeReader, away
from trading.refusals import NotConnected

DEADLINE = 10.0
AAPL = {"conId": 265598, "symbol": "AAPL", "secType": "STK"}


class World:
    """Two rooms, a clock, and the watch over them."""

    def __init__(self) -> None:
        self.reader, self.desk, self.clock = FakeReader(), FakeOrderDesk(), FakeClock()
        self.watch = Watch(self.reader, self.desk, self.clock)

    def hold(self, size: float) -> None:
        self.reader.position_rows = ({"account": ACCOUNT, "contract": AAPL, "position": size},)

    def look_after(self, seconds: float) -> list[float]:
        self.clock.pass_by(seconds)
        self.watch.look()
        return [float(one.difference) for one in self.watch.differences]


@pytest.fixture
def world() -> World:
    world = World()
    assert [world.look_after(10) for _ in range(3)] == [[], [], []]
    return world


def test_a_trade_elsewhere_is_told(world: World) -> None:
    world.hold(150)
    assert world.look_after(10) == []
    assert world.look_after(10) == [50]


def test_an_own_fill_explains_its_position(world: World) -> None:
    world.hold(150)
    fill = {"execId": "a.1.01", "time": "14:31", "account": ACCOUNT, "contract": AAPL}
    world.desk.execution_rows = [fill | {"side": "BOT", "shares": 50}]
    assert [world.look_after(10) for _ in range(3)] == [[], [], []]


def test_a_fresh_look_is_not_repeated(world: World) -> None:
    asked = len(world.reader.asked)
    world.look_after(1.9)
    assert len(world.reader.asked) == asked
    world.look_after(0.1)
    assert len(world.reader.asked) == asked + 1


@pytest.mark.parametrize(
    "change",
    [
        lambda world: setattr(world.reader, "connection", away(world.reader.connection, "")),
        lambda world: setattr(world.desk, "connection", away(world.desk.connection, "")),
        lambda world: setattr(world.desk, "is_listed", False),
    ],
)
def test_nothing_is_compared_while_one_side_is_away(
    world: World, change: Callable[[World], None]
) -> None:
    asked = len(world.reader.asked)
    change(world)
    world.hold(150)
    assert [world.look_after(10) for _ in range(3)] == [[], [], []]
    assert len(world.reader.asked) == asked


@pytest.mark.parametrize("trouble", [{"fails_with": NotConnected()}, {"never_answers": True}])
def test_a_look_that_gets_no_answer_changes_nothing(world: World, trouble: dict[str, Any]) -> None:
    for name, value in trouble.items():
        setattr(world.reader, name, value)
    world.hold(150)
    assert [world.look_after(10) for _ in range(2)] == [[], []]


def test_the_journals_size_is_looked_up(world: World) -> None:
    assert world.watch.saved_orders == 0
    world.desk.knows("a", "live")
    world.look_after(10)
    assert world.watch.saved_orders == 1


def test_a_journal_that_cannot_be_read_has_no_size() -> None:
    class Broken(FakeOrderDesk):
        def saved_orders(self) -> int:
            raise JournalUnavailable("The order journal cannot be read")

    watch = Watch(FakeReader(), Broken(), FakeClock())
    watch.look()
    assert watch.saved_orders is None


def test_nobody_waits_for_another_look() -> None:
    class Nested(FakeOrderDesk):
        """Whose look looks again."""

        def saved_orders(self) -> int:
            watch.look()
            return 7

    watch = Watch(FakeReader(), Nested(), FakeClock())
    watch.look()
    assert watch.saved_orders == 7


def test_it_looks_by_itself_and_goes_on_after_a_fault(caplog: pytest.LogCaptureFixture) -> None:
    third = Event()

    class Faulty(FakeOrderDesk):
        looks = 0

        def saved_orders(self) -> int:
            self.looks += 1
            clock.pass_by(10)
            if self.looks == 1:
                raise ZeroDivisionError
            if self.looks == 3:
                third.set()
            return self.looks

    clock = FakeClock()
    watch = Watch(FakeReader(), Faulty(), clock)
    watch.start(seconds=0.001)
    assert third.wait(DEADLINE)
    watch.stop()
    assert "ZeroDivisionError" in caplog.text


def test_a_watch_that_never_ran_can_be_stopped() -> None:
    Watch(FakeReader(), FakeOrderDesk()).stop()
