"""A change that still waits in the socket: it never keeps a cancel or a drop from being right."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.ib.following_for_tests import DEADLINE, rounds
from tests.ib.parts_for_tests import Parts
from tests.trading.orders_for_tests import a_body, a_request
from trading.orders import OrderResult, parse_order_request
from trading.records import OrderRecord
from trading.statuses import OrderState

LIMIT: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 100}


@pytest.fixture
async def parts() -> Parts:
    return Parts()


async def a_waiting_change(parts: Parts) -> tuple[OrderRecord, asyncio.Task[OrderResult]]:
    """A live order, and a change of it that IB's pace holds back."""
    record = parts.live(a_request(**LIMIT))
    parts.session.room = 0
    change = asyncio.get_running_loop().create_task(
        parts.exits.modify("ui-1", {"lmtPrice": 101}, None)
    )
    await rounds()
    parts.journal.write_all()
    await rounds()
    assert parts.session.waiting == [record.order_id]
    return record, change


async def test_a_cancel_takes_the_change_back_and_is_sent_itself(parts: Parts) -> None:
    record, change = await a_waiting_change(parts)
    cancel = asyncio.get_running_loop().create_task(parts.exits.cancel("ui-1"))
    await rounds()
    assert (parts.session.waiting, parts.session.cancelled) == ([], [record.order_id])
    parts.status(record, "Cancelled")
    async with asyncio.timeout(DEADLINE):
        result = await cancel
        await change
    assert (result.state, result.sent, result.payload["modification"]) == ("cancelled", "yes", None)


async def test_a_drop_leaves_the_order_sent_and_its_change_undone(parts: Parts) -> None:
    record, change = await a_waiting_change(parts)
    for order_id in parts.session.waiting_order_ids():
        parts.book.on_never_written(order_id, "The connection is gone")
    parts.book.on_disconnected("The connection is gone")
    async with asyncio.timeout(DEADLINE):
        result = await change
    assert (result.state, result.sent, result.payload["modification"]) == ("live", "yes", None)
    assert "notSent" not in [event["kind"] for event in record.events]


async def a_bracket(parts: Parts, room: int) -> list[OrderRecord]:
    """An order with a target and a stop, of which the socket has written as many as there is room
    for within IB's pace."""
    more = {"targets": [{"lmtPrice": 110}], "stop": {"orderType": "STP", "auxPrice": 90}}
    request = parse_order_request(a_body(**LIMIT) | {"bracket": more, "clientOrderId": "b"})
    parts.session.room = room
    parts.submit(request)
    parts.journal.write_all()
    await rounds()
    return [parts.record(name) for name in ("b", "b-t1", "b-s1")]


@pytest.mark.failure("F59")
@pytest.mark.parametrize("name", ["b", "b-t1", "b-s1"])
@pytest.mark.parametrize("room", [0, 1, 2])
async def test_a_bracket_that_has_not_left_whole_is_cancelled_whole(
    parts: Parts, name: str, room: int
) -> None:
    """What has been written of it waits at TWS for its last order, and would wait for ever."""
    records = await a_bracket(parts, room)
    cancel = asyncio.get_running_loop().create_task(parts.exits.cancel(name))
    await rounds()
    assert parts.session.waiting == []
    assert sorted(parts.session.cancelled) == [record.order_id for record in records[:room]]
    assert {record.state for record in records[room:]} == {OrderState.NOT_SENT}
    for record in records[:room]:
        parts.status(record, "Cancelled")
    async with asyncio.timeout(DEADLINE):
        await cancel
