"""Following an order: who waits is answered at the right moment, once, and never left waiting."""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import Any

import pytest

from tests.ib.following_for_tests import HOUR, KEY, RESTING, Room, a_request, answer_to, rounds
from tests.trading.orders_for_tests import hear_code
from trading.statuses import OrderState


@pytest.fixture
def room() -> Room:
    return Room()


# The moment of the answer.


async def test_a_caller_who_does_not_wait_is_answered_at_once(room: Room) -> None:
    _, future = room.send(a_request("none"))
    assert (await answer_to(future)).state == "sending"


async def test_a_caller_who_waits_for_a_word_is_answered_by_the_first(room: Room) -> None:
    record, future = room.send(a_request("ack"))
    await rounds()
    assert not future.done()
    room.hear(record, "PreSubmitted")
    assert (await answer_to(future)).state == "live"


async def test_a_market_order_is_answered_with_its_outcome(room: Room) -> None:
    record, future = room.send(a_request())
    room.hear(record, "Submitted")
    await rounds()
    assert not future.done()
    room.hear(record, "Filled")
    assert (await answer_to(future)).state == "filled"


async def test_an_order_that_may_rest_is_answered_a_moment_after_it_works(room: Room) -> None:
    """Its deadline is an hour away."""
    record, future = room.send(a_request(**RESTING))
    room.hear(record, "Submitted")
    assert (await answer_to(future)).state == "live"


async def test_an_order_that_may_rest_and_fills_at_once_is_answered_as_filled(room: Room) -> None:
    record, future = room.send(a_request(**RESTING))
    room.hear(record, "Submitted")
    await rounds()
    assert not future.done()
    room.hear(record, "Filled")
    assert (await answer_to(future)).state == "filled"


async def test_a_rejected_order_is_answered_at_once(room: Room) -> None:
    record, future = room.send(a_request())
    hear_code(record, 201)
    room.following.wake(record)
    assert (await answer_to(future)).state == "rejected"


@pytest.mark.parametrize("wait", ["ack", "outcome"])
async def test_an_order_without_a_word_is_unknown_and_looked_for(wait: str) -> None:
    """F16: not failed, and not sent again."""
    room = Room(timeout=0)
    record, future = room.send(a_request(wait))
    result = await answer_to(future)
    await rounds()
    assert (record.state, room.silences) == (OrderState.UNKNOWN, 1)
    assert (result.is_final, result.sent) == (False, "unknown")
    assert record.events[-1]["reason"] == "No word from IB within the order timeout"


async def test_an_order_that_works_at_its_deadline_is_not_unknown() -> None:
    room = Room(timeout=0)
    record = room.world.place()
    room.world.status("Submitted")
    future = room.join(record, a_request(), room.following.follow, is_replay=False)
    assert (await answer_to(future)).state == "live"
    await rounds()
    assert room.silences == 0


async def test_an_answer_is_there_for_readers_too(room: Room) -> None:
    record, future = room.send(a_request())
    room.hear(record, "Filled")
    answer = await answer_to(future)
    assert room.results[KEY] == answer


async def test_the_outcome_is_a_line_in_the_log(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    record, future = room.send(a_request(**RESTING))
    room.hear(record, "Filled")
    await answer_to(future)
    await rounds()
    assert caplog.messages[-1] == "🎉 SUCCESS! Order reached: Filled #7"


# An attached order, which nobody waits for.


async def test_an_attached_order_without_a_word_is_unknown_and_looked_for() -> None:
    room = Room(timeout=0)
    record = room.world.place()
    room.following.watch(record)
    await rounds()
    assert (record.state, room.silences) == (OrderState.UNKNOWN, 1)


async def test_an_attached_order_that_was_heard_in_time_is_left_alone() -> None:
    room = Room(timeout=0)
    record = room.world.place()
    room.world.status("Submitted")
    room.following.watch(record)
    await rounds()
    assert (record.state, room.silences) == (OrderState.LIVE, 0)


# The same key again.


async def test_a_replay_waits_for_the_outcome_and_says_that_it_is_one(room: Room) -> None:
    record = room.world.place()
    future = room.join(record, a_request(), room.following.rejoin)
    room.hear(record, "Submitted")
    await rounds()
    assert not future.done()
    room.hear(record, "Filled")
    assert (await answer_to(future)).payload["replayed"] is True


@pytest.mark.parametrize(("wait", "order"), [("ack", {}), ("outcome", RESTING)])
async def test_a_replay_that_needs_no_outcome_is_answered_by_the_first_word(
    room: Room, wait: str, order: dict[str, Any]
) -> None:
    record = room.world.place()
    future = room.join(record, a_request(wait, **order), room.following.rejoin)
    await rounds()
    assert not future.done()
    room.hear(record, "Submitted")
    assert (await answer_to(future)).state == "live"


async def test_a_replay_that_does_not_wait_is_answered_at_once(room: Room) -> None:
    future = room.join(room.world.place(), a_request("none"), room.following.rejoin)
    assert (await answer_to(future)).state == "sending"


async def test_a_replay_at_its_deadline_judges_nothing() -> None:
    """The first request does; a replay only looks on."""
    room = Room(timeout=0)
    record = room.world.place()
    future = room.join(record, a_request(), room.following.rejoin)
    assert (await answer_to(future)).state == "sending"
    assert (record.state, room.silences) == (OrderState.SENDING, 0)


# The end of the process, and what goes wrong.


async def test_the_end_of_the_process_answers_everybody_with_what_is_known(room: Room) -> None:
    record, first = room.send(a_request())
    second = room.join(record, a_request(), room.following.rejoin)
    room.following.answer_all()
    assert [(await answer_to(f)).state for f in (first, second)] == ["sending", "sending"]
    room.hear(record, "Filled")
    await rounds()
    room.following.answer_all()
    assert first.result(0).state == "sending"


async def test_a_fault_while_following_answers_its_caller_all_the_same() -> None:
    faults: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: faults.append(str(context["exception"])))
    room = Room(timeout=0, silence_fails_with=ValueError("a fault"))
    _, future = room.send(a_request())
    assert (await answer_to(future)).state == "unknown"
    await rounds()
    gc.collect()
    assert faults == ["a fault"]


# The sleep workaround.


async def test_the_sleep_workaround_comes_before_the_judgement(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    room = Room(sleeps=(0, 0, 0))
    record, future = room.send(a_request())
    room.hear(record, "Filled")
    assert (await answer_to(future)).state == "filled"
    await rounds()
    begins, ends, outcome = caplog.messages[-3:]
    assert begins == "⏱️ Applying sleep workaround... #7"
    assert ends == "✅ Sleep completed #7"
    assert outcome.startswith("🎉 SUCCESS!")


async def test_messages_are_heard_during_the_pauses() -> None:
    room = Room(sleeps=(HOUR, 0, 0))
    record, future = room.send(a_request())
    await rounds()
    room.hear(record, "Filled")
    assert (record.state, future.done()) == (OrderState.FILLED, False)
    room.following.answer_all()
    assert (await answer_to(future)).state == "filled"


async def test_who_waits_for_a_word_does_not_wait_for_the_pauses() -> None:
    room = Room(sleeps=(HOUR, 0, 0))
    record, future = room.send(a_request("ack"))
    room.hear(record, "Submitted")
    assert (await answer_to(future)).state == "live"
