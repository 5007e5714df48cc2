"""The mission's names give the same answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.visitors import BODY, Program, World, data

MISSION = "/api/ib-connection"
CANCEL = f"{MISSION}/cancel-order"


def test_positions_are_the_same_under_both_names(program: Program) -> None:
    ours, missions = program.get("/api/v1/positions"), program.get(f"{MISSION}/positions")
    assert data(ours) == data(missions)


def test_the_status_is_the_same_under_both_names(program: Program) -> None:
    ours, missions = data(program.get("/api/v1/status")), data(program.get(f"{MISSION}/status"))
    assert {k: v for k, v in ours.items() if k != "time"}.items() <= missions.items()


def test_an_order_is_placed_under_the_missions_name(world: World, program: Program) -> None:
    answer = program.post(f"{MISSION}/place-order", BODY | {"clientOrderId": "m-1"})
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/v1/orders/m-1"
    assert world.order_desk.submitted[0].client_order_id == "m-1"


def test_the_missions_sentences_are_exact(program: Program) -> None:
    body = BODY | {"contract": {}}
    answer = program.post(f"{MISSION}/place-order", body)
    assert (answer.status_code, data(answer)["error"]) == (422, "Contract symbol is required")


@pytest.mark.parametrize("body", [{"clientOrderId": "a"}, {"orderId": 7}])
def test_an_order_is_cancelled_by_either_id(
    world: World, program: Program, body: dict[str, Any]
) -> None:
    world.order_desk.knows("a", "live")
    assert program.post(CANCEL, body).status_code == 200
    assert world.order_desk.cancelled == ["a"]


def test_an_order_id_means_the_newest_order_of_this_desk(world: World, program: Program) -> None:
    world.order_desk.knows("yesterday", "filled")
    world.order_desk.knows("today", "live")
    world.order_desk.knows("foreign", "live", origin="client 7")
    program.post(CANCEL, {"orderId": 7})
    assert world.order_desk.cancelled == ["today"]


@pytest.mark.attack("A55")
@pytest.mark.parametrize(
    "body", [{"clientOrderId": "nobody"}, {"clientOrderId": "../x"}, {"orderId": 8}]
)
def test_nobodys_order_is_not_found(program: Program, body: dict[str, Any]) -> None:
    assert program.post(CANCEL, body).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "a",
        {"clientOrderId": 7},
        {"orderId": "7"},
        {"orderId": True},
        {"orderId": 7.5},
        {"permId": 7},
        {"clientOrderId": "a", "orderId": 7},
    ],
)
def test_a_body_that_names_no_order_is_refused(
    world: World, program: Program, body: object
) -> None:
    world.order_desk.knows("a", "live")
    assert program.post(CANCEL, body).status_code == 422
    assert world.order_desk.cancelled == []
