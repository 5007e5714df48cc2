"""Playing scripts on a clock that a test moves."""

from typing import Any

import pytest

from paper_gateway.drilling.player import MAX_RUNNING, Fault, Player
from paper_gateway.drilling.scripts import parse_script
from paper_gateway.drilling.table import expand
from paper_gateway.drills import DrillError
from paper_gateway.timers import Timers
from tests.paper_gateway.wire_client import NOON, FakeClock


class Stage:
    """A player whose presses are kept with the second at which they came."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.timers = Timers(self.clock)
        self.player = Player(self._press, self.timers)
        self.pressed: list[tuple[float, dict[str, Any]]] = []
        self.cannot: set[str] = set()

    def _press(self, changes: dict[str, Any]) -> None:
        if self.cannot & changes.keys():
            raise DrillError("it cannot be done")
        self.pressed.append((self.clock.now - NOON, changes))

    def play(self, *lines: str) -> None:
        self.player.start(parse_script("\n".join(lines), "test", expand))

    def wait(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while (due := self.timers.next_due()) is not None and due <= end:
            self.clock.now = max(self.clock.now, due)
            self.timers.run_due()
        self.clock.now = end


def test_steps_come_at_their_moments() -> None:
    stage = Stage()
    stage.play("at 0s read_only", "at 2s clear", "after 3s freeze", "at 1s swallow_orders 2")
    assert stage.pressed == [(0, {"read_only": True})]
    assert stage.player.status() == [{"number": 1, "name": "test", "stepsLeft": 3}]
    stage.wait(10)
    assert stage.pressed[1:] == [
        (1, {"swallow_orders": 2}), (2, {"clear": True}), (5, {"freeze": True}),
    ]  # fmt: skip
    assert stage.player.status() == []


def test_a_script_may_begin_later() -> None:
    stage = Stage()
    stage.play("after 2s clear", "after 2s freeze")
    stage.wait(4)
    assert [at for at, _ in stage.pressed] == [2, 4]


def test_a_step_waits_for_its_event_and_the_next_for_that_step() -> None:
    stage = Stage()
    stage.play("on order 2 link_down", "after 1s link_down false", "on fill 1 clear")
    stage.player.heard("order")
    stage.wait(5)
    assert stage.pressed == []
    stage.player.heard("order")
    stage.player.heard("order")
    stage.player.heard("fill")
    stage.wait(5)
    assert stage.pressed == [
        (5, {"link_down": True}), (5, {"clear": True}), (6, {"link_down": False}),
    ]  # fmt: skip


def test_events_before_the_start_do_not_count() -> None:
    stage = Stage()
    stage.player.heard("order")
    stage.play("on order 1 clear")
    assert stage.pressed == []


def test_a_script_may_hold_drills() -> None:
    stage = Stage()
    stage.play("at 1s link-lost seconds=5", "after 1s clear")
    stage.wait(3)
    # What is left of the drill goes by the number of the script.
    assert stage.player.status() == [{"number": 1, "name": "link-lost", "stepsLeft": 1}]
    stage.wait(7)
    assert [(at, list(changes)) for at, changes in stage.pressed] == [
        (1, ["link_notice"]), (1, ["link_down"]), (2, ["clear"]), (6, ["link_down"]),
    ]  # fmt: skip


def test_a_first_step_that_cannot_be_done_ends_the_script() -> None:
    stage = Stage()
    stage.cannot = {"fill"}
    with pytest.raises(DrillError, match="it cannot be done"):
        stage.play("at 0s fill", "at 1s clear")
    stage.wait(5)
    assert (stage.pressed, stage.player.status()) == ([], [])


def test_a_later_step_that_cannot_be_done_is_noted_and_the_script_goes_on() -> None:
    stage = Stage()
    stage.cannot = {"fill"}
    stage.play("at 1s fill", "after 1s clear")
    stage.wait(5)
    assert stage.pressed == [(2, {"clear": True})]
    assert list(stage.player.faults) == [Fault(1, "test, line 1: it cannot be done")]


def test_old_faults_are_forgotten_when_a_script_starts_alone() -> None:
    stage = Stage()
    stage.cannot = {"fill"}
    stage.play("at 1s fill", "on order 1 clear")
    stage.wait(2)
    stage.play("at 1s freeze")
    assert len(stage.player.faults) == 1
    stage.player.stop()
    stage.play("at 1s freeze")
    assert list(stage.player.faults) == []


def test_what_is_stopped_does_nothing_more() -> None:
    stage = Stage()
    stage.play("at 1s clear", "on order 1 freeze")
    stage.player.stop()
    stage.wait(5)
    stage.player.heard("order")
    assert (stage.pressed, stage.player.status()) == ([], [])


def test_the_number_of_running_scripts_is_bounded() -> None:
    stage = Stage()
    for _ in range(MAX_RUNNING):
        stage.play("on order 1 clear")
    with pytest.raises(DrillError, match="50 scripts are running"):
        stage.play("on order 1 clear")
