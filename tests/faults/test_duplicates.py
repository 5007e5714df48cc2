"""F54 to F60: however often an order is asked for, what was meant as one is one.

The page sends its key in the header Idempotency-Key, a program names its order in the body.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from order_handler import OrderHandler
from tests.conftest import DEADLINE, PaperGateway, Publications, Rooms, request, wait_until
from tests.faults.desks import JOURNAL, Desk, open_desk
from tests.faults.invariants import hold, stop_and_verify
from tests.web.visitors import BODY, ORDER, Browser, data

ORDERS = "/api/v1/orders"
RESTS: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 1}


@pytest.fixture
def desk(rooms: Rooms, gateway: PaperGateway, tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(rooms, gateway, tmp_path)
    yield desk
    hold(desk.handler, gateway, rooms.journal(JOURNAL))
    desk.close()
    stop_and_verify(rooms, desk.handler, JOURNAL)


def click(browser: Browser, key: str | None = None, **body: Any) -> TestResponse:
    """The page's order: its key in the header."""
    headers = {"Idempotency-Key": key} if key else {}
    return browser.call("POST", ORDERS, json=BODY | body, headers=headers)


def named(key: str, **fields: Any) -> dict[str, Any]:
    """A program's order: its key in the body."""
    return BODY | {"order": ORDER | fields, "clientOrderId": key}


# F54, F55: one key


@pytest.mark.failure("F54")
def test_a_double_click_is_one_order_and_the_second_answer_is_a_replay(desk: Desk) -> None:
    page = desk.browser()
    first, second = click(page, "ui-1"), click(page, "ui-1")
    assert (first.status_code, second.status_code) == (201, 200)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert data(second)["orderId"] == data(first)["orderId"]
    assert desk.gateway.orders_received("ui-1") == 1


@pytest.mark.failure("F54", "F55")
def test_clicks_at_the_same_moment_are_one_order(desk: Desk) -> None:
    desk.gateway.drill(fill_delay_ms=50)
    pages = [desk.browser() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda page: click(page, "ui-1"), pages))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert {data(answer)["state"] for answer in answers} == {"filled"}
    assert desk.gateway.orders_received("ui-1") == 1


@pytest.mark.failure("F55")
def test_a_retry_after_a_lost_answer_is_answered_from_the_first_order(desk: Desk) -> None:
    program = desk.program()
    program.post(ORDERS, named("ui-1"))
    again = program.post(ORDERS, named("ui-1"))
    assert (again.status_code, data(again)["state"]) == (200, "filled")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert desk.gateway.orders_received("ui-1") == 1


@pytest.mark.failure("F55")
def test_a_retry_while_the_first_is_running_joins_it(desk: Desk) -> None:
    desk.gateway.drill(hold_for_locate=True)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(desk.program().post, ORDERS, named("ui-1"))
        wait_until(lambda: desk.gateway.orders("ui-1"))
        second = threads.submit(desk.program().post, ORDERS, named("ui-1"))
        wait_until(lambda: desk.world.desk.waiting._orders == 2)
        desk.gateway.drill(hold_for_locate=False)
        answers = [first.result(DEADLINE), second.result(DEADLINE)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert [data(answer)["state"] for answer in answers] == ["filled", "filled"]
    assert desk.gateway.orders_received("ui-1") == 1


@pytest.mark.failure("F55")
def test_a_retry_after_the_desk_has_restarted_is_a_replay(
    rooms: Rooms, gateway: PaperGateway, tmp_path: Path
) -> None:
    before = open_desk(rooms, gateway, tmp_path / "before")
    before.program().post(ORDERS, named("ui-1"))
    before.close()
    wait_until(lambda: gateway.clients() == [])
    after = open_desk(rooms, gateway, tmp_path / "after")
    again = after.program().post(ORDERS, named("ui-1"))
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert gateway.orders_received("ui-1") == 1
    after.close()


@pytest.mark.failure("F55")
def test_a_retry_of_an_order_sized_in_percent_is_the_same_order(desk: Desk) -> None:
    """Half of the position is another number once the first order has filled."""
    program = desk.program()
    program.post(ORDERS, BODY)
    desk.holds("AAPL", 100)
    half = {
        "contract": {"symbol": "AAPL"},
        "order": {"action": "SELL", "orderType": "MKT"},
        "size": {"closePercent": 50},
        "clientOrderId": "half",
    }
    assert data(program.post(ORDERS, half))["state"] == "filled"
    desk.holds("AAPL", 50)
    again = program.post(ORDERS, half)
    assert (again.status_code, data(again)["filled"]) == (200, 50)
    assert again.headers["Idempotent-Replayed"] == "true"
    desk.holds("AAPL", 50)


# F56, F58: several keys, or none


@pytest.mark.failure("F56")
def test_the_same_order_from_two_tabs_must_be_confirmed(desk: Desk) -> None:
    first, second = click(desk.browser(), "tab-1"), click(desk.browser(), "tab-2")
    assert (first.status_code, second.status_code) == (201, 409)
    assert (data(second)["errorCode"], data(second)["sent"]) == ("possible_duplicate", "no")
    assert "tab-1" in data(second)["error"]
    assert desk.gateway.orders("tab-2") == []
    confirmed = click(desk.browser(), "tab-2", confirmDuplicate=True)
    assert (confirmed.status_code, len(desk.gateway.orders("tab-2"))) == (201, 1)


@pytest.mark.failure("F56")
def test_the_same_order_from_two_tabs_at_the_same_moment_is_one_order(desk: Desk) -> None:
    pages = [(desk.browser(), f"tab-{number}") for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda each: click(*each), pages))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert desk.gateway.received(3) == 1


