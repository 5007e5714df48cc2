"""A change that still waits in the socket: it never keeps a cancel or a drop from being right."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.ib.following_for_tests import DEADLINE, rounds
from tests.ib.parts_for_tests import Parts
from tests.trading.orders_for_tests import a_request
from trading.orders import OrderResult
from trading.records import OrderRecord

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
