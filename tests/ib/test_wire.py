"""One socket to TWS: who reads it, IB's pace, what never left, and how a greeting ends."""

from __future__ import annotations

import asyncio
import socket

import ib_async
import pytest
from ib_async.wrapper import RequestError

from ib.decoder import QuickDecoder
from ib.wire import Wire
from tests.conftest import DEADLINE
from tests.ib.wires import AAPL, FakeListener, hear, place, plug
from trading.bars import BarQuestion
from trading.contracts import parse_contract


@pytest.fixture
def listener() -> FakeListener:
    return FakeListener()


@pytest.fixture
async def wire(listener: FakeListener) -> Wire:
    """A reading wire that is connected to nothing."""
    return Wire(listener)


@pytest.fixture
async def order_wire(listener: FakeListener) -> Wire:
    return Wire(listener, listener)


async def test_the_quick_decoder_is_in_use(wire: Wire) -> None:
    assert isinstance(wire.client.decoder, QuickDecoder)


# IB's pace


@pytest.mark.parametrize("leaving", [0, 2])
async def test_a_cancel_goes_first_also_when_others_leave_as_it_comes(
    wire: Wire, leaving: int
) -> None:
    """ib_async sends what may leave now from the front, and puts the new message at the end."""
    queue = wire.client._msgQ
    queue.extend(f"3\0{number}\0" for number in range(5))

    def cancel(_client: object) -> None:
        queue.append("4\0cancel\0")
        for _ in range(leaving):
            queue.popleft()

    wire.send_first(cancel)
    assert queue[0] == "4\0cancel\0"
    assert len(queue) == 6 - leaving


async def test_a_cancel_that_has_left_disturbs_nothing(wire: Wire) -> None:
    wire.send_first(lambda _client: None)
    assert wire.queue_length() == 0


async def test_a_wire_that_may_send_has_room_and_a_busy_one_has_none(wire: Wire) -> None:
    plug(wire)
    wire.client.MaxRequests = 3
    rooms = []
    for order_id in range(4):
        rooms.append(wire.seconds_until_room(2))
        place(wire, order_id)
    assert (rooms[:2], wire.queue_length()) == ([0, 0], 1)
    assert all(0 < room <= 1 for room in rooms[2:])
    assert wire.seconds_until_room(0) > 0


async def test_orders_that_never_left_are_known_when_the_socket_drops(order_wire: Wire) -> None:
    plug(order_wire)
    order_wire.client.MaxRequests = 2
    heard: list[list[int]] = []

    def on_gone() -> None:
        heard.append(order_wire.waiting_order_ids())

    order_wire.disconnectedEvent += on_gone
    for order_id in (7, 8, 9, 31):
        place(order_wire, order_id)
    order_wire.client.cancelOrder(7)  # type: ignore[no-untyped-call]
    assert order_wire.waiting_order_ids() == [9, 31]
    order_wire.client.conn.connection_lost(None)
    assert heard == [[9, 31]]
    assert (order_wire.waiting_order_ids(), order_wire.queue_length()) == ([9, 31], 0)


async def test_the_next_connection_begins_without_orders_that_never_left(order_wire: Wire) -> None:
    plug(order_wire)
    order_wire.client.MaxRequests = 1
    for order_id in (7, 8):
        place(order_wire, order_id)
    order_wire.client.conn.connection_lost(None)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(OSError, match="Connect call failed"):
        await order_wire.client.connectAsync("127.0.0.1", port, 1000)
    assert order_wire.waiting_order_ids() == []


