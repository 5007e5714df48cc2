"""Many questions leave within IB's pace, and behind whoever asks one."""

from __future__ import annotations

import asyncio
from typing import cast

from ib.market_data.pace import PERIOD_SECONDS, SPREAD_SECONDS, Pace
from ib.wire import Wire


class PacedWire:
    """Notes when each message left, by the loop's clock."""

    def __init__(self, pace: int) -> None:
        self.client = self
        self.MaxRequests = pace
        self.busy_until = 0.0
        self.sent: list[tuple[float, str]] = []

    def seconds_until_room(self, limit: int) -> float:
        return max(0.0, self.busy_until - self._now())

    def send(self, name: str) -> None:
        self.sent.append((self._now(), name))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


async def ask(pace: Pace, wire: PacedWire, name: str, *, urgent: bool = False) -> None:
    await pace.turn(cast(Wire, wire), urgent=urgent)
    wire.send(name)


async def test_no_period_has_more_than_a_seconds_worth() -> None:
    pace, wire = Pace(), PacedWire(10)
    await asyncio.gather(*(ask(pace, wire, "x") for _ in range(25)))
    times = [time for time, _ in wire.sent]
    waits = [later - first for first, later in zip(times, times[10:], strict=False)]
    assert min(waits) >= PERIOD_SECONDS - 0.001


async def test_a_seconds_worth_does_not_leave_in_one_burst() -> None:
    pace, wire = Pace(), PacedWire(15)
    await asyncio.gather(*(ask(pace, wire, "x") for _ in range(15)))
    times = [time for time, _ in wire.sent]
    assert times[-1] - times[0] >= SPREAD_SECONDS * 14 / 15 - 0.001


async def test_a_lower_pace_may_be_kept() -> None:
    pace, wire = Pace(5), PacedWire(1000)
    await asyncio.gather(*(ask(pace, wire, "x") for _ in range(6)))
    assert wire.sent[-1][0] - wire.sent[0][0] >= PERIOD_SECONDS - 0.001


async def test_nothing_leaves_while_the_wire_is_busy() -> None:
    pace, wire = Pace(), PacedWire(1000)
    wire.busy_until = asyncio.get_running_loop().time() + 0.05
    await ask(pace, wire, "x")
    assert wire.sent[0][0] >= wire.busy_until


async def test_who_asks_one_thing_goes_before_a_list() -> None:
    pace, wire = Pace(), PacedWire(20)
    many = [asyncio.create_task(ask(pace, wire, "list")) for _ in range(30)]
    while len(wire.sent) < 5:
        await asyncio.wait({asyncio.create_task(asyncio.sleep(0.001))})
    await ask(pace, wire, "one", urgent=True)
    assert [name for _, name in wire.sent].count("list") < 30
    await asyncio.gather(*many)
    assert len(wire.sent) == 31


async def test_without_a_limit_nobody_waits() -> None:
    pace, wire = Pace(), PacedWire(0)
    await asyncio.gather(*(ask(pace, wire, "x") for _ in range(1000)))
    assert len(wire.sent) == 1000
