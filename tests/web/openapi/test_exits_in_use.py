"""What the desk answers when risk is reduced is what the API's document says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.openapi.as_documented import ORDERS, desk_of, fields, is_as_documented
from tests.web.visitors import Program, World, data
from trading.refusals import JournalDown, LimitExceeded, NoAnswer, NotConnected, TradingError
from web.openapi import examples
from web.openapi import exit_examples as exits
from web.openapi import request_examples as requests

PATH = f"{ORDERS}/{examples.NAME}"
CLOSE = "/api/v1/positions/close"
FLATTEN = "/api/v1/positions/flatten"
FREEZE = "/api/v1/freeze"
KILL = "/api/v1/kill"
JOURNAL_DOWN = JournalDown(exits.SWITCH_NOT_SAVED["error"], code="journal_unavailable")
# The order of the example, without what makes it a problem.
CHANGE_REFUSED = examples.LIVE | {
    name: exits.CHANGE_REFUSED[name] for name in ("modification", "messages")
}


@pytest.fixture
def admin(world: World) -> Program:
    return world.program("admin")


def change(program: Program) -> Any:
    return program.call("PATCH", PATH, json=requests.CHANGES["price"])


@pytest.mark.parametrize(
    ("changed", "status"),
    [(exits.CHANGED, 200), (exits.CHANGE_PENDING, 202), (CHANGE_REFUSED, 422)],
)
def test_a_change_is_answered_as_documented(
    world: World, program: Program, changed: dict[str, Any], status: int
) -> None:
    desk_of(world).changed = changed
    answer = change(program)
    assert answer.status_code == status
    assert is_as_documented(answer, "PATCH", PATH)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NoAnswer("late"), 202),
        (LimitExceeded("too large", code="risk_max_order_notional"), 403),
        (JournalDown("the disk is full", code="journal_unavailable"), 503),
        (NotConnected("away"), 503),
    ],
)
def test_a_change_that_is_not_made_is_answered_as_documented(
    world: World, program: Program, error: TradingError, status: int
) -> None:
    world.order_desk.fails_with = error
    answer = change(program)
    assert answer.status_code == status
    assert is_as_documented(answer, "PATCH", PATH)


def test_a_change_that_ib_refuses_reads_as_shown(world: World, program: Program) -> None:
    desk_of(world).changed = CHANGE_REFUSED
    assert data(change(program)) == exits.CHANGE_REFUSED


@pytest.mark.parametrize(
    ("state", "status", "known"),
    [
        ("filled", 201, exits.CLOSED),
        ("filled", 200, examples.REPLAY),
        ("intent", 202, exits.CLOSING),
        ("unknown", 202, examples.UNKNOWN),
        ("rejected", 422, examples.SENDING | {"messages": [examples.REJECT], "sent": "yes"}),
        ("not_sent", 503, examples.SENDING | {"sent": "no"}),
    ],
)
def test_a_close_is_answered_as_documented(
    world: World, program: Program, state: str, status: int, known: dict[str, Any]
) -> None:
    world.order_desk.state, world.order_desk.fields = state, fields(known)
    answer = program.post(CLOSE, requests.CLOSES["all"])
    assert answer.status_code == status
    assert is_as_documented(answer, "POST", CLOSE)


def test_a_close_of_what_nobody_holds_is_answered_as_documented(program: Program) -> None:
    answer = program.post(CLOSE, {"conId": 1})
    assert answer.status_code == 404
    assert is_as_documented(answer, "POST", CLOSE)


def test_a_wrong_percentage_reads_as_shown(program: Program) -> None:
    answer = program.post(CLOSE, {"conId": 265598, "percent": 30})
    assert data(answer) == exits.WRONG_PERCENT
    assert is_as_documented(answer, "POST", CLOSE)


def test_another_position_than_the_one_that_was_shown_reads_as_shown(program: Program) -> None:
    answer = program.post(CLOSE, {"conId": 265598, "held": 40})
    assert data(answer) == exits.POSITION_CHANGED
    assert is_as_documented(answer, "POST", CLOSE)


def test_a_position_that_cannot_be_closed_is_told_beside_the_others(
    world: World, program: Program
) -> None:
    desk_of(world).refuses = NotConnected("away")
    answer = program.post(FLATTEN, requests.FLATTEN["everything"])
    (closed,) = data(answer)["closes"]
    assert closed == exits.FLATTENED["closes"][1]
    assert is_as_documented(answer, "POST", FLATTEN)


@pytest.mark.parametrize(("path", "status"), [(FLATTEN, 200), (KILL, 504)])
def test_cancels_that_nobody_confirms_are_answered_as_documented(
    world: World, admin: Program, path: str, status: int
) -> None:
    desk_of(world).confirms_cancels = False
    answer = admin.post(path, {"confirm": True})
    assert answer.status_code == status
    assert is_as_documented(answer, "POST", path)


@pytest.mark.parametrize(("method", "path"), [("POST", FREEZE), ("DELETE", FREEZE), ("POST", KILL)])
@pytest.mark.parametrize("error", [JOURNAL_DOWN, NotConnected()])
def test_a_freeze_that_cannot_be_kept_is_answered_as_documented(
    world: World, admin: Program, method: str, path: str, error: TradingError
) -> None:
    world.order_desk.fails_with = error
    answer = admin.call(method, path)
    assert answer.status_code == 503
    assert is_as_documented(answer, method, path)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_freeze_that_is_not_confirmed_is_answered_as_documented(
    world: World, admin: Program, method: str
) -> None:
    world.order_desk.never_answers = True
    answer = admin.call(method, FREEZE)
    assert answer.status_code == 504
    assert is_as_documented(answer, method, FREEZE)
