"""How far the proof about an order goes, step by step, with the event that proves each step.

It reads a timeline and judges nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trading.record_forms import EVIDENCE_STEPS

Event = Mapping[str, Any]  # one line of the timeline, as the API shows it

ORDER_MESSAGES = frozenset({"openOrder", "orderStatus", "execDetails"})
# Steps of our own side: nobody here saw an adopted order take them.
OWN_STEPS = frozenset({"saved", "written"})


@dataclass(frozen=True, slots=True)
class Step:
    """`at` is the event's ISO time and `elapsed_ms` counts from the request; None: not proven."""

    name: str
    at: str | None = None
    elapsed_ms: float | None = None

    def to_payload(self) -> dict[str, Any]:
        return {"step": self.name, "at": self.at, "elapsedMs": self.elapsed_ms}


def ladder(order: Mapping[str, Any], events: Sequence[Event]) -> tuple[Step, ...]:
    """Every step in its order. `order` and `events` are as the API shows them."""
    refusals = frozenset(m["code"] for m in order.get("messages", ()) if m["kind"] == "reject")
    steps = []
    for name in EVIDENCE_STEPS:
        is_unseen = bool(order.get("adopted")) and name in OWN_STEPS
        proof = None if is_unseen else _first(name, events, refusals)
        steps.append(Step(name, proof["time"], proof["elapsedMs"]) if proof else Step(name))
    return tuple(steps)


def _first(name: str, events: Sequence[Event], refusals: frozenset[int]) -> Event | None:
    """The first event that proves the step."""
    proof = next((event for event in events if PROOFS[name](event, refusals)), None)
    if proof is None and name == "saved":
        # It waits in the queue: nobody can read an order that the journal did not take.
        proof = next((event for event in events if event["kind"] == "request"), None)
    return proof


def is_told(event: Event, refusals: frozenset[int]) -> bool:
    """TWS has said something about the order that only a TWS that has it can say."""
    return event["kind"] in ORDER_MESSAGES or _is_refusal(event, refusals)


def _is_refusal(event: Event, refusals: frozenset[int]) -> bool:
    return event["kind"] == "error" and int(event["code"]) in refusals


def _is_saved(event: Event, refusals: frozenset[int]) -> bool:
    return event["kind"] == "sending" or _is_written(event, refusals)


def _is_written(event: Event, refusals: frozenset[int]) -> bool:
    return event["kind"] == "sent" or is_told(event, refusals)


def _has_broker_id(event: Event, _refusals: frozenset[int]) -> bool:
    return event["kind"] in ORDER_MESSAGES and bool(event.get("permId"))


def _is_working(event: Event, refusals: frozenset[int]) -> bool:
    """Submitted, or a fill: what fills has been at the exchange."""
    return event.get("status") == "Submitted" or _is_filled(event, refusals)


def _is_filled(event: Event, _refusals: frozenset[int]) -> bool:
    has_shares = event.get("status") == "Filled" or bool(event.get("filled"))
    return event["kind"] == "execDetails" or (event["kind"] in ORDER_MESSAGES and has_shares)


def _has_commission(event: Event, _refusals: frozenset[int]) -> bool:
    return bool(event["kind"] == "commissionReport")


PROOFS: dict[str, Callable[[Event, frozenset[int]], bool]] = {
    "saved": _is_saved,
    "written": _is_written,
    "told": is_told,
    "brokerId": _has_broker_id,
    "working": _is_working,
    "filled": _is_filled,
    "commission": _has_commission,
}
