"""Many askers, one question under way."""

from __future__ import annotations

import asyncio

import pytest

from ib.single_flight import SingleFlight

LONG = 3600.0


class FakeQuestion:
    """Counts how often it is asked; the answers are 1, 2, 3 … or an error."""

    def __init__(self, fails: bool = False) -> None:
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._fails = fails

    async def __call__(self) -> int:
        self.asked += 1
        answer = self.asked
        await self.may_answer.wait()
        if self._fails:
            raise ConnectionError("as told")
        return answer


async def test_askers_at_the_same_time_share_one_question() -> None:
    flights, question = SingleFlight[int](), FakeQuestion()
    answers = await asyncio.gather(*(flights.ask("key", question) for _ in range(50)))
    assert (set(answers), question.asked) == ({1}, 1)


async def test_another_key_is_another_question() -> None:
    flights, question = SingleFlight[int](LONG), FakeQuestion()
    assert [await flights.ask(key, question) for key in ("a", "b")] == [1, 2]


async def test_an_answer_is_not_kept_unless_it_is_wanted() -> None:
    flights, question = SingleFlight[int](), FakeQuestion()
    assert [await flights.ask("key", question) for _ in range(2)] == [1, 2]


async def test_a_kept_answer_is_given_again_until_it_is_forgotten() -> None:
    flights, question = SingleFlight[int](LONG), FakeQuestion()
    assert [await flights.ask("key", question) for _ in range(2)] == [1, 1]
    flights.forget()
    assert await flights.ask("key", question) == 2


async def test_an_error_reaches_every_asker_and_is_not_kept() -> None:
    flights, question = SingleFlight[int](LONG), FakeQuestion(fails=True)
    asks = (flights.ask("key", question) for _ in range(3))
    errors = await asyncio.gather(*asks, return_exceptions=True)
    assert [str(error) for error in errors] == ["as told"] * 3
    with pytest.raises(ConnectionError):
        await flights.ask("key", question)
    assert question.asked == 2


async def test_an_asker_that_gives_up_leaves_the_answer_to_the_others() -> None:
    flights, question = SingleFlight[int](), FakeQuestion()
    question.may_answer.clear()
    impatient = asyncio.create_task(flights.ask("key", question))
    patient = asyncio.create_task(flights.ask("key", question))
    await asyncio.wait({impatient}, timeout=0)
    impatient.cancel()
    await asyncio.wait({impatient})
    question.may_answer.set()
    assert (await patient, impatient.cancelled(), question.asked) == (1, True, 1)


async def test_what_is_not_kept_takes_no_memory() -> None:
    flights, question = SingleFlight[int](), FakeQuestion()
    await flights.ask("key", question)
    await asyncio.sleep(0)
    assert flights._flights == {}
