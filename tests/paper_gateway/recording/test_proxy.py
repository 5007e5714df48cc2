"""The proxy between real sockets: everything is passed on as it is, and heard beside that."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from paper_gateway.recording.lines import Line
from paper_gateway.recording.log import LogError, read_log
from paper_gateway.recording.proxy import MAX_CONNECTIONS, Proxy, Upstream, record
from paper_gateway.recording.sockets import ListenError
from paper_gateway.wire import frame
from tests.paper_gateway.wire_client import HELLO
from tests.processes import free_port

DEADLINE = 5.0
T = TypeVar("T")
VERSION = frame(178, "20260105 10:00:00 US/Eastern")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def recorded(serve: Serve, log: Path) -> AsyncIterator[Proxy]:
    """A proxy before a server of our own."""
    async with (
        await asyncio.start_server(serve, "127.0.0.1", 0) as server,
        record(log, Upstream("127.0.0.1", server.sockets[0].getsockname()[1])) as proxy,
    ):
        yield proxy


async def connected(proxy: Proxy) -> Streams:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def soon(answer: Awaitable[T]) -> T:
    return await asyncio.wait_for(answer, DEADLINE)


def short(lines: list[Line]) -> list[str]:
    return [f"{line.connection} {line.kind} {line.name}" for line in lines]


def cut(writer: asyncio.StreamWriter) -> None:
    """Close so that the peer sees a reset."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say everything back, the end too."""
    with contextlib.suppress(ConnectionResetError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_both_sides_hear_each_other_byte_by_byte_and_the_log_has_it(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(len(HELLO)) == HELLO
        writer.write(VERSION)
        assert await reader.readexactly(len(frame(61, 1))) == frame(61, 1)
        writer.write(frame(62, 1))
        writer.close()

    async with recorded(serve, tmp_path / "x") as proxy:
        reader, writer = await connected(proxy)
        writer.write(HELLO + frame(61, 1))
        assert await soon(reader.read()) == VERSION + frame(62, 1)
        writer.close()
        await soon(proxy.quiet())
    assert short(read_log(tmp_path / "x").lines) == [
        "1 * opened",
        "1 > hello",
        "1 > reqPositions",
        "1 < serverVersion",
        "1 < positionEnd",
        "1 * server-closed",
        "1 * client-closed",
    ]


async def test_what_is_no_message_is_passed_on_unchanged_and_written(tmp_path: Path) -> None:
    sent = b"GET / HTTP/1.1\r\n\r\n" + bytes(range(256))
    async with recorded(echo, tmp_path / "x") as proxy:
        reader, writer = await connected(proxy)
        writer.write(sent)
        assert await soon(reader.readexactly(len(sent))) == sent
        writer.close()
        await soon(proxy.quiet())
    assert short(read_log(tmp_path / "x").lines) == [
        "1 * opened",
        "1 >? garbage",
        "1 <? oversized",
        "1 * client-closed",
        "1 * server-closed",
    ]


async def test_a_half_close_is_passed_on_and_the_answer_still_comes(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = await reader.read()
        writer.write(frame(len(heard)))
        writer.close()

    async with recorded(serve, tmp_path / "x") as proxy:
        reader, writer = await connected(proxy)
        writer.write(b"x" * 1000)
        writer.write_eof()
        assert await soon(reader.read()) == frame(1000)
        writer.close()
        await soon(proxy.quiet())
    assert short(read_log(tmp_path / "x").lines)[-3:] == [
        "1 * client-closed",
        "1 < unknown",
        "1 * server-closed",
    ]


async def test_a_clients_reset_is_passed_on(tmp_path: Path) -> None:
    ends: asyncio.Queue[Exception] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"ready")
        try:
            await reader.read()
        except ConnectionResetError as error:
            ends.put_nowait(error)
        writer.close()

    async with recorded(serve, tmp_path / "x") as proxy:
        reader, writer = await connected(proxy)
        assert await soon(reader.readexactly(5)) == b"ready"
        cut(writer)
        assert isinstance(await soon(ends.get()), ConnectionResetError)
        await soon(proxy.quiet())
    assert short(read_log(tmp_path / "x").lines) == [
        "1 * opened",
        "1 <? oversized",
        "1 * client-reset",
    ]


async def test_a_servers_reset_is_passed_on(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        cut(writer)

    async with recorded(serve, tmp_path / "x") as proxy:
        reader, writer = await connected(proxy)
        writer.write(b"go")
        with pytest.raises(ConnectionResetError):
            await soon(reader.read())
        writer.close()
        await soon(proxy.quiet())
    assert short(read_log(tmp_path / "x").lines) == [
        "1 * opened",
        "1 >? garbage",
        "1 * server-reset",
    ]


async def test_clients_are_apart_and_a_client_that_breaks_off_disturbs_nobody(
    tmp_path: Path,
) -> None:
    async with recorded(echo, tmp_path / "x") as proxy:
        first, second = await connected(proxy), await connected(proxy)
        first[1].write(HELLO)
        await soon(first[0].readexactly(len(HELLO)))
        second[1].write(b"nonsense")
        await soon(second[0].readexactly(8))
        cut(second[1])
        first[1].write(frame(61, 1))
        assert await soon(first[0].readexactly(len(frame(61, 1)))) == frame(61, 1)
        first[1].close()
        await soon(proxy.quiet())
    log = read_log(tmp_path / "x")
    assert short(log.of(1))[:2] == ["1 * opened", "1 > hello"]
    assert "1 > reqPositions" in short(log.of(1))
    assert short(log.of(2))[:2] == ["2 * opened", "2 >? garbage"]
    assert "2 * client-reset" in short(log.of(2))


async def test_a_side_that_does_not_read_makes_the_other_wait_and_loses_nothing(
    tmp_path: Path,
) -> None:
    # More than all buffers of the kernel between the two can hold.
    piece, count = b"\xff" * 65536, 1000
    drained = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        for _ in range(count):
            writer.write(piece)
            await writer.drain()
        drained.set()
        writer.close()

    async with recorded(serve, tmp_path / "x") as proxy:
        idle, writer = await connected(proxy)
        writer.write(b"go")
        other, other_writer = await connected(proxy)
        other_writer.write(b"go")
        heard = await soon(other.readexactly(1024))
        assert not drained.is_set()
        assert heard == piece[:1024]
        cut(other_writer)
        size = 0
        while data := await soon(idle.read(1 << 20)):
            size += len(data)
        assert (size, drained.is_set()) == (count * len(piece), True)
        writer.close()
        await soon(proxy.quiet())


async def test_without_a_server_the_client_is_closed_and_the_log_says_why(tmp_path: Path) -> None:
    async with record(tmp_path / "x", Upstream("127.0.0.1", free_port())) as proxy:
        reader, writer = await connected(proxy)
        assert await soon(reader.read()) == b""
        writer.close()
        await soon(proxy.quiet())
    lines = read_log(tmp_path / "x").lines
    assert short(lines) == ["1 * opened", "1 * no-server"]
    assert b"Connect call failed" in lines[1].content


async def test_what_a_client_says_before_the_server_is_reached_is_not_lost(tmp_path: Path) -> None:
    async with recorded(echo, tmp_path / "x") as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port)) as early:
            early.sendall(HELLO)
            early.setblocking(False)
            loop = asyncio.get_running_loop()
            assert await soon(loop.sock_recv(early, 100)) == HELLO
        await soon(proxy.quiet())


async def test_a_connection_too_many_is_cut(tmp_path: Path) -> None:
    async with recorded(echo, tmp_path / "x") as proxy:
        open_ones = []
        for _ in range(MAX_CONNECTIONS):
            reader, writer = await connected(proxy)
            writer.write(b"x")
            await soon(reader.readexactly(1))
            open_ones.append(writer)
        reader, writer = await connected(proxy)
        with pytest.raises(ConnectionResetError):
            await soon(reader.read())
        for each in [*open_ones, writer]:
            each.close()
        await soon(proxy.quiet())


async def test_when_the_recorder_stops_both_sides_are_cut_and_the_log_says_so(
    tmp_path: Path,
) -> None:
    async with recorded(echo, tmp_path / "x") as proxy:
        reader, writer = await connected(proxy)
        writer.write(HELLO[:6])
        await soon(reader.readexactly(6))
        proxy.stop()
        with pytest.raises(ConnectionResetError):
            await soon(reader.read())
        writer.close()
    assert short(read_log(tmp_path / "x").lines) == [
        "1 * opened",
        "1 <? oversized",
        "1 * stopped",
        "1 >? unfinished",
    ]


async def test_it_does_not_start_on_a_log_that_exists_or_a_port_in_use(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(LogError, match="File exists"):
        async with record(tmp_path / "x", Upstream("127.0.0.1", 1)):
            raise AssertionError
    async with record(tmp_path / "y", Upstream("127.0.0.1", 1)) as proxy:
        with pytest.raises(ListenError, match="in use"):
            async with record(tmp_path / "z", Upstream("127.0.0.1", 1), proxy.port):
                raise AssertionError
