"""Why is an order PendingSubmit, or whatever it is: one answer, and the checks that lead to it.

Pure: it is given the order, its timeline and what stands around it, and asks nobody. The answer is
what was found, first of all whether anything could be heard at all, and the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from trading import why_desk as desk
from trading import why_order as about
from trading.evidence import Step, ladder
from trading.why_parts import Case, Check, Question, Surroundings, ended

Holds = Callable[[Case], bool]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One or two plain sentences, the checks behind them, and how far the proof goes."""

    question: str
    answer: str
    checks: tuple[Check, ...]
    evidence: tuple[Step, ...]

    def to_payload(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "answer": self.answer,
            "checks": [check.to_payload() for check in self.checks],
            "evidence": [step.to_payload() for step in self.evidence],
        }


def explain(
    order: Mapping[str, Any], events: Sequence[Mapping[str, Any]], around: Surroundings
) -> Diagnosis:
    """`order` and `events` are as the API shows them."""
    case = Case(order, events, around)
    word = WORDS.get(case.state) or case.status or "live"
    is_over = case.state in ENDS
    causes = [] if is_over else [(ask(case), ask, holds) for ask, holds in CAUSES]
    notes = [ask(case) for ask in (FINAL_NOTES if is_over else NOTES)]
    cause = next((c for c, _, holds in causes if c and c.ok is False and holds(case)), None)
    answer = f"{cause.found} {cause.next}" if cause else _without_cause(case)
    checks = tuple(check for check in [*(c for c, _, _ in causes), *notes] if check)
    return Diagnosis(f"Why is it {word}?", answer.strip(), checks, ladder(order, events))


def _always(_case: Case) -> bool:
    return True


def _is_leaving(case: Case) -> bool:
    return case.state in ("intent", "sending")


def _is_unheard(case: Case) -> bool:
    """IB has not said more than that it was handed over."""
    return case.state == "sending" or case.status in ("ApiPending", "PendingSubmit")


def _may_wait(case: Case) -> bool:
    return case.may_wait


# In the order in which they answer: first whether anything could be heard, then what IB said, then
# what the order itself waits for. The second half says when a failed check explains the state.
CAUSES: tuple[tuple[Question, Holds], ...] = (
    (desk.thread_runs, _always),
    (desk.loop_turns, _always),
    (desk.is_connected, _always),
    (desk.tws_talks, _always),
    (desk.link_is_up, _always),
    (desk.orders_are_read, _always),
    (desk.journal_works, _is_leaving),
    (about.has_left, _always),
    (about.api_may_write, _always),
    (about.is_known, _always),
    (about.is_single, _always),
    (about.is_not_being_cancelled, _always),
    (desk.sleep_is_over, _is_unheard),
    (about.is_transmitted, _always),
    (about.parent_is_done, _may_wait),
    (about.is_not_held, _always),
    (about.market_is_open, _always),
    (about.is_not_being_changed, _always),
)
NOTES: tuple[Question, ...] = (
    desk.was_placed_by_handler,
    desk.client_ids_differ,
    desk.farms_work,
    about.terms_are_kept,
)
FINAL_NOTES: tuple[Question, ...] = (
    desk.was_placed_by_handler,
    about.terms_are_kept,
    about.is_single,
    about.is_not_being_changed,
)


# Answers where no check explains the state.


def _without_cause(case: Case) -> str:
    return ANSWERS.get(case.state, _live)(case)


def _sending(case: Case) -> str:
    if case.last("sent"):
        return (
            "It was written to TWS, which has said nothing about it yet. Wait, and do not place it "
            "again: without a word it becomes unknown and is looked for at TWS."
        )
    return "It is being saved before it leaves. Wait a moment."


def _live(case: Case) -> str:
    filled, total = case.order["filled"], case.order["order"].get("totalQuantity")
    if case.status == "Inactive":
        said = _last_message(case)
        return f"IB has it and does not work it. {said}".strip()
    if filled:
        of = f" of {_plain(total)}" if total else ""
        return f"{_plain(filled)}{of} are filled. The rest works on; you can change or cancel it."
    return LIVE.get(case.status or "", "TWS has it. You can cancel it.")


