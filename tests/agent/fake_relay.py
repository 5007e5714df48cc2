"""A hand-written relay on a real socket: it welcomes agents, asks, acks, and can misbehave."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from loop_thread import LoopThread
from relay.messages import (
    MAX_FRAME,
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
from tests.conftest import DEADLINE, HOST, wait_until

USER = "alice"
HEARTBEAT_MS = 5000


@dataclass
class Visit:
    """One connection of an agent. `frames`: all that it sent after its hello."""

    headers: Mapping[str, str]
    socket: web.WebSocketResponse
    epoch: int
    hello: Hello | None = None
    frames: list[Frame] = field(default_factory=list)
    is_over: bool = False

    def replies(self, request_id: str) -> list[Reply]:
        return [f for f in list(self.frames) if isinstance(f, Reply) and f.id == request_id]

    def events(self, kind: str = "") -> list[Event]:
        found = [frame for frame in list(self.frames) if isinstance(frame, Event)]
        return [event for event in found if not kind or event.kind == kind]

    def pongs(self) -> list[Pong]:
        return [frame for frame in list(self.frames) if isinstance(frame, Pong)]


class FakeRelay:
    """One user's relay. Its methods are called by the test's thread, its clock by `now`."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self._tls = tls
        self.user = USER
        self.heartbeat_ms = HEARTBEAT_MS
        self.clock_ms = 0  # added to this machine's monotonic clock
        self.refuses: web.Response | None = None
        self.refuses_with_code = 0  # closes after the hello
        self.first_words: str | bytes | None = None  # instead of a welcome
        self.acks = True
        self.reads = True
        self.forgets = False  # tells every agent that no event has been seen
        self.visits: list[Visit] = []
        self._seen: dict[str, int] = {}
        self._ids, self._epochs = count(1), count(1)
        self._thread = LoopThread("fake relay", self._live)
        self._ready: Future[int] = Future()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{HOST}:{self.port}"

    def start(self) -> None:
        self._thread.start()
        self.port = self._ready.result(DEADLINE)

    def stop(self) -> None:
        self._thread.stop()

    def now(self) -> int:
        return int(time.monotonic() * 1000) + self.clock_ms

    def visit(self, number: int = 1) -> Visit:
        """The agent's connection of that number, welcomed."""
        return wait_until(lambda: [v for v in self.visits if v.epoch == number and v.hello])[0]

    def request(self, op: str, /, **changes: Any) -> Request:
        """A request for the newest connection; `changes` are fields of it or arguments."""
        names = {"id", "user", "epoch", "issued", "ttl"}
        fields: dict[str, Any] = {
            "id": f"r-{next(self._ids)}",
            "user": self.user,
            "epoch": self.visits[-1].epoch,
            "issued": self.now(),
            "ttl": 10_000,
        } | {name: value for name, value in changes.items() if name in names}
        arguments = {name: value for name, value in changes.items() if name not in names}
        return Request(op=op, args=arguments, **fields)

    def ask(self, op: str, /, **changes: Any) -> Reply:
        """Send a request and wait for its reply."""
        return self.answered(self.send(self.request(op, **changes)))

    def answered(self, request: Request) -> Reply:
        visit = self.visits[-1]
        return wait_until(lambda: visit.replies(request.id), 30)[-1]

    def send(self, request: Request) -> Request:
        self.say(request)
        return request

    def say(self, frame: Frame | str | bytes) -> None:
        """Send a frame, a text or bytes on the newest connection."""
        socket = self.visits[-1].socket

        async def go() -> None:
            if isinstance(frame, bytes):
                await socket.send_bytes(frame)
            else:
                await socket.send_str(frame if isinstance(frame, str) else encode(frame))

        self._in_loop(go())

    def ping(self) -> None:
        self.say(Ping(self.now()))

    def close(self, code: int) -> None:
        self._in_loop(self._close(self.visits[-1].socket, code))

    def cut(self) -> None:
        """The connection breaks off without a word."""

        async def go() -> None:
            transport = self.visits[-1].socket._req.transport  # type: ignore[union-attr]
            assert transport is not None
            transport.abort()

        self._in_loop(go())

    def _in_loop(self, coroutine: Any) -> None:
        self._thread.submit(coroutine).result(DEADLINE)

    async def _close(self, socket: web.WebSocketResponse, code: int) -> None:
        await socket.close(code=code)

    async def _live(self) -> None:
        app = web.Application()
        app.router.add_get("/agent/connect", self._connect)
        app.router.add_get("/healthz", self._healthz)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, HOST, self.port, ssl_context=self._tls)
        await site.start()
        self._ready.set_result(runner.addresses[0][1])
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.gather(
                *(self._close(visit.socket, 1012) for visit in self.visits if not visit.is_over)
            )
            await runner.cleanup()

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if self.refuses is not None:
            return web.Response(status=self.refuses.status, headers=self.refuses.headers)
        socket = web.WebSocketResponse(compress=False, max_msg_size=MAX_FRAME, timeout=0.5)
        await socket.prepare(request)
        visit = Visit(request.headers, socket, len(self.visits) + 1)
        self.visits.append(visit)
        try:
            await self._host(visit)
        finally:
            visit.is_over = True
        return socket

    async def _host(self, visit: Visit) -> None:
        first = await visit.socket.receive()
        if first.type is not WSMsgType.TEXT:
            return
        hello = decode(first.data, Hello)
        assert isinstance(hello, Hello)
        if self.refuses_with_code:
            visit.hello = hello
            await visit.socket.close(code=self.refuses_with_code)
            return
        if isinstance(self.first_words, bytes):
            await visit.socket.send_bytes(self.first_words)
        elif isinstance(self.first_words, str):
            await visit.socket.send_str(self.first_words)
        else:
            seen = 0 if self.forgets else self._seen.get(hello.run, 0)
            welcome = Welcome(self.user, visit.epoch, self.now(), seen, self.heartbeat_ms)
            await visit.socket.send_str(encode(welcome))
        visit.hello = hello
        while self.reads:
            message = await visit.socket.receive()
            if message.type is not WSMsgType.TEXT:
                return
            await self._take(visit, decode(message.data, Reply, Event, Pong))
        await asyncio.Event().wait()

    async def _take(self, visit: Visit, frame: Frame) -> None:
        visit.frames.append(frame)
        assert visit.hello is not None
        if isinstance(frame, Event):
            self._seen[visit.hello.run] = frame.seq
        if isinstance(frame, Reply) and self.acks:
            await visit.socket.send_str(encode(Ack(frame.id)))
