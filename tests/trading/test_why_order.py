"""Does something hold the order, or is something open about it?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.trading.cases import a_case, a_message, an_event, an_order
from trading import why_order as about
from trading.sessions import MarketNow
from trading.why_parts import Check, Question

CLOSED = "Warning: your order will not be placed at the exchange until 2026-11-23 09:30:00"
REFUSAL = a_message(161, "warning", meaning="", text="Cannot cancel", next="Look at it")
STOP = {"orderType": "STP", "auxPrice": 220}
OUTSIDE = {"orderType": "LMT", "outsideRth": True}
CLOSED_NOW = MarketNow("closed", 7200.0)
EARLY = MarketNow("extended", 600.0)


def asked(question: Question, order: Any, events: Any = (), **fields: Any) -> Check | None:
    return question(a_case(order, events, **fields))


@pytest.mark.parametrize(
    ("question", "order"),
    [
        (about.has_left, an_order()),
        (about.is_known, an_order()),
        (about.is_single, an_order()),
        (about.is_transmitted, an_order("sending", None)),
        (about.is_not_held, an_order("live", "Submitted")),
        (about.parent_is_done, an_order()),
        (about.market_is_open, an_order("sending", None)),
        (about.is_not_being_cancelled, an_order()),
        (about.is_not_being_changed, an_order()),
        (about.is_not_being_changed, an_order(modification={"state": "done"})),
    ],
)
def test_what_does_not_concern_an_order_is_not_asked(question: Question, order: Any) -> None:
    assert asked(question, order) is None


CASES: list[tuple[Question, Any, dict[str, Any], bool | None, str]] = [
    (about.has_left, an_order("intent", None), {}, False, "waits for its turn"),
    (about.has_left, an_order("intent", None), {"is_frozen": True}, False, "are frozen"),
    (about.is_known, an_order("unknown", None), {}, False, "It may be at IB or not"),
    (about.is_known, an_order("unknown"), {"absence_seconds": 3}, False, "every 3 s and"),
    (about.is_single, an_order(duplicates=["perm-8"]), {}, False, "also as perm-8"),
    (about.api_may_write, an_order(), {}, True, "taken"),
    (about.api_may_write, an_order("sending", None, sent="unknown"), {}, None, "not said"),
    (about.is_transmitted, an_order(), {}, True, "187326"),
    (about.is_transmitted, an_order(permId=0), {}, False, "not transmitted"),
    (about.is_not_held, an_order(), {}, True, "no reason"),
    (about.is_not_held, an_order(whyHeld="locate"), {}, False, "shares to lend"),
    (about.is_not_held, an_order(whyHeld="child,trigger"), {}, False, "filled. It waits until its"),
    (about.is_not_held, an_order(whyHeld="halt"), {}, False, "IB holds it: halt."),
    (about.is_not_held, an_order(order=STOP), {}, False, "A STP order waits"),
    (about.is_not_held, an_order(order={"conditions": [{}]}), {}, False, "its conditions"),
    (about.is_not_held, an_order(order={"goodAfterTime": "x"}), {}, False, "waits until x"),
    (about.parent_is_done, an_order(parent="p"), {}, None, "not known here"),
    (about.market_is_open, an_order(), {}, None, "could not be read"),
    (about.market_is_open, an_order(), {"market": MarketNow("regular")}, True, "is open"),
    (about.market_is_open, an_order(), {"market": CLOSED_NOW}, False, "closed"),
    (about.market_is_open, an_order(), {"market": CLOSED_NOW}, False, "begin in 2 h."),
    (about.market_is_open, an_order(order=OUTSIDE), {"market": CLOSED_NOW}, False, "closed"),
    (about.market_is_open, an_order(), {"market": EARLY}, False, "outside regular hours now"),
    (about.market_is_open, an_order(order=OUTSIDE), {"market": EARLY}, True, "may fill there"),
    (about.market_is_open, an_order(messages=[a_message(399, text=CLOSED)]), {}, False, "09:30:00"),
    (about.terms_are_kept, an_order(), {}, True, "No field"),
    (about.is_not_being_cancelled, an_order(cancelRefused=REFUSAL), {}, False, "Cannot cancel."),
    (about.is_not_being_cancelled, an_order("live", "PendingCancel"), {}, False, "may still fill"),
]


@pytest.mark.parametrize(("question", "order", "fields", "ok", "part"), CASES)
def test_the_order_is_judged(
    question: Question, order: Any, fields: dict[str, Any], ok: bool | None, part: str
) -> None:
    check = asked(question, order, **fields)
    assert check is not None
    assert check.ok is ok
    assert part in check.found
    assert (ok is False) is bool(check.next)


@pytest.mark.parametrize(("state", "ok"), [("filled", True), ("live", False)])
def test_an_attached_order_waits_for_its_parents_fill(state: str, ok: bool) -> None:
    parent = an_order(state, clientOrderId="p")
    check = asked(about.parent_is_done, an_order(parent="p"), parent=parent)
    assert check is not None
    assert (check.ok, f"p is {state}" in check.found) == (ok, True)


def test_a_working_order_has_passed_the_notice_of_a_closed_market() -> None:
    order = an_order("live", "Submitted", messages=[a_message(399, text=CLOSED)])
    check = asked(about.market_is_open, order)
    assert check is not None
    assert check.ok is None


def test_an_unknown_order_names_why_and_since_when() -> None:
    events = [an_event("silence", reason="No word from IB within the order timeout")]
    check = asked(about.is_known, an_order("unknown", None), events)
    assert check is not None
    assert check.found.startswith("No word from IB within the order timeout. (2026-11-20T14:31")


@pytest.mark.parametrize(("perm_id", "words"), [(None, "it was not placed"), (8, "IB had taken")])
def test_no_list_proves_that_an_order_which_ib_had_taken_was_not_placed(
    perm_id: int | None, words: str
) -> None:
    check = asked(about.is_known, an_order("unknown", None, permId=perm_id))
    assert check is not None
    assert words in check.next


def test_a_read_only_api_is_recognised_by_its_text() -> None:
    read_only = a_message(321, text="The API interface is currently in Read-Only mode.")
    check = asked(about.api_may_write, an_order("rejected", None, messages=[read_only]))
    assert check is not None
    assert (check.ok, "Read-Only API" in check.next) == (False, True)


def test_an_open_cancel_says_since_when() -> None:
    events = [an_event("cancelOrder", orderId=7)]
    check = asked(about.is_not_being_cancelled, an_order("live", "PendingCancel"), events)
    assert check is not None
    assert "since 2026-11-20T14:31:02.118Z" in check.found


def test_what_tws_changed_is_named() -> None:
    changed = [{"field": "tif", "asked": "GTC", "told": "DAY"}]
    check = asked(about.terms_are_kept, an_order(differences=changed))
    assert check is not None
    assert (check.ok, "tif GTC became DAY" in check.found) == (False, True)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"state": "pending"}, "A change is asked for (lmtPrice 101)"),
        ({"state": "unconfirmed", "reason": "TWS closed"}, "never confirmed. TWS closed."),
        ({"state": "refused", "message": a_message(meaning="")}, "refused the change"),
        ({"state": "refused", "message": a_message(meaning="")}, "Order rejected."),
    ],
)
def test_an_open_change_is_named(change: dict[str, Any], part: str) -> None:
    modification = {"asked": {"lmtPrice": 101}, "message": None, "reason": ""} | change
    check = asked(about.is_not_being_changed, an_order(modification=modification))
    assert check is not None
    assert check.ok is False
    assert part in check.found


@pytest.mark.parametrize(
    ("question", "order", "fields", "waits"),
    [
        (about.market_is_open, an_order(), {"market": CLOSED_NOW}, True),
        (about.is_not_held, an_order(order=STOP), {}, True),
        (about.has_left, an_order("intent", None), {}, True),
        (about.has_left, an_order("intent", None), {"is_frozen": True}, False),
        (about.parent_is_done, an_order(parent="p"), {"parent": an_order("live")}, True),
        (about.parent_is_done, an_order(parent="p"), {"parent": an_order("rejected")}, False),
        (about.is_single, an_order(duplicates=["b"]), {}, False),
    ],
)
def test_what_an_order_waits_for_is_no_fault(
    question: Question, order: Any, fields: dict[str, Any], waits: bool
) -> None:
    check = asked(question, order, **fields)
    assert check is not None
    assert (check.ok, check.waits) == (False, waits)
