"""Shared fixtures: a real paper gateway in a thread of its own, and rooms of the desk beside it.

Nothing here pauses for a fixed time: tests wait until a condition holds, with a deadline.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import fields
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from ib_connector import IBConnector
from ib_session import Endpoint
from loop_thread import LoopThread
from order_handler import OrderHandler
from paper_gateway.control import state
from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from tests.postgres import Postgres, running_postgres
from tests.processes import free_port
from tests.store.clean_database import CleanDatabase
from trading.ib_errors import CodeTable
from trading.orders import OrderRequest, OrderResult, parse_order_request
from trading.policy import OrderPolicy
from trading.ports import FactsReader

# A busy machine makes a slow example, not a wrong one.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

T = TypeVar("T")

HOST = "127.0.0.1"
DEADLINE = 10.0
LOOK_AGAIN_SECONDS = 0.01
NO_SLEEP = (0.0, 0.0, 0.0)
ORDERS, READER = 1000, 999


def wait_until(condition: Callable[[], T], deadline: float = DEADLINE) -> T:
    """The first true value of the condition; AssertionError when the deadline comes first."""
    pause, end = threading.Event(), monotonic() + deadline
    while not (value := condition()):
        assert monotonic() < end, f"still {value!r} after {deadline} s"
        pause.wait(LOOK_AGAIN_SECONDS)
    return value


def request(client_order_id: str, wait: str = "outcome", **fields: Any) -> OrderRequest:
    """An order request: 100 AAPL MKT, unless fields say otherwise."""
    symbol = fields.pop("symbol", "AAPL")
    order = {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"} | fields
    return parse_order_request(
        {
            "contract": {"symbol": symbol},
            "order": order,
            "clientOrderId": client_order_id,
            "wait": wait,
        }
    )


class Publications:
    """Everything that rooms have published, in its order; any thread may add."""

    def __init__(self) -> None:
        self.all: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, kind: str, payload: dict[str, Any]) -> None:
        self.all.append((kind, payload))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [payload for each, payload in list(self.all) if each == kind]

    def states(self, client_order_id: str) -> list[str]:
        """Every state in which this order was ever shown."""
        return [p["state"] for p in self.of("order") if p["clientOrderId"] == client_order_id]


class PaperGateway:
    """A paper gateway in a loop thread of its own; a restart keeps its port and its account."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.port = free_port()
        self._settings: dict[str, Any] = {"state": folder, "latency_seconds": 0.0} | settings
        self._thread: LoopThread | None = None
        self._server: Server | None = None

    def start(self) -> None:
        ready: Future[Server] = Future()

        async def live() -> None:
            async with serve(Settings(port=self.port, **self._settings)) as server:
                ready.set_result(server)
                await asyncio.Event().wait()

        self._thread = LoopThread("paper gateway", live)
        self._thread.start()
        self._server = ready.result(DEADLINE)
        self.port = self._server.port

    def stop(self) -> None:
        if self._thread:
            self._thread.stop()

    def restart(self) -> None:
        self.stop()
        self.start()

    def call(self, function: Callable[[Server], T]) -> T:
        """The function's result, run in the gateway's own loop."""

        async def run() -> T:
            assert self._server is not None
            return function(self._server)

        assert self._thread is not None
        return self._thread.submit(run()).result(DEADLINE)

    def drill(self, **changes: Any) -> None:
        self.call(lambda server: server.apply(changes))

    def tell(self, code: int, text: str = "") -> None:
        """A system message to every client."""
        self.call(lambda server: server.broadcast(code, text))

    def drop_connections(self) -> None:
        self.call(lambda server: server.drop_connections())

    def received(self, message_id: int) -> int:
        """How many requests of this kind have arrived."""
        return self.call(lambda server: server.counters.received[message_id])

    def orders_received(self, client_order_id: str, client_id: int = ORDERS) -> int:
        """How many placeOrder messages carried this orderRef."""
        key = f"{client_id}/{client_order_id}"
        return self.call(lambda server: server.counters.orders[key])

    def state(self) -> dict[str, Any]:
        return self.call(state)

    def orders(self, client_order_id: str) -> list[dict[str, Any]]:
        """The orders in the gateway's book with this orderRef."""
        return [row for row in self.state()["orders"] if row["orderRef"] == client_order_id]

    def clients(self) -> list[int]:
        return [session["clientId"] for session in self.state()["sessions"]]


class Cable:
    """Between a client and a gateway: it can hold back what the gateway says, and be cut."""

    def __init__(self, gateway: PaperGateway) -> None:
        self.port = 0
        self.plugs: set[Plug] = set()
        self._gateway = gateway
        self._is_held = False
        self._held: list[tuple[Plug, bytes]] = []
        self._ready = threading.Event()
        self._thread = LoopThread("cable", self._live)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(DEADLINE)

    def stop(self) -> None:
        self._thread.stop()

    def hold(self) -> None:
        """From now on the client hears nothing."""
        self._in_loop(self._hold)

    def release(self) -> None:
        """The client hears all that was held back, in its order."""
        self._in_loop(self._release)

    def cut(self) -> None:
        """Both ends lose their sockets, and what was held back is lost; new ones are carried."""
        self._in_loop(self._cut)

    def carry(self, source: Plug, data: bytes) -> None:
        if source.other is None:
            source.early.append(data)
        elif self._is_held and source.is_at_gateway:
            self._held.append((source.other, data))
        else:
            source.other.transport.write(data)

    async def reach_gateway(self, client: Plug) -> None:
        try:
            _, plug = await asyncio.get_running_loop().create_connection(
                lambda: Plug(self, client), HOST, self._gateway.port
            )
        except OSError:
            client.transport.abort()
            return
        client.other = plug
        plug.transport.writelines(client.early)

    def _in_loop(self, action: Callable[[], object]) -> None:
        async def run() -> None:
            action()

        self._thread.submit(run()).result(DEADLINE)

    def _hold(self) -> None:
        self._is_held = True

    def _release(self) -> None:
        self._is_held = False
        for plug, data in self._held:
            plug.transport.write(data)
        self._held.clear()

    def _cut(self) -> None:
        self._is_held = False
        self._held.clear()
        for plug in self.plugs:
            plug.transport.abort()

    async def _live(self) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Plug(self), HOST, self.port)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            async with server:
                await asyncio.Event().wait()
        finally:
            self._cut()


