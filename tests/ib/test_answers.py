"""A caller gets one picture of the order, once."""

from __future__ import annotations

from concurrent.futures import Future

from ib.answers import Answer
from tests.trading.orders_for_tests import a_record
from trading.orders import OrderResult


def test_an_answer_is_given_once_and_kept_for_readers() -> None:
    future: Future[OrderResult] = Future()
    results: dict[str, OrderResult] = {}
    record = a_record()
    answer = Answer(future, record, False, results)
    answer.give()
    record.filled = 100
    answer.give()
    assert future.result(0).payload["filled"] == 0
    assert results[record.client_order_id] is future.result(0)


def test_a_replay_says_so_to_its_caller_only() -> None:
    future: Future[OrderResult] = Future()
    results: dict[str, OrderResult] = {}
    record = a_record()
    Answer(future, record, True, results).give()
    assert future.result(0).payload["replayed"] is True
    assert "replayed" not in results[record.client_order_id].payload
