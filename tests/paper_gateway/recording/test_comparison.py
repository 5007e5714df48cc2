"""Which requests are the same in two sessions, and how recorded replies fit the second one."""

from collections.abc import Callable
from typing import Any

import pytest
from ib_async import LimitOrder, Order, Stock

from paper_gateway.recording.comparison import Counterparts, Difference, spell
from tests.paper_gateway.wire_client import encoded, messages

AAPL = Stock("AAPL", "SMART", "USD")
EMPTY = ""


def request(send: Callable[[Any], object]) -> list[str]:
    (fields,) = messages(encoded(178, send))
    return [*fields, EMPTY]


def placed(order_id: int, **terms: Any) -> list[str]:
    order: Order = LimitOrder("BUY", **{"totalQuantity": 10, "lmtPrice": 1.0, **terms})
    return request(lambda client: client.placeOrder(order_id, AAPL, order))


def differences(pair: Counterparts, recorded: list[str], seen: list[str]) -> list[str]:
    return [str(each) for each in pair.differences(recorded, seen)]


@pytest.fixture
def pair() -> Counterparts:
    return Counterparts(178)


def test_a_request_may_have_another_request_id_and_its_cancel_must_have_that_one(
    pair: Counterparts,
) -> None:
    recorded, seen = ["92", "5", "DU1", "", ""], ["92", "9", "DU1", "", ""]
    assert differences(pair, recorded, seen) == []
    pair.bind(recorded, seen)
    assert differences(pair, ["93", "5", ""], ["93", "9", ""]) == []
    assert differences(pair, ["93", "5", ""], ["93", "5", ""]) == ["field 1 is '5' instead of '9'"]


def test_a_request_id_may_be_used_again(pair: Counterparts) -> None:
    pair.bind(["92", "5", "DU1", "", ""], ["92", "9", "DU1", "", ""])
    assert differences(pair, ["92", "5", "DU1", "", ""], ["92", "10", "DU1", "", ""]) == []


def test_an_order_keeps_the_id_that_it_got(pair: Counterparts) -> None:
    pair.bind(placed(5), placed(9))
    assert differences(pair, placed(5, lmtPrice=2.0), placed(9, lmtPrice=2.0)) == []
    assert differences(pair, placed(5), placed(10)) == ["field 1 is '10' instead of '9'"]
    assert differences(pair, placed(6), placed(9)) == ["field 1 is '9' instead of '6'"]
    assert differences(pair, ["4", "1", "5", "", ""], ["4", "1", "9", "", ""]) == []
    assert differences(pair, ["4", "1", "5", "", ""], ["4", "1", "5", "", ""]) == [
        "field 2 is '5' instead of '9'"
    ]


def test_a_child_must_name_the_parent_of_this_session(pair: Counterparts) -> None:
    pair.bind(placed(5), placed(9))
    child = placed(6, parentId=5)
    assert differences(pair, child, placed(10, parentId=9)) == []
    assert differences(pair, child, placed(10, parentId=5)) == ["field 28 is '5' instead of '9'"]


def test_an_order_without_a_parent_differs_from_one_that_has_one(pair: Counterparts) -> None:
    assert differences(pair, placed(6), placed(6, parentId=5)) == ["field 28 is '5' instead of '0'"]


def test_references_may_differ_but_not_be_mixed_up_or_missing(pair: Counterparts) -> None:
    pair.bind(placed(5, orderRef="ref1"), placed(5, orderRef="today-1"))
    again = placed(6, orderRef="ref1")
    assert differences(pair, again, placed(6, orderRef="today-1")) == []
    assert differences(pair, again, placed(6, orderRef="today-2")) == [
        "field 26 is 'today-2' instead of 'today-1'"
    ]
    assert differences(pair, again, placed(6)) == ["field 26 is '' instead of 'today-1'"]
    assert differences(pair, placed(7), placed(7, orderRef="x")) == [
        "field 26 is 'x' instead of ''"
    ]