LIVE = {
    "ApiPending": "TWS has it and has not sent it on yet. Wait, or cancel it.",
    "PendingSubmit": "Nothing that can be judged here holds it up: TWS has sent it on, and the "
    "exchange has not taken it yet. Wait, or cancel it.",
    "PreSubmitted": "IB has accepted it and keeps it back from the exchange without naming a "
    "reason. Wait, change it or cancel it.",
    "Submitted": "It works at the exchange, and nobody has traded with it at its terms yet. "
    "You can change or cancel it.",
}


NOT_TOLD = "TWS tells price and commission to the program that placed it alone."


def _filled(case: Case) -> str:
    order = case.order
    price = f" at {_plain(order['avgFillPrice'])}" if order["avgFillPrice"] else ""
    commission, currency = order["commission"], order.get("commissionCurrency") or ""
    is_told = order["origin"] == "desk" or price
    cost = (
        ("IB has not reported the commission yet." if is_told else NOT_TOLD)
        if commission is None
        else ended(f"The commission is {_plain(commission)} {currency}".rstrip())
    )
    return f"It is done: {_plain(order['filled'])} filled{price}. {cost} Nothing is left to do."


def _cancelled(case: Case) -> str:
    if case.last("cancelOrder"):
        why = "It was cancelled because a cancel was asked for here, and IB has confirmed it."
    else:
        said = _last_message(case, "cancel", "reject")
        why = f"IB or TWS cancelled it. {said}" if said else UNEXPLAINED
    filled = case.order["filled"]
    rest = f"The {_plain(filled)} filled before stay yours." if filled else "Nothing was traded."
    return f"{why} {rest}"


UNEXPLAINED = (
    "IB says that it is cancelled and not why: it may have been ended in TWS, or its time in force "
    "may be over."
)


def _rejected(case: Case) -> str:
    said = _last_message(case, "reject") or _last_message(case)
    return said or "IB rejected it without a reason. Read TWS's own log, then place a new order."


def _not_sent(case: Case) -> str:
    return f"Nothing of it reached TWS. {_reason(case, 'notSent')} You can place it again."


def _not_placed(case: Case) -> str:
    return f"IB does not have it. {_reason(case, 'notPlaced')} You can place it again."


def _expired(case: Case) -> str:
    return (
        f"It works no more. {_reason(case, 'expired')} Whether more of it filled than is shown "
        "here, your positions and IB's statement tell."
    )


def _dismissed(case: Case) -> str:
    return (
        f"{_reason(case, 'dismissed')} Whether more of it filled than is shown here, your "
        "positions and IB's statement tell. Should TWS show it again, it lives again."
    )


ANSWERS: dict[str, Callable[[Case], str]] = {
    "sending": _sending,
    "filled": _filled,
    "cancelled": _cancelled,
    "rejected": _rejected,
    "not_sent": _not_sent,
    "not_placed": _not_placed,
    "expired": _expired,
    "dismissed": _dismissed,
}
ENDS = frozenset(
    {"filled", "cancelled", "rejected", "not_sent", "not_placed", "expired", "dismissed"}
)
WORDS = {
    "intent": "waiting for its turn",
    "sending": "not acknowledged yet",
    "unknown": "unknown",
    "duplicated": "at IB more than once",
    "filled": "Filled",
    "cancelled": "Cancelled",
    "rejected": "Rejected",
    "not_sent": "not sent",
    "not_placed": "not at IB",
    "expired": "over",
    "dismissed": "dismissed",
}


def _last_message(case: Case, *kinds: str) -> str:
    """IB's newest message of these kinds (of any): its meaning, its words, what to do."""
    said = [m for m in case.order["messages"] if not kinds or m["kind"] in kinds]
    if not said:
        return ""
    parts = [said[-1]["meaning"], said[-1]["text"], said[-1]["next"]]
    return " ".join(ended(" ".join(part.split())) for part in parts if part)


def _reason(case: Case, kind: str) -> str:
    event = case.last(kind)
    return ended(event["reason"]) if event else "Its timeline has no reason."


def _plain(value: float) -> str:
    """1234567.5, never 1.2e+06."""
    return format(Decimal(str(value)).normalize(), "f")
