"""A socket of our own, to say what no library says and to see what no library shows."""

from __future__ import annotations

import asyncio
from typing import Any

from ib_async import Contract, LimitOrder, MarketOrder, Order, Stock

from paper_gateway.server import Server
from paper_gateway.wire import frame
from tests.paper_gateway.wire_client import HELLO, Message, encoded

DEADLINE = 5.0
_TIME = "49"
# The version, the accounts, the next id and eight notices about farms.
_START_UP = 11


class RawClient:
    """One client at a real socket, that reads message by message."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, gateway: Server) -> RawClient:
        return cls(*await asyncio.open_connection("127.0.0.1", gateway.port))

    @classmethod
    async def started(cls, gateway: Server, client_id: int = 7) -> RawClient:
        """A client that has started the API and read everything so far."""
        client = await cls.connect(gateway)
        client.writer.write(HELLO + frame(71, 2, client_id, ""))
        for _ in range(_START_UP):
            await client.message()
        return client

    async def message(self) -> Message:
        return (await self.frame()).decode(errors="backslashreplace").split("\0")[:-1]

    async def frame(self) -> bytes:
        size = int.from_bytes(await self._exactly(4), "big")
        return await self._exactly(size)

    async def _exactly(self, count: int) -> bytes:
        return await asyncio.wait_for(self.reader.readexactly(count), DEADLINE)

    async def start(self, client_id: int) -> Message:
        """Say hello and start the API; the first message after the version."""
        self.writer.write(HELLO + frame(71, 2, client_id, ""))
        await self.message()
        return await self.message()

    def send(self, *fields: object) -> None:
        self.writer.write(frame(*fields))

    def place(self, order_id: int, order: Order, contract: Contract | None = None) -> None:
        """What ib_async's placeOrder sends."""
        chosen = contract or Stock("AAPL", "SMART", "USD")

        def place(client: Any) -> None:
            client.placeOrder(order_id, chosen, order)

        self.writer.write(encoded(178, place))

    async def heard(self) -> list[Message]:
        """Everything that was said up to now: what comes before the answer to a question."""
        self.send(_TIME, 1)
        found: list[Message] = []
        while (message := await self.message())[0] != _TIME:
            found.append(message)
        return found

    async def rest(self) -> bytes:
        """Everything up to the end of the connection, however it ends."""
        try:
            return await asyncio.wait_for(self.reader.read(), DEADLINE)
        except ConnectionError:
            return b""

    async def close(self) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            # The gateway was first.
            assert self.reader.at_eof() or self.reader.exception()


def perm_ids(gateway: Server) -> list[int]:
    return list(gateway.hub.book.orders)


def resting(**terms: Any) -> LimitOrder:
    """A limit order far below the market."""
    return LimitOrder("BUY", 10, 1.0, tif="DAY", **terms)


async def bought(client: RawClient, order_id: int, **terms: Any) -> list[list[str]]:
    """Buy one share; what was said about it."""
    client.place(order_id, MarketOrder("BUY", 1, tif="DAY", **terms))
    return await client.heard()