def test_the_client_id_may_differ_where_the_api_starts_and_binds_afterwards(
    pair: Counterparts,
) -> None:
    start, other_start = ["71", "2", "7", "", ""], ["71", "2", "8", "", ""]
    assert differences(pair, start, other_start) == []
    pair.bind(start, other_start)
    mine = ["7", "3", "1", "7", "", "", "", "", "", "", ""]
    theirs = ["7", "3", "1", "8", "", "", "", "", "", "", ""]
    everybody = ["7", "3", "1", "0", "", "", "", "", "", "", ""]
    assert differences(pair, mine, theirs) == []
    assert differences(pair, mine, mine) == ["field 3 is '7' instead of '8'"]
    assert differences(pair, everybody, everybody) == []
    assert differences(pair, everybody, theirs) == ["field 3 is '8' instead of '0'"]


@pytest.mark.parametrize(
    ("recorded", "seen", "is_same"),
    [
        ("20260105 10:00:00 US/Eastern", "20261128-15:30:00", True),
        ("2026-01-05 10:00:00.0", "2026-11-28 15:30:00.0", True),
        ("20260105 10:00:00", "", False),
        ("20260116", "20260117", False),
        ("10", "10.0", True),
        ("10", "11", False),
        ("DU0000001", "DU0000002", False),
        ("", "0", False),
    ],
)
def test_times_and_spellings_of_numbers_may_differ_and_nothing_else(
    pair: Counterparts, recorded: str, seen: str, is_same: bool
) -> None:
    assert (differences(pair, ["6", recorded], ["6", seen]) == []) is is_same


def test_people_may_differ_but_not_be_missing(pair: Counterparts) -> None:
    recorded = placed(5, extOperator="user1")
    assert differences(pair, recorded, placed(5, extOperator="alice")) == []
    (difference,) = differences(pair, recorded, placed(5))
    assert difference.endswith("is '' instead of 'user1'")


def test_a_shorter_or_longer_request_differs_where_it_ends(pair: Counterparts) -> None:
    assert differences(pair, ["61", "1"], ["61"]) == ["field 1 is 'nothing' instead of '1'"]
    assert differences(pair, ["61"], ["61", "1"]) == ["field 1 is '1' instead of 'nothing'"]


def test_replies_are_told_with_this_sessions_ids_client_and_references(pair: Counterparts) -> None:
    pair.bind(["71", "2", "7", "", ""], ["71", "2", "8", "", ""])
    pair.bind(placed(5, orderRef="ref1", ocaGroup="ref2"), placed(9, orderRef="a", ocaGroup="b"))
    pair.bind(["92", "6", "DU1", "", ""], ["92", "10", "DU1", "", ""])
    status = ["3", "5", "Filled", "10", "0", "1", "99", "0", "1", "7", "", "0", ""]
    told = ["3", "9", "Filled", "10", "0", "1", "99", "0", "1", "8", "", "0", ""]
    assert pair.reply(status) == told
    assert pair.reply(["94", "6", "1", "2", "3", ""]) == ["94", "10", "1", "2", "3", ""]
    assert pair.reply(["4", "2", "5", "201", "no", "", ""])[2] == "9"
    assert pair.reply(["4", "2", "6", "162", "no", "", ""])[2] == "10"
    opened = ["5", "5", *[""] * 17, "ref2", "DU1", "", "", "ref1", "7", "99", ""]
    assert pair.reply(opened) == ["5", "9", *[""] * 17, "b", "DU1", "", "", "a", "8", "99", ""]


def test_ids_of_others_stay_as_they_were_recorded(pair: Counterparts) -> None:
    pair.bind(placed(5), placed(9))
    assert pair.reply(["4", "2", "-1", "2104", "ok", "", ""])[2] == "-1"
    assert pair.reply(["3", "77", "Filled", "", "", "", "", "0", "", "3", "", "", ""])[1] == "77"


def test_requests_and_orders_have_ids_of_their_own(pair: Counterparts) -> None:
    pair.bind(placed(5), placed(9))
    pair.bind(["92", "5", "DU1", "", ""], ["92", "2", "DU1", "", ""])
    assert pair.reply(["94", "5", "1", "2", "3", ""])[1] == "2"
    assert pair.reply(["3", "5", "", "", "", "", "", "5", "", "", "", "", ""])[1] == "9"


def test_only_the_first_few_differences_are_spelled_out() -> None:
    found = [Difference(index, "a", "b") for index in range(7)]
    assert spell(found[:1]) == "field 0 is 'b' instead of 'a'"
    assert spell(found).endswith("field 4 is 'b' instead of 'a', and 2 more")
