"""How much of each position is protected by working stops, and which closing orders hang loose.

`covered` is certain, `maybe` depends on orders that nobody is sure of, `uncovered` has no stop for
certain. Orders of one OCA group or of one bracket cover the same shares once. Without TWS's list of
orders nothing is known: then there is no number at all. A position may follow its fill by a moment,
so what is read here in that moment is not yet settled. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from trading.closing_orders import ZERO, ClosingOrder, OpenOrders, Row, plain

MAY_FILL = frozenset({"works", "maybe", "conditional"})
# How far a position's stops reach.
VERDICTS = ("full", "part", "maybe", "none", "unknown")


@dataclass(frozen=True, slots=True)
class Cover:
    """What orders of one kind (stops, or targets) do for one position. The first three add up to
    its size. `over`: so much more would be closed than is held. `conditional`: so much waits for a
    condition. `price`: the one that the market meets first."""

    covered: Decimal
    maybe: Decimal
    uncovered: Decimal
    over: Decimal
    conditional: Decimal
    price: Decimal | None

    def to_payload(self) -> dict[str, float | None]:
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Protection:
    """One position. `stop` and `target` are None while orders are not known. `over`: so much more
    than is held would be closed if every independent order filled, stops and targets together."""

    account: str
    contract: Row
    position: Decimal
    orders: tuple[ClosingOrder, ...] = ()
    stop: Cover | None = None
    target: Cover | None = None
    over: Decimal | None = None

    @property
    def side(self) -> str:
        """What closes it."""
        return "SELL" if self.position > 0 else "BUY"

    @property
    def verdict(self) -> str:
        stop = self.stop
        if stop is None:
            return "unknown"
        if not stop.uncovered and not stop.maybe:
            return "full"
        if stop.maybe:
            return "maybe"
        return "part" if stop.covered else "none"

    def to_payload(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "contract": dict(self.contract),
            "position": plain(self.position),
            "side": self.side,
            "verdict": self.verdict,
            "stop": self.stop.to_payload() if self.stop else None,
            "target": self.target.to_payload() if self.target else None,
            "over": plain(self.over),
            "orders": [order.to_payload() for order in self.orders],
        }


@dataclass(frozen=True, slots=True)
class Orphan:
    """An order that was made to close a position of which no more, or too little, is there.

    `held`: what it could close. `excess`: so much more the orders of its kind would open.
    """

    order: ClosingOrder
    held: Decimal
    excess: Decimal

    def to_payload(self) -> dict[str, Any]:
        shown = self.order.shown
        return self.order.to_payload() | {
            "account": shown["account"],
            "contract": shown["contract"],
            "held": plain(self.held),
            "excess": plain(self.excess),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """`orphans` is None while orders are not known."""

    positions: tuple[Protection, ...]
    orphans: tuple[Orphan, ...] | None

    def to_payload(self) -> dict[str, Any]:
        known = self.orphans is not None
        return {
            "known": known,
            "positions": [one.to_payload() for one in self.positions],
            "orphans": [one.to_payload() for one in self.orphans or ()] if known else None,
        }


def protection_of(positions: Iterable[Row], orders: Iterable[Row] | None, now: datetime) -> Report:
    """`positions` and `orders` as the API shows them: all open orders, and the finished ones that
    are remembered. None: TWS has not listed its orders."""
    held = [row for row in positions if row["position"]]
    if orders is None:
        return Report(tuple(map(_unknown, held)), None)
    known = OpenOrders(orders, now)
    return Report(tuple(_protected(row, known) for row in held), tuple(_orphans(known, held)))


def _unknown(row: Row) -> Protection:
    return Protection(row["account"], row["contract"], Decimal(str(row["position"])))


def _protected(row: Row, known: OpenOrders) -> Protection:
    size = Decimal(str(row["position"]))
    held, action = abs(size), "SELL" if size > 0 else "BUY"
    orders = known.closing(row["account"], row["contract"], action)
    nearest = max if size > 0 else min  # of a long position the highest stop
    furthest = min if size > 0 else max
    working = _sum(orders, lambda order: order.least)
    return Protection(
        row["account"],
        row["contract"],
        size,
        tuple(orders),
        _cover([order for order in orders if order.kind == "stop"], held, nearest),
        _cover([order for order in orders if order.kind == "target"], held, furthest),
        max(ZERO, working - held),
    )


def _cover(
    orders: list[ClosingOrder], held: Decimal, first: Callable[[list[Decimal]], Decimal]
) -> Cover:
    certain = _sum(orders, lambda order: order.least)
    likely = [order for order in orders if order.how in ("works", "maybe")]
    utmost = _sum(likely, lambda order: order.size(held))
    waiting = [order for order in orders if order.how == "conditional"]
    covered = min(held, certain)
    maybe = min(held, utmost) - covered
    works = [order.price for order in orders if order.how == "works" and order.price is not None]
    return Cover(
        covered,
        maybe,
        held - covered - maybe,
        max(ZERO, certain - held),
        _sum(waiting, lambda order: order.size(held)),
        first(works) if works else None,
    )


def _sum(orders: Iterable[ClosingOrder], size: Callable[[ClosingOrder], Decimal]) -> Decimal:
    """Over groups: of one group only the largest, for its orders close the same shares."""
    largest: dict[tuple[str, str], Decimal] = {}
    for order in orders:
        largest[order.group] = max(largest.get(order.group, ZERO), size(order))
    return sum(largest.values(), ZERO)


def _orphans(known: OpenOrders, positions: list[Row]) -> Iterable[Orphan]:
    sizes = {
        (row["account"], row["contract"]["conId"]): Decimal(str(row["position"]))
        for row in positions
    }
    for account, contract, action in known.marked():
        size = sizes.get((account, contract["conId"]), ZERO)
        held = max(ZERO, size if action == "SELL" else -size)
        orders = [
            order
            for order in known.closing(account, contract, action)
            if order.is_marked and order.how in MAY_FILL
        ]
        excess = _sum(orders, lambda order: order.size(ZERO)) - held
        if excess > 0:
            yield from (Orphan(order, held, excess) for order in orders)
