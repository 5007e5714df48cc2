"""The link: a thread of its own that keeps one WebSocket to the relay, and answers through it.

While the relay is away nothing changes at IB: orders stay as they are, nothing new comes, and what
happens meanwhile is told after the next welcome.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from agent.admission import Session
from agent.clock import RelayClock
from agent.conversation import Conversation, Ended, Socket
from agent.outbox import MOST_FACTS, MOST_REPLIES, Outbox
from agent.setbacks import Setback, closed, pause, unreachable
from loop_thread import LoopThread
from relay.messages import (
    MAX_FRAME,
    NOT_TEXT,
    WRONG_USER,
    BadFrame,
    Hello,
    Reply,
    Request,
    Welcome,
    decode,
    encode,
)
from relay.operations import OPERATIONS
from trading.refusal_forms import to_form
from trading.refusals import Busy, NotConnected

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
WELCOME_SECONDS = 10.0
CLOSE_SECONDS = 1.0
STATUS_SECONDS = 0.2  # at most five statuses a second
MOST_READS = 64
MOST_HANDED_OVER = 4 * MOST_FACTS
HEARTBEATS = (20, 60_000)  # milliseconds that make sense

Answer = Callable[[Request, Session], Awaitable[Reply]]


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
        may_tell: Callable[[str, Mapping[str, Any]], bool],
        on_welcome: Callable[[str], None],
    ) -> None:
        self.reason: str | None = "Not connected yet"  # why there is no relay; None when there is
        self.thread = LoopThread("AgentLink", self._live)
        self._peer = peer
        self._answer = answer
        self._status = status
        self._may_tell = may_tell
        self._on_welcome = on_welcome
        self._outbox = Outbox()
        self._handed_over: deque[tuple[str, dict[str, Any]]] = deque(maxlen=MOST_HANDED_OVER)
        self._is_woken = False
        self._status_is_due = False
        self._status_at = 0.0
        self._status_timer: asyncio.TimerHandle | None = None
        self._conversation: Conversation | None = None
        self._session: Session | None = None
        self._failures = 0
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._reads: set[asyncio.Task[None]] = set()

    # What other threads call.

    def publish(self, kind: str, payload: dict[str, Any]) -> None:
        """Hand an event over without waiting; while the link does not run it is nobody's."""
        self._handed_over.append((kind, payload))
        if not self._is_woken:
            self._is_woken = True
            try:
                self.thread.hand_over(self._take_events)
            except (NotConnected, RuntimeError):  # not started yet, or stopped
                self._is_woken = False

    def start(self) -> None:
        self.thread.start()

    def settle(self, seconds: float) -> None:
        """Wait until what is under way is answered and told; at most so long."""
        try:
            self.thread.submit(self._settled(seconds)).result(seconds + 1)
        except (NotConnected, TimeoutError):
            log.warning("The relay did not get every last answer; it asks again later")

    def stop(self) -> None:
        self.thread.stop()

    # The link's own loop.

    async def _live(self) -> None:
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS)
        async with aiohttp.ClientSession(
            timeout=timeout, middlewares=(refuse_redirects,), cookie_jar=aiohttp.DummyCookieJar()
        ) as http:
            while True:
                setback = await self._one_life(http)
                await self._pause(setback)

    async def _one_life(self, http: aiohttp.ClientSession) -> Setback:
        """One connection from call to end: why it ended."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                socket = await self._call(http)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return unreachable(error)
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
            self._session = self._conversation = None
            await socket.close(code=aiohttp.WSCloseCode.GOING_AWAY)

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
        self._outbox.resume(welcome.seen)
        self._session, self._failures, self.reason = session, 0, None
        talk = Conversation(socket, session, heartbeat, self._outbox, self._on_request)
        self._conversation = talk
        self._status_is_due = True
        self._take_events()
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
            raise BadFrame(4400, f"heartbeat_ms must be from {least} to {most}")
        return welcome

    async def _pause(self, setback: Setback) -> None:
        seconds = pause(setback, self._failures)
        self._failures += 1
        if setback.sentence != self.reason:
            log.warning("%s Trying again in %.0f s.", _sentence(setback.sentence), seconds)
        self.reason = setback.sentence
        await asyncio.sleep(seconds)

    # Requests.

    def _on_request(self, request: Request, session: Session) -> None:
        """Begin it. The same order request twice is one request; its reply is given again."""
        operation = OPERATIONS.get(request.op)
        if operation is None or not operation.is_order:
            self._begin_read(request, session)
        elif request.id not in self._under_way and not self._outbox.repeat(request.id):
            if operation.kind == "order" and len(self._under_way) >= MOST_REPLIES:
                self._refuse(request, session)
            else:
                task = asyncio.create_task(self._answered(request, session, keeps=True))
                self._under_way[request.id] = task
                task.add_done_callback(lambda _: self._under_way.pop(request.id))
        self._wake()

    def _begin_read(self, request: Request, session: Session) -> None:
        if len(self._reads) >= MOST_READS:
            self._refuse(request, session)
            return
        task = asyncio.create_task(self._answered(request, session, keeps=False))
        self._reads.add(task)
        task.add_done_callback(self._reads.discard)

    def _refuse(self, request: Request, session: Session) -> None:
        form = to_form(Busy("Your agent has too many requests at once; nothing was done"))
        self._outbox.add_reply(Reply(request.id, session.epoch, error=form), keeps=False)

    async def _answered(self, request: Request, session: Session, *, keeps: bool) -> None:
        reply = await self._answer(request, session)
        if keeps or session is self._session:  # a read of an old connection is nobody's now
            self._outbox.add_reply(reply, keeps=keeps)
            self._wake()

    async def _settled(self, seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while self._under_way:
                await asyncio.wait(set(self._under_way.values()))
            while self._outbox.waiting_replies and self._session:
                await asyncio.sleep(STATUS_SECONDS / 10)

    # Events.

    def _take_events(self) -> None:
        """All that was handed over; of statuses only that there is a newer one."""
        self._is_woken = False  # first: what comes from now on wakes again
        while self._handed_over:
            kind, payload = self._handed_over.popleft()
            if kind == "status":
                self._status_is_due = True
            elif self._may_tell(kind, payload):
                self._outbox.add_event(kind, payload)
        if self._status_is_due:
            self._tell_status()
        self._wake()

    def _tell_status(self) -> None:
        """The newest status: now, or soon, when the last one was a moment ago."""
        wait = self._status_at + STATUS_SECONDS - time.monotonic()
        if wait <= 0:
            self._status_at, self._status_is_due = time.monotonic(), False
            self._outbox.add_event("status", self._status())
        elif self._status_timer is None:
            self._status_timer = asyncio.get_running_loop().call_later(wait, self._after_a_while)

    def _after_a_while(self) -> None:
        self._status_timer = None
        self._take_events()

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


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
