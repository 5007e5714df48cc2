"""The verdict sees everything that may not happen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.traders import Asked
from tests.chaos.verdict import Verdict, duplicates, judge

KEY = "t0-0"


def a_record(**changes: Any) -> dict[str, Any]:
    record = {
        "client_order_id": KEY,
        "state": "filled",
        "is_adopted": False,
        "perm_id": 7,
        "filled": 3,
        "order": {"totalQuantity": 3},
        "executions": {"one": {"shares": 1}, "two": {"shares": 2}},
    }
    return record | changes


def a_book(count: int = 1, received: int = 1, fills: int = 1, **changes: Any) -> dict[str, Any]:
    order = {"orderRef": KEY, "permId": 7, "status": "Filled", "quantity": 3} | changes
    return {
        "orders": [order] * count,
        "executions": [{"permId": 7, "shares": 3}] * fills,
        "ordersReceived": {f"1000/{KEY}": received},
    }


def verdict(
    record: dict[str, Any] | None = None, book: dict[str, Any] | None = None, **asked: Any
) -> Verdict:
    given: dict[str, Any] = {"state": "filled", "was_acknowledged": True, "posts": 1} | asked
    order = Asked(KEY, {}, **given)
    return judge([order], [a_record() if record is None else record], book or a_book())


def test_a_desk_that_agrees_with_the_book_has_no_problems() -> None:
    found = verdict()
    assert (found.problems, found.asked, found.booked) == ({}, 1, 1)
    assert found.states == {"filled": 1}


@pytest.mark.parametrize(
    ("kind", "record", "book"),
    [
        ("duplicate", {}, {"count": 2}),
        ("sent again", {}, {"received": 2}),
        ("lost", {"is_adopted": True}, {}),
        ("lost", {}, {"count": 0}),
        ("lost", {"client_order_id": "another"}, {}),
        ("unfinished", {"state": "sending"}, {}),
        ("unfinished", {"state": "intent"}, {}),
        ("unfinished", {"state": "unknown"}, {}),
        ("changed", {"state": "cancelled"}, {"status": "Cancelled"}),
        ("wrong", {"state": "cancelled"}, {}),
        ("wrong", {"state": "not_sent"}, {"count": 0}),
        ("wrong", {"state": "live"}, {"count": 0}),
        ("wrong", {"perm_id": 8}, {}),
        ("wrong", {"state": "live"}, {"status": "Submitted", "quantity": 4}),
        ("fills", {"filled": 2}, {}),
        ("fills", {"executions": {}}, {}),
        ("fills", {}, {"fills": 2}),
    ],
)
def test_each_thing_that_may_not_happen_is_seen(
    kind: str, record: dict[str, Any], book: dict[str, Any]
) -> None:
    assert kind in verdict(a_record(**record), a_book(**book)).problems


def test_a_change_is_another_message_and_no_second_order() -> None:
    assert verdict(book=a_book(received=2), changes=1).problems == {}


def test_an_order_that_vanished_may_be_not_placed() -> None:
    gone = a_record(state="not_placed", filled=0, executions={}, perm_id=None)
    book = a_book(count=0, fills=0)
    assert verdict(gone, book, state="unknown", was_acknowledged=False).problems == {}


def test_rounds_add_up() -> None:
    total = Verdict()
    total.add(verdict())
    total.add(verdict(a_record(state="unknown")))
    assert (total.asked, total.count("unfinished")) == (2, 1)
    assert "1 left unfinished" in str(total)
    assert f"unfinished: {KEY} is still unknown" in str(total)


def test_duplicates_are_named() -> None:
    assert duplicates(a_book(count=2)) == [KEY]
    assert duplicates(a_book()) == []


NOWHERE: dict[str, Any] = {"orders": [], "executions": [], "ordersReceived": {}}


def test_an_order_may_be_lost_before_a_relay_has_handed_it_over() -> None:
    order = Asked(KEY, {}, state="unknown", posts=2)
    found = judge([order], [], NOWHERE, has_relay=True)
    assert (found.problems, found.states) == ({}, {"lost on the way": 1})
    assert judge([order], [], NOWHERE).problems.keys() == {"lost", "wrong"}


@pytest.mark.parametrize(
    ("order", "book"),
    [
        (Asked(KEY, {}, state="live", was_acknowledged=True), NOWHERE),
        (Asked(KEY, {}, state="unknown", was_acknowledged=True), NOWHERE),
        (Asked(KEY, {}, state="rejected"), NOWHERE),
        (Asked(KEY, {}, state="unknown"), a_book()),
        (Asked(KEY, {}, state="unknown"), NOWHERE | {"ordersReceived": {f"1000/{KEY}": 1}}),
    ],
)
def test_nothing_else_may_be_lost_with_a_relay(order: Asked, book: dict[str, Any]) -> None:
    assert judge([order], [], book, has_relay=True).problems


@pytest.mark.parametrize(
    ("answered", "became", "is_wrong"),
    [("not_sent", "not_placed", False), ("not_placed", "not_sent", True), ("filled", "live", True)],
)
def test_an_answer_may_only_come_back_in_other_words(
    answered: str, became: str, is_wrong: bool
) -> None:
    record = a_record(state=became, executions={}, filled=0)
    order = Asked(KEY, {}, state=answered)
    assert ("changed" in judge([order], [record], NOWHERE).problems) is is_wrong
