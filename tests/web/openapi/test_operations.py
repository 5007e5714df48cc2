"""The table of operations: its parameters are the ones that the views read."""

from __future__ import annotations

import pytest

from tests.web.visitors import World, data
from web.history_filters import NOT_A_TIME
from web.openapi.operations import OPERATIONS
from web.openapi.read_operations import EVENTS
from web.openapi.requests import REFUSALS
from web.stream import URGENT

BY_CALL = {o.call: o for operations in OPERATIONS.values() for o in operations}
PARAMETERS = [
    (operation.path, parameter.name)
    for operation in BY_CALL.values()
    for parameter in operation.parameters
    if parameter.place == "query"
]
WRONG = {
    "status must be one of all, done, open": "/orders?status=mine",
    "limit must be a number": "/orders?limit=ten",
    "limit must be from 1 to 1000": "/orders?limit=0",
    "status must be one of all, cancelled, filled, rejected, unknown, working": (
        "/order-history?status=mine"
    ),
    NOT_A_TIME.format("from"): "/executions?from=yesterday",
    NOT_A_TIME.format("to"): "/order-history.csv?to=2026-11-20T14:31:02",
    "day must be a date such as 2026-11-28": "/audit?day=today",
    "from must be a date such as 2026-11-28": "/profit?from=today",
    "to must be a date such as 2026-11-28": "/profit.csv?to=1",
    "format must be one of csv, jsonl": "/audit/export?format=xml",
    "query is required": "/contracts?query=",
    "symbol is required": "/test-futures",
    "duration must be a number and S, D, W, M or Y, such as 1 D": "/bars?symbol=A&duration=1",
    "expiry must be a date such as 20261218": "/fetch-chain?symbol=A&expiry=soon",
    "strikes must be from 1 to 200": "/fetch-chain?symbol=A&strikes=0",
    "id must be 1 to 36 letters, digits, dots, dashes or underscores": "/fetch-chain?symbol=A&id=/",
}


def test_every_documented_parameter_is_read(world: World) -> None:
    program = world.program("admin")
    for path, name in PARAMETERS:
        contract = "" if name == "symbol" else "symbol=A&"
        answer = program.get(f"{path}?{contract}{name}=1&{name}=2")
        assert answer.status_code == 422
        assert data(answer)["error"] == f"{name} is given twice"


@pytest.mark.parametrize(("said", "path"), WRONG.items())
def test_a_parameter_is_refused_with_the_documented_sentence(
    world: World, said: str, path: str
) -> None:
    assert data(world.program("admin").get(f"/api/v1{path}"))["error"] == said


def test_every_sentence_about_a_parameter_is_tried_above() -> None:
    schemas = [p.schema for o in BY_CALL.values() for p in o.parameters]
    assert {said for schema in schemas for said in schema.get(REFUSALS, ())} == WRONG.keys()


def test_every_kind_of_event_is_named_once() -> None:
    names = [name for name, _, _ in EVENTS]
    assert len(set(names)) == len(names)
    assert set(names) > URGENT
    assert (names[0], names[-1]) == ("hello", "bye")


def test_only_orders_and_positions_are_written() -> None:
    writes = {call for call, operation in BY_CALL.items() if operation.scope == "trade"}
    assert writes == {
        "POST /orders",
        "DELETE /orders",
        "PATCH /orders/{clientOrderId}",
        "DELETE /orders/{clientOrderId}",
        "POST /orders/{clientOrderId}/dismiss",
        "POST /positions/close",
        "POST /positions/flatten",
    }


def test_what_approvers_and_admins_may_is_what_concerns_others() -> None:
    calls = {
        scope: {call for call, operation in BY_CALL.items() if operation.scope == scope}
        for scope in ("approve", "admin")
    }
    approvers = {"POST /freeze", "DELETE /freeze"}
    assert calls["approve"] == approvers | {"GET /audit", "GET /audit/verify", "GET /audit/export"}
    assert {"POST /kill", "GET /users", "POST /invitations", "POST /keys"} < calls["admin"]
