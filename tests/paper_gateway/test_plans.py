"""Plans: at most one of each kind, and none of an order that is done."""

from collections.abc import Callable

import pytest
from ib_async import LimitOrder

from paper_gateway.orders import Order
from paper_gateway.plans import Plan, Plans
from paper_gateway.timers import Timers
from tests.paper_gateway.wire_client import NOON, Desk, FakeClock


@pytest.fixture
def order() -> Order:
    desk = Desk()
    desk.connect().place(1, LimitOrder("BUY", 10, 50.0))
    (found,) = desk.hub.book.open_orders()
    return found


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def timers(clock: FakeClock) -> Timers:
    return Timers(clock)


def noting(done: list[str], word: str) -> Callable[[], None]:
    return lambda: done.append(word)


def test_a_later_plan_takes_the_place_of_an_earlier_one(
    order: Order, timers: Timers, clock: FakeClock
) -> None:
    plans, done = Plans(timers), list[str]()
    plans.at(order, Plan.STEP, NOON + 1, noting(done, "first"))
    plans.at(order, Plan.STEP, NOON + 2, noting(done, "second"))
    plans.at(order, Plan.EXPIRY, NOON + 3, noting(done, "end"))
    clock.now += 5
    timers.run_due()
    assert done == ["second", "end"]
    assert not plans.has(order, Plan.STEP)


def test_without_a_delay_it_happens_at_once(order: Order, timers: Timers) -> None:
    done = list[str]()
    Plans(timers).after(order, 0, noting(done, "now"))
    assert done == ["now"]


def test_what_is_forgotten_does_not_happen(order: Order, timers: Timers, clock: FakeClock) -> None:
    plans, done = Plans(timers), list[str]()
    plans.at(order, Plan.STEP, NOON + 1, noting(done, "step"))
    plans.at(order, Plan.EXPIRY, NOON + 1, noting(done, "end"))
    plans.forget(order, Plan.STEP)
    assert plans.has(order, Plan.EXPIRY)
    plans.forget_all(order)
    clock.now += 5
    timers.run_due()
    assert done == []
