"""When TWS is asked again where the orders stand, and when an unknown order is told about."""

from __future__ import annotations

from typing import cast

import pytest

from ib.order_snapshots import (
    ALERT_SECONDS,
    FOREIGN_SECONDS,
    RECONCILE_SECONDS,
    RETRY_SECONDS,
    UNKNOWN_SECONDS,
    OrderSnapshots,
)
from ib.wire import Wire
from tests.ib.snapshots_for_tests import APART, FakeNow, FakeWire
from tests.trading.orders_for_tests import World, an_order
from trading.records import OrderRecord
from trading.statuses import OrderState


class Watch:
    """Snapshots of a world, asked by a clock that a test moves."""

    def __init__(self, apart: float = APART) -> None:
        self.world, self.now = World(), FakeNow()
        self.snapshots = OrderSnapshots(self.world.book, apart, self.now)

    async def take(self, fails_at: str = "") -> None:
        await self.snapshots.take(cast(Wire, FakeWire(fails_at)))

    def live(self, key: str = "ui-1", order_id: int = 7) -> OrderRecord:
        self.world.place(key, order_id)
        return self.world.open_order(an_order(key, 500 + order_id), order_id)

    def unknown(self, key: str = "ui-1", order_id: int = 7) -> OrderRecord:
        record = self.world.place(key, order_id)
        record.on_silence("No word from IB", self.now())
        return record

    def pause(self, limit: float = 100.0) -> float | None:
        """Whole tenths of a second until it is due, as seen from now; None: not within `limit`."""
        start = self.now.seconds
        for tenth in range(round(limit * 10) + 1):
            self.now.seconds = start + tenth / 10
            if self.snapshots.is_due(is_own):
                return tenth / 10
        return None


def is_own(record: OrderRecord) -> bool:
    return record.origin == "desk"


@pytest.fixture
def watch() -> Watch:
    return Watch()


# The pause between two snapshots.


async def test_the_first_one_is_due_at_once(watch: Watch) -> None:
    assert watch.snapshots.is_due(is_own)


async def test_without_open_orders_those_of_others_are_looked_for_every_minute(
    watch: Watch,
) -> None:
    """TWS pushes no order of theirs: one that was placed there by hand would never be seen."""
    await watch.take()
    assert watch.pause() == RECONCILE_SECONDS


async def test_an_incomplete_one_is_repeated_soon_also_without_orders(watch: Watch) -> None:
    await watch.take("completed")
    assert watch.pause() == RETRY_SECONDS


async def test_a_live_order_of_ours_is_asked_about_every_minute(watch: Watch) -> None:
    watch.live()
    await watch.take()
    watch.world.open_order(an_order("ui-1", 507))  # the list names it
    assert watch.pause() == RECONCILE_SECONDS


async def test_orders_of_others_are_asked_about_more_often(watch: Watch) -> None:
    """TWS does not push their changes."""
    watch.world.open_order(an_order("", 900, clientId=3), order_id=3)
    await watch.take()
    watch.world.open_order(an_order("", 900, clientId=3), order_id=3)  # the list names it
    assert watch.pause() == FOREIGN_SECONDS


async def test_an_order_of_others_that_is_gone_is_told_and_asked_about_no_more_often_than_ours(
    watch: Watch,
) -> None:
    gone = watch.world.open_order(an_order("", 900, clientId=3), order_id=3)
    await watch.take()
    assert gone.state is OrderState.UNKNOWN
    watch.now.pass_by(2 * ALERT_SECONDS)
    await watch.take()
    assert watch.snapshots.to_alert() == [gone]
    assert watch.pause() == RECONCILE_SECONDS


async def test_an_order_that_has_just_become_unknown_is_looked_for_soon(watch: Watch) -> None:
    await watch.take()
    watch.unknown()
    assert watch.pause() == UNKNOWN_SECONDS


async def test_an_unknown_order_that_was_not_found_is_looked_for_again_to_prove_its_absence(
    watch: Watch,
) -> None:
    watch.unknown()
    watch.now.pass_by(UNKNOWN_SECONDS)
    await watch.take()
    assert watch.pause() == APART


async def test_a_look_too_early_is_no_look(watch: Watch) -> None:
    watch.unknown()
    watch.now.pass_by(UNKNOWN_SECONDS - 0.1)
    await watch.take()
    assert watch.pause() == UNKNOWN_SECONDS


async def test_the_newest_unknown_order_decides(watch: Watch) -> None:
    watch.unknown("old", 6)
    watch.now.pass_by(30)
    watch.unknown("new", 7)
    await watch.take()
    assert watch.pause() == UNKNOWN_SECONDS


async def test_a_short_time_apart_makes_the_first_look_sooner_too() -> None:
    watch = Watch(apart=0.5)
    await watch.take()
    watch.unknown()
    assert watch.pause() == 0.5


async def test_an_order_that_stays_unknown_is_asked_about_every_minute(watch: Watch) -> None:
    watch.unknown()
    watch.now.pass_by(ALERT_SECONDS - APART)
    await watch.take()
    assert watch.pause() == APART
    watch.now.pass_by(ALERT_SECONDS)
    await watch.take()
    assert watch.pause() == RECONCILE_SECONDS


async def test_an_unknown_order_among_those_of_others_is_looked_for_first(watch: Watch) -> None:
    watch.world.open_order(an_order("", 900, clientId=3), order_id=3)
    await watch.take()
    watch.unknown()
    assert watch.pause() == UNKNOWN_SECONDS


async def test_orders_of_others_are_asked_about_also_beside_an_old_unknown_one(
    watch: Watch,
) -> None:
    watch.unknown()
    watch.now.pass_by(2 * ALERT_SECONDS)
    await watch.take()
    watch.world.open_order(an_order("", 900, clientId=3), order_id=3)
    assert watch.pause() == FOREIGN_SECONDS


async def test_the_seconds_count_from_the_beginning_of_the_last_one(watch: Watch) -> None:
    await watch.take()
    watch.now.pass_by(3)
    assert watch.snapshots.seconds_since() == 3


# Telling somebody.


@pytest.mark.failure("F18")
async def test_an_order_that_is_unknown_for_a_minute_is_told(watch: Watch) -> None:
    record = watch.unknown()
    watch.now.pass_by(ALERT_SECONDS - 0.1)
    assert watch.snapshots.to_alert() == []
    watch.now.pass_by(0.1)
    assert watch.snapshots.to_alert() == [record]


async def test_only_unknown_orders_are_told(watch: Watch) -> None:
    watch.live("live", 6)
    found = watch.unknown("found", 7)
    watch.now.pass_by(ALERT_SECONDS)
    watch.world.open_order(an_order("found", 600))
    assert found.state is OrderState.LIVE
    assert watch.snapshots.to_alert() == []


async def test_an_order_that_was_found_without_its_state_is_no_alarm(watch: Watch) -> None:
    """It is known by a fill of the morning alone; nobody here has lost it."""
    record = watch.unknown()
    record.unknown_since = None
    watch.now.pass_by(ALERT_SECONDS)
    assert watch.snapshots.to_alert() == []
    await watch.take("open")
    assert watch.pause() == RETRY_SECONDS
