"""Requests under way: each order once, reads bounded, exits always begun."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from agent.admission import Session
from agent.outbox import Outbox
from agent.requests import MOST_ORDERS, MOST_READS, Requests
from relay.messages import Reply, Request
from tests.agent.parts import request, session


class Held:
    """Answers come when the test says so."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = asyncio.Event()

    async def __call__(self, asked: Request, session: Session) -> Reply:
        self.asked.append(asked.id)
        await self.gate.wait()
        return Reply(asked.id, session.epoch, {})


def numbered(op: str, number: int) -> Request:
    return replace(request(op), id=f"{op}-{number}")


def replies(outbox: Outbox) -> list[Reply]:
    frames = []
    while frame := outbox.next(1):
        assert isinstance(frame, Reply)
        frames.append(frame)
    return frames


@pytest.fixture
async def held() -> Held:
    return Held()


async def test_full_of_orders_exits_still_begin(held: Held) -> None:
    outbox, now = Outbox(), session()
    requests = Requests(held, outbox, lambda: None)
    for number in range(MOST_ORDERS + 1):
        requests.begin(numbered("place-order", number), now)
    [refused] = replies(outbox)
    assert refused.error is not None
    assert (refused.id, refused.error["kind"]) == (f"place-order-{MOST_ORDERS}", "Busy")
    requests.begin(numbered("cancel-order", 1), now)
    requests.begin(replace(request("place-order", isClosing=True), id="close"), now)
    held.gate.set()
    await requests.all_orders_answered()
    assert held.asked[MOST_ORDERS:] == ["cancel-order-1", "close"]


async def test_reads_are_bounded_and_free_their_places(held: Held) -> None:
    outbox, now = Outbox(), session()
    requests = Requests(held, outbox, lambda: None)
    requests.use(now)
    for number in range(MOST_READS + 1):
        requests.begin(numbered("positions", number), now)
    assert [reply.id for reply in replies(outbox)] == [f"positions-{MOST_READS}"]
    held.gate.set()
    for _ in range(3):
        await asyncio.sleep(0)
    assert len(replies(outbox)) == MOST_READS
    requests.begin(numbered("positions", 999), now)
    await asyncio.sleep(0)
    assert held.asked[-1] == "positions-999"


async def test_an_operation_that_is_not_in_the_table_counts_as_a_read(held: Held) -> None:
    outbox, now = Outbox(), session()
    requests = Requests(held, outbox, lambda: None)
    requests.use(now)
    held.gate.set()
    requests.begin(request("sell-all"), now)
    for _ in range(3):
        await asyncio.sleep(0)
    assert [reply.id for reply in replies(outbox)] == ["r-1"]