class Plug(asyncio.Protocol):
    """One end of a cable: a client's, or the one at the gateway, which knows its `other`."""

    def __init__(self, cable: Cable, other: Plug | None = None) -> None:
        self.other = other
        self.early: list[bytes] = []  # said before the gateway was reached
        self.is_at_gateway = other is not None
        self.transport: asyncio.Transport  # set when the socket is there
        self._cable = cable

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._cable.plugs.add(self)
        if not self.is_at_gateway:
            self._reaching = asyncio.ensure_future(self._cable.reach_gateway(self))

    def data_received(self, data: bytes) -> None:
        self._cable.carry(self, data)

    def connection_lost(self, error: Exception | None) -> None:
        self._cable.plugs.discard(self)
        if self.other:
            self.other.transport.abort()


class Rooms:
    """Makes rooms of the desk and stops them at the end of the test."""

    def __init__(self, publications: Publications, folder: Path) -> None:
        self._publications = publications
        self._folder = folder
        self._journals = count(1)
        self._stops: list[Callable[[], None]] = []

    def gateway(self, folder: Path, **settings: Any) -> PaperGateway:
        gateway = PaperGateway(folder, **settings)
        gateway.start()
        self._stops.append(gateway.stop)
        return gateway

    def cable(self, gateway: PaperGateway) -> Cable:
        cable = Cable(gateway)
        cable.start()
        self._stops.append(cable.stop)
        return cable

    def journal(self, name: str = "") -> Path:
        """The path of the journal of that name, or of a new one."""
        return self._folder / f"{name or next(self._journals)}.db"

    def handler(
        self,
        port: int,
        client_id: int = ORDERS,
        journal: str = "",
        facts: FactsReader | None = None,
        **given: Any,
    ) -> OrderHandler:
        """A started OrderHandler that may not be connected yet; no sleep workaround by default.

        `journal` names one that outlives the handler. `given` changes its policy or endpoint.
        """
        names = {f.name for f in fields(Endpoint)}
        changes = {name: value for name, value in given.items() if name in names}
        rules = {name: value for name, value in given.items() if name not in names}
        policy: dict[str, Any] = {"paper_sleep": NO_SLEEP, "order_timeout": DEADLINE} | rules
        handler = OrderHandler(
            endpoint(port, client_id, **changes),
            OrderPolicy(**policy),
            CodeTable(),
            self._publications,
            self.journal(journal),
            facts,
        )
        handler.start()
        self._stops.append(handler.stop)
        return handler

    def connected_handler(self, port: int, client_id: int = ORDERS, **given: Any) -> OrderHandler:
        handler = self.handler(port, client_id, **given)
        wait_until(lambda: handler.status().is_connected)
        return handler

    def reader(self, port: int, contracts: str = "") -> IBConnector:
        """A started IBConnector that is connected. `contracts` names a cache that outlives it."""
        path = self._folder / f"{contracts}.db" if contracts else None
        reader = IBConnector(endpoint(port, READER), CodeTable(), self._publications, path)
        reader.start()
        self._stops.append(reader.stop)
        wait_until(lambda: reader.status().is_connected)
        return reader

    def close(self) -> None:
        for stop in reversed(self._stops):
            stop()


def endpoint(port: int, client_id: int, **changes: Any) -> Endpoint:
    """Where the gateway is, with retries as quick as a test wants them."""
    quick = {"first_retry": 0.02, "longest_retry": 0.1}
    return Endpoint(HOST, port, client_id, **quick | changes)


def place(handler: OrderHandler, client_order_id: str, **fields: Any) -> OrderResult:
    """Place an order and wait for its answer."""
    return handler.submit(request(client_order_id, **fields)).result(DEADLINE)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Debian's PostgreSQL with a throw-away cluster; an error, never a skip, when it is missing."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def clean_database(postgres: Postgres) -> CleanDatabase:
    """One database of that server, which a test at a time has with empty tables."""
    return CleanDatabase(postgres)


@pytest.fixture
def published() -> Publications:
    return Publications()


@pytest.fixture
def rooms(
    published: Publications, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> Iterator[Rooms]:
    """The maker of rooms; a loop that complains about a lost exception fails the test."""
    caplog.set_level(logging.INFO)
    rooms = Rooms(published, tmp_path)
    yield rooms
    rooms.close()
    complainers = {"asyncio", "loop_thread", "ib.guard", "paper_gateway.server"}
    records = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    errors = [r for r in records if r.name in complainers and r.levelno >= logging.ERROR]
    assert [record.getMessage() for record in errors] == []


@pytest.fixture
def gateway(rooms: Rooms, tmp_path: Path) -> PaperGateway:
    """A fresh account without latency."""
    return rooms.gateway(tmp_path / "gateway")


@pytest.fixture
def handler(rooms: Rooms, gateway: PaperGateway) -> OrderHandler:
    """A connected order handler without the sleep workaround."""
    return rooms.connected_handler(gateway.port)


@pytest.fixture
def reader(rooms: Rooms, gateway: PaperGateway) -> IBConnector:
    return rooms.reader(gateway.port)