async def test_a_cancel_that_comes_with_the_connection_ends_the_greeting(order_wire: Wire) -> None:
    """asyncio.wait_for loses such a cancel in Python 3.11, and a stop then waits for TWS."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        client = order_wire.client
        greeting = asyncio.ensure_future(client.connectAsync("127.0.0.1", port, 1000, 60))
        while client.conn.transport is None:
            await asyncio.wait({greeting}, timeout=0)
        greeting.cancel()
        await asyncio.wait({greeting}, timeout=DEADLINE)
        assert greeting.cancelled()


# Bars


async def test_live_bars_are_kept_up_to_date_until_they_are_ended(wire: Wire) -> None:
    """historicalDataUpdate has another order than historicalData: open, close, high, low."""
    transport, heard = plug(wire), []

    def hear_update(bars: ib_async.BarDataList, has_new: bool) -> None:
        heard.append((has_new, bars[-1].open, bars[-1].high, bars[-1].low, bars[-1].close))

    wire.barUpdateEvent += hear_update
    bars = wire.new_bars()
    question = BarQuestion(parse_contract({"symbol": "AAPL"}), what="TRADES", is_live=True)
    answer = wire.request_bars(bars, AAPL, question)
    hear(wire, 17, bars.reqId, "", "", 1, 1795183200, 10, 14, 9, 12, 5, 11, 3)
    assert await answer is bars
    hear(wire, 90, bars.reqId, 4, 1795183200, 10, 13, 14, 9, 11, 6)
    hear(wire, 90, bars.reqId, 1, 1795183260, 13, 15, 16, 12, 14, 2)
    assert heard == [(False, 10, 14, 9, 13), (True, 13, 16, 12, 15)]
    wire.end_bars(bars)
    assert f"25\0001\0{bars.reqId}\0".encode() in transport.written
    hear(wire, 90, bars.reqId, 1, 1795183320, 1, 1, 1, 1, 1, 1)
    assert len(heard) == 2


async def test_bars_that_were_refused_are_heard_of_no_more(wire: Wire) -> None:
    """ib_async leaves a refused subscription in its tables."""
    plug(wire)
    bars = wire.new_bars()
    question = BarQuestion(parse_contract({"symbol": "AAPL"}), what="TRADES", is_live=True)
    answer = wire.request_bars(bars, AAPL, question)
    hear(wire, 4, 2, bars.reqId, 162, "no permission", "")
    with pytest.raises(RequestError):
        await answer
    wire.forget_bars(bars)
    assert bars.reqId not in wire.wrapper.reqId2Subscriber


# Market-data lines


async def test_each_line_has_a_ticker_of_its_own(wire: Wire) -> None:
    """An old price of the same contract never passes for a new one."""
    transport = plug(wire)
    one, other = wire.open_line(AAPL), wire.open_line(AAPL)
    hear(wire, 1, 6, one.req_id, 1, 228.1, 300, 0)
    assert one.req_id != other.req_id
    assert (one.ticker.bid, other.ticker.bid != other.ticker.bid) == (228.1, True)
    assert transport.written.count(b"AAPL") == 2


async def test_a_closed_line_is_cancelled_and_its_late_ticks_are_heard_by_nobody_else(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    transport = plug(wire)
    line = wire.open_line(AAPL)
    req_id, ticker = line.req_id, line.ticker
    transport.written = b""
    wire.close_line(req_id)
    assert transport.written.endswith(f"2\0{2}\0{req_id}\0".encode())
    hear(wire, 1, 6, req_id, 1, 228.1, 300, 0)
    assert (ticker.bid, wire.faults, caplog.records) == (228.1, 0, [])


async def test_a_line_that_tws_has_ended_is_not_cancelled(wire: Wire) -> None:
    transport = plug(wire)
    line = wire.open_line(AAPL, snapshot=True)
    transport.written = b""
    wire.close_line(line.req_id, is_over=True)
    assert transport.written == b""
    wire.wrapper.fail_requests("gone")
    assert not line.end.done()  # nobody waits for it any more


async def test_closed_lines_are_forgotten_in_time_and_numbers_may_come_again(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ib.wrapper.TICKERS_REMEMBERED", 1)
    plug(wire)
    first = wire.open_line(AAPL).req_id
    wire.close_line(first)
    wire.wrapper.reqId2Ticker[first] = again = ib_async.Ticker()  # after a reconnect
    for _ in range(2):
        wire.close_line(wire.open_line(AAPL).req_id)
    assert wire.wrapper.reqId2Ticker[first] is again
    assert len(wire.wrapper.reqId2Ticker) == 2


async def test_the_type_of_the_data_is_told(wire: Wire) -> None:
    plug(wire)
    told: list[tuple[int, int]] = []
    line = wire.open_line(AAPL)
    req_id, ticker = line.req_id, line.ticker
    hear(wire, 58, 1, req_id, 3)  # nobody listens yet
    wire.wrapper.on_data_type = lambda number, kind: told.append((number, kind))
    hear(wire, 58, 1, req_id, 4)
    assert (told, ticker.marketDataType) == ([(req_id, 4)], 4)
