"""What a case tells about its order."""

from __future__ import annotations

import pytest

from tests.trading.cases import a_case, a_message, an_event, an_order
from trading.why_parts import Check, ended, span


@pytest.mark.parametrize(
    ("origin", "adopted", "is_own"),
    [("desk", False, True), ("desk", True, False), ("tws", False, False)],
)
def test_an_order_is_our_own_when_we_saw_it_being_placed(
    origin: str, adopted: bool, is_own: bool
) -> None:
    assert a_case(an_order(origin=origin, adopted=adopted)).is_own is is_own


@pytest.mark.parametrize(
    ("state", "status", "may_wait"),
    [
        ("live", "PendingSubmit", True),
        ("live", "PreSubmitted", True),
        ("live", "Submitted", False),
        ("sending", None, False),
        ("filled", "PreSubmitted", False),
    ],
)
def test_an_order_waits_while_nothing_says_that_it_works(
    state: str, status: str | None, may_wait: bool
) -> None:
    assert a_case(an_order(state, status)).may_wait is may_wait


def test_the_newest_event_of_a_kind_is_found() -> None:
    case = a_case(events=[an_event("silence", 1.0), an_event("absent", 2.0), an_event("sent", 3.0)])
    found = case.last("silence", "absent")
    assert found and found["elapsedMs"] == 2.0
    assert case.last("cancelOrder") is None


def test_a_message_is_found_by_its_code_and_a_part_of_its_text() -> None:
    case = a_case(an_order(messages=[a_message(321, text="API is in Read-Only mode")]))
    assert case.message(321, "read-only")
    assert case.message(321, "size") is None
    assert case.message(201) is None


def test_a_check_is_shown_in_the_apis_words() -> None:
    shown = Check("Name", None, "Found.").to_payload()
    assert shown == {"name": "Name", "ok": None, "found": "Found.", "next": "", "waits": False}


@pytest.mark.parametrize(
    ("text", "shown"), [("Wait", "Wait."), ("Wait.", "Wait."), ("", ""), ("Why?", "Why?")]
)
def test_a_sentence_ends_once(text: str, shown: str) -> None:
    assert ended(text) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5400, "2 h"), (61200, "17 h")],
)
def test_a_time_to_wait_is_said_shortly(seconds: float, shown: str) -> None:
    assert span(seconds) == shown
