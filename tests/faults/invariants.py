"""The oracle of every fault test: what the desk says, what the gateway has, what the journal keeps.

    I1  one order per orderRef is booked
    I2  what the desk calls acknowledged is in the book, and what works there is not over here
    I3  what was not sent is never in the book
    I4  a final state changes only by a later execution
    I5  filled = the sum of the executions = the book; an execId counts once; no fill is missing
    I9  the journal's chain of lines is intact

It only looks: it changes neither side, and what it compares are plain values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from order_handler import OrderHandler
from store.journal_chain import verify
from store.journal_reader import Reader
from store.journal_rows import OrderRow
from tests.conftest import ORDERS, PaperGateway, Rooms, wait_until
from tests.processes import Gateway, RunningDesk

SETTLE_SECONDS = 3.0  # messages under way arrive within it
OVER_AT_IB = {"Filled", "Cancelled", "Inactive"}  # the gateway's words for an order that is over
ACKNOWLEDGED = {"live", "filled", "cancelled", "duplicated"}
NEVER_THERE = {"not_sent", "not_placed", "intent"}
OVER = {"filled", "cancelled", "rejected", "not_sent", "not_placed"}
MOST_ORDERS = 500

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """One look at both sides. `duplicated`: orderRefs that IB itself was made to book twice."""

    orders: list[Row]  # as GET /orders shows them
    executions: list[Row]  # as GET /executions shows them
    gateway: Row  # its GET /state
    journal: Path
    duplicated: frozenset[str] = frozenset()

    @property
    def own(self) -> list[Row]:
        """The desk's own orders, also those that it has found again."""
        return [row for row in self.orders if row["origin"] == "desk"]

    @property
    def book(self) -> list[Row]:
        """The gateway's orders of the order connection."""
        return [row for row in self.gateway["orders"] if row["clientId"] == ORDERS]


def hold(handler: OrderHandler, gateway: PaperGateway, journal: Path, *duplicated: str) -> None:
    """Every invariant holds once the messages under way have arrived, for rooms in this process."""

    def look() -> Scene:
        orders = [result.payload for result in handler.orders()]
        twice = frozenset(duplicated)
        return Scene(orders, handler.executions(), gateway.state(), journal, twice)

    settle(look)


def hold_at(desk: RunningDesk, gateway: Gateway, *duplicated: str) -> None:
    """As `hold`, for real processes."""

    def look() -> Scene:
        orders = desk.call("GET", f"/api/v1/orders?limit={MOST_ORDERS}")[1]["orders"]
        executions = desk.call("GET", "/api/v1/executions")[1]["executions"]
        journal, twice = journal_of(desk), frozenset(duplicated)
        return Scene(orders, executions, gateway.state(), journal, twice)

    settle(look)


def settle(look: Callable[[], Scene]) -> None:
    """Fails with every invariant that stays broken."""
    with suppress(AssertionError):
        wait_until(lambda: not broken(look()), SETTLE_SECONDS)
    assert broken(look()) == []


def broken(scene: Scene) -> list[str]:
    """A sentence for each violation; none when all is well."""
    return [sentence for check in CHECKS for sentence in check(scene)]


def journal_of(desk: RunningDesk) -> Path:
    return desk.var_dir / "journal.db"


def rows(journal: Path) -> list[OrderRow]:
    """Every order on disk, oldest first; also while an engine has the journal, or after it died."""
    with closing(Reader(journal)) as reader:
        return reader.since("")


def row(journal: Path, client_order_id: str) -> OrderRow | None:
    """One order on disk."""
    return next((each for each in rows(journal) if each.key == client_order_id), None)


def check_finality(states: Iterable[str]) -> None:
    """I4, for the states in which one order was shown (`Publications.states`)."""
    shown = list(dict.fromkeys(states))
    after_end = [later for end in OVER & set(shown) for later in shown[shown.index(end) + 1 :]]
    assert set(after_end) <= {"filled"}, shown


def stop_and_verify(rooms: Rooms, handler: OrderHandler, journal: str) -> None:
    """End the engine, so that all of its lines are on disk, and walk the chain."""
    handler.stop()
    assert verify(rooms.journal(journal)) is None


# The checks


def _one_order_each(scene: Scene) -> list[str]:
    counts = Counter(row["orderRef"] for row in scene.book if row["orderRef"])
    return [
        f"I1: {name} is booked {count} times"
        for name, count in counts.items()
        if count > 1 and name not in scene.duplicated
    ]


def _acknowledged_is_booked(scene: Scene) -> list[str]:
    """An order of another day is not in the gateway's book any more: adopted ones are left out."""
    booked = {row["permId"] for row in scene.book}
    return [
        f"I2: {row['clientOrderId']} is {row['state']}, but permId {row['permId']} is not booked"
        for row in scene.own
        if row["state"] in ACKNOWLEDGED and not row["adopted"] and row["permId"] not in booked
    ]


def _over_is_over(scene: Scene) -> list[str]:
    """Nothing that works at the broker reads as cancelled, rejected or never placed."""
    working = {row["permId"] for row in scene.book if row["status"] not in OVER_AT_IB}
    return [
        f"I2: {row['clientOrderId']} is {row['state']}, but it works at the broker"
        for row in scene.own
        if row["state"] in OVER and row["permId"] in working
    ]


def _unsent_is_nowhere(scene: Scene) -> list[str]:
    booked = {row["orderRef"] for row in scene.book}
    return [
        f"I3: {row['clientOrderId']} is {row['state']} (sent {row['sent']}), but it is booked"
        for row in scene.own
        if (row["sent"] == "no" or row["state"] in NEVER_THERE) and row["clientOrderId"] in booked
    ]


def _fills_add_up(scene: Scene) -> list[str]:
    booked = {row["permId"]: row for row in scene.book}
    shares: Counter[int] = Counter()
    for fill in scene.executions:
        shares[fill["permId"]] += fill["shares"]
    return [
        f"I5: {row['clientOrderId']} has filled {row['filled']}, its executions "
        f"{shares[row['permId']]}, the book {booked[row['permId']]['filled']}"
        for row in scene.own
        if row["permId"] in booked
        and not row["filled"] == shares[row["permId"]] == booked[row["permId"]]["filled"]
    ]


def _each_fill_once(scene: Scene) -> list[str]:
    counts = Counter(fill["execId"] for fill in scene.executions)
    theirs = {f["execId"] for f in scene.gateway["executions"] if f["clientId"] == ORDERS}
    twice = [f"I5: execution {name} counts {n} times" for name, n in counts.items() if n > 1]
    missing = [f"I5: execution {name} is missing" for name in sorted(theirs - counts.keys())]
    return twice + missing


def _chain_is_intact(scene: Scene) -> list[str]:
    fault = verify(scene.journal)
    return [f"I9: {fault}"] if fault else []


CHECKS: tuple[Callable[[Scene], list[str]], ...] = (
    _one_order_each,
    _acknowledged_is_booked,
    _over_is_over,
    _unsent_is_nowhere,
    _fills_add_up,
    _each_fill_once,
    _chain_is_intact,
)
