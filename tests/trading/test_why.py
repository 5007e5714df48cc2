"""Why is it PendingSubmit? One answer that fits, with the next step."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trading.cases import a_message, an_event, an_order, around
from trading.sessions import MarketNow
from trading.statuses import STATUS_EVIDENCE, OrderState
from trading.why import Diagnosis, explain

CHILD = {"whyHeld": "child", "parent": "p"}
TOO_LATE = "It waited too long for its turn"
ELSEWHERE = {"origin": "elsewhere", "adopted": True, "filled": 5}
LOOKED = "alice has looked into TWS: it is not there"
OVER = "Its day is over and TWS lists it no more"
ABSENT = "Two complete lists from TWS do not have it"
TWS_ENDED_IT = a_message(202, "cancel", meaning="The order was cancelled", text="Gone", next="")


def why(order: Any = None, events: Any = (), **fields: Any) -> Diagnosis:
    return explain(order or an_order(), tuple(events), around(**fields))


# The mission's five checks, and everything else that may hold up an order that stays PendingSubmit.
@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"is_thread_alive": False}, "thread has ended"),
        ({"seconds_since_tick": 30.0}, "stands still since 30 s"),
        ({"state": "waiting", "reason": "TWS closed the connection"}, "TWS closed the connection."),
        ({"seconds_since_message": 60.0}, "has said nothing for 60 s"),
        ({"broker_link": "down"}, "lost its link to IB"),
        ({"has_read_orders": False}, "not listed its orders"),
        ({"seconds_since_sent": 1.0}, "3.0 s of them are left"),
        ({"market": MarketNow("closed", 7200.0)}, "market is closed"),
        ({}, "the exchange has not taken it yet"),
    ],
)
def test_a_pending_order_is_explained(fields: dict[str, Any], part: str) -> None:
    found = why(**fields)
    assert found.question == "Why is it PendingSubmit?"
    assert part in found.answer


def test_the_missions_five_questions_are_among_the_checks() -> None:
    names = {check.name for check in why().checks}
    assert {
        "The order thread runs",
        "The order connection is up",
        "The OrderHandler placed it",
        "The sleep workaround is there and over",
        "Two client ids",
    } <= names


def test_what_could_not_be_heard_answers_before_what_was() -> None:
    held = an_order("live", "PreSubmitted", whyHeld="locate")
    assert "shares to lend" in why(held).answer
    assert "stands still" in why(held, seconds_since_tick=9.0, broker_link="down").answer


@pytest.mark.parametrize(
    ("order", "events", "question", "part"),
    [
        (an_order("intent", None), [], "waiting for its turn", "Nothing of it has left yet"),
        (an_order("sending", None), [], "not acknowledged yet", "being saved"),
        (an_order("sending", None), [an_event("sent")], "not acknowledged yet", "was written"),
        (an_order("unknown", None), [], "unknown", "Do not place it again"),
        (an_order("duplicated", "Submitted", duplicates=["b"]), [], "at IB more than once", "all"),
        (an_order("live", "PendingCancel"), [], "PendingCancel", "may still fill"),
        (an_order(permId=0), [], "PendingSubmit", "Transmit or discard it"),
        (an_order("live", "PreSubmitted", **CHILD), [], "PreSubmitted", "parent order is filled"),
        (an_order("live", "PreSubmitted"), [], "PreSubmitted", "without naming a reason"),
        (an_order("live", "ApiPending"), [], "ApiPending", "not sent it on"),
        (an_order("live", "Submitted"), [], "Submitted", "works at the exchange"),
        (an_order("live", "Submitted", filled=60), [], "Submitted", "60 of 100 are filled"),
        (an_order("live", "Submitted", filled=60, order={}), [], "Submitted", "60 are filled"),
        (an_order("live", "Inactive"), [], "Inactive", "IB has it and does not work it."),
        (an_order("live", "Inactive", messages=[a_message()]), [], "Inactive", "Correct it."),
        (an_order("live", None), [], "live", "TWS has it."),
        (an_order("rejected", None), [], "Rejected", "without a reason"),
        (an_order("rejected", None, messages=[a_message()]), [], "Rejected", "Order rejected."),
        (an_order("rejected", None, messages=[TWS_ENDED_IT]), [], "Rejected", "Gone."),
        (an_order("not_sent", None), [], "not sent", "Its timeline has no reason."),
        (an_order("not_sent"), [an_event("notSent", reason=TOO_LATE)], "not sent", TOO_LATE),
        (an_order("expired"), [an_event("expired", reason=OVER)], "over", OVER),
        (an_order("filled", "Filled", **ELSEWHERE), [], "Filled", "that placed it alone"),
        (an_order("dismissed"), [an_event("dismissed", reason=LOOKED)], "dismissed", LOOKED),
        (an_order("not_placed"), [an_event("notPlaced", reason=ABSENT)], "not at IB", ABSENT),
    ],
)
def test_every_state_has_an_answer(order: Any, events: Any, question: str, part: str) -> None:
    found = why(order, events)
    assert found.question == f"Why is it {question}?"
    assert part in found.answer


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        (
            {"avgFillPrice": 228.09, "commission": 1.0, "commissionCurrency": "USD"},
            "It is done: 100 filled at 228.09. The commission is 1 USD. Nothing is left to do.",
        ),
        (
            {},
            "It is done: 100 filled. IB has not reported the commission yet. "
            "Nothing is left to do.",
        ),
        (
            {"filled": 1234567.5, "commission": 0.35},
            "It is done: 1234567.5 filled. The commission is 0.35. Nothing is left to do.",
        ),
    ],
)
def test_a_filled_order_is_done(fields: dict[str, Any], answer: str) -> None:
    found = why(an_order("filled", "Filled", **({"filled": 100.0} | fields)))
    assert (found.question, found.answer) == ("Why is it Filled?", answer)


@pytest.mark.parametrize(
    ("fields", "events", "parts"),
    [
        ({}, [an_event("cancelOrder")], ("a cancel was asked for here", "Nothing was traded.")),
        ({"filled": 60}, [an_event("cancelOrder")], ("The 60 filled before stay yours.",)),
        ({"messages": [TWS_ENDED_IT]}, [], ("IB or TWS cancelled it. The order was", "Gone.")),
        ({"messages": [a_message(10349, "info")]}, [], ("and not why", "time in force")),
    ],
)
def test_a_cancelled_order_says_by_whom_as_far_as_that_is_known(
    fields: dict[str, Any], events: Any, parts: tuple[str, ...]
) -> None:
    answer = why(an_order("cancelled", "Cancelled", **fields), events).answer
    assert [part for part in parts if part not in answer] == []


def test_an_attached_order_is_explained_by_its_parent() -> None:
    leg, parent = an_order("live", "PreSubmitted", parent="p"), an_order(clientOrderId="p")
    assert "Its parent p is live" in why(leg, parent=parent).answer
    assert "works at the exchange" in why(leg | {"status": "Submitted"}, parent=parent).answer


def test_a_broken_journal_explains_only_what_has_not_left() -> None:
    broken = {"journal_failure": "The disk is full"}
    assert "The disk is full" in why(an_order("intent", None), **broken).answer
    assert "The disk is full" not in why(**broken).answer


def test_a_finished_order_is_not_explained_by_the_desk_of_today() -> None:
    found = why(an_order("filled", "Filled", filled=100), is_thread_alive=False)
    assert "thread" not in found.answer
    assert "The order thread runs" not in {check.name for check in found.checks}


def test_the_diagnosis_is_shown_in_the_apis_words() -> None:
    shown = why(events=[an_event("request")]).to_payload()
    assert shown.keys() == {"question", "answer", "checks", "evidence"}
    assert shown["checks"][0].keys() == {"name", "ok", "found", "next", "waits"}
    assert shown["evidence"][0]["step"] == "saved"


@pytest.mark.parametrize("state", [*(state.value for state in OrderState), "duplicated"])
@pytest.mark.parametrize("status", [None, *STATUS_EVIDENCE])
def test_there_is_always_a_question_and_an_answer_in_sentences(
    state: str, status: str | None
) -> None:
    found = why(an_order(state, status))
    assert found.question.endswith("?")
    assert found.answer.endswith(".")
    assert "None" not in found.answer
