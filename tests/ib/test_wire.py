"""ib_async as we use it: errors end the requests they name, order messages go to their listener."""

from __future__ import annotations

import asyncio
import gc
import socket

import ib_async
import pytest
from ib_async.decoder import Decoder
from ib_async.util import UNSET_DOUBLE
from ib_async.wrapper import RequestError, Wrapper

from ib.guard import Faults
from ib.wire import REQUEST_NOTICES, QuickDecoder, Wire
from tests.conftest import DEADLINE
from tests.ib.wires import AAPL, FakeListener, hear, place, plug, start


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


# Errors


@pytest.mark.parametrize("code", [200, 321, 162, 10186, 65_000])
async def test_an_error_ends_the_request_that_it_names(
    wire: Wire, listener: FakeListener, code: int
) -> None:
    request = start(wire, 5)
    hear(wire, 4, 2, 5, code, "what IB says", "")
    with pytest.raises(RequestError, match="what IB says") as error:
        await request
    assert error.value.code == code
    assert listener.told == [("error", (5, code, "what IB says"))]


@pytest.mark.parametrize("code", sorted(REQUEST_NOTICES))
async def test_a_notice_leaves_the_request_open(
    wire: Wire, listener: FakeListener, code: int
) -> None:
    request = start(wire, 5)
    hear(wire, 4, 2, 5, code, "a notice", "")
    assert not request.done()
    assert listener.told == [("error", (5, code, "a notice"))]


async def test_a_request_that_could_not_be_written_is_no_lost_exception_later(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ConnectionError):
        wire.reqCurrentTimeAsync()
    wire.cut("gone")
    gc.collect()
    assert "never retrieved" not in caplog.text


async def test_an_error_of_another_request_is_not_ours(wire: Wire) -> None:
    request = start(wire, 5)
    for other in (-1, 6):
        hear(wire, 4, 2, other, 321, "what IB says", "")
    assert not request.done()


async def test_the_rest_of_a_refusal_is_told_too(wire: Wire, listener: FakeListener) -> None:
    hear(wire, 4, 2, 7, 201, "Order rejected", '{"rejects": []}')
    assert listener.told[0][1][2] == 'Order rejected {"rejects": []}'


async def test_a_cut_ends_every_request(wire: Wire) -> None:
    requests = [start(wire, key) for key in (5, "positions", "openOrders")]
    wire.cut("The desk is stopping")
    errors = await asyncio.gather(*requests, return_exceptions=True)
    assert [repr(error) for error in errors] == ["ConnectionError('The desk is stopping')"] * 3


async def test_a_request_that_was_given_up_does_not_disturb_the_cut(wire: Wire) -> None:
    given_up, waiting = start(wire, 5), start(wire, 6)
    given_up.cancel()
    wire.cut("The desk is stopping")
    assert isinstance(waiting.exception(), ConnectionError)


async def test_a_drop_ends_every_request_also_equal_ones(wire: Wire) -> None:
    plug(wire)
    requests = [wire.reqPositionsAsync() for _ in range(3)]
    wire.client.conn.connection_lost(None)
    errors = await asyncio.gather(*requests, return_exceptions=True)
    assert [repr(error) for error in errors] == ["ConnectionError('TWS closed the connection')"] * 3


async def test_a_cut_ends_equal_requests_too(wire: Wire) -> None:
    requests = [start(wire, "positions") for _ in range(3)]
    requests[1].cancel()
    wire.cut("The desk is stopping")
    assert [each.cancelled() or repr(each.exception()) for each in requests] == [
        "ConnectionError('The desk is stopping')",
        True,
        "ConnectionError('The desk is stopping')",
    ]


async def test_equal_requests_are_answered_one_after_the_other(wire: Wire) -> None:
    plug(wire)
    first, second = wire.reqPositionsAsync(), wire.reqPositionsAsync()
    for size in (10, 20):
        hear(wire, 61, 3, "DU1", 265598, "AAPL", "STK", "", 0, "", "", "", "USD", "", "", size, 1.5)
        hear(wire, 62, 1)
    assert [[p.position for p in await each] for each in (first, second)] == [[10], [20]]


async def test_a_request_that_was_given_up_is_overtaken(wire: Wire) -> None:
    plug(wire)
    given_up = asyncio.ensure_future(wire.reqCurrentTimeAsync())
    given_up.cancel()
    newer = wire.reqCurrentTimeAsync()
    hear(wire, 49, 1, 1_795_185_062)
    assert (await newer).year == 2026


# Orders


async def test_a_notice_about_an_order_makes_no_order_state(
    order_wire: Wire, listener: FakeListener
) -> None:
    hear(order_wire, 4, 2, 7, 10349, "Order TIF was set to DAY based on order preset.", "")
    assert [name for name, _ in listener.told] == ["error"]
    assert order_wire.trades() == []


async def test_an_order_status_goes_to_the_listener_and_nowhere_else(
    order_wire: Wire, listener: FakeListener
) -> None:
    hear(order_wire, 3, 7, "Filled", 100, 0, 228.5, 9001, 0, 228.5, 1000, "", 0)
    ((name, (order_id, status, fields)),) = listener.told
    assert (name, order_id, status) == ("order status", 7, "Filled")
    assert (fields["filled"], fields["permId"], fields["clientId"]) == (100, 9001, 1000)
    assert order_wire.trades() == []


async def test_other_order_messages_go_to_the_listener_too(
    order_wire: Wire, listener: FakeListener
) -> None:
    order, state = ib_async.Order(), ib_async.OrderState()
    order_wire.wrapper.openOrder(7, AAPL, order, state)
    order_wire.wrapper.completedOrder(AAPL, order, state)
    order_wire.wrapper.execDetails(-1, AAPL, ib_async.Execution())
    order_wire.wrapper.commissionReport(ib_async.CommissionReport())
    assert [name for name, _ in listener.told] == [
        "open order",
        "completed order",
        "execution",
        "commission",
    ]
    assert (order_wire.trades(), order_wire.fills()) == ([], [])


async def test_the_floor_of_order_ids_is_told(wire: Wire, listener: FakeListener) -> None:
    hear(wire, 9, 1, 501)
    assert listener.told == [("next valid id", (501,))]


# Numbers


async def test_an_unset_profit_of_a_fill_is_none_and_not_zero(wire: Wire) -> None:
    hear(wire, 59, 1, "e.1.01.01", 1.25, "USD", UNSET_DOUBLE, UNSET_DOUBLE, "")
    assert wire.wrapper.commissions["e.1.01.01"] == {
        "commission": 1.25,
        "commissionCurrency": "USD",
        "realizedPNL": None,
    }


def order_as_text(text: str) -> ib_async.Order:
    """An Order whose numbers are texts, as they come from the socket."""
    order = ib_async.Order()
    order.orderId = order.totalQuantity = order.lmtPrice = order.transmit = text  # type: ignore[assignment]
    return order


@pytest.mark.parametrize("text", ["1", "0", "", "7"])
def test_the_quick_decoder_parses_as_ib_async_does(text: str) -> None:
    ours, theirs = order_as_text(text), order_as_text(text)
    wrapper = Wrapper(ib_async.IB())
    QuickDecoder(wrapper, Faults()).parse(ours)
    Decoder(wrapper, 178).parse(theirs)
    assert vars(ours) == vars(theirs)
    assert [type(value) for value in vars(ours).values()] == [
        type(value) for value in vars(theirs).values()
    ]


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
            await asyncio.sleep(0)
        greeting.cancel()
        await asyncio.wait({greeting}, timeout=DEADLINE)
        assert greeting.cancelled()
