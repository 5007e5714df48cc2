"""Waiting for an answer, and the status that everybody sees."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from engine.watch import Watch
from tests.fakes import ACCOUNT
from tests.web.visitors import Program, World, data
from trading.refusals import NoAnswer, NotConnected
from web.desk import status_payload, wait


def test_an_answer_is_handed_on() -> None:
    future: Future[int] = Future()
    future.set_result(7)
    assert wait(future, 0) == 7


def test_an_error_of_trading_passes_as_it_is() -> None:
    future: Future[int] = Future()
    error = NotConnected("gone")
    future.set_exception(error)
    with pytest.raises(NotConnected) as caught:
        wait(future, 0)
    assert caught.value is error


def test_no_answer_in_time_is_said_so() -> None:
    with pytest.raises(NoAnswer, match="TWS did not answer in time"):
        wait(Future(), 0)


def test_an_answer_that_will_never_come_is_no_answer() -> None:
    future: Future[int] = Future()
    future.cancel()
    with pytest.raises(NoAnswer, match="stopping"):
        wait(future, 0)


def test_before_the_first_connection_there_is_no_account(world: World) -> None:
    for desk in (world.reader, world.order_desk):
        status = desk.connection
        desk.connection = type(status)(status.name, status.client_id, "connecting", status.since)
    payload = status_payload(world.desk)
    assert (payload["account"], payload["accounts"]) == (None, [])


def test_the_orders_connection_may_know_the_account_first(world: World) -> None:
    status = world.reader.connection
    world.reader.connection = type(status)("data", 999, "connecting", status.since)
    assert world.desk.account == "DU1000001"


def test_the_status_tells_the_guards(world: World, program: Program) -> None:
    world.order_desk.frozen, world.order_desk.journal_trouble = "alice", "The disk is full"
    world.order_desk.knows("a", "live")
    shown = data(program.get("/api/v1/status"))
    assert shown["frozen"] is True
    path = str(world.desk.settings.journal_path)
    assert shown["journal"] == {"path": path, "failure": "The disk is full", "orders": 1}
    assert shown["loops"] == [{"name": "orders", "secondsSinceTick": 0.1}]


def test_the_status_tells_what_the_executions_do_not_explain(world: World) -> None:
    contract = {"conId": 265598, "symbol": "AAPL", "secType": "STK"}
    clock = world.clock
    world.desk.watch = Watch(world.reader, world.order_desk, clock)
    for size in (100, 100, 200, 200):
        row = {"account": ACCOUNT, "contract": contract, "position": size}
        world.reader.position_rows = (row,)
        clock.pass_by(10)
        world.desk.watch.look()
    (found,) = status_payload(world.desk)["positionDifferences"]
    assert (found["expected"], found["found"], found["difference"]) == (100, 200, 100)
    assert found["text"].startswith("AAPL: 100 shares more than the executions known here explain")
