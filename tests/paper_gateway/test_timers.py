"""Timers: planned actions run at their instant, in order, and never when cancelled."""

from paper_gateway.timers import Timers
from tests.paper_gateway.wire_client import FakeClock


def test_actions_run_when_they_are_due_and_in_order() -> None:
    clock, done = FakeClock(100.0), list[str]()
    timers = Timers(clock)
    timers.after(2.0, lambda: done.append("second"))
    timers.after(1.0, lambda: done.append("first"))
    timers.after(2.0, lambda: done.append("third"))
    timers.run_due()
    assert (done, timers.next_due()) == ([], 101.0)
    clock.now = 102.0
    timers.run_due()
    assert (done, timers.next_due()) == (["first", "second", "third"], None)


def test_a_cancelled_action_is_never_run_and_is_not_waited_for() -> None:
    clock, done = FakeClock(100.0), list[str]()
    timers = Timers(clock)
    timers.after(1.0, lambda: done.append("cancelled")).cancel()
    assert timers.next_due() is None
    clock.now = 200.0
    timers.run_due()
    assert done == []


def test_what_an_action_plans_for_now_is_done_in_the_same_turn() -> None:
    clock, done = FakeClock(100.0), list[str]()
    timers = Timers(clock)

    def plan() -> None:
        timers.at(99.0, lambda: done.append("planned"))

    timers.at(100.0, plan)
    timers.run_due()
    assert done == ["planned"]


def test_cancelled_actions_do_not_pile_up() -> None:
    clock, done = FakeClock(100.0), list[str]()
    timers = Timers(clock)
    kept = timers.after(86_400.0, lambda: done.append("kept"))
    for _ in range(10_000):
        timers.after(86_400.0, lambda: done.append("cancelled")).cancel()
    assert len(timers) < 200
    kept.cancel()
    kept.cancel()
    timers.after(1.0, lambda: done.append("later"))
    clock.now += 90_000.0
    timers.run_due()
    assert (done, timers.next_due()) == (["later"], None)


def test_an_action_that_has_run_can_be_cancelled_without_harm() -> None:
    clock, done = FakeClock(100.0), list[str]()
    timers = Timers(clock)
    timer = timers.at(100.0, lambda: done.append("run"))
    timers.run_due()
    timer.cancel()
    timers.at(100.0, lambda: done.append("next"))
    timers.run_due()
    assert done == ["run", "next"]
