"""Ways out of risk over the whole desk: never held up, and never through to the other side."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import DEADLINE, PaperGateway, Rooms, request, wait_until
from tests.faults.desks import JOURNAL, Desk, open_desk
from tests.faults.invariants import hold, stop_and_verify
from tests.faults.test_wire_faults import window_around
from tests.web.visitors import BODY, ORDER, Program, data
from trading.refusals import Busy, Refused
from trading.risk import Limits

API = "/api/v1"
ORDERS, CLOSE, FLATTEN = f"{API}/orders", f"{API}/positions/close", f"{API}/positions/flatten"
CON_ID = 265598
NOTHING = Limits(
    read_only=True,
    max_orders_per_minute=0,
    max_open_orders=0,
    max_daily_loss=Decimal(0),
    max_order_quantity=Decimal(0),
    max_order_notional=Decimal(0),
    max_equity_percent=Decimal(0),
)
TARGET = {"orderType": "LMT", "lmtPrice": 4000, "action": "SELL"}


@pytest.fixture
def desk(rooms: Rooms, gateway: PaperGateway, tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(rooms, gateway, tmp_path)
    yield desk
    finish(rooms, desk)


def finish(rooms: Rooms, desk: Desk) -> None:
    hold(desk.handler, desk.gateway, rooms.journal(JOURNAL))
    desk.close()
    stop_and_verify(rooms, desk.handler, JOURNAL)


def buy(desk: Desk, **body: Any) -> None:
    """100 AAPL, which both sides then know of."""
    answer = desk.program().post(ORDERS, BODY | body)
    assert data(answer)["state"] == "filled"
    desk.holds("AAPL", 100)


def rest(desk: Desk, name: str, **order: Any) -> None:
    body = BODY | {"order": ORDER | order, "clientOrderId": name, "wait": "ack"}
    assert desk.program().post(ORDERS, body).status_code == 201


def close(program: Program, percent: int = 100, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return program.post(CLOSE, {"conId": CON_ID, "percent": percent, "wait": "outcome"}, **headers)


def test_a_frozen_desk_lets_out_and_not_in(desk: Desk) -> None:
    buy(desk)
    admin = desk.program("admin")
    admin.post(f"{API}/freeze", {})
    refused = admin.post(ORDERS, BODY)
    assert (refused.status_code, data(refused)["errorCode"]) == (403, "trading_halted")
    assert data(close(admin, 50))["state"] == "filled"
    desk.holds("AAPL", 50)
    assert data(close(admin))["filled"] == 50
    desk.holds("AAPL", 0)


def test_no_limit_holds_anybody_in(rooms: Rooms, gateway: PaperGateway, tmp_path: Path) -> None:
    free = open_desk(rooms, gateway, tmp_path / "free")
    buy(free)
    free.close()
    wait_until(lambda: gateway.clients() == [])
    desk = open_desk(rooms, gateway, tmp_path / "limited", limits=NOTHING)
    desk.holds("AAPL", 100)
    program = desk.program()
    assert program.post(ORDERS, BODY).status_code == 403
    sold = program.post(ORDERS, BODY | {"order": ORDER | {"action": "SELL", "totalQuantity": 40}})
    assert data(sold)["state"] == "filled"
    desk.holds("AAPL", 60)
    assert data(close(program))["state"] == "filled"
    desk.holds("AAPL", 0)
    finish(rooms, desk)


def test_the_restart_window_holds_nobody_in(
    rooms: Rooms, gateway: PaperGateway, tmp_path: Path
) -> None:
    """Also without a limit, when nobody would ask for the position otherwise."""
    free = open_desk(rooms, gateway, tmp_path / "free")
    buy(free)
    free.close()
    wait_until(lambda: gateway.clients() == [])
    reader = rooms.reader(gateway.port)
    handler = rooms.connected_handler(
        gateway.port,
        journal=JOURNAL,
        facts=reader,
        restart_window=window_around(datetime.now(UTC), -5),
    )
    result = handler.submit(request("out", action="SELL")).result(DEADLINE)
    assert result.state == "filled"
    hold(handler, gateway, rooms.journal(JOURNAL))


def test_kill_ends_every_order_and_leaves_the_way_out(desk: Desk) -> None:
    buy(desk)
    rest(desk, "target", **TARGET)
    rest(desk, "entry", orderType="LMT", lmtPrice=1)
    admin = desk.program("admin")
    answer = admin.post(f"{API}/kill", {})
    ended = {each["clientOrderId"]: each["state"] for each in data(answer)["cancels"]}
    assert ended == {"target": "cancelled", "entry": "cancelled"}
    assert data(admin.get(f"{API}/freeze")) == {"frozen": True}
    assert data(close(admin))["state"] == "filled"
    desk.holds("AAPL", 0)


def test_flatten_leaves_neither_orders_nor_positions(desk: Desk) -> None:
    """A bracket's legs would have opened the other side later."""
    entry = BODY | {"bracket": {"targets": [{"lmtPrice": 4000}], "stop": a_stop()}}
    assert data(desk.program().post(ORDERS, entry))["state"] == "filled"
    desk.holds("AAPL", 100)
    answer = desk.program().post(FLATTEN, {"confirm": True})
    assert len(data(answer)["cancels"]) == 2
    desk.holds("AAPL", 0)
    wait_until(lambda: all(result.is_final for result in desk.handler.orders()))


def a_stop() -> dict[str, Any]:
    return {"orderType": "STP", "auxPrice": 1}


def test_a_close_takes_its_resting_orders_with_it(desk: Desk) -> None:
    buy(desk)
    rest(desk, "target", **TARGET)
    assert data(close(desk.program()))["state"] == "filled"
    desk.holds("AAPL", 0)
    assert desk.handler.order("target").state == "cancelled"


