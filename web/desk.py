"""The desk as the web layer sees it: what it was given at start, and how it waits for an answer.

The web layer knows the two Protocols of `trading/ports.py` and nothing of ib_async or asyncio. It
waits on concurrent Futures with a deadline.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from flask import current_app

from config import Settings
from engine.status import Gateway, Loop, engine_status, known_accounts, shown_account
from engine.watch import Watch
from store.keys import Keys
from store.people import People
from store.sessions import Sessions
from store.users import Users
from trading.ports import OrderDesk, Reader
from trading.refusals import NoAnswer
from web.rate_limits import SignInLimits
from web.stream import Stream
from web.waiting import Waiting

T = TypeVar("T")

# A read ends by itself sooner; this deadline only frees the thread if it does not.
READ_SECONDS = 15.0
NO_ANSWER = "TWS did not answer in time"


@dataclass(slots=True)
class Desk:
    """Everything that the pages and the API need, made by the factory."""

    settings: Settings
    secret_key: str
    reader: Reader
    order_desk: OrderDesk
    stream: Stream
    people: People
    gateway: Gateway
    loops: Sequence[Loop]
    watch: Watch
    version: str
    sign_in_limits: SignInLimits = field(default_factory=SignInLimits)
    waiting: Waiting = field(init=False)

    def __post_init__(self) -> None:
        stream = self.stream
        self.waiting = Waiting(
            self.settings.threads, self.settings.max_waiting_orders, lambda: stream.open_pages
        )

    @property
    def users(self) -> Users:
        return self.people.users

    @property
    def sessions(self) -> Sessions:
        return self.people.sessions

    @property
    def keys(self) -> Keys:
        return self.people.keys

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that TWS has named; empty before the first connection."""
        return known_accounts(self)

    @property
    def account(self) -> str | None:
        """The account to show: the configured one, else the first."""
        return shown_account(self)


def current_desk() -> Desk:
    return cast(Desk, current_app.extensions["desk"])


def wait(future: Future[T], deadline_seconds: float) -> T:
    """The Future's answer. NoAnswer after the deadline; a TradingError passes as it is."""
    try:
        return future.result(timeout=deadline_seconds)
    except TimeoutError as error:
        raise NoAnswer(NO_ANSWER) from error
    except CancelledError as error:
        raise NoAnswer("The desk is stopping") from error


def wait_for_read(future: Future[T], deadline_seconds: float = READ_SECONDS) -> T:
    """As `wait`; Busy instead of taking one of the last threads."""
    if future.done():
        return wait(future, 0)
    with current_desk().waiting.read():
        return wait(future, deadline_seconds)


def utc_now() -> datetime:
    return datetime.now(UTC)


def status_payload(desk: Desk) -> dict[str, Any]:
    """The body of GET /status without `user`; also the payload of the stream's status event."""
    streams = {"open": desk.stream.open_pages, "cap": desk.stream.cap}
    return engine_status(desk) | {"version": desk.version, "streams": streams}
