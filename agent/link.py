"""The link: a thread of its own that keeps one WebSocket to the relay, and answers through it.

While the relay is away nothing changes at IB: orders stay as they are, nothing new comes, and what
happens meanwhile is told after the next welcome.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from socket import SHUT_RDWR
from typing import Any

import aiohttp
from yarl import URL

from agent.admission import Session
from agent.clock import RelayClock
from agent.conversation import Conversation, Ended, Socket
from agent.events import Events, MayTell
from agent.outbox import Outbox
from agent.requests import Answer, Requests
from agent.setbacks import Setback, closed, pause, unreachable
from loop_thread import LoopThread
from relay.messages import (
    BAD_FRAME,
    MAX_FRAME,
    NOT_TEXT,
    WRONG_USER,
    BadFrame,
    Hello,
    Welcome,
    decode,
    encode,
)
from trading.refusals import NotConnected

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
WELCOME_SECONDS = 10.0
CLOSE_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 0.02
HEARTBEATS = (20, 60_000)  # milliseconds that make sense


@dataclass(frozen=True, slots=True)
class Peer:
    """Where the relay is and what it is told first. `key` is shown to nobody else."""

    url: URL
    key: str
    hello: Hello


class Link:
    """`status` makes the engine's status; `on_welcome` hears whose agent this is."""

    def __init__(
        self,
        peer: Peer,
        answer: Answer,
        status: Callable[[], dict[str, Any]],
        may_tell: MayTell,
        on_welcome: Callable[[str], None],
    ) -> None:
        self.reason: str | None = "Not connected yet"  # why there is no relay; None when there is
        self.thread = LoopThread("AgentLink", self._live)
        self._peer = peer
        self._on_welcome = on_welcome
        self._outbox = Outbox()
        self._requests = Requests(answer, self._outbox, self._wake)
        hand_over = self.thread.hand_over
        self._events = Events(self._outbox, hand_over, status, may_tell, self._wake)
        self._conversation: Conversation | None = None
        self._failures = 0

    # What other threads call.

    def publish(self, kind: str, payload: dict[str, Any]) -> None:
        """Hand an event over without waiting."""
        self._events.publish(kind, payload)

    def start(self) -> None:
        self.thread.start()

    def settle(self, seconds: float) -> None:
        """Wait until every order under way is answered and its reply is told; at most so long."""
        try:
            self.thread.submit(self._settled(seconds)).result(seconds + 1)
        except (NotConnected, TimeoutError):
            log.warning("The relay did not get every last answer; orders stay at IB as they are")

    def stop(self) -> None:
        self.thread.stop()

    # The link's own loop.

    async def _live(self) -> None:
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS)
        async with aiohttp.ClientSession(
            timeout=timeout, middlewares=(refuse_redirects,), cookie_jar=aiohttp.DummyCookieJar()
        ) as http:
            while True:
                await self._pause(await self._one_life(http))

    async def _one_life(self, http: aiohttp.ClientSession) -> Setback:
        """One connection from call to end: why it ended."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                socket = await self._call(http)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return unreachable(error)
        wire = socket.get_extra_info("socket")
        try:
            return await self._talk(socket)
        except BadFrame as bad:
            await socket.close(code=bad.code, message=bad.reason.encode()[:120])
            return Setback(f"The relay broke the protocol: {bad.reason}")
        except TimeoutError:
            return Setback("The relay does not welcome this agent")
        except (Ended, aiohttp.ClientError, OSError) as error:
            return Setback(str(error))
        finally:
            self._conversation = None
            self._requests.use(None)
            await socket.close(code=aiohttp.WSCloseCode.GOING_AWAY)
            with suppress(OSError):  # closed already; else what the relay does not read is kept
                wire.shutdown(SHUT_RDWR)

    async def _call(self, http: aiohttp.ClientSession) -> Socket:
        return await http.ws_connect(
            self._peer.url,
            headers={"Authorization": f"Bearer {self._peer.key}"},
            compress=0,
            max_msg_size=MAX_FRAME,
            autoping=False,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
        )

    async def _talk(self, socket: Socket) -> Setback:
        await socket.send_str(encode(self._peer.hello))
        async with asyncio.timeout(WELCOME_SECONDS):
            first = await socket.receive()
        if first.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
            return closed(socket.close_code, str(first.extra or ""))
        if first.type is not aiohttp.WSMsgType.TEXT:
            raise BadFrame(NOT_TEXT, "A frame must be text")
        welcome = decode(first.data, Welcome)
        assert isinstance(welcome, Welcome)
        return await self._converse(socket, self._checked(welcome))

    async def _converse(self, socket: Socket, welcome: Welcome) -> Setback:
        session = Session(welcome.user, welcome.epoch, RelayClock(welcome.time))
        heartbeat = welcome.heartbeat_ms / 1000
        talk = Conversation(socket, session, heartbeat, self._outbox, self._requests.begin)
        self._conversation = talk
        self._outbox.resume(welcome.seen)
        self._requests.use(session)
        self._events.begin()
        self._failures, self.reason = 0, None
        log.info("Connected to the relay at %s as %s", self._peer.url, welcome.user)
        self._on_welcome(welcome.user)
        await talk.run()
        return closed(socket.close_code, talk.last_words)

    def _checked(self, welcome: Welcome) -> Welcome:
        owner = self._peer.hello.user
        if owner and welcome.user != owner:
            raise BadFrame(WRONG_USER, f"The key is of {welcome.user}, the policy says {owner}")
        least, most = HEARTBEATS
        if not least <= welcome.heartbeat_ms <= most:
            raise BadFrame(BAD_FRAME, f"heartbeat_ms must be from {least} to {most}")
        return welcome

    async def _pause(self, setback: Setback) -> None:
        seconds = pause(setback, self._failures)
        self._failures += 1
        if setback.sentence != self.reason:
            sentence = setback.sentence.rstrip(".")
            log.warning("%s. Trying again in %.1f s.", sentence, seconds)
        self.reason = setback.sentence
        await asyncio.sleep(seconds)

    async def _settled(self, seconds: float) -> None:
        async with asyncio.timeout(seconds):
            await self._requests.all_orders_answered()
            while self._outbox.waiting_replies and self._conversation:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    def _wake(self) -> None:
        if self._conversation:
            self._conversation.news.set()


async def refuse_redirects(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """The key goes to RELAY_URL and to no other place."""
    response = await handler(request)
    if 300 <= response.status < 400:
        response.close()
        raise aiohttp.ClientError("it redirects. Set RELAY_URL to the relay's own address")
    return response
