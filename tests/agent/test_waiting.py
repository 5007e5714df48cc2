"""How the link waits for the engine's threads."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

import pytest

from agent.waiting import heard
from trading.refusals import NoAnswer, NotFound


async def test_the_answer_or_the_error_of_the_future_comes_through() -> None:
    future: Future[int] = Future()
    future.set_result(7)
    assert await heard(future, 1) == 7
    failed: Future[int] = Future()
    failed.set_exception(NotFound("There is no order x"))
    with pytest.raises(NotFound):
        await heard(failed, 1)


async def test_the_deadline_ends_the_waiting_and_not_the_order() -> None:
    future: Future[int] = Future()
    with pytest.raises(NoAnswer, match="did not answer in time"):
        await heard(future, 0.001)
    assert not future.cancelled()
    future.set_exception(NotFound("late"))  # nobody waits: no lost exception is reported


async def test_an_engine_that_stops_is_no_cancelled_link() -> None:
    future: Future[int] = Future()
    future.cancel()
    with pytest.raises(NoAnswer, match="stopping"):
        await heard(future, 1)


async def test_a_link_that_stops_does_not_cancel_the_order() -> None:
    future: Future[int] = Future()
    waiting = asyncio.create_task(heard(future, 10))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not future.cancelled()
