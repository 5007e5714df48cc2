"""Open interest: a stream for each option until its tick has come, and kept for the day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest

from ib.market_data.chain_definitions import Definitions
from ib.market_data.chain_interest import MOST_LINES, MOST_REFUSALS, OpenInterest
from ib.market_data.chain_progress import ChainProgress
from ib.market_data.chain_state import ChainState
from ib.market_data.lines import Lines
from ib.market_data.pace import Pace
from ib.market_data.snapshots import Snapshots
from tests.ib.market_data.chain_wires import STRIKES, TODAY, ChainWire, options
from tests.ib.market_data.timeless import TimelessLoop
from trading.ib_errors import CodeTable


class Room:
    def __init__(self, loop: TimelessLoop, **answers: Any) -> None:
        self.loop = loop
        self.wire: Any = ChainWire(**answers)
        self.lines = Lines()
        self.interest = OpenInterest(Snapshots(CodeTable(), self.lines, Pace()))
        self.interest.begin(TODAY)
        self.told: list[dict[str, Any]] = []
        self.progress = ChainProgress(lambda _, payload: self.told.append(payload), monotonic())
        self.progress.ids.add("one")

    def state(self, strikes: list[float]) -> ChainState:
        found = Definitions(is_whole=True)
        found.add(options(strikes))
        return ChainState("XYZ", self.interest.known, definitions=found, strikes=strikes)

    def fetch(self, strikes: list[float] = STRIKES) -> None:
        self.loop.run_until_complete(
            self.interest.fetch(self.wire, self.state(strikes), self.progress)
        )


@pytest.fixture
def loop() -> Iterator[TimelessLoop]:
    loop = TimelessLoop()
    yield loop
    while tasks := asyncio.all_tasks(loop):
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.wait(tasks))
    loop.close()


def test_each_option_is_asked_and_its_stream_ended(loop: TimelessLoop) -> None:
    room = Room(loop)
    room.fetch()
    assert set(room.interest.known.values()) == {77.0}
    assert (room.wire.count("interest"), room.wire.cancelled, room.wire.open) == (10, 10, 0)
    assert room.lines.used == 0
    cells = [cell["cell"] for event in room.told for cell in event["cells"]]
    assert {cell["openInterest"] for cell in cells} == {77.0}
    assert (room.told[-1]["stage"], room.told[-1]["done"]) == ("open interest", 10)


def test_what_is_known_is_not_asked_again_on_that_day(loop: TimelessLoop) -> None:
    room = Room(loop)
    room.fetch()
    room.fetch()
    assert room.wire.count("interest") == 10
    room.interest.begin(TODAY + timedelta(days=1))
    assert room.interest.known == {}


def test_silence_is_unknown_and_never_zero(loop: TimelessLoop) -> None:
    room = Room(loop, interest=None)
    room.fetch([100.0])
    assert room.interest.known == {}
    assert (room.wire.cancelled, room.wire.open) == (2, 0)


def test_after_some_refusals_the_others_are_not_asked(loop: TimelessLoop) -> None:
    room = Room(loop, interest=354)
    room.fetch([float(strike) for strike in range(1, 101)])
    assert room.wire.count("interest") <= MOST_REFUSALS + MOST_LINES
    assert room.wire.cancelled == 0  # a refused stream is over


def test_it_takes_a_part_of_the_lines(loop: TimelessLoop) -> None:
    room = Room(loop, interest=None)
    room.fetch([float(strike) for strike in range(1, 101)])
    assert room.wire.most_open <= MOST_LINES


def test_a_stop_ends_the_streams(loop: TimelessLoop) -> None:
    room = Room(loop, interest=None)

    async def stopped() -> None:
        fetching = asyncio.ensure_future(
            room.interest.fetch(room.wire, room.state(STRIKES), room.progress)
        )
        await asyncio.sleep(1)
        fetching.cancel()
        await asyncio.wait({fetching})
        await asyncio.sleep(0.1)

    loop.run_until_complete(stopped())
    assert (room.wire.open, room.lines.used) == (0, 0)
    assert room.wire.cancelled == room.wire.count("interest")
