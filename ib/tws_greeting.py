"""A TWS greeted once, on a connection of its own that places nothing: what it says about itself.

For the doctor and for the page that tests a connection before a desk uses it. The one question that
it asks is for the open orders of its own client id, of which there are none: a TWS whose API is
read-only refuses even that with 321 (**not seen** on a real TWS; from public logs).
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import Any, Literal

from ib.wire import Wire
from ib_session import Endpoint
from trading.ib_errors import CLIENT_ID_IN_USE

PORT_SECONDS = 3.0
READ_ONLY_SECONDS = 2.0
READ_ONLY_API = 321

# How it went: nothing listens; the machine does not answer; its name is unknown; the port is open
# and says nothing, or hangs up, or speaks something else; the client id is taken; it greets.
Outcome = Literal[
    "refused", "unreachable", "unknown_host", "silent", "closed", "strange", "in_use", "greets"
]


@dataclass(frozen=True, slots=True)
class Greeting:
    """What one greeting found. Nothing that the other side wrote is in it but accounts."""

    outcome: Outcome
    server_version: int = 0  # 0: it named none
    accounts: tuple[str, ...] = ()
    is_read_only: bool | None = None  # None: not known
    reason: str = ""  # the system's word for `unreachable`


async def greeting_of(endpoint: Endpoint) -> Greeting:
    """Ask TWS there, for five seconds more than `connect_timeout` at most; then it is closed."""
    trouble = await _port(endpoint)
    return trouble or await _Greeter(endpoint).ask()


async def _port(there: Endpoint) -> Greeting | None:
    """Whether something listens: told apart here, since a greeting only fails or does not."""
    try:
        async with asyncio.timeout(PORT_SECONDS):
            _, writer = await asyncio.open_connection(there.host, there.port)
    except TimeoutError:
        return Greeting("unreachable", reason="no answer")
    except ConnectionRefusedError:
        return Greeting("refused")
    except socket.gaierror:
        return Greeting("unknown_host")
    except OSError as error:
        return Greeting("unreachable", reason=(error.strerror or str(error)).lower())
    writer.transport.abort()
    return None


class _Greeter:
    """One connection's life, in the loop that calls `ask`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._there = endpoint
        self._gone: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._read_only: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def ask(self) -> Greeting:
        wire = Wire(self)
        wire.on_broken = lambda _reason: self._end("strange")
        wire.client.apiError += self._on_closed
        wire.disconnectedEvent += self._on_closed
        greeting = asyncio.ensure_future(
            wire.client.connectAsync(
                self._there.host, self._there.port, self._there.client_id, timeout=0
            )
        )
        either: set[asyncio.Future[Any]] = {greeting, self._gone}
        try:
            await asyncio.wait(
                either, timeout=self._there.connect_timeout, return_when=asyncio.FIRST_COMPLETED
            )
            version = wire.client.serverVersion()
            if self._gone.done() or not greeting.done() or greeting.exception():
                return Greeting(self._how_it_ended(greeting), version)
            accounts = tuple(wire.client.getAccounts())
            return Greeting("greets", version, accounts, await self._is_read_only(wire))
        finally:
            greeting.cancel()
            wire.cut("The check is over")
            await asyncio.gather(greeting, return_exceptions=True)

    def _how_it_ended(self, greeting: asyncio.Future[None]) -> Outcome:
        if self._gone.done():
            return self._gone.result()
        return "closed" if greeting.done() else "silent"

    async def _is_read_only(self, wire: Wire) -> bool | None:
        orders = asyncio.ensure_future(wire.reqOpenOrdersAsync())
        either: set[asyncio.Future[Any]] = {orders, self._read_only}
        try:
            await asyncio.wait(
                either, timeout=READ_ONLY_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if self._read_only.done():
                return True
            return False if orders.done() and not orders.exception() else None
        finally:
            orders.cancel()
            await asyncio.gather(orders, return_exceptions=True)

    # What TWS says.

    def on_error(self, req_id: int, code: int, text: str) -> None:
        if code == CLIENT_ID_IN_USE:
            self._end("in_use")
        elif code == READ_ONLY_API and "read-only" in text.lower() and not self._read_only.done():
            self._read_only.set_result(True)

    def on_next_valid_id(self, order_id: int) -> None:
        """No order is placed."""

    def _on_closed(self, *_reason: str) -> None:
        self._end("closed")

    def _end(self, outcome: Outcome) -> None:
        if not self._gone.done():
            self._gone.set_result(outcome)
