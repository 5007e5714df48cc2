"""The desk as the web layer sees it: what it was given at start, and how it waits for an answer.

The web layer knows the two Protocols of `trading/ports.py` and nothing of ib_async or asyncio. It
waits on concurrent Futures with a deadline.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar, cast

from flask import current_app

from config import Settings
from store.keys import Keys
from store.sessions import Sessions
from store.users import Users
from trading.ports import OrderDesk, Reader
from trading.refusals import NoAnswer
from trading.risk import Limits
from trading.snapshots import iso
from web.rate_limits import SignInLimits
from web.stream import Stream
from web.waiting import Waiting
from web.watch import Watch

T = TypeVar("T")

# A read ends by itself sooner; this deadline only frees the thread if it does not.
READ_SECONDS = 15.0
NO_ANSWER = "TWS did not answer in time"


class Loop(Protocol):
    """An event loop that somebody watches."""

    @property
    def name(self) -> str: ...

    @property
    def is_alive(self) -> bool: ...

    def seconds_since_tick(self) -> float:
        """How long ago the loop last showed that it turns."""
        ...


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where TWS is. `embedded`: our own paper gateway, whose prices are synthetic."""

    host: str
    port: int
    embedded: bool


@dataclass(slots=True)
class Desk:
    """Everything that the pages and the API need, made by the factory."""

    settings: Settings
    secret_key: str
    reader: Reader
    order_desk: OrderDesk
    stream: Stream
    users: Users
    sessions: Sessions
    keys: Keys
    gateway: Gateway
    loops: Sequence[Loop]
    version: str
    sign_in_limits: SignInLimits = field(default_factory=SignInLimits)
    waiting: Waiting = field(init=False)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        stream = self.stream
        self.watch = Watch(self.reader, self.order_desk)
        self.waiting = Waiting(
            self.settings.threads, self.settings.max_waiting_orders, lambda: stream.open_pages
        )

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that TWS has named; empty before the first connection."""
        return self.reader.status().accounts or self.order_desk.status().accounts

    @property
    def account(self) -> str | None:
        """The account to show: the configured one, else the first."""
        return self.settings.ib_account or next(iter(self.accounts), None)


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
    time = iso(utc_now())  # first: of two answers the page keeps the one that was begun later
    data, orders = desk.reader.status(), desk.order_desk.status()
    return {
        "time": time,
        "version": desk.version,
        "mode": desk.settings.trading_mode,
        "account": desk.account,
        "accounts": list(desk.accounts),
        "gateway": {
            "host": desk.gateway.host,
            "port": desk.gateway.port,
            "embedded": desk.gateway.embedded,
        },
        "syntheticPrices": desk.gateway.embedded,
        "connections": {"data": data.to_payload(), "orders": orders.to_payload()},
        "farms": [farm.to_payload() for farm in data.farms],
        "marketDataType": None,
        "sleepWorkaround": {
            "applies": desk.order_desk.has_sleep_workaround(),
            "seconds": list(desk.settings.paper_sleep),
        },
        "streams": {"open": desk.stream.open_pages, "cap": desk.stream.cap},
        "loops": [
            {"name": loop.name, "secondsSinceTick": round(loop.seconds_since_tick(), 3)}
            for loop in desk.loops
        ],
        "openOrders": open_orders(desk),
        "frozen": desk.order_desk.is_frozen(),
        "limits": limits_payload(desk.settings),
        "journal": {
            "path": str(desk.settings.journal_path),
            "failure": desk.order_desk.journal_failure(),
            "orders": desk.watch.saved_orders,
        },
        "positionDifferences": [one.to_payload() for one in desk.watch.differences],
    }


def open_orders(desk: Desk) -> int:
    return sum(not order.is_final for order in desk.order_desk.orders())


def limits_payload(settings: Settings) -> dict[str, Any]:
    """Each limit under its setting's name in camelCase; null where there is none."""
    window = settings.restart_window
    shown = {_camel(f.name): _shown_limit(getattr(settings, f.name)) for f in fields(Limits)}
    text = f"{window[0]:%H:%M}-{window[1]:%H:%M} {window[2].key}" if window else None
    return shown | {"restartWindow": text}


def _shown_limit(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value) or None
    return float(value) if isinstance(value, Decimal) else value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
