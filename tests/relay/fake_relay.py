"""A hand-written relay on a real socket, for tests of the desk's side: it answers as it is told.

It verifies the assertion with the real function, and can do what a good relay never does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import orjson
from aiohttp import web

from loop_thread import LoopThread
from relay.assertions import BadAssertion, verify
from relay.feed import frame
from relay.link import RelayLink
from trading.refusal_forms import to_form
from trading.refusals import TradingError

TOKEN = "a secret of desk and relay, long enough"
AGENT = {
    "connected": True,
    "since": "2026-11-20T14:31:02.118Z",
    "label": "home",
    "version": "0.1.0",
    "mode": "paper",
    "latencyMs": 1.5,
    "reason": None,
}
AWAY = AGENT | {
    "connected": False,
    "latencyMs": None,
    "reason": "Start it on the machine of your TWS: .venv/bin/python -m agent",
}
OWN = {"own": True, "feed": "home"}


@dataclass(frozen=True)
class Asked:
    """One call as the relay saw it."""

    operation: str
    user: str
    scope: str
    arguments: Any
    method: str = "POST"


@dataclass
class FakeRelay:
    """`results` by operation; `refuses` with a TradingError; `says` answers status and body.

    `hangs`: never answers these; `drops`: closes the connection instead of answering.
    """

    results: dict[str, Any] = field(default_factory=dict)
    refuses: dict[str, TradingError] = field(default_factory=dict)
    says: dict[str, tuple[int, str]] = field(default_factory=dict)
    answers: Callable[[str, str], Any] | None = None  # (user, operation): instead of `results`
    hangs: set[str] = field(default_factory=set)
    drops: list[str] = field(default_factory=list)  # each once
    source: dict[str, Any] = field(default_factory=lambda: dict(OWN))
    agent: dict[str, Any] = field(default_factory=lambda: dict(AGENT))
    asked: list[Asked] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)  # the Last-Event-ID of each listener
    greets: str = ""  # the id of the hello with which a listener is greeted
    port: int = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """On a free port; after a `stop` on the same one again."""
        ready: Future[None] = Future()
        self._streams: list[tuple[str, asyncio.Queue[bytes]]] = []
        self._thread = LoopThread("fake relay", lambda: self._live(ready))
        self._thread.start()
        ready.result(5)

    def stop(self) -> None:
        self._thread.stop()

    def operations(self) -> list[str]:
        return [one.operation for one in self.asked]

    def tell(self, text: bytes, user: str = "") -> None:
        """Write it to every listener, or to the user's; nothing ends their connections."""

        def tell() -> None:
            for listener, queue in self._streams:
                if user in ("", listener):
                    queue.put_nowait(text)

        self._thread.hand_over(tell)

    def event(self, event_id: str, kind: str, data: object, user: str = "") -> None:
        self.tell(frame(event_id, kind, orjson.dumps(data).decode()), user)

    def listeners(self) -> int:
        return len(self._streams)

    def cut(self) -> None:
        """End every listener's connection."""
        self.tell(b"")

    async def _live(self, ready: Future[None]) -> None:
        app = web.Application()
        app.router.add_get("/options/relay/agent", self._agent)
        app.router.add_get("/options/relay/events", self._events)
        app.router.add_route("*", "/options/relay/{operation}", self._operation)
        app.router.add_get("/readyz", self._readyz)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True)
        try:
            await site.start()
            self.port = runner.addresses[0][1]
            ready.set_result(None)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _operation(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["operation"]
        text = await request.text()
        if denied := self._note(request, name, orjson.loads(text) if text else None):
            return denied
        if name in self.drops:
            self.drops.remove(name)
            assert request.transport is not None
            request.transport.abort()
        if name in self.hangs:
            await asyncio.Event().wait()
        if name in self.says:
            status, body = self.says[name]
            return web.Response(status=status, text=body, headers={"Location": "/healthz"})
        if name in self.refuses:
            error = self.refuses[name]
            return web.json_response({"error": error.sentence, "form": to_form(error)}, status=503)
        user = self.asked[-1].user
        result = self.answers(user, name) if self.answers else self.results[name]
        answer = {"result": result, "source": self.source}
        return web.json_response(answer)

    async def _agent(self, request: web.Request) -> web.StreamResponse:
        return self._note(request, "agent", None) or web.json_response({"result": self.agent})

    async def _readyz(self, _request: web.Request) -> web.StreamResponse:
        status, body = self.says.get("readyz", (200, "{}"))
        return web.Response(status=status, text=body)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if denied := self._note(request, "events", None):
            return denied
        self.resumed.append(request.headers.get("Last-Event-ID", ""))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        mine = self.asked[-1].user, asyncio.Queue[bytes]()
        self._streams.append(mine)
        if self.greets:
            hello = orjson.dumps({"agent": self.agent}).decode()
            mine[1].put_nowait(frame(self.greets, "hello", hello))
        try:
            while data := await mine[1].get():
                await response.write(data)
        finally:
            self._streams.remove(mine)
        return response

    def _note(self, request: web.Request, name: str, arguments: Any) -> web.Response | None:
        """Keep what was asked; an answer when the caller is nobody."""
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            who = verify(TOKEN, bearer)
        except BadAssertion:
            return web.json_response({"error": "Who asks?", "sent": "no"}, status=401)
        self.asked.append(Asked(name, who.user, who.scope, arguments, request.method))
        return None


@contextmanager
def linked(relay: FakeRelay, token: str = TOKEN) -> Iterator[RelayLink]:
    """A started link to that relay."""
    link = RelayLink(relay.url, token)
    link.start()
    try:
        yield link
    finally:
        link.stop()


def status_form(**changes: Any) -> dict[str, Any]:
    """The status of an agent's engine, as the operation gives it."""
    connection = {
        "name": "data",
        "clientId": 999,
        "state": "connected",
        "reason": None,
        "since": "2026-11-20T14:31:02.118Z",
        "serverVersion": 178,
        "lastMessageAt": "2026-11-20T14:31:02.118Z",
        "reconnects": 0,
        "brokerLink": "up",
        "nextRetryAt": None,
    }
    orders = connection | {"name": "orders", "clientId": 1000}
    return {
        "time": "2026-11-20T14:31:02.118Z",
        "mode": "paper",
        "account": "DU1000001",
        "accounts": ["DU1000001"],
        "gateway": {"host": "127.0.0.1", "port": 7497, "embedded": False},
        "syntheticPrices": False,
        "connections": {"data": connection, "orders": orders},
        "farms": [],
        "marketData": None,
        "sleepWorkaround": {"applies": True, "seconds": [1.0, 2.0, 1.0]},
        "loops": [],
        "openOrders": 2,
        "frozen": False,
        "blockers": ["TWS has not listed its orders yet"],
        "hasReadOrders": True,
        "limits": {},
        "journal": {"path": "var/journal.db", "failure": None, "orders": 3},
        "positionDifferences": [],
    } | changes
