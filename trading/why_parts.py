"""What the question "Why is it PendingSubmit?" is answered from, and what one check says.

Values only: nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trading.sessions import MarketNow
from trading.snapshots import Farm

WAITING_STATUSES = frozenset({"ApiPending", "PendingSubmit", "PreSubmitted"})


@dataclass(frozen=True, slots=True)
class Check:
    """`found` and `next` are sentences; `next` is empty where nothing has to be done.

    `waits`: it is not so yet, and nothing is wrong: the order waits for it.
    """

    name: str
    ok: bool | None
    found: str
    next: str = ""
    waits: bool = False

    def to_payload(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ok": self.ok,
            "found": self.found,
            "next": self.next,
            "waits": self.waits,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What stands around an order now; None is not known here. Times are seconds.

    `state`, `reason` and `broker_link` are those of the order connection (`ConnectionStatus`).
    `sleep_seconds`: the whole sleep workaround where it applies, else 0. `parent`: the order that
    this one is attached to, as the API shows it.
    """

    client_id: int
    read_client_id: int
    state: str
    reason: str | None
    broker_link: str
    is_paper: bool | None
    sleep_seconds: float
    is_thread_alive: bool | None = None
    seconds_since_tick: float | None = None
    seconds_since_message: float | None = None
    seconds_since_sent: float | None = None
    farms: tuple[Farm, ...] = ()
    market: MarketNow | None = None
    is_frozen: bool = False
    journal_failure: str | None = None
    has_read_orders: bool = True
    absence_seconds: float = 10.0
    parent: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One order with everything that a check may look at."""

    order: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    around: Surroundings

    @property
    def state(self) -> str:
        return str(self.order["state"])

    @property
    def status(self) -> str | None:
        status: str | None = self.order["status"]
        return status

    @property
    def is_own(self) -> bool:
        return bool(self.order["origin"] == "desk" and not self.order["adopted"])

    @property
    def may_wait(self) -> bool:
        """IB has it, and nothing says that it works at the exchange."""
        return self.state == "live" and self.status in WAITING_STATUSES

    def last(self, *kinds: str) -> Mapping[str, Any] | None:
        """The newest event of one of these kinds."""
        return next((event for event in reversed(self.events) if event["kind"] in kinds), None)

    def message(self, code: int, part: str = "") -> Mapping[str, Any] | None:
        """IB's newest message of that code whose text has that part."""
        said = reversed(self.order["messages"])
        return next(
            (m for m in said if m["code"] == code and part.lower() in m["text"].lower()), None
        )


Question = Callable[[Case], Check | None]  # None: it does not concern this order


def ended(sentence: str) -> str:
    """The sentence with its full stop; nothing stays nothing."""
    return sentence if not sentence or sentence.endswith((".", "!", "?")) else f"{sentence}."


def span(seconds: float) -> str:
    """A time to wait, as people say it: "45 s", "12 min", "17 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
