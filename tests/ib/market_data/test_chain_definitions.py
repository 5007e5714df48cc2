"""Which options exist: by one question, by many, and kept for the day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ib.market_data.chain_definitions import (
    IDLE_SECONDS,
    ChainDefinitions,
    Definitions,
    option_of,
)
from ib.market_data.pace import Pace
from ib.market_data.secdef_farm import SecdefFarm
from tests.ib.market_data.chain_wires import EXPIRY, STOCK, STRIKES, TODAY, ChainWire, options
from tests.ib.market_data.timeless import TimelessLoop
from trading.ib_errors import CodeTable
from trading.options import Expiry, expiries_of
from trading.refusals import NotFound


class Room:
    def __init__(self, loop: TimelessLoop, **answers: Any) -> None:
        self.loop = loop
        self.wire: Any = ChainWire(**answers)
        self.farm = SecdefFarm()
        self.definitions = ChainDefinitions(CodeTable(), Pace(), self.farm)
        self.definitions.begin(TODAY)
        self.counts: list[int] = []
        self.found = Definitions()

    def expiry(self) -> Expiry:
        classes = self.loop.run_until_complete(self.definitions.classes(self.wire, STOCK, print))
        return expiries_of(classes, "XYZ", TODAY)[0]

    def wildcard(self, expiry: Expiry) -> None:
        self.loop.run_until_complete(
            self.definitions.wildcard(
                self.wire, STOCK, expiry, self.found, self.counts.append, print
            )
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


def test_one_question_names_every_option_and_counts_as_they_come(loop: TimelessLoop) -> None:
    room = Room(loop)
    room.wildcard(room.expiry())
    assert room.found.is_whole
    assert room.found.strikes == set(STRIKES)
    assert room.counts == list(range(1, 11))


def test_what_was_learned_is_kept_for_the_day(loop: TimelessLoop) -> None:
    room = Room(loop)
    expiry = room.expiry()
    room.wildcard(expiry)
    assert room.definitions.kept(STOCK, expiry) is room.found
    room.expiry()
    assert room.wire.count("classes") == 1
    room.definitions.begin(TODAY)
    assert room.definitions.kept(STOCK, expiry) is room.found
    room.definitions.begin(TODAY + timedelta(days=1))
    assert room.definitions.kept(STOCK, expiry) is None
    room.expiry()
    assert room.wire.count("classes") == 2
    room.definitions.begin(TODAY)  # where the day is not over yet
    room.expiry()
    assert room.wire.count("classes") == 2


@pytest.mark.parametrize(
    ("answer", "code"), [(200, 200), (322, 322), ([*options([95.0]), None], None)]
)
def test_a_question_that_fails_leaves_a_note_and_what_came(
    loop: TimelessLoop, answer: Any, code: int | None
) -> None:
    room = Room(loop, wildcard=answer)
    expiry = room.expiry()
    room.wildcard(expiry)
    assert not room.found.is_whole
    assert room.found.note is not None and room.found.note[0] == code
    assert room.found.strikes == ({95.0} if code is None else set())
    assert room.definitions.kept(STOCK, expiry) is None


def test_silence_counts_from_the_last_row(loop: TimelessLoop) -> None:
    room = Room(loop, wildcard=[*options(), None])
    expiry = room.expiry()
    began = loop.now
    room.wildcard(expiry)
    assert loop.now - began == pytest.approx(IDLE_SECONDS, abs=0.1)
    assert room.found.strikes == set(STRIKES)


def test_single_questions_find_what_exists(loop: TimelessLoop) -> None:
    room = Room(loop)
    wanted = [(95.0, "C"), (96.0, "C"), (100.0, "P")]
    loop.run_until_complete(
        room.definitions.singly(
            room.wire, STOCK, room.expiry(), room.found, wanted, room.counts.append
        )
    )
    assert room.found.found.keys() == {(95.0, "C"), (100.0, "P")}
    assert (room.counts, room.found.unanswered) == ([1, 2, 3], 0)


def test_single_questions_without_an_answer_are_counted(loop: TimelessLoop) -> None:
    room = Room(loop, single=None)
    loop.run_until_complete(
        room.definitions.singly(
            room.wire, STOCK, room.expiry(), room.found, [(95.0, "C")], room.counts.append
        )
    )
    assert (room.found.unanswered, room.counts) == (1, [1])


def test_no_class_at_all_is_no_options(loop: TimelessLoop) -> None:
    with pytest.raises(NotFound, match="IB lists no options on XYZ"):
        Room(loop, classes=[]).expiry()


def test_the_wildcard_has_neither_strike_nor_right(loop: TimelessLoop) -> None:
    asked = option_of(STOCK, Room(loop).expiry())
    assert (asked.secType, asked.strike, asked.right, asked.tradingClass) == ("OPT", 0, "", "XYZ")
    assert asked.lastTradeDateOrContractMonth == EXPIRY
