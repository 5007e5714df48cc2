"""`GET /agent/connect`: the WebSocket of one agent, as the hub's Connection.

A thin shell: bytes in, frames to the hub, frames out. Compression is off (it costs 36 KiB for each
agent), a frame has at most 1 MiB, and an agent that does not read what it is sent is cut off.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import ClientConnectionResetError, WSMessage, WSMsgType, hdrs, web

from relay.alone import Routes
from relay.callers import bearer, refuse_key_in_query
from relay.gate import Gate, GateAway, Pass
from relay.hub import ANOTHER_ACTIVE, RESTARTING, Hub
from relay.messages import (
    BAD_FRAME,
    MAX_FRAME,
    NOT_ALLOWED,
    NOT_TEXT,
    STOPPING,
    TAKEN_OVER,
    BadFrame,
    Hello,
    decode,
)
from relay.problems import RETRY_AFTER_SECONDS, Denied
from relay.registry import Agent

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 1.0
# After so many frames in a row the others get their turn.
FRAMES_IN_A_ROW = 32
# aiohttp waits for a slow reader beyond this many bytes; we bound the buffer ourselves.
NEVER_WAITS = 2**62
NO_ORIGIN = "Agents connect here, not web pages"
KEY_NEEDED = "An agent key is needed; make one on the page Agents"
KEYS_AWAY = "Agent keys cannot be looked up now. Try again."
NO_HELLO = "No hello in time"
WENT = "Its connection has ended"
NOT_READING = "It does not read what it is sent"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an agent may take to say hello, how many bytes may wait for it to read, and how long
    a caller may take to send a body."""

    hello_seconds: float = 5.0
    max_unread: int = 1024 * 1024
    body_seconds: float = 10.0


class AgentSocket:
    """The hub's Connection to an agent. `send` and `close` neither wait nor raise."""

    def __init__(
        self, socket: web.WebSocketResponse, request: web.Request, max_unread: int
    ) -> None:
        self._socket, self._request = socket, request
        self._max_unread = max_unread
        self._closing: asyncio.Task[bool] | None = None
        self.is_cut = False

    def send(self, text: str) -> None:
        if self._is_writable():
            self._write(self._socket.send_str(text))

    def pong(self, message: bytes) -> None:
        """Answer a ping of the WebSocket itself."""
        if self._is_writable():
            self._write(self._socket.pong(message))

    def close(self, code: int, reason: str) -> None:
        if self._closing is None:
            message = reason.encode()[:120]
            self._closing = asyncio.create_task(self._close(code, message))

    async def closed(self) -> None:
        """Wait until a close that has begun is over."""
        if self._closing is not None:
            await self._closing

    def _is_writable(self) -> bool:
        """False when the socket has ended; whoever reads from it tells the hub."""
        transport = self._request.transport
        if self._closing is not None or transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size() > self._max_unread:
            self.is_cut = True
            transport.abort()
            return False
        return True

    def _write(self, frame: Coroutine[Any, Any, None]) -> None:
        """The frame is written at the coroutine's first step; with NEVER_WAITS it is the last."""
        try:
            frame.send(None)
        except (StopIteration, ClientConnectionResetError):
            return
        frame.close()

    async def _close(self, code: int, message: bytes) -> bool:
        try:
            async with asyncio.timeout(2 * CLOSE_SECONDS):
                return await self._socket.close(code=code, message=message)
        except TimeoutError:
            if self._request.transport is not None:
                self._request.transport.abort()
            return False


