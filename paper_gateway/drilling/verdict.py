"""The verdict after a drill: what became of the orders, and whether a client knows it.

May not change the book. Without a client's journal it says what the gateway itself knows: an order
that a drill took is lost, unless its client has placed it again; an orderRef with two orders that
work or have filled is duplicated. With a journal it judges the client: it agrees about an order,
does not know (``unknown``, an honest answer), or is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from paper_gateway.drilling.journals import Belief, Entry
from paper_gateway.orders import NO_ORDER_ID, Order, Status

_BELIEFS = {
    Status.PRE_SUBMITTED: Belief.WORKING,
    Status.SUBMITTED: Belief.WORKING,
    Status.FILLED: Belief.FILLED,
    Status.CANCELLED: Belief.CANCELLED,
    Status.INACTIVE: Belief.REJECTED,
}
# What a client may say of an order that never reached the book.
_AWARE = frozenset({Belief.UNKNOWN, Belief.ABSENT, Belief.REJECTED})
_NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts, and a sentence for every order that is not as it should be."""

    orders: int
    """Different orders that clients have placed, the lost ones among them."""
    working: int
    filled: int
    cancelled: int
    rejected: int
    fills: int
    lost: list[str]
    duplicated: list[str]
    disagreeing: list[str]
    unknown: list[str]
    """What the client says that it does not know."""
    has_journal: bool

    @property
    def is_clean(self) -> bool:
        """Nothing is duplicated, and the client is wrong about nothing; without its journal,
        nothing is lost either."""
        if self.duplicated or self.disagreeing:
            return False
        return self.has_journal or not self.lost

    @property
    def sentence(self) -> str:
        words = [
            f"{self.orders} order{'' if self.orders == 1 else 's'}",
            f"{len(self.lost)} lost",
            f"{len(self.duplicated)} duplicated",
        ]
        if self.has_journal:
            words += [f"{len(self.disagreeing)} disagreeing", f"{len(self.unknown)} unknown"]
        return ", ".join(words)

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        has_journal = values.pop("has_journal")
        summary = {"sentence": self.sentence, "isClean": self.is_clean, "hasJournal": has_journal}
        return {**summary, **values}


def judge(
    orders: Iterable[Order], lost: Counter[str], fills: int, journal: dict[str, Entry] | None = None
) -> Verdict:
    """The verdict on a book; ``lost`` counts orders that a drill took, by clientId/orderRef."""
    placed = [order for order in orders if order.order_id != NO_ORDER_ID]
    missing = _missing(placed, lost)
    doubles = _doubles(placed)
    statuses = Counter(_BELIEFS[order.status] for order in placed)
    disagreeing, unknown = _compare(placed, missing, journal) if journal is not None else ([], [])
    return Verdict(
        orders=len({_identity(order) for order in placed}) + len(missing),
        working=statuses[Belief.WORKING],
        filled=statuses[Belief.FILLED],
        cancelled=statuses[Belief.CANCELLED],
        rejected=statuses[Belief.REJECTED],
        fills=fills,
        lost=[f"{_named(key)} never reached the book" for key in missing],
        duplicated=[f"{key}: {count} orders work or have filled" for key, count in doubles.items()],
        disagreeing=disagreeing,
        unknown=unknown,
        has_journal=journal is not None,
    )


def _named(key: str) -> str:
    client_id, _, reference = key.partition("/")
    return key if reference else f"an order of client {client_id} without orderRef"


def _missing(placed: list[Order], lost: Counter[str]) -> list[str]:
    """The keys of lost orders that have not come again; one without orderRef is always missing."""
    known = {f"{order.client_id}/{order.ticket.order_ref}" for order in placed}
    return [
        key
        for key, count in lost.items()
        for _ in range(1 if key.partition("/")[2] else count)
        if key not in known or not key.partition("/")[2]
    ]


def _identity(order: Order) -> tuple[object, ...]:
    """What makes it one order for its client: the orderRef, otherwise only itself.

    The legs of a bracket may share an orderRef: they differ in side, type or parent.
    """
    ticket = order.ticket
    if not ticket.order_ref:
        return (order.perm_id,)
    key = f"{order.client_id}/{ticket.order_ref}"
    return (key, ticket.action, ticket.order_type, bool(order.family_id))


def _doubles(placed: list[Order]) -> Counter[str]:
    """How many orders work or have filled under one orderRef, where it is more than one."""
    alive = [order for order in placed if not order.is_done or order.filled]
    counts = Counter(_identity(order) for order in alive)
    return Counter({str(identity[0]): count for identity, count in counts.items() if count > 1})


def _compare(
    placed: list[Order], missing: list[str], journal: dict[str, Entry]
) -> tuple[list[str], list[str]]:
    """Sentences about what the client has wrong, and about what it does not know."""
    booked: dict[str, list[Order]] = {}
    for order in placed:
        if order.ticket.order_ref:
            booked.setdefault(order.ticket.order_ref, []).append(order)
    gone = {key.partition("/")[2] for key in missing}
    wrong = [
        f"{reference}: the client does not know it"
        for reference in [*booked, *sorted(gone)]
        if reference and reference not in journal
    ]
    unknown: list[str] = []
    for reference, entry in journal.items():
        if entry.belief is Belief.UNKNOWN:
            unknown.append(f"{reference}: the client does not know how it stands")
        elif reference not in booked:
            if entry.belief not in _AWARE:
                wrong.append(f"{reference}: the client has it as {_told(entry)}, the book has none")
        elif not any(_agrees(entry, order) for order in booked[reference]):
            stands = " and ".join(
                f"{order.status.value} with {order.filled:g} filled" for order in booked[reference]
            )
            wrong.append(f"{reference}: the client has it as {_told(entry)}, the book as {stands}")
    return wrong, unknown


def _told(entry: Entry) -> str:
    return entry.word if entry.filled is None else f"{entry.word} with {entry.filled:g} filled"


def _agrees(entry: Entry, order: Order) -> bool:
    is_filled_alike = entry.filled is None or abs(entry.filled - order.filled) < _NOISE
    return entry.belief is _BELIEFS[order.status] and is_filled_alike
