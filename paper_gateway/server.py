"""The asyncio shell around the hub: sockets, latency, and the one timer that drives everything.

May not know messages. All work happens on the loop that entered ``serve``: the hub needs no locks.

Per step: bytes in, what they cause, one commit to the state file, one write per client.
"""

import asyncio
import contextlib
import ipaddress
import logging
import socket
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from paper_gateway import control
from paper_gateway.assembly import build_hub
from paper_gateway.drills import Drills, apply
from paper_gateway.hub import Counters, Hub
from paper_gateway.session import Session
from paper_gateway.settings import Settings
from paper_gateway.store import Store
from paper_gateway.timers import Clock

logger = logging.getLogger(__name__)

# A client that does not read is dropped when this much waits for it.
MAX_UNREAD_BYTES = 16 * 1024 * 1024
# Connections that have not (yet) become clients count too.
MAX_SOCKETS = 128
_SHORTEST_WAIT = 0.0005


class SetupError(Exception):
    """The gateway cannot start with these settings; the text says why in one line."""


class Connection(asyncio.Protocol):
    """One socket. Output leaves after the latency, in the order in which it was made."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._waiting: deque[bytes] = deque()
        self._unread = 0
        self._held: list[bytes] = []
        self.transport: asyncio.Transport | None = None
        self.session: Session | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        # A socket that is reset at once has no peer any more.
        peer = transport.get_extra_info("peername") or ("unknown", 0)
        tcp = transport.get_extra_info("socket")
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._server.admit(self):
            transport.abort()
            return
        self.session = self._server.hub.connect(f"{peer[0]}:{peer[1]}")
        self._server.connections[self.session] = self
        if self._server.hub.drills.freeze:
            self.freeze()

    def data_received(self, data: bytes) -> None:
        if self._server.hub.drills.freeze:
            self._held.append(data)
        elif self.session is not None:
            self._server.receive(self.session, data)

    def connection_lost(self, error: Exception | None) -> None:
        if self.session is not None:
            self._server.forget(self.session)
        self._server.sockets.discard(self)

    def send(self, data: bytes, latency: float) -> None:
        if latency <= 0 and not self._waiting:
            self._write(data)
            return
        self._waiting.append(data)
        self._unread += len(data)
        asyncio.get_running_loop().call_later(latency, self._write_next)

    def _write_next(self) -> None:
        if self._server.hub.drills.freeze or not self._waiting:
            return
        data = self._waiting.popleft()
        self._unread -= len(data)
        self._write(data)
        self._close_when_done()

    def _write(self, data: bytes) -> None:
        if self.transport is None or self.transport.is_closing():
            return
        self.transport.write(data)
        waiting = self.transport.get_write_buffer_size()
        if waiting + self._unread > MAX_UNREAD_BYTES:
            logger.warning("%s dropped: it does not read (%s bytes wait)", self.session, waiting)
            self.transport.abort()

    def finish(self) -> None:
        """Close once everything has left."""
        self._close_when_done()

    def _close_when_done(self) -> None:
        is_over = self.session is None or self.session.is_closing
        if is_over and not self._waiting and self.transport is not None:
            self.transport.close()

    def abort(self) -> None:
        self._waiting.clear()
        if self.transport is not None:
            self.transport.abort()

    def freeze(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()

    def thaw(self) -> None:
        """Catch up with what came in and what was to go out, then read on."""
        while self._waiting:
            self._write_next()
        held, self._held = self._held, []
        if self.session is not None and held:
            self._server.receive(self.session, b"".join(held))
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()


@dataclass(slots=True)
class _Listening:
    """What has to be closed at the end."""

    api: asyncio.Server
    control: asyncio.Server | None


class Server:
    """A running paper gateway. Made by ``serve``."""

    def __init__(self, settings: Settings, hub: Hub, store: Store) -> None:
        self.settings = settings
        self.hub = hub
        self.port = 0
        self.control_port: int | None = None
        self.sockets: set[Connection] = set()
        self.connections: dict[Session, Connection] = {}
        self._store = store
        self._timer: asyncio.TimerHandle | None = None
        self._is_stopping = False

    @property
    def account(self) -> str:
        return self.hub.account.name

    @property
    def drills(self) -> Drills:
        """The switches as they are; change them with ``apply``."""
        return self.hub.drills

    @property
    def counters(self) -> Counters:
        return self.hub.counters

    # Drills

    def apply(self, changes: dict[str, Any]) -> None:
        """Set drills by name. Raises DrillError for an unknown name or a wrong value."""
        was_frozen, was_holding = self.drills.freeze, self.drills.hold_for_locate
        apply(self.drills, changes)
        if self.drills.freeze and not was_frozen:
            for connection in self.sockets:
                connection.freeze()
        if was_holding and not self.drills.hold_for_locate:
            self.hub.exchange.release_held()
        if was_frozen and not self.drills.freeze:
            for connection in list(self.sockets):
                connection.thaw()
        self.flush()

    def broadcast(self, code: int, text: str = "") -> None:
        """A system message (1100, 1101, 1102, 2103 ...) to every client."""
        self.hub.broadcast(code, text)
        self.flush()

    def drop_connections(self) -> None:
        """Close every client's socket at once, without a word."""
        for connection in list(self.sockets):
            connection.abort()

    # The steps

    def admit(self, connection: Connection) -> bool:
        if len(self.sockets) >= MAX_SOCKETS:
            logger.warning("a connection was refused: %s are open", MAX_SOCKETS)
            return False
        self.sockets.add(connection)
        return True

    def receive(self, session: Session, data: bytes) -> None:
        try:
            session.receive(data)
        except Exception:
            # The outermost door for whatever a client may send: it costs that client only.
            logger.exception("%s dropped: its message could not be handled", session)
            session.close()
        self.flush()

    def forget(self, session: Session) -> None:
        self.connections.pop(session, None)
        self.hub.disconnected(session)

    def flush(self) -> None:
        """End a step: commit, then let the frames go, then look when something is due next."""
        self._store.commit()
        latency = self.settings.latency_seconds
        for session in self.hub.take_changed():
            connection = self.connections.get(session)
            if connection is None:
                continue
            data = session.take_output()
            if data:
                connection.send(data, latency)
            if session.is_closing:
                connection.finish()
        self._plan()

    def run_due(self) -> None:
        """Do what is due at the clock's time; the loop calls it, and tests with their own clock."""
        if not self.drills.freeze:
            try:
                self.hub.timers.run_due()
            except Exception:
                logger.exception("a planned action failed")
        self.flush()

    def _plan(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self.hub.timers.next_due()
        if due is None or self._is_stopping:
            return
        seconds = max(due - self.hub.clock(), _SHORTEST_WAIT)
        if self.drills.freeze:
            seconds = max(seconds, 0.1)
        self._timer = asyncio.get_running_loop().call_later(seconds, self.run_due)

    def stop(self) -> None:
        self._is_stopping = True
        self._plan()
        for connection in list(self.sockets):
            connection.abort()


@contextlib.asynccontextmanager
async def serve(settings: Settings, clock: Clock = time.time) -> AsyncIterator[Server]:
    """Run a paper gateway until the block ends. Raises SetupError or StateError."""
    if not settings.allow_remote and not _is_loopback(settings.host):
        raise SetupError(
            f"{settings.host} is not a loopback address: anybody who reaches it could trade on "
            "this account. Use --allow-remote if that is wanted."
        )
    store = Store(settings.state, settings.account)
    try:
        server = Server(settings, build_hub(settings, store, clock), store)
        listening = await _listen(server)
        try:
            server.flush()
            yield server
        finally:
            server.stop()
            await _close(listening)
    finally:
        store.close()


async def _listen(server: Server) -> _Listening:
    settings, loop = server.settings, asyncio.get_running_loop()
    try:
        api = await loop.create_server(lambda: Connection(server), settings.host, settings.port)
    except OSError as error:
        raise SetupError(f"cannot listen on {settings.host}:{settings.port}: {error}") from error
    server.port = api.sockets[0].getsockname()[1]
    if settings.control_port is None:
        return _Listening(api, None)
    try:
        door = await control.listen(server, settings.control_port)
    except OSError as error:
        api.close()
        raise SetupError(
            f"cannot listen on control port {settings.control_port}: {error}"
        ) from error
    server.control_port = door.sockets[0].getsockname()[1]
    return _Listening(api, door)


async def _close(listening: _Listening) -> None:
    for each in (listening.api, listening.control):
        if each is not None:
            each.close()
            await each.wait_closed()
    # Aborted sockets are released by the loop's next turn.
    await asyncio.sleep(0)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
