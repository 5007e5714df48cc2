"""Agents and callers as cheap as they can be, so that the relay is what is measured.

Raw protocols: an agent that answers each request at once, and a caller that keeps one connection
alive. Both are good for this benchmark only: they expect exactly what the relay sends.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial

import orjson

from benchmarks.relay_programs import KEY, TOKEN
from relay.assertions import make

HELLO = {"t": "hello", "instance": "one", "run": "one", "version": "1", "mode": "paper"}
RESULT = {"asOf": "2026-11-28T14:00:00.000Z", "rows": [{"account": "DU1", "position": 100}]}
SHORT, MEDIUM = 126, 65536


class Unexpected(Exception):
    """The relay did not do what the benchmark needs: there is nothing to measure."""


class Agent(asyncio.Protocol):
    """One agent's WebSocket. It is connected when it was welcomed."""

    def __init__(self, user: str, welcomed: asyncio.Future[None]) -> None:
        self._user, self._welcomed = user, welcomed
        self._data = b""
        self._epoch = 0
        self._is_open = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(
            b"GET /agent/connect HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Authorization: Bearer " + KEY.encode() + self._user.encode() + b"\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self._is_open:
            head, end, rest = self._data.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head:
                raise Unexpected(f"an agent was refused: {head!r}")
            self._is_open, self._data = True, rest
            self._say(HELLO)
        while (payload := self._next()) is not None:
            if payload[:1] == b"{":
                self._heard(orjson.loads(payload))
            else:
                self.transport.close()  # a close frame: the code before the reason

    def connection_lost(self, error: Exception | None) -> None:
        if not self._welcomed.done():
            self._welcomed.set_exception(Unexpected("an agent was closed at once"))

    def _heard(self, frame: dict[str, object]) -> None:
        kind = frame["t"]
        if kind == "request":
            reply = {"t": "reply", "id": frame["id"], "epoch": self._epoch, "result": RESULT}
            self._say(reply)
        elif kind == "ping":
            self._say({"t": "pong", "time": frame["time"]})
        elif kind == "welcome":
            self._epoch = int(str(frame["epoch"]))
            self._welcomed.set_result(None)

    def _next(self) -> bytes | None:
        """The payload of the next frame, once it is complete."""
        data = self._data
        if len(data) < 2:
            return None
        length, start = data[1], 2
        if length == SHORT:
            length, start = int.from_bytes(data[2:4], "big"), 4
        if len(data) < start + length:
            return None
        self._data = data[start + length :]
        return data[start : start + length]

    def _say(self, frame: Mapping[str, object]) -> None:
        """A text frame; its mask is zero, which leaves the payload as it is."""
        payload = orjson.dumps(frame)
        length = len(payload)
        head = bytes([0x81, 0x80 | length]) if length < SHORT else b"\x81\xfe"
        size = b"" if length < SHORT else length.to_bytes(2, "big")
        assert length < MEDIUM
        self.transport.write(head + size + bytes(4) + payload)


async def connect_agents(port: int, first: int, count: int) -> list[Agent]:
    """Agents of user-FIRST and the next ones, a hundred at a time."""
    loop = asyncio.get_running_loop()
    agents: list[Agent] = []
    for start in range(first, first + count, 100):
        waiting: list[asyncio.Future[None]] = []
        for number in range(start, min(start + 100, first + count)):
            welcomed: asyncio.Future[None] = loop.create_future()
            waiting.append(welcomed)
            make_agent = partial(Agent, f"user-{number}", welcomed)
            _, agent = await loop.create_connection(make_agent, "127.0.0.1", port)
            agents.append(agent)
        await asyncio.gather(*waiting)
    return agents


class Caller(asyncio.Protocol):
    """One kept-alive HTTP connection; one request at a time."""

    def __init__(self) -> None:
        self._data = b""
        self._waiting: asyncio.Future[int] | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, end, body = self._data.partition(b"\r\n\r\n")
        if not end or self._waiting is None or self._waiting.done():
            return
        length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        if len(body) >= length:
            self._data = b""
            self._waiting.set_result(int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Unexpected("a caller's connection was closed"))

    async def post(self, message: bytes, expected: int = 200) -> None:
        """Post and wait for the answer; raises Unexpected when it has another status."""
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(message)
        status = await self._waiting
        if status != expected:
            raise Unexpected(f"a request was answered with {status}")


async def connect_caller(port: int) -> Caller:
    _, caller = await asyncio.get_running_loop().create_connection(Caller, "127.0.0.1", port)
    return caller


def message(path: str, user: str) -> bytes:
    """A POST without arguments, as the desk would send it for that user."""
    body = b'{"account":"DU1"}'
    return (
        f"POST {path} HTTP/1.1\r\nHost: relay\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {make(TOKEN, user, 'trade')}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def in_flight(
    port: int, many: int, seconds: float, messages: Callable[[int], bytes]
) -> float:
    """So many callers, one request after the other: requests a second."""
    callers = [await connect_caller(port) for _ in range(many)]
    done, end = 0, time.perf_counter() + seconds

    async def call(caller: Caller, number: int) -> None:
        nonlocal done
        while time.perf_counter() < end:
            await caller.post(messages(number))
            done += 1
            number += many

    async with asyncio.TaskGroup() as group:
        for number, caller in enumerate(callers):
            group.create_task(call(caller, number))
    for caller in callers:
        caller.transport.close()
    return done / seconds


async def at_rate(
    port: int, per_second: int, seconds: float, messages: Callable[[int], bytes]
) -> list[float]:
    """An open loop: requests leave by the clock, whatever is under way. Milliseconds of each, from
    when it really left: that this process comes late to its own clock is not the relay's time."""
    idle = [await connect_caller(port) for _ in range(64)]
    taken = [0.0] * int(per_second * seconds)

    async def call(number: int) -> None:
        caller = idle.pop() if idle else await connect_caller(port)
        left = time.perf_counter()
        await caller.post(messages(number))
        taken[number] = (time.perf_counter() - left) * 1000
        idle.append(caller)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(len(taken)):
            wait = started + number / per_second - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            group.create_task(call(number))
    for caller in idle:
        caller.transport.close()
    return taken
