"""Waiting for an answer, and the status that everybody sees."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from tests.web.visitors import World
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
