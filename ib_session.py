"""One supervised connection to TWS: connect, watch, reconnect; used by reader and order handler.

It keeps four things apart: our socket to TWS (`state`), TWS's link to IB (`brokerLink`, codes 1100
to 1102), each data farm, and a TWS that is connected but frozen (found by asking for the time).
The client id never changes: another id would see other orders.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from ib_async.wrapper import RequestError

from ib.wire import Wire
from ib.wrapper import OrderListener
from trading.ib_errors import (
    CLIENT_ID_IN_USE,
    DATA_LOST,
    FARM_NOTICES,
    LINK_LOST,
    LINK_RESTORED,
)
from trading.snapshots import ConnectionStatus, Farm

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where TWS listens, and under which client id one connection goes there. Times in seconds.

    Two probes in a row without an answer find a frozen TWS within 4 + 3 + 3 seconds.
    """

    host: str
    port: int
    client_id: int
    requests_per_second: int = 45  # IB allows 50; 0 switches the throttle off
    connect_timeout: float = 10
    sync_timeout: float = 10  # for the first lists of positions and account values
    probe_interval: float = 4
    probe_timeout: float = 3
    first_retry: float = 0.5
    longest_retry: float = 10


class Role(Protocol):
    """What the owner of a session does with it. All of it runs in the session's loop."""

    async def on_connected(self) -> None:
        """Ask for what must be known before the connection counts as usable."""
        ...

    def on_disconnected(self, reason: str) -> None: ...

    def on_link_restored(self, data_lost: bool) -> None: ...

    def on_error(self, req_id: int, code: int, text: str) -> None:
        """A message from TWS that names a request or an order, or is of no other kind."""
        ...


class Unreachable(Exception):
    """The connection could not be made or kept; the text is a sentence for a person."""


