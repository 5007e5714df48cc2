"""The relay's HTTP server: routes, one place where errors become answers, and its life."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from aiohttp import hdrs, web

from relay.agent_socket import AgentDoor, Limits
from relay.alone import Routes, alone
from relay.arguments import from_body, from_query
from relay.callers import Callers
from relay.gate import Gate, Keys
from relay.hub import Hub
from relay.messages import json_text
from relay.metrics import Metrics
from relay.operations import OPERATIONS, Operation
from relay.problems import Denied, answered, denied, refused, said
from relay.streams import KEEP_ALIVE_SECONDS, Streams
from trading.refusals import TradingError

logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Join = Callable[[Hub], AbstractAsyncContextManager[Routes]]

MAX_BODY = 128 * 1024
TICK_SECONDS = 0.01
TIDY_SECONDS = 60.0
STOP_SECONDS = 5.0
# The stream is a GET of that name, the operation (events of one order) a POST.
EVENTS = "events"
OUR_MISTAKE = "The relay made a mistake. Its log has the details."
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Settings:
    """`token` is the secret that the desk shares. Times in seconds."""

    host: str
    port: int
    token: str
    heartbeat: float = 5.0
    node: str = ""
    keep_alive: float = KEEP_ALIVE_SECONDS
    limits: Limits = Limits()


class Relay:
    """One relay: its hub and the handlers around it."""

    def __init__(self, settings: Settings, keys: Keys, hub: Hub, routes: Routes) -> None:
        self.hub, self._routes = hub, routes
        self.gate = Gate(keys)
        self.door = AgentDoor(hub, self.gate, routes, settings.limits)
        self.streams = Streams(routes, settings.keep_alive)
        self._callers = Callers(settings.token, time.time)
        self._metrics = Metrics(hub, self.streams)
        self._body_seconds = settings.limits.body_seconds
        self._is_stopping = False

    def app(self) -> web.Application:
        app = web.Application(middlewares=[errors], client_max_size=MAX_BODY)
        for operation in OPERATIONS.values():
            path, ask = f"/options/relay/{operation.name}", partial(self._ask, operation)
            app.router.add_post(path, ask)
            if operation.kind == "read" and operation.name != EVENTS:
                app.router.add_get(path, ask, allow_head=False)
        app.router.add_post("/options/relay/take-over", self._take_over)
        routes: dict[str, Handler] = {
            "/options/relay/agent": self._agent,
            "/options/relay/agents": self._agents,
            f"/options/relay/{EVENTS}": self._events,
            "/agent/connect": self.door.connect,
            "/healthz": self._healthz,
            "/readyz": self._readyz,
            "/metrics": self._metrics_page,
        }
        for path, handler in routes.items():
            app.router.add_get(path, handler, allow_head=False)
        return app

    async def stop(self) -> None:
        """Answer everybody, close every agent and every stream."""
        self._is_stopping = True
        self.hub.stop()
        self._routes.stop()
        self.streams.stop()
        await self.door.stop()

    async def _ask(self, operation: Operation, request: web.Request) -> web.StreamResponse:
        scope = "trade" if operation.is_order else "read"
        user = self._callers.caller(request, scope).user
        if request.method == hdrs.METH_GET:
            args = from_query(operation, request.query.items())
        else:
            args = from_body(operation, await body(request, self._body_seconds))
        return answered(await self._routes.ask(user, operation, args))

    async def _take_over(self, request: web.Request) -> web.StreamResponse:
        user = self._callers.caller(request, "trade").user
        await self._routes.take_over(user)
        return said('{"result":null}')

    async def _agent(self, request: web.Request) -> web.StreamResponse:
        user = self._callers.caller(request, "read").user
        return said(json_text({"result": await self._routes.agent(user)}))

    async def _agents(self, request: web.Request) -> web.StreamResponse:
        self._callers.caller(request, "admin")
        return said(json_text({"result": await self._routes.agents()}))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        user = self._callers.caller(request, "read").user
        return await self.streams.serve(request, user)

    async def _healthz(self, _request: web.Request) -> web.StreamResponse:
        return said('{"ok":true}')

    async def _readyz(self, _request: web.Request) -> web.StreamResponse:
        """Ready to route. Without the database it still is; only new agents have to wait."""
        state = {"ready": not self._is_stopping, "newAgents": not self.gate.is_away}
        return said(json_text(state), 503 if self._is_stopping else 200)

    async def _metrics_page(self, request: web.Request) -> web.StreamResponse:
        if request.remote not in LOOPBACK or hdrs.X_FORWARDED_FOR in request.headers:
            self._callers.caller(request, "admin")
        return said(self._metrics.text().decode(), content_type="text/plain")


async def body(request: web.Request, seconds: float) -> bytes:
    """The body of a POST; Denied with 415 when it is there and not JSON, 408 when it never ends."""
    if request.can_read_body and request.content_type != "application/json":
        raise Denied(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json")
    try:
        async with asyncio.timeout(seconds):
            return await request.read()
    except TimeoutError:
        raise Denied(HTTPStatus.REQUEST_TIMEOUT, f"The body took more than {seconds:g} s") from None


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The one place where an error becomes an answer."""
    try:
        return await handler(request)
    except TradingError as error:
        return refused(error)
    except Denied as error:
        return denied(error)
    except web.HTTPException as error:
        kept = {name: error.headers[name] for name in (hdrs.ALLOW,) if name in error.headers}
        return denied(Denied(HTTPStatus(error.status), HTTPStatus(error.status).phrase, **kept))
    except Exception:
        logger.exception("a mistake in %s %s", request.method, request.match_info.handler)
        return refused(TradingError(OUR_MISTAKE, sent="unknown"))


@asynccontextmanager
async def serve(
    settings: Settings, keys: Keys, join: Join = alone
) -> AsyncIterator[tuple[Relay, int]]:
    """A running relay and its port, until the block is left. `join`: with which other nodes."""
    hub = Hub(heartbeat=settings.heartbeat, node=settings.node)
    async with join(hub) as routes:
        relay = Relay(settings, keys, hub, routes)
        runner = web.AppRunner(relay.app(), access_log=None, shutdown_timeout=STOP_SECONDS)
        await runner.setup()
        try:
            site = web.TCPSite(runner, settings.host, settings.port, backlog=1024)
            await site.start()
            port = runner.addresses[0][1]
            async with running(relay):
                yield relay, port
                await relay.stop()
        finally:
            await runner.cleanup()


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    """The relay's clockwork: what is due, keys that have ended, feeds that nobody needs."""
    tasks = [
        asyncio.create_task(each(TICK_SECONDS, relay.hub.tick)),
        asyncio.create_task(each(TIDY_SECONDS, relay.hub.tidy)),
        asyncio.create_task(relay.gate.watch(relay.hub)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def each(seconds: float, action: Callable[[], None]) -> None:
    """Do it again and again. A mistake in it is logged: the relay never goes on deaf."""
    while True:
        await asyncio.sleep(seconds)
        try:
            action()
        except Exception:
            logger.exception("the relay's clockwork made a mistake")