@pytest.mark.failure("F56")
@pytest.mark.parametrize("change", [{"action": "SELL"}, {"totalQuantity": 101}, RESTS])
def test_another_order_is_no_duplicate(desk: Desk, change: dict[str, Any]) -> None:
    page = desk.browser()
    assert click(page, "tab-1").status_code == 201
    assert click(page, "tab-2", order=ORDER | change).status_code == 201


@pytest.mark.failure("F56")
def test_a_program_that_names_its_orders_knows_what_it_does(desk: Desk) -> None:
    program = desk.program()
    answers = [program.post(ORDERS, named(f"p-{number}")) for number in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]


@pytest.mark.failure("F56")
def test_an_order_that_ib_refused_may_be_sent_again_at_once(desk: Desk) -> None:
    page = desk.browser()
    desk.gateway.drill(reject_orders=1)
    assert click(page, "tab-1").status_code == 422
    assert click(page, "tab-2").status_code == 201


@pytest.mark.failure("F58")
def test_without_a_key_the_desk_makes_one_and_says_it_first(desk: Desk) -> None:
    answer = desk.program().post(ORDERS, BODY)
    key = data(answer)["clientOrderId"]
    assert answer.text.startswith(f'{{"clientOrderId":"{key}"')
    assert answer.headers["Location"] == f"{ORDERS}/{key}"
    assert len(desk.gateway.orders(key)) == 1


@pytest.mark.failure("F58")
def test_two_posts_without_a_key_are_two_orders_of_a_program(desk: Desk) -> None:
    program = desk.program()
    answers = [program.post(ORDERS, BODY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({data(answer)["clientOrderId"] for answer in answers}) == 2
    assert desk.gateway.received(3) == 2


@pytest.mark.failure("F56", "F58")
def test_two_posts_of_a_page_without_a_key_must_be_confirmed(desk: Desk) -> None:
    page = desk.browser()
    assert [click(page).status_code for _ in range(2)] == [201, 409]


# F57: one key, two orders


@pytest.mark.failure("F57")
@pytest.mark.parametrize(
    "change", [{"totalQuantity": 200}, {"action": "SELL"}, {"tif": "GTC"}, RESTS]
)
def test_a_key_with_another_order_is_refused_and_nothing_is_sent(
    desk: Desk, change: dict[str, Any]
) -> None:
    program = desk.program()
    program.post(ORDERS, named("ui-1"))
    other = program.post(ORDERS, named("ui-1", **change))
    assert (other.status_code, data(other)["sent"]) == (422, "no")
    assert data(other)["errorCode"] == "idempotency_key_reused"
    assert desk.gateway.received(3) == 1


@pytest.mark.failure("F57")
def test_a_key_of_a_bracket_is_not_free_for_a_plain_order(desk: Desk) -> None:
    program = desk.program()
    entry = named("ui-1", orderType="LMT", lmtPrice=1)
    bracket = {"targets": [{"lmtPrice": 400}]}
    assert program.post(ORDERS, entry | {"bracket": bracket, "wait": "ack"}).status_code == 201
    for body in (entry, named("ui-1-t1")):
        other = program.post(ORDERS, body)
        assert data(other)["errorCode"] == "idempotency_key_reused"
    assert desk.gateway.received(3) == 2


# F59, F60: late and twice


@pytest.mark.failure("F59")
def test_an_order_that_waits_beyond_its_callers_deadline_is_never_sent(
    rooms: Rooms, gateway: PaperGateway, published: Publications
) -> None:
    """What a relay delivers too late comes with the relay; in this process it is the lane."""
    handler = rooms.connected_handler(
        gateway.port, journal=JOURNAL, requests_per_second=6, order_timeout=0.5
    )
    futures = [handler.submit(request(f"ui-{number}", **RESTS)) for number in range(3)]
    results = [future.result(DEADLINE) for future in futures]
    assert [(r.state, r.sent) for r in results[1:]] == [("not_sent", "no")] * 2
    wait_until(lambda: handler.order("ui-0").state == "live")
    assert [len(gateway.orders(f"ui-{number}")) for number in range(3)] == [1, 0, 0]
    assert set(published.states("ui-2")) <= {"intent", "not_sent"}
    hold(handler, gateway, rooms.journal(JOURNAL))
    stop_and_verify(rooms, handler, JOURNAL)


@pytest.mark.failure("F60")
def test_a_request_that_is_handed_over_twice_is_one_order_with_one_answer(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    """A message that a relay delivers twice comes with the relay; the journal's key decides."""
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    asked = request("ui-1")
    first, second = (handler.submit(asked).result(DEADLINE) for _ in range(2))
    assert (second.state, second.order_id) == (first.state, first.order_id)
    assert (second.payload["replayed"], gateway.orders_received("ui-1")) == (True, 1)
    hold(handler, gateway, rooms.journal(JOURNAL))
    stop_and_verify(rooms, handler, JOURNAL)


@pytest.mark.failure("F60")
def test_a_request_that_comes_again_long_after_is_known_from_the_journal(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway
) -> None:
    first = rooms.connected_handler(gateway.port, client_id=7, journal=JOURNAL)
    first.submit(request("ui-1")).result(DEADLINE)
    first.stop()
    wait_until(lambda: 7 not in gateway.clients())
    again = rooms.connected_handler(gateway.port, client_id=7, journal=JOURNAL)
    replayed = again.submit(request("ui-1")).result(DEADLINE)
    assert (replayed.state, replayed.payload["replayed"]) == ("filled", True)
    assert gateway.orders_received("ui-1", client_id=7) == 1
