"""What ib_async hears: errors end the requests they name, order messages go to their listener."""

from __future__ import annotations

import asyncio
import gc

import ib_async
import pytest
from ib_async.util import UNSET_DOUBLE
from ib_async.wrapper import RequestError

from ib.wire import Wire
from ib.wrapper import REQUEST_NOTICES
from tests.ib.wires import AAPL, FakeListener, hear, plug, start


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
