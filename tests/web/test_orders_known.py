"""Order routes for orders that exist: lists, timelines and cancels."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import order_result
from tests.web.visitors import Program, World, data

ORDERS = "/api/v1/orders"


@pytest.mark.parametrize(
    ("wanted", "names"), [("open", ["b"]), ("done", ["a"]), ("all", ["b", "a"])]
)
def test_orders_are_listed_newest_first(
    world: World, program: Program, wanted: str, names: list[str]
) -> None:
    world.order_desk.knows("a", "filled")
    world.order_desk.knows("b", "live")
    answer = program.get(f"{ORDERS}?status={wanted}")
    assert [order["clientOrderId"] for order in data(answer)["orders"]] == names


def test_the_limit_leaves_out_finished_orders_only(world: World, program: Program) -> None:
    for name, state in (("a", "live"), ("b", "filled"), ("c", "unknown"), ("d", "filled")):
        world.order_desk.knows(name, state)
    found = {
        wanted: [
            order["clientOrderId"]
            for order in data(program.get(f"{ORDERS}?status={wanted}&limit=1"))["orders"]
        ]
        for wanted in ("all", "open", "done")
    }
    assert found == {"all": ["d", "c", "a"], "open": ["c", "a"], "done": ["d"]}


def test_an_older_page_has_no_more_orders_than_its_limit(world: World, program: Program) -> None:
    world.order_desk.older = [order_result(name, "live") for name in ("c", "b", "a")]
    answer = program.get(f"{ORDERS}?before=c&limit=1")
    assert [order["clientOrderId"] for order in data(answer)["orders"]] == ["b"]


def test_an_unknown_list_is_refused(program: Program) -> None:
    assert program.get(f"{ORDERS}?status=mine").status_code == 422


def test_one_order_and_its_timeline_can_be_read(world: World, program: Program) -> None:
    world.order_desk.knows("a", "live")
    assert data(program.get(f"{ORDERS}/a")) == order_result("a", "live").payload
    assert data(program.get(f"{ORDERS}/a/events"))["events"][0]["kind"] == "request"


@pytest.mark.parametrize("path", ["nobody", "nobody/events", "a%00b", "%0d%0a", "a" * 41, "<b>"])
def test_an_order_that_is_not_there_is_not_found(program: Program, path: str) -> None:
    answer = program.get(f"{ORDERS}/{path}")
    assert answer.status_code == 404


@pytest.mark.parametrize(("state", "status"), [("cancelled", 200), ("filled", 200), ("live", 202)])
def test_a_cancel_is_final_or_under_way(
    world: World, program: Program, state: str, status: int
) -> None:
    world.order_desk.knows("a", "live")
    world.order_desk.cancel_state = state
    answer = program.delete(f"{ORDERS}/a")
    assert (answer.status_code, data(answer)["state"]) == (status, state)
    assert world.order_desk.cancelled == ["a"]


def test_a_cancel_that_ib_refuses_is_not_accepted(world: World, program: Program) -> None:
    world.order_desk.knows("a", "live")
    world.order_desk.cancel_state = "live"
    refusal = {"code": 161, "text": "Cannot cancel", "meaning": "The order cannot be cancelled"}
    world.order_desk.cancel_fields = {"cancelRefused": refusal}
    answer = program.delete(f"{ORDERS}/a")
    assert (answer.status_code, data(answer)["errorCode"]) == (422, 161)
    assert data(answer)["error"] == "The order cannot be cancelled: Cannot cancel"


def test_a_cancel_that_nobody_confirms_is_not_a_failure(world: World, program: Program) -> None:
    world.order_desk.never_answers = True
    world.order_desk.knows("a", "live")
    answer = program.delete(f"{ORDERS}/a")
    assert answer.status_code == 202
    assert data(answer)["error"].startswith("The cancel is not confirmed yet")


def test_a_cancel_of_nobodys_order_is_not_found(world: World, program: Program) -> None:
    assert program.delete(f"{ORDERS}/nobody").status_code == 404
    assert world.order_desk.cancelled == []


def test_cancel_all_answers_for_each_open_order(world: World, program: Program) -> None:
    world.order_desk.knows("a", "filled")
    world.order_desk.knows("b", "live")
    answer = program.delete(ORDERS)
    assert [order["clientOrderId"] for order in data(answer)["cancels"]] == ["b"]


def test_cancel_all_without_an_answer_leaves_it_open(world: World, program: Program) -> None:
    world.order_desk.never_answers = True
    answer = program.delete(ORDERS)
    assert (answer.status_code, data(answer)["sent"]) == (504, "unknown")


def test_a_cancel_needs_no_free_place(tmp_path: Path) -> None:
    world = World(tmp_path, {"THREADS": "8", "MAX_STREAMS": "0", "MAX_WAITING_ORDERS": "0"})
    world.order_desk.knows("a", "live")
    assert world.program().delete(f"{ORDERS}/a").status_code == 200
    world.close()


def test_an_empty_list_is_not_shown_before_tws_has_listed_its_orders(
    world: World, program: Program
) -> None:
    world.order_desk.is_listed = False
    answer = program.get(ORDERS)
    assert answer.status_code == 503
    assert data(answer)["error"] == "IB not connected"
