"""The asyncio shell around the hub: sockets, latency, and the one timer that drives everything.

May not know messages. All work happens on the loop that entered ``serve``: the hub needs no locks.

Per step: bytes in, what they cause, one commit to the state file, one write per client.
"""

import asyncio
import contextlib
import ipaddress
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

from paper_gateway import commands, control
from paper_gateway.accounts import AccountsError
from paper_gateway.assembly import build_hub, open_store
from paper_gateway.clock import ClockError, VirtualClock, steps
from paper_gateway.connection import Connection
from paper_gateway.definition_faults import farm_code
from paper_gateway.drilling.player import Player
from paper_gateway.drilling.scripts import Script
from paper_gateway.drills import Drills, apply
from paper_gateway.hub import Counters, Hub
from paper_gateway.portfolio import PortfolioError
from paper_gateway.session import Session
from paper_gateway.settings import Settings
from paper_gateway.store import Store
from paper_gateway.timers import Clock, Timers
from paper_gateway.times import local_time

logger = logging.getLogger(__name__)

# Connections that have not (yet) become clients count too.
MAX_SOCKETS = 128
# So far the clock can be moved at a time.
MOST_SECONDS = 31 * 86_400.0
_SHORTEST_WAIT = 0.0005


class SetupError(Exception):
    """The gateway cannot start with these settings; the text says why in one line."""


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
        self._script_timers = Timers(hub.clock)
        self.player = Player(self.press, self._script_timers)
        """Its timers go on while the gateway is frozen: a script can end that."""
        hub.on_event = self.player.heard
        self._store = store
        self._timer: asyncio.TimerHandle | None = None
        self._is_stopping = False
        self._clock = hub.clock if isinstance(hub.clock, VirtualClock) else None
        self._advancing = asyncio.Lock()
        if self._clock is not None:
            hub.counters.rate_clock = time.monotonic

    @property
    def account(self) -> str:
        """The name of the account; of several, the first of managedAccounts."""
        return self.hub.accounts.names[0]

    @property
    def drills(self) -> Drills:
        """The switches as they are; change them with ``apply``."""
        return self.hub.drills

    @property
    def counters(self) -> Counters:
        return self.hub.counters

    # Drills

    def apply(self, changes: dict[str, Any]) -> None:
        """Set drills and run commands by name: all of them or, on DrillError, none.

        The names of switches are those of the drills module, those of commands the table of the
        commands module.
        """
        self.press(changes)
        self.flush()

    def press(self, changes: dict[str, Any]) -> None:
        """``apply`` within a step: what it brings about leaves at the end of the step."""
        switches, run = commands.prepare(self, changes)
        self.switch(switches)
        run()

    def play(self, script: Script) -> int:
        """Begin a script; its number. Raises DrillError when a first step cannot be done."""
        try:
            return self.player.start(script)
        finally:
            self.flush()

    def switch(self, changes: dict[str, Any]) -> None:
        """Set switches and do what that brings about. Raises DrillError."""
        before = replace(self.drills)
        apply(self.drills, changes)
        if self.drills.freeze and not before.freeze:
            for connection in self.sockets:
                connection.freeze()
        if before.hold_for_locate and not self.drills.hold_for_locate:
            self.hub.exchange.release_held()
        if before.link_down != self.drills.link_down:
            self.hub.change_link()
        if before.secdef_broken != self.drills.secdef_broken:
            self.hub.broadcast(farm_code(self.drills), "")
        if before.login and before.login != self.drills.login:
            for session in list(self.connections):
                session.go_on()
        if before.freeze and not self.drills.freeze:
            for connection in list(self.sockets):
                connection.thaw()

    def broadcast(self, code: int, text: str = "") -> None:
        """A system message (1100, 1101, 1102, 2103 ...) to every client."""
        self.hub.broadcast(code, text)
        self.flush()

    def drop_connections(self) -> None:
        """Close every client's socket at once, without a word."""
        for connection in list(self.sockets):
            connection.abort()

    def roll_back_ids(self, next_id: int) -> None:
        """Forget which order ids from this one on were used, as a TWS whose counter was reset."""
        for client_id, order_id in self.hub.book.roll_back_ids(next_id).items():
            self._store.save_next_order_id(client_id, order_id)

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
            if session.is_cut:
                connection.abort()
                continue
            if data:
                connection.send(data, latency)
            if session.is_closing:
                connection.finish()
        self._plan()

    def run_due(self) -> None:
        """Do what is due at the clock's time; the loop calls it, and tests with their own clock."""
        self._run(self._script_timers)
        if not self.drills.freeze:
            self._run(self.hub.timers)
        self.flush()

    async def advance(self, seconds: float) -> None:
        """Move a clock that stands still: what is due until then is done, each at its own instant.

        Clients hear of each step before the next one. Raises ClockError.
        """
        clock = self._clock
        if clock is None or clock.speed:
            raise ClockError("the clock runs by itself: start the gateway with --speed 0")
        if not 0 <= seconds <= MOST_SECONDS:
            raise ClockError(f"the clock moves on by 0 to {MOST_SECONDS:.0f} seconds at a time")
        async with self._advancing:
            end = clock() + seconds
            for _ in steps(clock, self.next_due, seconds):
                if self._is_stopping:
                    break
                self.run_due()
                await asyncio.sleep(0)
            clock.move_to(end)

    def _run(self, timers: Timers) -> None:
        try:
            timers.run_due()
        except Exception:
            logger.exception("a planned action failed")

    def next_due(self) -> float | None:
        """The instant of what comes next, None when nothing does."""
        moments = [self._script_timers.next_due()]
        if not self.drills.freeze:
            moments.append(self.hub.timers.next_due())
        return min((each for each in moments if each is not None), default=None)

    def _plan(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self.next_due()
        if due is None or self._is_stopping:
            return
        seconds = self._real_seconds(max(due - self.hub.clock(), 0.0))
        if seconds is None:
            return
        wait = max(seconds, _SHORTEST_WAIT)
        self._timer = asyncio.get_running_loop().call_later(wait, self.run_due)

    def _real_seconds(self, seconds: float) -> float | None:
        """How long the loop waits for so many seconds of the clock; None when it stands still."""
        return self._clock.real_seconds(seconds) if self._clock and seconds else seconds

    def stop(self) -> None:
        self._is_stopping = True
        self._plan()
        for connection in list(self.sockets):
            connection.abort()


@contextlib.asynccontextmanager
async def serve(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Server]:
    """Run a paper gateway until the block ends. Raises SetupError, StateError or BarFileError.

    Without a clock it is the system's, or a virtual one as the settings say.
    """
    if not settings.allow_remote and not _is_loopback(settings.host):
        raise SetupError(
            f"{settings.host} is not a loopback address: anybody who reaches it could trade on "
            "this account. Use --allow-remote if that is wanted."
        )
    try:
        now = clock() if clock else settings.start_time or time.time()
        store, portfolio = open_store(settings, lambda: local_time(now).date())
    except (AccountsError, PortfolioError) as error:
        raise SetupError(str(error)) from error
    try:
        clock = clock or _clock_of(settings, store.latest_instant())
        hub = build_hub(settings, store, clock, portfolio=portfolio)
        server = Server(settings, hub, store)
        listening = await _listen(server)
        try:
            server.flush()
            yield server
        finally:
            server.stop()
            await _close(listening)
    finally:
        store.close()


def _clock_of(settings: Settings, latest: float) -> Clock:
    """The system's clock if it does; otherwise a virtual one, which never begins before ``latest``,
    the last instant that the state folder knows."""
    now = time.time()
    start = max(now if settings.start_time is None else settings.start_time, latest)
    if settings.speed == 1 and start == now:
        return time.time
    return VirtualClock(start, settings.speed, time.monotonic)


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
