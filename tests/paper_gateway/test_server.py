"""Whole sessions over real sockets with unmodified ib_async, and what sockets can do wrong."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from ib_async import (
    IB,
    Contract,
    ExecutionFilter,
    Forex,
    LimitOrder,
    MarketOrder,
    Order,
    Stock,
    Trade,
)

from paper_gateway.connection import MAX_UNREAD_BYTES
from paper_gateway.drilling.scripts import parse_script
from paper_gateway.server import MAX_SOCKETS, Server, SetupError, serve
from paper_gateway.settings import Settings
from paper_gateway.store import StateError
from paper_gateway.wire import frame
from tests.paper_gateway.raw_client import RawClient
from tests.paper_gateway.wire_client import HELLO, FakeClock

DEADLINE = 5.0
FAST = Settings(latency_seconds=0.0)
AAPL = Stock("AAPL", "SMART", "USD")


@pytest.fixture
async def gateway() -> AsyncIterator[Server]:
    async with serve(FAST) as server:
        yield server


@pytest.fixture
async def ib(gateway: Server) -> AsyncIterator[IB]:
    """ib_async as client 7."""
    client = IB()
    await client.connectAsync("127.0.0.1", gateway.port, clientId=7, timeout=DEADLINE)
    yield client
    client.disconnect()


async def until(ib: IB, condition: Callable[[], object]) -> None:
    """Wait, message by message, until the condition holds; fails after the deadline."""

    async def watch() -> None:
        while not condition():
            await ib.updateEvent

    await asyncio.wait_for(watch(), DEADLINE)


async def alive(ib: IB) -> bool:
    """A question and its answer: what was sent before it has been dealt with."""
    return bool(await asyncio.wait_for(ib.reqCurrentTimeAsync(), DEADLINE))


def day(action: str = "BUY", quantity: float = 10, **terms: Any) -> MarketOrder:
    return MarketOrder(action, quantity, tif="DAY", **terms)


async def filled(ib: IB, order: Order, contract: Contract = AAPL) -> Trade:
    """Place an order and wait for its end and its commission."""
    trade = ib.placeOrder(contract, order)
    await until(ib, lambda: trade.orderStatus.status == "Filled")
    await until(ib, lambda: all(fill.commissionReport.execId for fill in trade.fills))
    return trade


# Whole sessions


async def test_ib_async_connects_with_every_start_up_request_answered(gateway: Server) -> None:
    client = IB()
    await client.connectAsync(
        "127.0.0.1", gateway.port, clientId=7, timeout=DEADLINE, raiseSyncErrors=True
    )
    assert client.client.serverVersion() == 178
    assert client.managedAccounts() == ["DU1234567"]
    assert len(client.accountValues()) > 100
    assert {61, 5, 99, 6, 76, 7} <= set(gateway.counters.received)
    client.disconnect()


async def test_a_market_order_is_bought_held_and_sold(ib: IB) -> None:
    (contract,) = await ib.qualifyContractsAsync(AAPL)
    assert isinstance(contract, Contract)
    trade = await filled(ib, day(orderRef="my-key"), contract)
    (fill,) = trade.fills
    statuses = list(dict.fromkeys(entry.status for entry in trade.log))
    assert statuses == ["PendingSubmit", "PreSubmitted", "Filled"]
    assert (fill.execution.shares, fill.execution.orderRef) == (10.0, "my-key")
    assert fill.commissionReport.commission == 1.0
    await until(ib, ib.positions)
    (position,) = ib.positions()
    assert position.position == 10.0
    assert position.avgCost == pytest.approx(fill.execution.price + 0.1)
    await filled(ib, day("SELL"), contract)
    await until(ib, lambda: not ib.positions())


async def test_a_limit_order_rests_is_changed_and_cancelled(ib: IB) -> None:
    order = LimitOrder("BUY", 10, 1.0, tif="DAY")
    trade = ib.placeOrder(AAPL, order)
    await until(ib, lambda: trade.orderStatus.status == "Submitted")
    order.lmtPrice = 2.0
    ib.placeOrder(AAPL, order)
    await until(ib, lambda: trade.log[-1].message == "Modified")
    (listed,) = await ib.reqAllOpenOrdersAsync()
    assert listed.order.lmtPrice == 2.0
    ib.cancelOrder(order)
    await until(ib, lambda: trade.orderStatus.status == "Cancelled")


async def test_a_preview_answers_with_margins(ib: IB) -> None:
    state = await asyncio.wait_for(ib.whatIfOrderAsync(AAPL, day(quantity=100)), DEADLINE)
    assert state.status == "PreSubmitted"
    assert float(state.initMarginChange) == pytest.approx(
        2 * float(state.maintMarginChange), rel=1e-4
    )
    assert (state.minCommission, state.commissionCurrency) == (1.0, "USD")


async def test_lists_of_a_session_agree_with_what_happened(ib: IB) -> None:
    trade = await filled(ib, day(quantity=600, orderRef="parts"))
    completed = await ib.reqCompletedOrdersAsync(False)
    fills = await ib.reqExecutionsAsync(ExecutionFilter(symbol="AAPL"))
    assert [each.order.orderRef for each in completed] == ["parts"]
    assert [each.execution.shares for each in fills] == [300.0, 300.0]
    assert sum(each.commissionReport.commission for each in ib.fills()) == 3.0
    assert trade.filled() == 600.0


async def test_quotes_bars_and_reference_data_are_served(ib: IB) -> None:
    (contract,) = await ib.qualifyContractsAsync(AAPL)
    assert isinstance(contract, Contract)
    ticker = ib.reqMktData(AAPL)
    await until(ib, lambda: ticker.bid > 0 and ticker.ask > 0 and ticker.last > 0)
    bars = await ib.reqHistoricalDataAsync(AAPL, "", "1 D", "1 hour", "TRADES", True)
    symbols = await ib.reqMatchingSymbolsAsync("AAPL")
    rule = await ib.reqMarketRuleAsync(26)
    assert ticker.bid < ticker.ask
    assert len(bars) == 24
    assert symbols
    assert symbols[0].contract == Contract(
        conId=contract.conId, symbol="AAPL", secType="STK", primaryExchange="NASDAQ",
        currency="USD", description="APPLE INC",
    )  # fmt: skip
    assert rule is not None and rule[-1].increment == 0.01


async def test_profit_and_loss_are_told(ib: IB) -> None:
    pnl = ib.reqPnL("DU1234567")
    await until(ib, lambda: pnl.dailyPnL == 0.0)
    trade = await filled(ib, day())
    single = ib.reqPnLSingle("DU1234567", "", trade.fills[0].contract.conId)
    await until(ib, lambda: single.position == 10)
    ib.cancelPnL("DU1234567")


async def test_another_client_sees_positions_but_not_orders(gateway: Server, ib: IB) -> None:
    reader = IB()
    await reader.connectAsync("127.0.0.1", gateway.port, clientId=999, timeout=DEADLINE)
    await filled(ib, day(quantity=20_000), Forex("EURUSD"))
    await until(reader, reader.positions)
    assert reader.positions()[0].contract.localSymbol == "EUR.USD"
    assert (reader.trades(), await reader.reqExecutionsAsync()) == ([], [])
    reader.disconnect()


# Time


async def test_answers_that_wait_for_the_latency_keep_their_order() -> None:
    async with serve(Settings(latency_seconds=0.01)) as gateway:
        client = await RawClient.connect(gateway)
        await client.start(1)
        client.writer.write(frame(49, 1) + frame(61, 1) + frame(16, 1))
        # What is left of the start-up: the next id and eight notices about farms.
        answers = [(await client.message())[0] for _ in range(12)]
        assert answers[-3:] == ["49", "62", "53"]
        await client.close()


async def test_a_clock_can_be_given_and_moved() -> None:
    clock = FakeClock()
    async with serve(FAST, clock) as gateway:
        client = await RawClient.connect(gateway)
        await client.start(1)
        done = list[float]()
        gateway.hub.timers.after(3600.0, lambda: done.append(clock.now))
        clock.now += 3600.0
        gateway.run_due()
        assert done == [clock.now]
        await client.close()


# Drills


async def test_a_frozen_gateway_answers_nothing_and_then_everything(
    gateway: Server, ib: IB
) -> None:
    gateway.apply({"freeze": True})
    pending = asyncio.ensure_future(ib.reqCurrentTimeAsync())
    newcomer = await RawClient.connect(gateway)
    newcomer.writer.write(HELLO)
    done, _ = await asyncio.wait([pending], timeout=0.05)
    assert not done
    assert 49 not in gateway.counters.received
    gateway.apply({"freeze": False})
    assert await asyncio.wait_for(pending, DEADLINE)
    assert (await newcomer.message())[0] == "178"
    await newcomer.close()


async def test_dropped_sockets_are_noticed_and_the_client_comes_back(gateway: Server) -> None:
    client, dropped = IB(), asyncio.Event()
    await client.connectAsync("127.0.0.1", gateway.port, clientId=7, timeout=DEADLINE)
    client.disconnectedEvent += dropped.set
    gateway.drop_connections()
    await asyncio.wait_for(dropped.wait(), DEADLINE)
    await client.connectAsync("127.0.0.1", gateway.port, clientId=7, timeout=DEADLINE)
    assert client.isConnected()
    client.disconnect()


async def test_system_messages_reach_the_client(gateway: Server, ib: IB) -> None:
    codes = list[int]()
    ib.errorEvent += lambda _req_id, code, *_: codes.append(code)
    gateway.broadcast(1100)
    gateway.broadcast(1102)
    await until(ib, lambda: codes == [1100, 1102])


async def test_a_held_order_goes_on_when_the_drill_ends(gateway: Server, ib: IB) -> None:
    gateway.apply({"hold_for_locate": True})
    trade = ib.placeOrder(AAPL, day("SELL"))
    await until(ib, lambda: trade.orderStatus.whyHeld == "locate")
    gateway.apply({"hold_for_locate": False})
    await until(ib, lambda: trade.orderStatus.status == "Filled")


async def test_10349_makes_ib_async_say_cancelled_while_the_order_fills(ib: IB) -> None:
    trade = ib.placeOrder(AAPL, MarketOrder("BUY", 10))
    await until(ib, lambda: trade.orderStatus.status == "Filled")
    assert "Cancelled" in [entry.status for entry in trade.log]


# Trouble


async def test_a_client_id_in_use_is_refused_on_its_own_socket(gateway: Server, ib: IB) -> None:
    second = await RawClient.connect(gateway)
    assert (await second.start(7))[3] == "326"
    assert await second.rest() == b""
    await second.close()
    assert await alive(ib)


@pytest.mark.parametrize(
    "opening",
    [b"GET / HTTP/1.1\r\n\r\n", b"API\0\xff\xff\xff\xff", b"API\0\0\0\0\x03abc", b"\0" * 64],
)
async def test_a_garbage_handshake_closes_that_socket_only(
    gateway: Server, ib: IB, opening: bytes
) -> None:
    stranger = await RawClient.connect(gateway)
    stranger.writer.write(opening)
    await stranger.rest()
    await stranger.close()
    assert await alive(ib)


@pytest.mark.parametrize(
    ("spoiled", "answer"),
    [
        (b"\0\0\0\0", "320"),
        (frame(999, 1), "320"),
        (frame(9, 8, 5), "320"),
        (frame(3, 12, 0), "320"),
        (frame(61, 1, *[""] * 5000), "320"),
        (frame(71, 2, 9, ""), "321"),
        (frame(71, 2, "nine", ""), "320"),
    ],
)
async def test_a_bad_request_is_answered_and_that_client_lives_too(
    gateway: Server, ib: IB, spoiled: bytes, answer: str
) -> None:
    stranger = await RawClient.started(gateway, 9)
    stranger.writer.write(spoiled)
    assert [message[3] for message in await stranger.heard()] == [answer]
    await stranger.close()
    assert await alive(ib)


@pytest.mark.parametrize("length", [0x1000000, 0xFFFFFFFF])
async def test_an_oversized_frame_costs_its_own_socket_only(
    gateway: Server, ib: IB, length: int
) -> None:
    stranger = await RawClient.started(gateway, 9)
    stranger.writer.write(length.to_bytes(4, "big"))
    assert await stranger.rest() == b""
    await stranger.close()
    assert 9 not in gateway.hub.sessions
    assert await alive(ib)


async def test_half_a_frame_and_a_reset_harm_nobody(gateway: Server, ib: IB) -> None:
    stranger = await RawClient.connect(gateway)
    await stranger.start(9)
    stranger.writer.write(frame(61, 1)[:5])
    stranger.writer.transport.abort()
    assert await alive(ib)
    assert 9 not in gateway.hub.sessions
    await stranger.close()


async def test_a_request_that_breaks_its_handler_costs_only_its_client(
    gateway: Server, ib: IB, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a fault of ours")

    gateway.hub.handlers = {**gateway.hub.handlers, 104: broken}
    stranger = await RawClient.connect(gateway)
    await stranger.start(9)
    stranger.writer.write(frame(104, 1))
    await stranger.rest()
    await stranger.close()
    assert "a fault of ours" in caplog.text
    assert await alive(ib)


async def test_a_client_that_does_not_read_is_dropped(gateway: Server, ib: IB) -> None:
    deaf = await RawClient.connect(gateway)
    await deaf.start(9)
    deaf.writer.transport.pause_reading()  # type: ignore[attr-defined]
    session = gateway.hub.sessions[9]
    block = b"x" * (1024 * 1024)
    for _ in range(MAX_UNREAD_BYTES // len(block) + 8):
        session.send(block)
        gateway.flush()
    assert await alive(ib)
    assert 9 not in gateway.hub.sessions
    await deaf.close()


async def test_there_is_a_limit_to_open_sockets(gateway: Server) -> None:
    strangers = [await RawClient.connect(gateway) for _ in range(MAX_SOCKETS)]
    strangers[-1].writer.write(HELLO)
    assert (await strangers[-1].message())[0] == "178"
    extra = await RawClient.connect(gateway)
    assert await extra.rest() == b""
    assert len(gateway.sockets) == MAX_SOCKETS
    for each in (*strangers, extra):
        await each.close()


# Starting and ending


async def test_a_port_in_use_is_told_in_one_line(gateway: Server) -> None:
    with pytest.raises(SetupError, match=f"cannot listen on 127.0.0.1:{gateway.port}"):
        async with serve(Settings(port=gateway.port)):
            pytest.fail("the port was taken")


async def test_a_control_port_in_use_is_told_and_the_api_port_is_freed(gateway: Server) -> None:
    with pytest.raises(SetupError, match="cannot listen on control port"):
        async with serve(Settings(control_port=gateway.port)):
            pytest.fail("the port was taken")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::"])
async def test_a_host_that_others_can_reach_is_refused(host: str) -> None:
    with pytest.raises(SetupError, match="not a loopback address"):
        async with serve(Settings(host=host)):
            pytest.fail("it must not listen there")


async def test_only_this_machine_reaches_it_unless_asked_otherwise(gateway: Server) -> None:
    # Another address of the same machine: whoever listens on all of them would answer.
    with socket.socket() as probe, pytest.raises(OSError):
        probe.connect(("127.0.0.2", gateway.port))
    async with serve(Settings(host="0.0.0.0", allow_remote=True)) as open_gateway:
        with socket.socket() as probe:
            probe.connect(("127.0.0.1", open_gateway.port))


async def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    async with serve(Settings(state=tmp_path)):
        with pytest.raises(StateError, match="another paper gateway is using it"):
            async with serve(Settings(state=tmp_path)):
                pytest.fail("two gateways share an account")


async def test_the_end_closes_every_socket() -> None:
    async with serve(FAST) as gateway:
        client = await RawClient.connect(gateway)
        await client.start(1)
        port = gateway.port
    await client.rest()
    await client.close()
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", port))


async def test_a_script_can_end_the_freeze_that_it_has_begun() -> None:
    async with serve(Settings(latency_seconds=0.0)) as gateway:
        client = await RawClient.started(gateway)
        gateway.play(parse_script("at 0s freeze\nafter 20ms freeze false", "test"))
        client.send(49, 1)
        assert (await client.message())[0] == "49"
        assert not gateway.drills.freeze
        await client.close()
