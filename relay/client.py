"""One user's calls through the relay: the Reader and the OrderDesk of relay mode.

A client lives for one web request. Its `reader` and `order_desk` are the two Protocols of
`trading/ports.py`; what those answer at once is asked of the relay here, and the calling thread
waits for it. The status is asked once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from relay.away import away_status, utc_now
from relay.link import ENDING, GRACE_SECONDS, RELAY_AWAY, Asking, RelayLink
from relay.operations import OPERATIONS
from relay.value_forms import connection_of, farms_of, read
from trading.refusals import AgentNotConnected, NoAnswer, NotConnected, TradingError
from trading.snapshots import ConnectionStatus

T = TypeVar("T")

# A page waits for the status before it can say anything at all.
STATUS_SECONDS = 3.0
SILENT = "Your agent does not answer"
# What pages and requests need of a status, beside the connections.
SHAPE = {
    "accounts": list,
    "syntheticPrices": bool,
    "frozen": bool,
    "hasReadOrders": bool,
    "blockers": list,
    "journal": dict,
    "sleepWorkaround": dict,
}
Reading = Callable[[], AbstractContextManager[None]]


class RelayClient:
    """What everything that a user asks has in common. `reading` is around each wait here."""

    def __init__(self, link: RelayLink, asking: Asking, reading: Reading = nullcontext) -> None:
        self.link, self.asking = link, asking
        self._reading = reading
        self._status: dict[str, Any] | None = None

    def ask(self, name: str, found: Callable[[Any], T], **arguments: Any) -> Future[T]:
        """The operation's value, which `found` reads from its form; fails with a TradingError."""
        return self.link.submit(self._read(name, found, arguments))

    def now(self, name: str, found: Callable[[Any], T], **arguments: Any) -> T:
        """As `ask`; the calling thread waits."""
        with self._reading():
            future = self.ask(name, found, **arguments)
            try:
                # The link ends every call by itself; this only frees the thread if it does not.
                return future.result(OPERATIONS[name].seconds + 2 * GRACE_SECONDS)
            except TimeoutError as error:
                raise NoAnswer(SILENT) from error
            except CancelledError as error:  # the link drains: the process ends
                raise NotConnected(ENDING, code="draining") from error

    def status(self) -> dict[str, Any]:
        """The status of the user's engine with `agent`, or an honest one when it is away."""
        if self._status is None:
            try:
                future = self.link.submit(engine_status(self.link, self.asking))
                self._status = future.result(STATUS_SECONDS + GRACE_SECONDS)
            except (TradingError, TimeoutError, CancelledError):  # the link itself has ended
                self._status = away_status(RELAY_AWAY, None, utc_now())
        return self._status

    def fact(self, name: str) -> Any:
        """One value of the status; raises what says why when it is not known."""
        status = self.status()
        if status[name] is not None:
            return status[name]
        if status["agent"] and not status["agent"]["connected"]:
            raise AgentNotConnected
        raise NotConnected(status["connections"]["data"]["reason"])

    def connection(self, name: str) -> ConnectionStatus:
        """`data` or `orders`, as the status tells it."""
        status = self.status()
        if status["accounts"] is None:
            return ConnectionStatus(
                name, 0, "waiting", utc_now(), status["connections"][name]["reason"]
            )
        return _connection(status, name)

    async def _read(self, name: str, found: Callable[[Any], T], arguments: dict[str, Any]) -> T:
        answer = await self.link.ask(self.asking, name, arguments)
        try:
            return read(answer.result, found)
        except NoAnswer as error:
            if OPERATIONS[name].is_order:
                error.sent = "unknown"  # the agent has done something
            raise


async def engine_status(link: RelayLink, asking: Asking) -> dict[str, Any]:
    """The status of the user's engine with AGENT as `agent`. Never fails, never guesses."""
    agent, answer = await asyncio.gather(
        link.ask_agent(asking, STATUS_SECONDS),
        link.ask(asking, "status", {}, STATUS_SECONDS),
        return_exceptions=True,
    )
    known = agent if isinstance(agent, dict) else None
    try:
        if isinstance(answer, BaseException):
            raise answer
        return read(answer.result, checked_status) | {"agent": known}
    except TradingError as error:
        return away_status(_why(error), known, utc_now())


def _why(error: TradingError) -> str:
    """What keeps the engine away, and what to do, in one line."""
    if isinstance(error, AgentNotConnected):
        return f"{error.sentence}. {error.text}"
    if isinstance(error, NotConnected):
        return error.text or error.sentence
    return f"{SILENT}: {error.sentence}"


def checked_status(status: Any) -> dict[str, Any]:
    """The status, if it is one: what pages and requests need of it is there. For `read`."""
    for name in ("data", "orders"):
        _connection(status, name)
    for name, kind in SHAPE.items():
        if not isinstance(status[name], kind):
            raise TypeError(name)
    if status["mode"] not in ("paper", "live") or not isinstance(status["account"], str | None):
        raise ValueError("mode or account")
    return dict(status)


def _connection(status: Any, name: str) -> ConnectionStatus:
    accounts = tuple(map(str, status["accounts"]))
    return connection_of(status["connections"][name], accounts, farms_of(status["farms"]))
