"""The ladder of evidence: what proves each step, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trading.cases import a_message, an_event, an_order
from trading.evidence import Step, ladder
from trading.record_forms import EVIDENCE_STEPS

WHOLE_WAY = [
    an_event("request", 0.0),
    an_event("sending", 0.1, clientId=1000, orderId=7),
    an_event("sent", 0.9),
    an_event("openOrder", 12.0, status="PreSubmitted", permId=0),
    an_event("orderStatus", 13.0, status="PreSubmitted", permId=187326, filled=0),
    an_event("orderStatus", 20.0, status="Submitted", permId=187326, filled=0),
    an_event("execDetails", 30.0, execId="a.1.01", shares=60, permId=187326),
    an_event("commissionReport", 31.0, execId="a.1.01", commission=1.0),
    an_event("orderStatus", 40.0, status="Filled", permId=187326, filled=100),
]


def elapsed(events: Any, **order: Any) -> dict[str, float | None]:
    return {step.name: step.elapsed_ms for step in ladder(an_order(**order), events)}


def test_each_step_has_the_time_of_its_first_proof() -> None:
    steps = elapsed(WHOLE_WAY)
    assert list(steps) == list(EVIDENCE_STEPS)
    assert list(steps.values()) == [0.1, 0.9, 12.0, 13.0, 20.0, 30.0, 31.0]


def test_steps_without_a_proof_have_no_time() -> None:
    assert list(elapsed(WHOLE_WAY[:3]).values()) == [0.1, 0.9, *[None] * 5]
    assert list(elapsed([]).values()) == [None] * 7


def test_an_order_in_the_queue_is_saved() -> None:
    assert list(elapsed(WHOLE_WAY[:1]).values()) == [0.0, *[None] * 6]


def test_an_adopted_order_was_neither_saved_nor_written_here() -> None:
    steps = elapsed(WHOLE_WAY[3:], adopted=True)
    assert (steps["saved"], steps["written"], steps["told"]) == (None, None, 12.0)


def test_what_tws_says_proves_that_the_order_was_written() -> None:
    steps = elapsed(WHOLE_WAY[3:])
    assert (steps["saved"], steps["written"]) == (12.0, 12.0)


def test_a_fill_without_submitted_has_worked() -> None:
    steps = elapsed([WHOLE_WAY[0], WHOLE_WAY[8]])
    assert (steps["working"], steps["filled"]) == (40.0, 40.0)


def test_a_status_with_a_part_filled_is_a_fill() -> None:
    part = an_event("orderStatus", 5.0, status="Submitted", permId=1, filled=10)
    assert elapsed([part])["filled"] == 5.0


@pytest.mark.parametrize(("code", "told"), [(201, 5.0), (10349, None)])
def test_only_a_refusal_is_a_message_that_proves_something(code: int, told: float | None) -> None:
    events = [an_event("error", 5.0, code=code, text="", meaning="")]
    steps = elapsed(events, messages=[a_message(201), a_message(10349, kind="info")])
    assert (steps["told"], steps["brokerId"]) == (told, None)


def test_a_step_is_shown_in_the_apis_words() -> None:
    assert Step("told", "then", 1.5).to_payload() == {
        "step": "told",
        "at": "then",
        "elapsedMs": 1.5,
    }
