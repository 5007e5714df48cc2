"""A small agent over a real socket, and a caller: hand-written, so that they can misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from relay.alone import alone
from relay.assertions import make
from relay.messages import (
    Ack,
    Event,
    Frame,
    Hello,
    Ping,
    Pong,
    Reply,
    Request,
    Welcome,
    decode,
    encode,
)
from relay.server import Join, Relay, Settings, serve
from tests.relay.keys_for_tests import KnownKeys

TOKEN = "a secret of desk and relay, long enough"
SECONDS = 5.0  # how long a test waits for what must come


@dataclass
class TestAgent:
    """An agent's socket after hello. `epoch` is what the welcome said."""

    __test__ = False

    socket: ClientWebSocketResponse
    welcome: Welcome | None = None
    heard: list[Frame] = field(default_factory=list)

    @property
    def user(self) -> str:
        assert self.welcome is not None
        return self.welcome.user

    @property
    def epoch(self) -> int:
        assert self.welcome is not None
        return self.welcome.epoch

    async def welcomed(self) -> None:
        frame = await self.next()
        assert isinstance(frame, Welcome), frame
        self.welcome = frame

    async def next(self) -> Frame:
        """The next frame that is no ping; pings are answered."""
        async with asyncio.timeout(SECONDS):
            while True:
                message = await self.socket.receive()
                assert message.type is WSMsgType.TEXT, message
                frame = decode(message.data, Welcome, Request, Ack, Ping)
                if isinstance(frame, Ping):
                    await self.say(Pong(frame.time))
                    continue
                self.heard.append(frame)
                return frame

    async def request(self) -> Request:
        frame = await self.next()
        assert isinstance(frame, Request), frame
        return frame

    async def say(self, frame: Frame) -> None:
        await self.socket.send_str(encode(frame))

    async def reply(self, request: Request, result: Any, **changes: Any) -> None:
        values: dict[str, Any] = {"id": request.id, "epoch": self.epoch, "result": result}
        await self.say(Reply(**values | changes))

    async def event(self, seq: int, kind: str, **data: Any) -> None:
        await self.say(Event(seq, self.epoch, kind, data))

    async def close_code(self) -> tuple[int, str]:
        """The code and the reason with which the relay closes the socket."""
        async with asyncio.timeout(SECONDS):
            while True:
                message = await self.socket.receive()
                if message.type is WSMsgType.CLOSE:
                    return int(message.data), message.extra or ""
                if message.type in (WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR):
                    return self.socket.close_code or 0, ""


@dataclass
class Answered:
    """An answer over HTTP."""

    status: int
    body: Any
    headers: Mapping[str, str]


class World:
    """A running relay, and a client that agents and callers share."""

    def __init__(self, relay: Relay, port: int, keys: KnownKeys, client: ClientSession) -> None:
        self.relay, self.port, self.keys, self.client = relay, port, keys, client
        self.url = f"http://127.0.0.1:{port}"
        self._sockets: list[ClientWebSocketResponse] = []
        self._calls: list[asyncio.Task[Answered]] = []

    async def open(self, user: str, **more: Any) -> ClientWebSocketResponse:
        """An agent's socket before hello."""
        headers = {"Authorization": f"Bearer {self.keys.secret(user)}"} | more.pop("headers", {})
        url = f"{self.url}/agent/connect"
        socket: ClientWebSocketResponse
        socket = await self.client.ws_connect(url, headers=headers, max_msg_size=0, **more)
        self._sockets.append(socket)
        return socket

    async def agent(self, user: str, instance: str = "one", /, **hello: Any) -> TestAgent:
        """A connected and welcomed agent."""
        agent = await self.knock(user, instance, **hello)
        await agent.welcomed()
        return agent

    async def knock(self, user: str, instance: str = "one", /, **hello: Any) -> TestAgent:
        """An agent that has said hello and heard nothing yet."""
        agent = TestAgent(await self.open(user))
        await agent.say(said_hello(instance, **hello))
        return agent

    async def call(
        self, method: str, path: str, user: str = "alice", scope: str = "trade", **more: Any
    ) -> Answered:
        headers = {"Authorization": f"Bearer {make(TOKEN, user, scope)}"} | more.pop("headers", {})
        return await self.raw(method, f"/options/relay/{path}", headers=headers, **more)

    async def raw(self, method: str, path: str, **more: Any) -> Answered:
        async with self.client.request(method, self.url + path, **more) as answer:
            raw = await answer.read()
            body = orjson.loads(raw) if "json" in answer.content_type else raw.decode()
            return Answered(answer.status, body, answer.headers)

    def calling(self, *args: Any, **more: Any) -> asyncio.Task[Answered]:
        """As `call`, under way while the test goes on."""
        call = asyncio.create_task(self.call(*args, **more))
        self._calls.append(call)
        return call

    async def end(self) -> None:
        """Leave nothing open that a later test would be warned of."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        for socket in self._sockets:
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await socket.close()


def said_hello(instance: str = "one", **changes: Any) -> Hello:
    values = {"instance": instance, "run": f"run of {instance}", "version": "1", "mode": "paper"}
    return Hello(**values | changes)


@asynccontextmanager
async def world(*users: str, join: Join = alone, **settings: Any) -> AsyncIterator[World]:
    """A relay on a free port, with a key for each of the users."""
    keys = KnownKeys(*users)
    async with (
        serve(Settings("127.0.0.1", 0, TOKEN, **settings), keys, join) as (relay, port),
        ClientSession() as client,
    ):
        running = World(relay, port, keys, client)
        try:
            yield running
        finally:
            await running.end()
