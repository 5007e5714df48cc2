"""Sockets on loopback, and how a reset is made."""

import asyncio

import pytest

from paper_gateway.recording.sockets import ListenError, listen, port_of, reset


class Cutting(asyncio.Protocol):
    """Resets whoever connects."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        reset(transport)
        reset(transport)


async def test_a_reset_is_seen_as_one() -> None:
    async with await listen(Cutting, 0) as listening:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(listening))
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 5)
        writer.close()


async def test_only_loopback_is_listened_on() -> None:
    async with await listen(Cutting, 0) as listening:
        assert [each.getsockname()[0] for each in listening.sockets] == ["127.0.0.1"]


async def test_a_port_in_use_is_said_in_one_line() -> None:
    async with await listen(Cutting, 0) as listening:
        port = port_of(listening)
        with pytest.raises(ListenError, match=f"cannot listen on 127.0.0.1:{port}: .*in use"):
            await listen(Cutting, port)
