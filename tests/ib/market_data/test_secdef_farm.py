"""The security-definition farm: what it knows while it is down says nothing about contracts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from ib.market_data.secdef_farm import GOES_ON, MOST_SECONDS, WAITS, SecdefFarm
from tests.ib.market_data.timeless import TimelessLoop
from trading.refusals import NoAnswer, NotFound

BROKEN, OK = 2157, 2158


class Question:
    """Answered once the farm is up; error 200 before, always when `is_unknown`."""

    def __init__(self, farm: SecdefFarm, *, is_unknown: bool = False) -> None:
        self.farm, self.is_unknown, self.asked = farm, is_unknown, 0

    async def __call__(self) -> str:
        self.asked += 1
        if self.farm.is_broken or self.is_unknown:
            raise NotFound("IB knows no such contract", code=200)
        return "found"


@pytest.fixture
def loop() -> Iterator[TimelessLoop]:
    loop = TimelessLoop()
    yield loop
    loop.close()


def test_a_farm_that_is_up_is_asked_once(loop: TimelessLoop) -> None:
    farm, said = SecdefFarm(), list[str]()
    question = Question(farm)
    assert loop.run_until_complete(farm.ask(question, said.append)) == "found"
    assert (question.asked, said) == (1, [])


def test_an_unknown_contract_is_unknown_while_the_farm_is_up(loop: TimelessLoop) -> None:
    farm = SecdefFarm()
    question = Question(farm, is_unknown=True)
    with pytest.raises(NotFound):
        loop.run_until_complete(farm.ask(question, print))
    assert question.asked == 1


def test_a_farm_that_comes_back_is_asked_again(loop: TimelessLoop) -> None:
    farm, said = SecdefFarm(), list[str]()
    farm.hear(BROKEN)
    loop.call_later(7, farm.hear, OK)
    question = Question(farm)
    assert loop.run_until_complete(farm.ask(question, said.append)) == "found"
    assert (question.asked, said) == (2, [WAITS, GOES_ON])
    assert loop.now == 7


def test_an_unknown_contract_is_still_unknown_when_the_farm_is_back(loop: TimelessLoop) -> None:
    farm = SecdefFarm()
    farm.hear(BROKEN)
    loop.call_later(1, farm.hear, OK)
    with pytest.raises(NotFound):
        loop.run_until_complete(farm.ask(Question(farm, is_unknown=True), print))


def test_a_farm_that_stays_down_is_said_in_words(loop: TimelessLoop) -> None:
    farm = SecdefFarm()
    farm.hear(BROKEN)
    with pytest.raises(NoAnswer, match="2157.*restart TWS") as caught:
        loop.run_until_complete(farm.ask(Question(farm), print))
    assert (caught.value.code, loop.now) == (BROKEN, MOST_SECONDS)


def test_a_new_connection_knows_of_nothing_wrong(loop: TimelessLoop) -> None:
    farm = SecdefFarm()
    farm.hear(BROKEN)
    farm.begin()
    assert loop.run_until_complete(farm.ask(Question(farm), print)) == "found"


def test_many_who_wait_go_on_together(loop: TimelessLoop) -> None:
    farm = SecdefFarm()
    farm.hear(BROKEN)
    loop.call_later(2, farm.hear, OK)

    async def both() -> list[str]:
        return await asyncio.gather(*(farm.ask(Question(farm), print) for _ in range(3)))

    assert loop.run_until_complete(both()) == ["found"] * 3
