"""Order routes: each state has its status code, and no answer claims more than is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.web.visitors import BODY, ORDER, Browser, Program, World, data
from trading.refusals import (
    ORDER_TIMEOUT,
    AccountMismatch,
    Busy,
    Duplicate,
    NoAnswer,
    NotConnected,
    RejectedByIB,
)

ORDERS = "/api/v1/orders"
REJECT = {"code": 201, "kind": "reject", "text": "Order too large", "meaning": "IB refused it"}
STATUS_OF_STATE = {
    "live": 201,
    "filled": 201,
    "cancelled": 201,
    "rejected": 422,
    "unknown": 202,
    "sending": 202,
    "not_sent": 503,
}


def named(**fields: object) -> dict[str, Any]:
    return BODY | {"clientOrderId": "ui-1"} | fields


def with_order(**fields: object) -> dict[str, Any]:
    return BODY | {"order": ORDER | fields}


@pytest.mark.parametrize(("state", "status"), STATUS_OF_STATE.items())
def test_the_status_code_says_what_is_known_of_the_order(
    world: World, program: Program, state: str, status: int
) -> None:
    world.order_desk.state = state
    answer = program.post(ORDERS, named())
    assert answer.status_code == status
    assert answer.headers["Location"] == "/api/v1/orders/ui-1"
    assert data(answer)["clientOrderId"] == "ui-1"


@pytest.mark.parametrize("key", [None, "ui-9"])
def test_the_name_of_the_order_comes_from_the_header_or_from_the_server(
    world: World, program: Program, key: str | None
) -> None:
    headers = {"Idempotency-Key": key} if key else {}
    answer = program.post(ORDERS, BODY, **headers)
    assert data(answer)["clientOrderId"] == world.order_desk.submitted[0].client_order_id
    assert key in (None, data(answer)["clientOrderId"])


def test_a_rejected_order_carries_ibs_words_and_the_order(world: World, program: Program) -> None:
    world.order_desk.state = "rejected"
    world.order_desk.fields = {"messages": [REJECT, {"kind": "info"}], "status": "Inactive"}
    answer = program.post(ORDERS, named())
    assert answer.mimetype == "application/problem+json"
    wanted = {
        "status": 422,
        "error": "IB refused it: Order too large",
        "errorCode": 201,
        "errorString": "Order too large",
        "orderId": 7,
        "sent": "yes",
        "state": "rejected",
        "orderStatus": "Inactive",
    }
    assert wanted.items() <= data(answer).items()


def test_a_reject_that_nobody_has_explained_shows_code_and_text(
    world: World, program: Program
) -> None:
    world.order_desk.state = "rejected"
    world.order_desk.fields = {"messages": [REJECT | {"code": 999, "meaning": ""}]}
    assert data(program.post(ORDERS, BODY))["error"] == "IB error 999: Order too large"


def test_an_order_without_any_evidence_is_unknown_with_the_missions_sentence(
    world: World, program: Program
) -> None:
    world.order_desk.state = "unknown"
    answer = program.post(ORDERS, named())
    assert data(answer)["error"] == ORDER_TIMEOUT
    assert (data(answer)["state"], data(answer)["sent"]) == ("unknown", "unknown")


def test_an_order_that_never_left_says_so(world: World, program: Program) -> None:
    world.order_desk.state = "not_sent"
    answer = program.post(ORDERS, named())
    assert (data(answer)["error"], data(answer)["sent"]) == ("IB not connected", "no")
    assert answer.headers["Retry-After"] == "2"


@pytest.mark.parametrize(("state", "status"), STATUS_OF_STATE.items())
def test_a_replay_is_the_first_answer_again(
    world: World, program: Program, state: str, status: int
) -> None:
    world.order_desk.state, world.order_desk.fields = state, {"replayed": True}
    answer = program.post(ORDERS, named())
    assert answer.status_code == (200 if status == 201 else status)
    assert answer.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("error", "status", "sent"),
    [
        (NotConnected("no TWS"), 503, "no"),
        (NotConnected("gone", sent="unknown"), 503, "unknown"),
        (Duplicate("clientOrderId is used already"), 422, "no"),
        (AccountMismatch("Account U1 is not yours"), 403, "no"),
        (Busy("Too many orders are under way", 3), 429, "no"),
        (RejectedByIB("No permission", sent="yes", code=460, text="no"), 422, "yes"),
        (NoAnswer("too late", sent="unknown"), 504, "unknown"),
    ],
)
def test_an_error_of_the_desk_keeps_its_sentence_and_what_was_sent(
    world: World, program: Program, error: Exception, status: int, sent: str
) -> None:
    world.order_desk.fails_with = error
    answer = program.post(ORDERS, named())
    assert answer.status_code == status
    assert (data(answer)["error"], data(answer)["sent"]) == (str(error), sent)
    assert data(answer)["clientOrderId"] == "ui-1"


def test_a_mistake_of_ours_never_reads_as_not_sent(world: World, program: Program) -> None:
    world.order_desk.fails_with = ZeroDivisionError()
    answer = program.post(ORDERS, named())
    assert answer.status_code == 500
    assert (data(answer)["sent"], data(answer)["clientOrderId"]) == ("unknown", "ui-1")
    assert "ZeroDivisionError" not in answer.text


def test_an_order_that_is_not_answered_in_time_is_unknown(world: World, program: Program) -> None:
    world.order_desk.fails_with = TimeoutError()
    answer = program.post(ORDERS, named())
    assert (answer.status_code, data(answer)["error"]) == (202, ORDER_TIMEOUT)
    assert data(answer)["sent"] == "unknown"


def test_an_order_that_nobody_answers_is_unknown(world: World, program: Program) -> None:
    world.order_desk.never_answers = True
    answer = program.post(ORDERS, named())
    assert answer.status_code == 202
    assert data(answer)["error"] == ORDER_TIMEOUT
    assert (data(answer)["state"], data(answer)["sent"]) == ("unknown", "unknown")
    assert data(answer)["contract"]["symbol"] == "AAPL"


@pytest.mark.parametrize(("state", "status"), [("filled", 201), ("sending", 202)])
def test_what_the_desk_knows_anyway_is_told(
    world: World, program: Program, state: str, status: int
) -> None:
    world.order_desk.never_answers = True
    world.order_desk.knows("ui-1", state)
    answer = program.post(ORDERS, named())
    assert answer.status_code == status
    assert data(answer)["state"] == ("filled" if state == "filled" else "unknown")


def test_a_post_over_the_cap_is_placed_but_does_not_wait(tmp_path: Path) -> None:
    world = World(tmp_path, {"MAX_WAITING_ORDERS": "0"})
    world.order_desk.state = "sending"
    answer = world.program().post(ORDERS, named(wait="outcome"))
    assert answer.status_code == 202
    assert world.order_desk.submitted[0].wait == "none"
    world.close()


def test_a_post_under_the_cap_waits_as_it_asks(world: World, program: Program) -> None:
    program.post(ORDERS, named(wait="ack"))
    assert world.order_desk.submitted[0].wait == "ack"


def test_a_preview_places_nothing(world: World, program: Program) -> None:
    answer = program.post(ORDERS, with_order(whatIf=True))
    assert answer.status_code == 200
    assert data(answer) == {"initMarginChange": 11405.0, "commission": None}
    assert world.order_desk.submitted == []


def test_numbers_reach_the_desk_as_they_were_written(world: World, program: Program) -> None:
    program.post(ORDERS, with_order(orderType="LMT", lmtPrice=228.1, totalQuantity=100))
    assert str(world.order_desk.submitted[0].order.model_dump()["lmt_price"]) == "228.1"


def test_text_of_ib_passes_through_as_escaped_json(world: World, program: Program) -> None:
    text = 'Bad "price"\n<img src=x onerror=alert(1)>'
    world.order_desk.state = "rejected"
    world.order_desk.fields = {"messages": [REJECT | {"text": text}]}
    answer = program.post(ORDERS, BODY)
    assert data(answer)["errorString"] == text
    assert "\n" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("key", ["", "a" * 300, "../x", "a b"])
def test_a_name_of_another_form_is_refused(world: World, program: Program, key: str) -> None:
    assert program.post(ORDERS, named(clientOrderId=key)).status_code == 422
    assert world.order_desk.submitted == []


def test_a_preview_that_finds_no_free_thread_is_told_to_come_back(tmp_path: Path) -> None:
    world = World(tmp_path, {"THREADS": "8", "MAX_STREAMS": "0", "MAX_WAITING_ORDERS": "0"})
    world.order_desk.holds = True
    answer = world.program().post(ORDERS, with_order(whatIf=True))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    world.close()


def test_the_page_places_an_order_with_its_cookie_and_token(
    world: World, signed_in: Browser
) -> None:
    assert signed_in.call("POST", ORDERS, json=named(wait="none")).status_code == 201
    assert world.order_desk.submitted[0].wait == "none"


# Dismissing


def test_an_unknown_order_is_dismissed_by_whoever_has_looked(
    world: World, program: Program
) -> None:
    world.order_desk.knows("ui-1", "unknown")
    answer = program.post(f"{ORDERS}/ui-1/dismiss", {"confirm": True})
    assert (answer.status_code, data(answer)["state"]) == (200, "dismissed")
    assert world.order_desk.dismissed == [("ui-1", "alice")]
    assert ("order dismissed", "ui-1", "dismissed") in {row[1:] for row in world.audited()}


@pytest.mark.parametrize("body", [{}, {"confirm": False}, {"confirm": "yes"}, {"confirmed": True}])
def test_nobody_dismisses_an_order_by_mistake(
    world: World, program: Program, body: dict[str, Any]
) -> None:
    world.order_desk.knows("ui-1", "unknown")
    assert program.post(f"{ORDERS}/ui-1/dismiss", body).status_code == 422
    assert world.order_desk.dismissed == []


def test_an_order_that_nobody_knows_is_not_dismissed(world: World, program: Program) -> None:
    answer = program.post(f"{ORDERS}/ui-1/dismiss", {"confirm": True})
    assert (answer.status_code, world.order_desk.dismissed) == (404, [])
