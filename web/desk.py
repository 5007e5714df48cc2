"""The desk as the web layer sees it: what it was given at start, and how it waits for an answer.

The web layer knows the two Protocols of `trading/ports.py` and nothing of ib_async or asyncio. It
waits on concurrent Futures with a deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, TypeVar, cast

from flask import current_app, g

from config import Settings
from engine.checks import Finding
from engine.status import Gateway, Loop, engine_status, shown_account
from engine.watch import Watch
from store.first_run import FirstRun
from store.keys import Keys
from store.people import People
from store.sessions import Sessions
from store.settings_file import SettingsFile
from store.users import Users
from trading.ports import OrderDesk, Reader
from trading.refusals import NoAnswer
from web.rate_limits import SignInLimits
from web.stream_page import LiveStream
from web.waiting import Waiting

T = TypeVar("T")

# A read ends by itself sooner; this deadline only frees the thread if it does not.
READ_SECONDS = 15.0
NO_ANSWER = "TWS did not answer in time"


class Seats(Protocol):
    """Relay mode: gives each signed-in user a desk of their own."""

    def of(self, desk: Desk, user: str, scope: str) -> Desk: ...

    def blockers(self) -> list[str]:
        """Why nobody's order could be carried now, in sentences."""
        ...

    def agents(self, admin: str) -> list[dict[str, Any]]:
        """Every agent that the relay has seen since its start; raises a TradingError."""
        ...

    def take_over(self, user: str, scope: str) -> None:
        """For a minute another machine may come as this user's agent; raises a TradingError."""
        ...

    def trouble(self) -> str | None:
        """What keeps the desk from its relay. It may be asked before anything is started."""
        ...


class Checklists(Protocol):
    """Runs of the pre-live checklist, each a process of its own, one at a time."""

    def start(self, symbol: str) -> str:
        """The name of the run that begins; AlreadyRunning when one runs."""
        ...

    def is_running(self) -> bool: ...

    def last_words(self) -> str:
        """What a run that was started here said last; empty while it runs, and when its report
        tells its end."""
        ...


class Tester(Protocol):
    """Looks at a TWS that the desk does not use yet."""

    def test(self, host: str, port: int, mode: str) -> Future[list[Finding]]:
        """What is found there, step by step; Busy while another one is looked at."""
        ...


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a desk with an engine of its own is set up with."""

    file: SettingsFile
    first_run: FirstRun
    tester: Tester


@dataclass(slots=True)
class Desk:
    """Everything that the pages and the API need, made by the factory.

    Local mode: one engine, the same for everybody. Relay mode (`seats`): reader, order desk,
    stream and status are nobody's until the guard knows who asks, then that user's.
    """

    settings: Settings
    secret_key: str
    reader: Reader
    order_desk: OrderDesk
    stream: LiveStream
    people: People
    gateway: Gateway
    loops: Sequence[Loop]
    watch: Watch
    version: str
    sign_in_limits: SignInLimits
    seats: Seats | None = None
    checklists: Checklists | None = None  # None where none can run, as in relay mode
    set_up: SetUp | None = None  # None in relay mode
    waiting: Waiting = field(init=False)
    status: Callable[[], dict[str, Any]] = field(init=False)
    order_seconds: float = field(init=False)  # the engine answers an order within it by itself

    def __post_init__(self) -> None:
        places = self.stream.places
        self.waiting = Waiting(
            self.settings.threads, self.settings.max_waiting_orders, lambda: places.taken
        )
        self.status = partial(engine_status, self)
        self.order_seconds = self.settings.order_timeout

    def of(self, user: str, scope: str) -> Desk:
        """The desk as this user has it."""
        return self.seats.of(self, user, scope) if self.seats else self

    @property
    def users(self) -> Users:
        return self.people.users

    @property
    def sessions(self) -> Sessions:
        return self.people.sessions

    @property
    def keys(self) -> Keys:
        return self.people.keys

    def scope_to_stop(self, scope: str) -> str:
        """What it takes to freeze or kill; in relay mode that stops only the user's own agent."""
        return "trade" if self.seats else scope

    @property
    def account(self) -> str | None:
        """The account to show: the configured one, else the first; None while none is known."""
        return self.status()["account"] if self.seats else shown_account(self)

    @property
    def mode(self) -> str | None:
        """paper or live; None while the agent has not said it."""
        return self.status()["mode"] if self.seats else self.settings.trading_mode

    @property
    def needs_second_factor(self) -> bool:
        """Whether nobody may do more than get out of risk without a second factor."""
        rule = self.settings.require_totp
        return rule == "always" or (rule == "live" and self.mode == "live")

    @property
    def has_synthetic_prices(self) -> bool:
        """True with the built-in paper gateway."""
        return self.status()["syntheticPrices"] is True if self.seats else self.gateway.embedded

    def look(self) -> None:
        """Look at positions and journal now. In relay mode the agent does that by itself."""
        if self.seats is None:
            self.watch.look()


def current_desk() -> Desk:
    """The desk of who asks; before the guard knows that, the one that is nobody's."""
    return cast(Desk, g.get("desk") or current_app.extensions["desk"])


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
    return shown_status(desk.status(), desk.stream, desk.version)


def shown_status(status: dict[str, Any], stream: LiveStream, version: str) -> dict[str, Any]:
    """An engine's status with what belongs to the desk; `agent` is null in local mode."""
    return {"agent": None} | status | {"version": version, "streams": usage(stream)}


def usage(stream: LiveStream) -> dict[str, int]:
    """How many pages are open of how many: the user's own, or all when they are nearer the end."""
    own, places = (stream.open_pages, stream.cap), stream.places
    left_to_all = places.cap - places.taken
    open_pages, cap = own if own[1] - own[0] < left_to_all else (places.taken, places.cap)
    return {"open": open_pages, "cap": cap}