@pytest.mark.parametrize("out", [CLOSE, FLATTEN])
def test_a_future_is_closed_with_its_stop_although_tws_names_no_exchange(
    desk: Desk, out: str
) -> None:
    program = desk.program()
    found = desk.reader.futures("ES").result(DEADLINE)["futures"][0]["contract"]
    future = {"contract": found, "order": ORDER | {"action": "SELL", "totalQuantity": 2}}
    assert data(program.post(ORDERS, future))["state"] == "filled"
    desk.holds(found["localSymbol"], -2)
    stop = {"action": "BUY", "totalQuantity": 2, "orderType": "STP", "auxPrice": 90000}
    program.post(ORDERS, {"contract": found, "order": stop, "clientOrderId": "stop"})
    body = {"confirm": True} if out == FLATTEN else {"conId": found["conId"]}
    assert program.post(out, body).status_code in (200, 201)
    desk.holds(found["localSymbol"], 0)
    wait_until(lambda: desk.handler.order("stop").state == "cancelled")


@pytest.mark.failure("F54", "F56")
def test_however_many_close_a_position_it_is_closed_once(desk: Desk) -> None:
    """Two tabs, two keys, one moment: the second close finds nothing left to close."""
    buy(desk)
    keys = [f"tab-{number}" for number in range(6)]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda key: close(desk.program(), key=key), keys))
    wait_until(lambda: all(result.is_final for result in desk.handler.orders()))
    desk.holds("AAPL", 0)
    assert sum(fill["shares"] for fill in desk.handler.executions()) == 200
    assert [answer.status_code for answer in answers].count(201) >= 1


@pytest.mark.failure("F54")
def test_one_key_closes_once_however_often_it_is_asked(desk: Desk) -> None:
    buy(desk)
    program = desk.program()
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(close, desk.program(), 100, "c-1") for _ in range(4)]
        answers = [each.result(DEADLINE) for each in asked]
    desk.holds("AAPL", 0)
    again = close(program, key="c-1")
    assert (data(again)["state"], again.headers["Idempotent-Replayed"]) == ("filled", "true")
    assert {data(answer)["clientOrderId"] for answer in answers} == {"c-1"}
    assert len(desk.gateway.orders("c-1")) == 1


def test_limit_orders_of_one_moment_do_not_turn_a_position_around(desk: Desk) -> None:
    """Frozen, each of them alone would be an exit; together they are not."""
    buy(desk)
    desk.handler.freeze("alice").result(DEADLINE)
    program, sell = desk.program(), ORDER | {"action": "SELL", "orderType": "LMT", "lmtPrice": 1}
    answers = [program.post(ORDERS, BODY | {"order": sell}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [201, 403, 403, 403, 403]
    desk.holds("AAPL", 0)


def test_a_position_that_is_told_late_is_not_closed_twice(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    """The first close has filled, and the read connection has not heard of it."""
    cable = rooms.cable(gateway)
    reader = rooms.reader(cable.port)
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL, facts=reader)
    handler.submit(request("in")).result(DEADLINE)
    wait_until(lambda: [r["position"] for r in reader.positions().result(DEADLINE).rows] == [100])
    asked = request("out", action="SELL")
    reader.order_facts(asked.contract, None, wants_quote=False).result(DEADLINE)
    cable.hold()
    first = handler.submit(replace(asked, is_closing=True))
    assert first.result(DEADLINE).state == "filled"
    again = replace(request("again", action="SELL"), is_closing=True)
    with pytest.raises(Refused, match="are closing 100 of the position of 100 already"):
        handler.submit(again).result(DEADLINE)
    cable.release()
    assert gateway.state()["positions"] == {}
    hold(handler, gateway, rooms.journal(JOURNAL))


def test_an_exit_goes_past_a_queue_that_is_full(
    rooms: Rooms, gateway: PaperGateway, tmp_path: Path
) -> None:
    """No limit is set: that it is an exit is asked because others wait."""
    desk = open_desk(rooms, gateway, tmp_path, requests_per_second=100)
    buy(desk)
    resting = {"orderType": "LMT", "lmtPrice": 1, "totalQuantity": 1}
    asked = [desk.handler.submit(request(f"ui-{n}", "none", **resting)) for n in range(310)]
    out = desk.handler.submit(request("out", action="SELL"))
    assert any(isinstance(future.exception(DEADLINE), Busy) for future in asked)
    assert out.result(DEADLINE).state == "filled"
    desk.holds("AAPL", 0)
    desk.handler.freeze("the test ends").result(DEADLINE)
    under_way = {"intent", "sending"}
    wait_until(lambda: under_way.isdisjoint(result.state for result in desk.handler.orders()))
    finish(rooms, desk)


def test_a_leg_that_grows_is_new_risk_also_on_a_frozen_desk(desk: Desk) -> None:
    entry = BODY | {
        "order": ORDER | {"orderType": "LMT", "lmtPrice": 1},
        "bracket": {"targets": [{"lmtPrice": 4000}]},
        "clientOrderId": "ui-1",
        "wait": "ack",
    }
    program = desk.program()
    program.post(ORDERS, entry)
    wait_until(lambda: desk.handler.order("ui-1-t1").state == "live")
    desk.handler.freeze("alice").result(DEADLINE)
    leg = f"{ORDERS}/ui-1-t1"
    larger = program.call("PATCH", leg, json={"order": {"totalQuantity": 10_000}})
    assert (larger.status_code, data(larger)["errorCode"]) == (403, "trading_halted")
    moved = program.call("PATCH", leg, json={"order": {"lmtPrice": 3900}})
    assert (moved.status_code, data(moved)["order"]["lmtPrice"]) == (200, 3900)