class AgentDoor:
    """Lets agents in: key, hello, and the hub's word on whether there is another already."""

    def __init__(self, hub: Hub, gate: Gate, routes: Routes, limits: Limits) -> None:
        self._hub, self._gate, self._routes, self._limits = hub, gate, routes, limits
        self._sockets: set[AgentSocket] = set()
        self._is_stopping = False

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """The handler of the route. Raises Denied before the upgrade."""
        passed = await self._passed(request)
        response = web.WebSocketResponse(
            compress=False,
            max_msg_size=MAX_FRAME,
            autoping=False,
            timeout=CLOSE_SECONDS,
            writer_limit=NEVER_WAITS,
        )
        if not response.can_prepare(request).ok:
            raise Denied(HTTPStatus.UPGRADE_REQUIRED, "A WebSocket is needed", Upgrade="websocket")
        await response.prepare(request)
        socket = AgentSocket(response, request, self._limits.max_unread)
        self._sockets.add(socket)
        try:
            await self._serve(response, socket, passed)
        except BadFrame as error:
            socket.close(error.code, error.reason)
        finally:
            await socket.closed()
            self._sockets.discard(socket)
        return response

    async def stop(self) -> None:
        """Close those that the hub does not know yet, and wait until all are closed."""
        self._is_stopping = True
        for socket in self._sockets:
            socket.close(STOPPING, RESTARTING)
        await asyncio.gather(*(socket.closed() for socket in list(self._sockets)))

    async def _passed(self, request: web.Request) -> Pass:
        if hdrs.ORIGIN in request.headers:
            raise Denied(HTTPStatus.FORBIDDEN, NO_ORIGIN)
        refuse_key_in_query(request)
        later = {hdrs.RETRY_AFTER: str(RETRY_AFTER_SECONDS)}
        if self._is_stopping:
            raise Denied(HTTPStatus.SERVICE_UNAVAILABLE, RESTARTING, **later)
        try:
            passed = await self._gate.verify(bearer(request))
        except GateAway:
            raise Denied(HTTPStatus.SERVICE_UNAVAILABLE, KEYS_AWAY, **later) from None
        if passed is None:
            challenge = {hdrs.WWW_AUTHENTICATE: "Bearer"}
            raise Denied(HTTPStatus.UNAUTHORIZED, KEY_NEEDED, **challenge)
        return passed

    async def _serve(
        self, response: web.WebSocketResponse, socket: AgentSocket, passed: Pass
    ) -> None:
        hello = await _hello(response, self._limits.hello_seconds)
        if hello is None:
            return
        agent = await self._join(hello, socket, passed)
        try:
            await self._listen(response, socket, agent)
        finally:
            self._hub.dropped(agent, NOT_READING if socket.is_cut else WENT)

    async def _join(self, hello: Hello, socket: AgentSocket, passed: Pass) -> Agent:
        """Raises BadFrame with the code that closes the socket."""
        may_enter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def told(answer: bool) -> None:
            if not may_enter.done():
                may_enter.set_result(answer)

        self._hub.knock(passed.user, hello, told)
        try:
            if not (await may_enter and await self._routes.may_enter(passed, hello)):
                self._gate.turned_away(passed, hello)
                raise BadFrame(TAKEN_OVER, ANOTHER_ACTIVE)
            epoch = await self._gate.claim(passed, hello)
        except GateAway:
            raise BadFrame(STOPPING, KEYS_AWAY) from None
        agent = self._hub.join((passed.user, passed.digest), hello, epoch, socket)
        logger.info("agent of key %s is connected, epoch %d", passed.prefix, epoch)
        return agent

    async def _listen(
        self, response: web.WebSocketResponse, socket: AgentSocket, agent: Agent
    ) -> None:
        in_a_row = 0
        while not agent.is_gone:
            message = await response.receive()
            if not self._heard(socket, agent, message):
                return
            in_a_row += 1
            if in_a_row == FRAMES_IN_A_ROW:
                in_a_row = 0
                await asyncio.sleep(0)

    def _heard(self, socket: AgentSocket, agent: Agent, message: WSMessage) -> bool:
        """Hand one message on; False when the socket has ended."""
        if message.type is WSMsgType.TEXT:
            self._hub.received(agent, message.data)
        elif message.type is WSMsgType.PING:
            if self._hub.noticed(agent, len(message.data)):
                socket.pong(message.data)
        elif message.type is WSMsgType.PONG:
            self._hub.noticed(agent, len(message.data))
        elif message.type is WSMsgType.BINARY:
            self._hub.refuse(agent, BadFrame(NOT_TEXT, "Frames are text"))
        else:
            return False
        return True


async def _hello(response: web.WebSocketResponse, seconds: float) -> Hello | None:
    """The agent's first frame; None when it hung up. Raises BadFrame."""
    try:
        async with asyncio.timeout(seconds):
            message = await response.receive()
    except TimeoutError:
        raise BadFrame(NOT_ALLOWED, NO_HELLO) from None
    if message.type is WSMsgType.BINARY:
        raise BadFrame(NOT_TEXT, "Frames are text")
    if message.type in (WSMsgType.PING, WSMsgType.PONG):
        raise BadFrame(BAD_FRAME, "The first frame is hello")
    if message.type is not WSMsgType.TEXT:
        return None
    hello = decode(message.data, Hello)
    assert isinstance(hello, Hello)
    return hello
