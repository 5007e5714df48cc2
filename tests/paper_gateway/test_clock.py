"""The virtual clock: faster, slower, or by hand."""

import pytest

from paper_gateway.clock import ClockError, VirtualClock, steps
from paper_gateway.timers import Timers
from tests.paper_gateway.wire_client import NOON, FakeClock


def test_a_fast_clock_runs_ahead_of_the_real_one() -> None:
    real = FakeClock(50.0)
    clock = VirtualClock(NOON, 60.0, real)
    real.now += 2.5
    assert clock() == NOON + 150.0
    assert clock.real_seconds(120.0) == 2.0


def test_a_fast_clock_is_not_moved_by_hand() -> None:
    with pytest.raises(ClockError, match="the clock runs by itself"):
        VirtualClock(NOON, 2.0).move_to(NOON + 1)


def test_a_clock_that_stands_still_moves_only_forward() -> None:
    clock = VirtualClock(NOON)
    clock.move_to(NOON + 10)
    clock.move_to(NOON)
    assert clock() == NOON + 10
    assert clock.real_seconds(1.0) is None


def test_it_is_stepped_from_one_planned_instant_to_the_next() -> None:
    clock, seen = VirtualClock(NOON), list[float]()
    timers = Timers(clock)
    for seconds in (0.1, 0.3, 7.0):
        timers.after(seconds, lambda: seen.append(clock()))
    for _ in steps(clock, timers.next_due, 5.0):
        timers.run_due()
    assert seen == [NOON + 0.1, NOON + 0.3]
    assert clock() == NOON + 5.0


def test_what_a_step_plans_is_a_step_too() -> None:
    clock, seen = VirtualClock(NOON), list[float]()
    timers = Timers(clock)

    def tick() -> None:
        seen.append(clock())
        timers.after(1.0, tick)

    timers.after(1.0, tick)
    for _ in steps(clock, timers.next_due, 3.0):
        timers.run_due()
    assert seen == [NOON + 1, NOON + 2, NOON + 3]