class IBSession:
    """The life of one connection; `run()` is its main loop, `status()` may be read anywhere."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        role: Role,
        on_change: Callable[[], None],
        orders: OrderListener | None = None,
    ) -> None:
        self.name = name
        self.endpoint = endpoint
        self.next_valid_id = 0  # set by TWS before the connection is ready
        self._role = role
        self._on_change = on_change
        self._orders = orders
        self._wire: Wire | None = None  # made in the loop's own thread
        self._gone: asyncio.Future[str] | None = None  # ends with the reason when the socket does
        self._farms: dict[str, Farm] = {}
        self._status = ConnectionStatus(
            name, endpoint.client_id, "stopped", datetime.now(UTC), "Not started yet"
        )

    @property
    def wire(self) -> Wire:
        """The socket; only for the loop's own thread, after `run()` has begun."""
        assert self._wire is not None
        return self._wire

    @property
    def is_connected(self) -> bool:
        """Whether a request may be sent now; only for the loop's own thread."""
        # The socket's end is known a moment before the state says so.
        return self._status.state == "connected" and self.wire.client.isReady()

    @property
    def is_open(self) -> bool:
        """Whether bytes can reach TWS, also while the start's questions are under way."""
        return self._wire is not None and self._wire.client.isReady()

    @property
    def known(self) -> ConnectionStatus:
        """The state without the time of the last message and the farms: cheap, for each order."""
        return self._status

    def status(self) -> ConnectionStatus:
        """The state now; from any thread."""
        seconds = self._wire.wrapper.time if self._wire else 0
        last = datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
        return replace(
            self._status,
            last_message_at=last or self._status.last_message_at,
            farms=tuple(self._farms.values()),
        )

    async def run(self) -> None:
        """Connect, watch, and connect again for ever; cancelled at the end of the process."""
        self._wire = Wire(self, self._orders)
        self._wire.client.MaxRequests = self.endpoint.requests_per_second
        self._wire.on_broken = self._end
        # Events keep their listeners weakly; this object outlives its wire.
        self._wire.client.apiError += self._on_api_error
        self._wire.disconnectedEvent += self._on_socket_gone
        failures = 0
        try:
            while True:
                reason, was_usable = await self._one_life()
                failures = 0 if was_usable else failures + 1
                await self._pause(reason, failures)
        finally:
            self._wire.cut("The desk is stopping")
            self._become("stopped", "The desk is stopping")

    async def _one_life(self) -> tuple[str, bool]:
        """One connection from greeting to end: why it ended, and whether it was usable."""
        was_usable = False
        self._become("connecting", self._status.reason)
        try:
            await self._connect()
            await self._role.on_connected()
            was_usable = True
            # TWS tells a lost link while it is greeted; without a word the link is up.
            link = "down" if self._status.broker_link == "down" else "up"
            self._become("connected", None, broker_link=link)
            reason = await self._watch()
        except Unreachable as error:
            reason = str(error)
        except (OSError, RequestError, TimeoutError) as error:
            reason = f"TWS did not answer what the desk asked at the start: {error!r}"
        except Exception as error:  # the outermost loop: a fault must not end the supervision
            log.exception("%s: the connection's start failed", self.name)
            reason = f"Internal error at the start of the connection: {error!r}"
        self.wire.cut(reason)
        self._role.on_disconnected(reason)
        return reason, was_usable

    async def _connect(self) -> None:
        """The greeting; a refused client id ends it at once instead of after the time-out."""
        there = self.endpoint
        self._gone = asyncio.get_running_loop().create_future()
        self.wire.wrapper.clientId = there.client_id
        greeting = asyncio.ensure_future(
            self.wire.client.connectAsync(
                there.host, there.port, there.client_id, there.connect_timeout
            )
        )
        either: set[asyncio.Future[Any]] = {greeting, self._gone}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not greeting.done():
                raise Unreachable(self._gone.result())
            await greeting
        except TimeoutError as error:  # an OSError too, so it comes first
            raise Unreachable(
                f"TWS at {there.host}:{there.port} does not greet. Check host and port, that its "
                "API is enabled and that this address is trusted."
            ) from error
        except OSError as error:
            raise Unreachable(self._explain(error)) from error
        finally:
            greeting.cancel()
            await asyncio.gather(greeting, return_exceptions=True)

    def _explain(self, error: OSError) -> str:
        cause = os.strerror(error.errno) if error.errno else str(error) or type(error).__name__
        return (
            f"Cannot reach TWS at {self.endpoint.host}:{self.endpoint.port} ({cause}). "
            "Start TWS or IB Gateway and enable its API."
        )

    async def _watch(self) -> str:
        """Until the socket ends or two probes stay without answer; returns the reason."""
        assert self._gone is not None
        misses = 0
        while misses < 2:
            pause = self.endpoint.probe_interval if not misses else 0
            done, _ = await asyncio.wait({self._gone}, timeout=pause)
            if done:
                return self._gone.result()
            # A probe that waits behind our own messages says nothing about TWS.
            is_late = not await self._probe() and not self.wire.queue_length()
            misses = misses + 1 if is_late else 0
        return "TWS is connected but frozen: it does not answer when asked for the time"

    async def _probe(self) -> bool:
        try:
            # Not wait_for: in Python 3.11 it loses a cancel that comes with the answer.
            async with asyncio.timeout(self.endpoint.probe_timeout):
                await self.wire.reqCurrentTimeAsync()
        except TimeoutError:
            return False
        except ConnectionError:
            return True  # the socket has ended, which `_watch` sees by itself
        return True

    async def _pause(self, reason: str, failures: int) -> None:
        """Back-off with jitter, so that two connections do not knock in step."""
        there = self.endpoint
        seconds = min(there.first_retry * 2 ** min(failures, 10), there.longest_retry)
        seconds *= random.uniform(0.5, 1)
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        if reason != self._status.reason or self._status.state == "connected":
            log.warning("%s connection (clientId %s): %s", self.name, there.client_id, reason)
        self._become("waiting", reason, next_retry_at=at)
        await asyncio.sleep(seconds)

    def _become(
        self,
        state: str,
        reason: str | None,
        *,
        broker_link: str = "unknown",
        next_retry_at: datetime | None = None,
    ) -> None:
        before = self._status
        is_new_connection = state == "connected" and self.wire.client.isReady()
        self._status = replace(
            self.status(),
            state=state,
            reason=reason,
            # Waiting and connecting again are one absence: `since` stays its beginning.
            since=before.since if _is_absent(before.state, state) else datetime.now(UTC),
            broker_link=broker_link,
            next_retry_at=next_retry_at,
            server_version=self.wire.client.serverVersion() if is_new_connection else None,
            accounts=tuple(self.wire.client.getAccounts())
            if is_new_connection
            else before.accounts,
            reconnects=before.reconnects + (before.state == "connected"),
        )
        self._on_change()

    # What TWS says about the connection itself.

    def on_next_valid_id(self, order_id: int) -> None:
        self.next_valid_id = order_id

    def on_error(self, req_id: int, code: int, text: str) -> None:
        if code == CLIENT_ID_IN_USE:
            self._end(
                f"Client id {self.endpoint.client_id} is already in use at TWS. Close the other "
                "program, or wait until TWS releases the id of the last connection."
            )
        elif code in FARM_NOTICES:
            self._on_farm(code, text)
        elif code in LINK_LOST:
            self._on_link("down", text)
        elif code in LINK_RESTORED:
            self._role.on_link_restored(code == DATA_LOST)
            self._on_link("up", text)
        self._role.on_error(req_id, code, text)

    def _on_farm(self, code: int, text: str) -> None:
        kind, state = FARM_NOTICES[code]
        # "…connection is OK:usfarm.nj", but "…available upon demand.ushmds"
        name = text.rpartition(":" if ":" in text else ".")[2].strip() or "unnamed"
        self._farms[name] = Farm(name, kind, state, datetime.now(UTC))
        self._on_change()

    def _on_link(self, link: str, text: str) -> None:
        if self._status.broker_link == link:
            return
        log.warning("%s: TWS's link to IB is %s: %s", self.name, link, text)
        self._status = replace(self._status, broker_link=link)
        self._on_change()

    def _on_socket_gone(self) -> None:
        self._end("TWS closed the connection")

    def _on_api_error(self, message: str) -> None:
        self._end(f"TWS closed the connection: {message}" if message else "TWS closed it")

    def _end(self, reason: str) -> None:
        if self._gone and not self._gone.done():
            self._gone.set_result(reason)


def _is_absent(before: str, now: str) -> bool:
    away = {"waiting", "connecting"}
    return before in away and now in away
