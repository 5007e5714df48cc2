"""The desk's way to the relay: one HTTP session for the whole process, in a loop of its own.

Every call says for whom it is, with an assertion that lives a minute. What fails is a TradingError
that is honest about what may have happened: `sent` is "no" only when it is certain that nothing
went further than this process or the relay. Orders and exits are never asked twice; a read is
asked once more when a connection that was kept open turns out to be dead.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

from loop_thread import LoopThread
from relay.assertions import make
from relay.messages import json_text
from relay.operations import OPERATIONS, Operation
from relay.problem_forms import UNREADABLE, error_in, parsed
from trading.refusals import NoAnswer, NotConnected, Refused, Sent

T = TypeVar("T")

NAME = "RelayLink"
CONNECT_SECONDS = 2.0
# The relay ends what it was asked by itself; this is what it gets on top.
GRACE_SECONDS = 2.0
# Shorter than the relay keeps an idle connection open (aiohttp's server: 75 s).
KEEP_ALIVE_SECONDS = 30.0
RELAY_AWAY = "The relay does not answer. Whoever runs it starts it with: .venv/bin/python -m relay"
LOST = "The connection to the relay was lost before it answered."
SILENT = "The relay did not answer in time"
ENDING = "The desk is ending"
CANNOT_BE_SAID = "The request is nested too deeply, or has a number that is too long"
NOBODY = "Nobody is signed in"


@dataclass(frozen=True, slots=True)
class Asking:
    """The signed-in user for whom a call is made, and what that user may do."""

    user: str
    scope: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`source` says whose agent answered: {"own": bool, "feed": str}."""

    result: Any
    source: dict[str, Any]


TAKE_OVER = "/options/relay/take-over"


class _Lost(Exception):
    """The request may have left, and no answer came."""


