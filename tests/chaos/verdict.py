"""What the desk believes in the end, compared with the gateway's book. Values only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.traders import UNSURE, Asked

Row = Mapping[str, Any]

# The gateway's status -> the states in which the desk may show such an order. Our orders become
# Inactive only when they are rejected.
ALLOWED = {
    "PreSubmitted": {"live"},
    "Submitted": {"live"},
    "Filled": {"filled"},
    "Cancelled": {"cancelled"},
    "Inactive": {"rejected"},
}
TERMINAL = frozenset({"filled", "cancelled", "rejected", "not_sent", "not_placed"})
# Both say that IB does not have it. `not_sent` is answered before it is on disk: killed in between,
# the next engine finds the order as `sending`, asks TWS twice and calls it not placed.
SAME_IN_OTHER_WORDS = {"not_sent": "not_placed"}


@dataclass
class Verdict:
    """Counts of a run, and a sentence for everything that is wrong."""

    asked: int = 0  # keys, with those of attached orders
    posts: int = 0
    lost_answers: int = 0
    booked: int = 0
    states: Counter[str] = field(default_factory=Counter)
    problems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def blame(self, kind: str, sentence: str) -> None:
        self.problems[kind].append(sentence)

    def count(self, kind: str) -> int:
        return len(self.problems.get(kind, ()))

    def add(self, other: Verdict) -> None:
        """The verdict on another round."""
        self.asked += other.asked
        self.posts += other.posts
        self.lost_answers += other.lost_answers
        self.booked += other.booked
        self.states += other.states
        for kind, sentences in other.problems.items():
            self.problems[kind] += sentences

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        lines = [
            f"{self.asked} keys in {self.posts} posts ({self.lost_answers} answers lost), "
            f"{self.booked} orders booked: {states}",
            f"{self.count('duplicate')} duplicates, {self.count('lost')} lost, "
            f"{self.count('unfinished')} left unfinished",
        ]
        for kind, sentences in sorted(self.problems.items()):
            lines += [f"{kind}: {sentence}" for sentence in sentences[:10]]
            lines += [f"{kind}: … {len(sentences)} in all"] * (len(sentences) > 10)
        return "\n".join(lines)


def judge(
    asked: Iterable[Asked], records: Iterable[Row], gateway: Row, *, has_relay: bool = False
) -> Verdict:
    """`records`: the journal's, as `trading.record_forms.saved_form` writes them; `gateway`: the
    answer of its control port to GET /state.

    `has_relay`: an order may be lost before it reaches the engine. Then it was called unknown, and
    nothing of it may be anywhere.
    """
    orders = list(asked)
    known = {record["client_order_id"]: record for record in records}
    booked: dict[str, list[Row]] = defaultdict(list)
    for order in gateway["orders"]:
        booked[order["orderRef"]].append(order)
    verdict = Verdict(
        asked=sum(len(order.keys) for order in orders),
        posts=sum(order.posts for order in orders),
        lost_answers=sum(order.lost for order in orders),
        booked=len(gateway["orders"]),
        states=Counter(record["state"] for record in known.values()),
    )
    received = _received(gateway)
    for order in orders:
        if has_relay and _never_arrived(order, known, booked, received):
            verdict.states["lost on the way"] += 1
            continue
        _judge_promises(verdict, order, known, booked)
        _judge_bytes(verdict, order, known, booked, received)
    for key, record in known.items():
        _judge_record(verdict, key, record, booked.get(key, []))
    _judge_fills(verdict, known.values(), gateway)
    for key in booked.keys() - known.keys():
        verdict.blame("lost", f"{key} is in the book and unknown to the desk")
    return verdict


def duplicates(gateway: Row) -> list[str]:
    """Order references under which the book has more than one order."""
    counts = Counter(order["orderRef"] for order in gateway["orders"])
    return [reference for reference, count in counts.items() if count > 1]


def _received(gateway: Row) -> Counter[str]:
    """How many placeOrder messages carried each order reference."""
    counts: Counter[str] = Counter()
    for name, count in gateway["ordersReceived"].items():
        counts[name.partition("/")[2]] += count
    return counts


def _never_arrived(
    order: Asked,
    known: Mapping[str, Row],
    booked: Mapping[str, list[Row]],
    received: Mapping[str, int],
) -> bool:
    """Nobody but its client has heard of it, and the client was told no more than unknown."""
    is_nowhere = not any(key in known or key in booked or received.get(key) for key in order.keys)
    return is_nowhere and order.state in ("", "unknown") and not order.was_acknowledged


def _judge_promises(
    verdict: Verdict, order: Asked, known: Mapping[str, Row], booked: Mapping[str, list[Row]]
) -> None:
    """What the client was told must be true in the end."""
    record = known.get(order.key)
    if record is None:
        if order.state:
            verdict.blame("lost", f"{order.key} was answered {order.state} and is not known")
        return
    state = record["state"]
    if order.was_acknowledged and order.key not in booked:
        verdict.blame("lost", f"{order.key} was acknowledged and is not in the book, but {state}")
    if order.state in TERMINAL and state not in (order.state, SAME_IN_OTHER_WORDS.get(order.state)):
        verdict.blame("changed", f"{order.key} was answered {order.state} and became {state}")


def _judge_bytes(
    verdict: Verdict,
    order: Asked,
    known: Mapping[str, Row],
    booked: Mapping[str, list[Row]],
    received: Mapping[str, int],
) -> None:
    """One key leaves once; what is called not sent never arrived."""
    for key in order.keys:
        count = received.get(key, 0)
        state = known[key]["state"] if key in known else "unknown to the desk"
        most = 1 + (order.changes if key == order.key else 0)
        if count > most:
            verdict.blame("sent again", f"{key} arrived {count} times")
        if count and state == "not_sent":
            verdict.blame("wrong", f"{key} arrived and is called not_sent")
        if key not in booked and state not in ("not_sent", "not_placed", "rejected"):
            verdict.blame("wrong", f"{key} is not in the book and is called {state}")


def _judge_record(verdict: Verdict, key: str, record: Row, booked: list[Row]) -> None:
    if len(booked) > 1:
        verdict.blame("duplicate", f"{key} is in the book {len(booked)} times")
    if record["state"] in UNSURE:
        verdict.blame("unfinished", f"{key} is still {record['state']}")
    if record["is_adopted"]:
        verdict.blame("lost", f"{key} was found at the gateway: the journal did not have it")
    for sentence in _differences(record, booked[0]) if len(booked) == 1 else ():
        verdict.blame("wrong", f"{key} {sentence}")


def _differences(record: Row, order: Row) -> Iterator[str]:
    if record["state"] not in ALLOWED[order["status"]]:
        yield f"is {order['status']} in the book and is called {record['state']}"
    if record["perm_id"] != order["permId"]:
        yield f"has permId {order['permId']} in the book, here {record['perm_id']}"
    is_live = record["state"] == "live"
    if is_live and record["order"]["totalQuantity"] != order["quantity"]:
        told = record["order"]["totalQuantity"]
        yield f"has a size of {order['quantity']} in the book, here {told}"


def _judge_fills(verdict: Verdict, records: Iterable[Row], gateway: Row) -> None:
    """filled = the sum of its executions = the book's."""
    traded: dict[int, float] = defaultdict(float)
    for execution in gateway["executions"]:
        traded[execution["permId"]] += execution["shares"]
    for record in records:
        own = sum(row["shares"] for row in record["executions"].values())
        booked = traded.get(record["perm_id"] or 0, 0)
        if not record["filled"] == own == booked:
            found = f"filled {record['filled']}, executions {own}, in the book {booked}"
            verdict.blame("fills", f"{record['client_order_id']}: {found}")
