"""Tickers of one request alone: nobody else hears of them, and they begin without old prices."""

from __future__ import annotations

import asyncio

import ib_async
import pytest

from ib.wire import Wire
from tests.ib.wires import FakeListener, FakeTransport, hear, plug

OPTION = ib_async.Contract(conId=7, symbol="XYZ", secType="OPT", exchange="SMART")


@pytest.fixture
async def wire() -> Wire:
    wire = Wire(FakeListener())
    plug(wire)
    wire.client._reqIdSeq = 100
    return wire


def bid(wire: Wire, req_id: int, price: float) -> None:
    """A tick of TWS, as a packet of its own."""
    wire.wrapper.tcpDataArrived()  # type: ignore[no-untyped-call]
    hear(wire, 1, 6, req_id, 1, price, 10, 1)
    wire.wrapper.tcpDataProcessed()  # type: ignore[no-untyped-call]


async def test_its_ticks_are_told_to_its_owner_alone(wire: Wire) -> None:
    heard: list[tuple[str, float]] = []
    stream, asked = wire.open_line(OPTION), wire.open_line(OPTION, snapshot=True)
    for name, line in (("stream", stream), ("asked", asked)):
        line.ticker.updateEvent.connect(
            lambda ticker, name=name: heard.append((name, ticker.bid)), keep_ref=True
        )
    bid(wire, asked.req_id, 1.5)
    assert heard == [("asked", 1.5)]
    bid(wire, stream.req_id, 2.5)
    assert heard == [("asked", 1.5), ("stream", 2.5)]


async def test_a_snapshot_begins_without_old_prices_and_ends_with_tws(wire: Wire) -> None:
    first = wire.open_line(OPTION, snapshot=True)
    bid(wire, first.req_id, 1.5)
    hear(wire, 57, 1, first.req_id)
    await asyncio.wait_for(first.end, 1)
    wire.close_line(first.req_id, is_over=True)
    second = wire.open_line(OPTION, snapshot=True)
    assert second.ticker.bid != second.ticker.bid  # not a number yet


async def test_late_ticks_of_a_request_that_was_ended_disturb_nobody(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    asked = wire.open_line(OPTION, "101")
    wire.close_line(asked.req_id)
    bid(wire, asked.req_id, 1.5)
    assert "Unknown reqId" not in caplog.text
    assert wire.faults == 0


async def test_a_stream_is_cancelled_at_tws(wire: Wire) -> None:
    transport = wire.client.conn.transport
    asked = wire.open_line(OPTION, "101")
    wire.close_line(asked.req_id)
    assert isinstance(transport, FakeTransport)
    assert f"2\x002\x00{asked.req_id}\x00".encode() in transport.written


async def test_rows_of_contracts_are_heard_as_they_come(wire: Wire) -> None:
    counts: list[int] = []
    rows, end = wire.ask_details(OPTION, counts.append)
    for number in range(3):
        details = ib_async.ContractDetails(contract=ib_async.Contract(conId=number))
        wire.wrapper.contractDetails(100, details)
    assert (counts, len(rows), end.done()) == ([1, 2, 3], 3, False)
    hear(wire, 52, 1, 100)
    assert await end == rows
