"""From a body to an answer: who asks travels along, and no answer says more than is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FakeOrderDesk, away
from tests.web.visitors import BODY, ORDER, Browser, Program, World, data
from trading.refusals import ORDER_TIMEOUT, NotConnected

ORDERS = "/api/v1/orders"
NAMED = BODY | {"clientOrderId": "ui-1"}


def test_an_order_says_who_asked_for_it(world: World, program: Program, signed_in: Browser) -> None:
    program.post(ORDERS, BODY)
    signed_in.call("POST", ORDERS, json=BODY)
    by_key, by_page = (asked.source for asked in world.order_desk.submitted)
    assert (by_key, by_page) == (f"alice via key {program.key[:8]}...", "alice via browser")


@pytest.mark.failure("F56")
def test_only_a_page_without_a_name_in_the_body_may_be_a_double_click(
    world: World, program: Program, signed_in: Browser
) -> None:
    program.post(ORDERS, BODY)
    program.post(ORDERS, NAMED)
    signed_in.call("POST", ORDERS, json=NAMED)
    signed_in.call("POST", ORDERS, json=BODY)
    signed_in.call("POST", ORDERS, json=BODY, headers={"Idempotency-Key": "tab-1"})
    named = [asked.is_named for asked in world.order_desk.submitted]
    assert named == [True, True, True, False, False]


def test_a_plain_order_is_not_held_to_closing_a_position(world: World, program: Program) -> None:
    program.post(ORDERS, BODY)
    assert not world.order_desk.submitted[0].is_closing


@pytest.mark.parametrize("field", ["is_closing", "isClosing", "isNamed", "source", "parent"])
def test_what_the_desk_decides_itself_is_no_field_of_a_body(
    world: World, program: Program, field: str
) -> None:
    answer = program.post(ORDERS, BODY | {field: True})
    assert (answer.status_code, world.order_desk.submitted) == (422, [])


def test_a_header_and_a_body_that_differ_are_refused(world: World, program: Program) -> None:
    answer = program.post(ORDERS, NAMED, **{"Idempotency-Key": "ui-2"})
    assert (answer.status_code, world.order_desk.submitted) == (422, [])
    assert program.post(ORDERS, NAMED, **{"Idempotency-Key": "ui-1"}).status_code == 201


@pytest.mark.parametrize(
    ("state", "status"), [("intent", 202), ("not_placed", 503), ("duplicated", 201)]
)
def test_every_state_has_its_status_code(
    world: World, program: Program, state: str, status: int
) -> None:
    """The other states are in test_orders.py."""
    world.order_desk.state = state
    answer = program.post(ORDERS, NAMED)
    assert (answer.status_code, data(answer)["state"]) == (status, state)


class Explaining(FakeOrderDesk):
    """A desk whose timelines say why an order was not sent."""

    def events(self, client_order_id: str) -> list[dict[str, Any]]:
        return [{"kind": "request"}, {"kind": "notSent", "reason": "New orders were frozen"}]


@pytest.mark.parametrize("is_connected", [True, False])
def test_an_order_that_was_held_back_says_why(tmp_path: Path, is_connected: bool) -> None:
    """A freeze must not read as a lost connection, nor a lost connection as anything else."""
    desk = Explaining(state="not_sent")
    if not is_connected:
        desk.connection = away(desk.connection, "TWS closed the connection")
    world = World(tmp_path, order_desk=desk)
    answer = world.program().post(ORDERS, NAMED)
    sentence = "New orders were frozen" if is_connected else "IB not connected"
    assert (answer.status_code, data(answer)["error"], data(answer)["sent"]) == (
        503,
        sentence,
        "no",
    )
    world.close()


@pytest.mark.parametrize(
    ("state", "shown", "status"),
    [("intent", "unknown", 202), ("live", "live", 201), ("rejected", "rejected", 422)],
)
def test_an_unanswered_order_is_shown_as_the_desk_knows_it(
    world: World, program: Program, state: str, shown: str, status: int
) -> None:
    world.order_desk.never_answers = True
    world.order_desk.knows("ui-1", state)
    answer = program.post(ORDERS, NAMED)
    assert (answer.status_code, data(answer)["state"]) == (status, shown)


def test_an_unanswered_order_that_nobody_knows_may_exist(world: World, program: Program) -> None:
    world.order_desk.never_answers = True
    answer = program.post(ORDERS, NAMED)
    assert (data(answer)["state"], data(answer)["sent"]) == ("unknown", "unknown")
    assert (data(answer)["error"], data(answer)["orderId"]) == (ORDER_TIMEOUT, None)
    assert answer.headers["Location"] == f"{ORDERS}/ui-1"


def test_a_preview_that_tws_refuses_is_an_error_and_no_order(
    world: World, program: Program
) -> None:
    world.order_desk.fails_with = NotConnected("no TWS")
    answer = program.post(ORDERS, BODY | {"order": ORDER | {"whatIf": True}})
    assert (answer.status_code, world.order_desk.submitted) == (503, [])


def test_places_that_orders_took_are_free_again(tmp_path: Path) -> None:
    world = World(tmp_path, {"MAX_WAITING_ORDERS": "1"})
    program = world.program()
    for error in (None, NotConnected("gone"), ZeroDivisionError()):
        world.order_desk.fails_with = error
        program.post(ORDERS, BODY | {"wait": "ack"})
    assert [asked.wait for asked in world.order_desk.submitted] == ["ack"] * 3
    world.close()
