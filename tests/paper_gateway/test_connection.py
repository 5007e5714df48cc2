"""One socket: pieces, pauses, cuts. Cuts that drills make at an order's bytes are seen here."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from ib_async import IB, LimitOrder, MarketOrder

from paper_gateway.connection import MAX_UNREAD_BYTES, Connection
from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from paper_gateway.wire import frame
from tests.paper_gateway.raw_client import DEADLINE, RawClient
from tests.paper_gateway.wire_client import HELLO, names

FAST = Settings(latency_seconds=0.0)


@pytest.fixture(params=[0.0, 0.005], ids=["at once", "with latency"])
async def gateway(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    async with serve(Settings(latency_seconds=request.param)) as server:
        yield server


@pytest.mark.parametrize("size", [1, 7])
async def test_output_in_pieces_arrives_whole(gateway: Server, size: int) -> None:
    gateway.apply({"chunk_bytes": size})
    ib = IB()
    await ib.connectAsync("127.0.0.1", gateway.port, 7, DEADLINE, raiseSyncErrors=True)
    assert len(ib.accountValues()) > 100
    ib.disconnect()


async def test_a_piece_is_a_read_of_its_own(gateway: Server) -> None:
    client = await RawClient.connect(gateway)
    gateway.apply({"chunk_bytes": 1})
    client.writer.write(HELLO)
    first = await asyncio.wait_for(client.reader.read(100), DEADLINE)
    assert len(first) < len(frame(178, "20260105 10:00:00 US/Eastern"))
    await client.close()


async def test_pieces_that_wait_go_out_before_what_comes_later(gateway: Server) -> None:
    client = await RawClient.started(gateway)
    gateway.apply({"chunk_bytes": 1})
    client.send(6, 2, 1, "")
    await client.message()
    gateway.apply({"chunk_bytes": 0})
    found = names(await client.heard())
    assert found[-1] == "54"
    assert set(found) == {"6", "8", "54"}
    await client.close()


async def test_a_freeze_stops_pieces_and_a_thaw_goes_on(gateway: Server) -> None:
    client = await RawClient.started(gateway)
    gateway.apply({"chunk_bytes": 1})
    client.send(6, 2, 1, "")
    await client.message()
    gateway.apply({"freeze": True})
    gateway.broadcast(1100)
    gateway.apply({"freeze": False})
    found = names(await client.heard())
    assert found.count("54") == found.count("4 1100") == 1
    await client.close()


async def test_a_client_that_does_not_read_its_pieces_is_dropped(
    gateway: Server, caplog: pytest.LogCaptureFixture
) -> None:
    deaf, other = await RawClient.started(gateway), await RawClient.started(gateway, 8)
    deaf.writer.transport.pause_reading()  # type: ignore[attr-defined]
    session = gateway.hub.sessions[7]
    gateway.apply({"chunk_bytes": 1024})
    block = bytes(1024 * 1024)
    for _ in range(MAX_UNREAD_BYTES // len(block) + 1):
        session.send(block)
        gateway.flush()
    assert await other.heard() == []
    assert 7 not in gateway.hub.sessions
    (line,) = [each for each in caplog.messages if each.startswith("client 7")]
    assert "dropped: it does not read" in line
    for client in (deaf, other):
        await client.close()


async def test_many_large_answers_at_once_reach_a_client_that_reads(gateway: Server) -> None:
    client = await RawClient.started(gateway)
    answer = frame(19, 1, "x" * 1_000_000)
    for _ in range(30):
        gateway.hub.sessions[7].send(answer)
    gateway.flush()
    assert {len(await client.frame()) for _ in range(30)} == {len(answer) - 4}
    assert await client.heard() == []
    await client.close()


class FakeTransport(asyncio.Transport):
    """Whose buffer never empties: a close alone does not end it."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.is_aborted = asyncio.Event()

    def close(self) -> None:
        self.calls.append("close")

    def abort(self) -> None:
        self.calls.append("abort")
        self.is_aborted.set()


class HastyConnection(Connection):
    last_words_seconds = 0.0


async def test_who_does_not_read_the_last_words_is_cut_off(gateway: Server) -> None:
    connection, transport = HastyConnection(gateway), FakeTransport()
    connection.transport = transport
    connection.finish()
    assert transport.calls == ["close"]
    await asyncio.wait_for(transport.is_aborted.wait(), DEADLINE)
    assert transport.calls == ["close", "abort"]


async def test_a_session_that_closes_says_the_last_piece(gateway: Server) -> None:
    gateway.apply({"chunk_bytes": 1})
    client = await RawClient.connect(gateway)
    client.writer.write(b"API\0\0\0\0\x09v100..157")
    assert (await client.rest()).endswith(b"100 to 157.\0\0")
    await client.close()


async def test_a_cut_after_an_order_leaves_no_byte_of_an_answer(gateway: Server) -> None:
    client = await RawClient.started(gateway)
    gateway.apply({"drop_after_order": 1})
    client.place(1, MarketOrder("BUY", 10, tif="DAY", orderRef="key"))
    assert await client.rest() == b""
    await client.close()
    orders = gateway.hub.book.orders.values()
    assert [order.ticket.order_ref for order in orders] == ["key"]


async def test_a_cut_before_an_order_leaves_no_order(gateway: Server) -> None:
    client = await RawClient.started(gateway)
    gateway.apply({"drop_before_order": 1})
    client.place(1, MarketOrder("BUY", 10, tif="DAY"))
    assert await client.rest() == b""
    await client.close()
    assert (gateway.hub.book.orders, gateway.hub.sessions) == ({}, {})


async def test_an_order_that_was_read_is_booked_after_its_socket_was_reset(
    gateway: Server,
) -> None:
    client = await RawClient.started(gateway)
    gateway.apply({"delay_orders_ms": 50})
    client.place(1, LimitOrder("BUY", 10, 1.0, tif="DAY"))
    await client.close()
    *refused, last = await asyncio.wait_for(_answers(gateway), DEADLINE)
    assert (set(refused), last) == ({"326"}, "15")
    assert len(gateway.hub.book.orders) == 1


async def _answers(gateway: Server) -> list[str]:
    """What is answered to newcomers with the same client id, until one of them gets in."""
    found: list[str] = []
    while not found or found[-1] == "326":
        newcomer = await RawClient.connect(gateway)
        answer = await newcomer.start(7)
        found.append(answer[3] if answer[0] == "4" else answer[0])
        await newcomer.close()
    return found