class RelayLink:
    """Any thread may ask; the answers come in Futures that fail with a TradingError."""

    def __init__(self, url: str, token: str) -> None:
        self.thread = LoopThread(NAME, self._live)
        # Agents may name it as the WebSocket that it is to them.
        self._url, self._token = re.sub("^ws", "http", url.rstrip("/")), token
        self._session: aiohttp.ClientSession  # made and closed in the loop
        self._is_open = asyncio.Event()
        self._is_draining = False
        self._calls: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.thread.stop()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run it in the link's loop."""
        return self.thread.submit(coroutine)

    def drain(self) -> None:
        """The process ends soon: no call any more, and an end now for everybody who waits.

        A call that was under way ends cancelled: nobody knows what became of it.
        """
        self._is_draining = True
        self.thread.hand_over(self._cancel_calls)

    async def ask(
        self, asking: Asking, name: str, arguments: Mapping[str, Any], seconds: float | None = None
    ) -> Answer:
        """What the operation `name` answers this user; raises a TradingError.

        Within the operation's seconds and a little more, or within `seconds`.
        """
        operation = OPERATIONS[name]
        limit = operation.seconds + GRACE_SECONDS if seconds is None else seconds
        path, text = f"/options/relay/{name}", _text(arguments)
        status, body = await self._call(asking, operation, path, text, limit)
        if status == 200:
            return _answer(body, operation)
        raise error_in(status, body, is_order=operation.is_order)

    async def ask_agent(self, asking: Asking, seconds: float) -> dict[str, Any]:
        """What the relay knows about the user's own agent (AGENT); raises a TradingError."""
        operation = OPERATIONS["status"]
        status, body = await self._call(asking, operation, "/options/relay/agent", None, seconds)
        found = parsed(body)
        agent = found.get("result") if status == 200 and isinstance(found, dict) else None
        if not isinstance(agent, dict) or not isinstance(agent.get("connected"), bool):
            raise error_in(status, body, is_order=False)
        return agent

    async def ask_agents(self, asking: Asking, seconds: float) -> list[dict[str, Any]]:
        """Every agent that the relay has seen since its start, for an admin."""
        operation = OPERATIONS["status"]
        status, body = await self._call(asking, operation, "/options/relay/agents", None, seconds)
        found = parsed(body)
        agents = found.get("result") if status == 200 and isinstance(found, dict) else None
        if not isinstance(agents, list) or not all(isinstance(one, dict) for one in agents):
            raise error_in(status, body, is_order=False)
        return agents

    async def take_over(self, asking: Asking, seconds: float) -> None:
        """The next connection of another machine's agent wins; raises a TradingError."""
        operation = OPERATIONS["freeze"]  # as an exit: never asked twice
        status, body = await self._call(asking, operation, TAKE_OVER, "{}", seconds)
        if status != 200:
            raise error_in(status, body, is_order=False)

    async def listen(self, asking: Asking, last_event_id: str) -> aiohttp.ClientResponse:
        """The user's events from that one on, as an open answer; raises what aiohttp raises."""
        session = await self._opened()
        headers = self._headers(asking) | {"Accept": "text/event-stream"}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        patience = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=30)
        return await session.get(
            f"{self._url}/options/relay/events",
            headers=headers,
            timeout=patience,
            allow_redirects=False,
            raise_for_status=True,
        )

    async def ready(self) -> list[str]:
        """Why the relay could carry nothing now, in sentences; empty when it could."""
        try:
            session = await self._opened()
            async with session.get(
                f"{self._url}/readyz",
                timeout=aiohttp.ClientTimeout(total=CONNECT_SECONDS),
                allow_redirects=False,
            ) as response:
                await response.read()
                return [] if response.status == 200 else ["The relay says that it is not ready"]
        except (aiohttp.ClientError, TimeoutError):
            return [RELAY_AWAY]

    async def _call(
        self, asking: Asking, operation: Operation, path: str, text: str | None, seconds: float
    ) -> tuple[int, bytes]:
        """Status and body of the answer; `text` is posted, without one it is a GET."""
        if self._is_draining:
            raise NotConnected(ENDING, code="draining")
        if not asking.user:
            raise NotConnected(NOBODY, code="nobody")
        task = asyncio.current_task()
        assert task is not None
        self._calls.add(task)
        try:
            return await self._once_or_twice(asking, operation, path, text, seconds)
        finally:
            self._calls.discard(task)

    async def _once_or_twice(
        self, asking: Asking, operation: Operation, path: str, text: str | None, seconds: float
    ) -> tuple[int, bytes]:
        sent: Sent = "unknown" if operation.is_order else "no"
        try:
            async with asyncio.timeout(seconds):
                try:
                    return await self._once(asking, path, text)
                except _Lost:
                    if operation.is_order:
                        raise
                    return await self._once(asking, path, text)
        except _Lost as error:
            raise NoAnswer(LOST, sent=sent) from error
        except TimeoutError as error:
            raise NoAnswer(SILENT, sent=sent) from error

    async def _once(self, asking: Asking, path: str, text: str | None) -> tuple[int, bytes]:
        session = await self._opened()
        try:
            async with session.request(
                "GET" if text is None else "POST",
                self._url + path,
                data=None if text is None else text.encode(),
                headers=self._headers(asking),
                allow_redirects=False,
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # No connection was made, so nothing has left.
            raise NotConnected(RELAY_AWAY, code="relay_away") from error
        except (aiohttp.ClientError, ConnectionError) as error:
            raise _Lost from error

    def _headers(self, asking: Asking) -> dict[str, str]:
        assertion = make(self._token, asking.user, asking.scope)
        return {"Authorization": f"Bearer {assertion}", "Content-Type": "application/json"}

    async def _opened(self) -> aiohttp.ClientSession:
        await self._is_open.wait()
        return self._session

    async def _live(self) -> None:
        """The session lives as long as the loop: no pool limit, no cookies, no redirects."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS)
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            headers={"Accept-Encoding": "identity"},
        ) as self._session:
            self._is_open.set()
            await asyncio.Event().wait()

    def _cancel_calls(self) -> None:
        for task in self._calls:
            task.cancel()


def _text(arguments: Mapping[str, Any]) -> str:
    try:
        return json_text(arguments)
    except TypeError:  # orjson's own error is one
        raise Refused(CANNOT_BE_SAID, malformed=True) from None


def _answer(body: bytes, operation: Operation) -> Answer:
    found = parsed(body)
    if isinstance(found, dict) and "result" in found and isinstance(found.get("source"), dict):
        return Answer(found["result"], found["source"])
    raise NoAnswer(UNREADABLE, sent="unknown" if operation.is_order else "no")
