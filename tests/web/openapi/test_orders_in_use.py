"""What the desk answers about orders is what the API's document says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import order_result
from tests.web.openapi.as_documented import ORDERS, fields, is_as_documented
from tests.web.visitors import BODY, Program, World, data
from trading.refusals import (
    AccountMismatch,
    Busy,
    Halted,
    JournalDown,
    LimitExceeded,
    NoAnswer,
    NotConnected,
    PossibleDuplicate,
    TradingError,
)
from web.openapi import examples
from web.openapi import exit_examples as exits
from web.openapi import request_examples as requests


@pytest.mark.parametrize(
    ("state", "status", "known"),
    [
        ("live", 201, examples.LIVE),
        ("filled", 201, examples.FILLED),
        ("cancelled", 201, examples.CANCELLED),
        ("filled", 200, examples.REPLAY),
        ("intent", 202, examples.INTENT),
        ("sending", 202, examples.SENDING),
        ("unknown", 202, examples.UNKNOWN),
        ("rejected", 422, examples.SENDING | {"messages": [examples.REJECT], "sent": "yes"}),
        ("not_sent", 503, examples.SENDING | {"sent": "no"}),
    ],
)
def test_each_state_of_an_order_is_answered_as_documented(
    world: World, program: Program, state: str, status: int, known: dict[str, Any]
) -> None:
    world.order_desk.state, world.order_desk.fields = state, fields(known)
    answer = program.post(ORDERS, requests.REQUESTS["limit"])
    assert answer.status_code == status
    assert is_as_documented(answer, "POST", ORDERS)


def test_an_order_that_nobody_answers_is_documented(world: World, program: Program) -> None:
    world.order_desk.never_answers = True
    answer = program.post(ORDERS, BODY)
    assert answer.status_code == 202
    assert is_as_documented(answer, "POST", ORDERS)


def test_a_preview_is_answered_as_documented(program: Program) -> None:
    answer = program.post(ORDERS, requests.REQUESTS["preview"])
    assert data(answer) == examples.PREVIEW
    assert is_as_documented(answer, "POST", ORDERS)


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotConnected("away"), 503), (AccountMismatch("not yours"), 403), (NoAnswer("late"), 504)],
)
def test_a_desk_that_cannot_preview_an_order_answers_as_documented(
    world: World, program: Program, error: Exception, status: int
) -> None:
    world.order_desk.fails_with = error
    answer = program.post(ORDERS, requests.REQUESTS["preview"])
    assert answer.status_code == status
    assert is_as_documented(answer, "POST", ORDERS)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("{}", "text/plain", 415),
        ("{}", "application/json", 422),
        ("[" * 70_000, "application/json", 413),
    ],
)
def test_a_body_that_is_refused_is_answered_as_documented(
    program: Program, body: str, kind: str, status: int
) -> None:
    answer = program.call("POST", ORDERS, data=body, content_type=kind)
    assert answer.status_code == status
    assert is_as_documented(answer, "POST", ORDERS)


@pytest.mark.parametrize(
    ("state", "known", "status"),
    [
        ("cancelled", examples.CANCELLED, 200),
        ("live", examples.CANCEL_PENDING, 202),
        ("live", examples.LIVE | {"cancelRefused": examples.CANCEL_REFUSAL}, 422),
    ],
)
def test_a_cancel_is_answered_as_documented(
    world: World, program: Program, state: str, known: dict[str, Any], status: int
) -> None:
    world.order_desk.cancel_state, world.order_desk.cancel_fields = state, fields(known)
    path = f"{ORDERS}/{examples.NAME}"
    answer = program.delete(path)
    assert answer.status_code == status
    assert is_as_documented(answer, "DELETE", path)


@pytest.mark.parametrize("path", [ORDERS, f"{ORDERS}/{examples.NAME}"])
def test_a_cancel_that_nobody_confirms_is_answered_as_documented(
    world: World, program: Program, path: str
) -> None:
    world.order_desk.never_answers = True
    answer = program.delete(path)
    assert answer.status_code in (202, 504)
    assert is_as_documented(answer, "DELETE", path)


# What keeps an order from being sent, and the answer that the document shows for it.
HELD_BACK: list[tuple[type[TradingError], int, dict[str, Any]]] = [
    (LimitExceeded, 403, exits.FORBIDDEN["limit"]),
    (Halted, 403, exits.FORBIDDEN["frozen"]),
    (Halted, 403, exits.FORBIDDEN["readOnly"]),
    (Halted, 403, exits.FORBIDDEN["restart"]),
    (AccountMismatch, 403, exits.FORBIDDEN["account"]),
    (PossibleDuplicate, 409, exits.TWIN),
    (JournalDown, 503, exits.JOURNAL_DOWN),
]


@pytest.mark.parametrize(("kind", "status", "shown"), HELD_BACK)
def test_an_order_that_is_held_back_reads_as_shown(
    world: World,
    program: Program,
    kind: type[TradingError],
    status: int,
    shown: dict[str, Any],
) -> None:
    world.order_desk.fails_with = kind(shown["error"], code=shown.get("errorCode"))
    answer = program.post(ORDERS, requests.REQUESTS["limit"])
    assert (answer.status_code, data(answer)) == (status, shown)
    assert is_as_documented(answer, "POST", ORDERS)


@pytest.mark.parametrize(("error", "status"), [(Busy("full"), 429), (NotConnected("away"), 503)])
def test_a_desk_that_cannot_take_an_order_answers_as_documented(
    world: World, program: Program, error: TradingError, status: int
) -> None:
    world.order_desk.fails_with = error
    answer = program.post(ORDERS, requests.REQUESTS["limit"])
    assert answer.status_code == status
    assert is_as_documented(answer, "POST", ORDERS)


def test_a_page_of_older_orders_is_answered_as_documented(world: World, program: Program) -> None:
    world.order_desk.older = [order_result("older-1", "filled", **fields(examples.FILLED))]
    answer = program.get(f"{ORDERS}?before={examples.NAME}&limit=1")
    assert [order["clientOrderId"] for order in data(answer)["orders"]] == ["older-1"]
    assert is_as_documented(answer, "GET", ORDERS)


def test_a_list_before_tws_has_told_its_orders_is_answered_as_documented(
    world: World, program: Program
) -> None:
    world.order_desk.is_listed = False
    answer = program.get(ORDERS)
    assert answer.status_code == 503
    assert is_as_documented(answer, "GET", ORDERS)


@pytest.mark.parametrize("known", [examples.NOT_PLACED, examples.DUPLICATED, examples.INTENT])
def test_an_order_in_a_rare_state_is_answered_as_documented(
    world: World, program: Program, known: dict[str, Any]
) -> None:
    world.order_desk.knows(examples.NAME, known["state"], **fields(known))
    path = f"{ORDERS}/{examples.NAME}"
    assert data(program.get(path)) == known
    assert is_as_documented(program.get(path), "GET", path)
