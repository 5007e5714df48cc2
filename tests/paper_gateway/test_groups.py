"""Brackets and one-cancels-all groups: what one order's fill or end does to the others."""

from typing import Any

import pytest
from ib_async import Forex, Order

from tests.paper_gateway.wire_client import Desk, Message, WireClient, names

PRE = ["5 PreSubmitted", "3 PreSubmitted"]
SUBMITTED = ["5 Submitted", "3 Submitted"]
FILLED = ["11", "5 Filled", "3 Filled", "5 Filled", "3 Filled", "59"]
CANCELLED = ["3 Cancelled", "4 202"]


def terms(kind: str, action: str, quantity: float = 10, **others: Any) -> Order:
    return Order(action=action, totalQuantity=quantity, orderType=kind, tif="GTC", **others)


def bracket(client: WireClient, parent: Order, first: int = 1) -> list[Message]:
    """The parent, a profit taker at 110 and a stop at 90; the answers to the last of them."""
    size = parent.totalQuantity
    parent.transmit = False
    profit = terms("LMT", "SELL", size, lmtPrice=110.0, parentId=first, transmit=False)
    stop = terms("STP", "SELL", size, auxPrice=90.0, parentId=first)
    assert client.place(first, parent) == []
    assert client.place(first + 1, profit) == []
    return client.place(first + 2, stop)


def statuses(found: list[Message]) -> list[tuple[str, str]]:
    return [(message[1], message[2]) for message in found if message[0] == "3"]


# Brackets


def test_a_bracket_is_told_as_a_whole_parent_first() -> None:
    client = Desk().connect()
    found = bracket(client, terms("LMT", "BUY", lmtPrice=95.0))
    assert names(found) == [*SUBMITTED, *PRE, *PRE]
    assert statuses(found) == [("1", "Submitted"), ("2", "PreSubmitted"), ("3", "PreSubmitted")]
    held = [(message[7], message[10]) for message in found if message[0] == "3"]
    assert held == [("0", ""), ("1", "child"), ("1", "child,trigger")]


def test_the_children_begin_when_the_parent_is_filled() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(95.0, after=10)
    bracket(client, terms("LMT", "BUY", lmtPrice=95.0))
    desk.wait(11)
    found = client.read()
    assert names(found) == [*FILLED[:3], *SUBMITTED, *PRE, *FILLED[3:]]
    assert statuses(found)[1:3] == [("2", "Submitted"), ("3", "PreSubmitted")]


def test_children_do_nothing_before_their_parent_is_filled() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(111.0, after=10)
    desk.move(89.0, after=20)
    bracket(client, terms("LMT", "BUY", lmtPrice=50.0))
    desk.wait(30)
    assert client.read() == []


def test_a_partly_filled_parent_holds_its_children_back() -> None:
    desk = Desk()
    client = desk.connect()
    desk.hub.drills.partial_fills = [4.0]
    found = bracket(client, terms("MKT", "BUY"))
    assert statuses(found)[-1] == ("1", "Submitted")
    desk.wait(1)
    assert ("2", "Submitted") in statuses(client.read())


@pytest.mark.parametrize(("price", "filled", "other"), [(110.0, "2", "3"), (90.0, "3", "2")])
def test_one_childs_fill_cancels_the_other(price: float, filled: str, other: str) -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(price, after=10)
    bracket(client, terms("MKT", "BUY"))
    desk.wait(11)
    found = client.read()
    assert names(found)[-8:] == [*FILLED[:3], *CANCELLED, *FILLED[3:]]
    assert statuses(found)[-3:] == [(filled, "Filled"), (other, "Cancelled"), (filled, "Filled")]
    assert desk.hub.account.held() == []


def test_a_child_that_is_filled_in_parts_reduces_the_other_with_each() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(110.0, after=10)
    bracket(client, terms("MKT", "BUY", 600))
    desk.wait(10)
    stop = desk.hub.book.find(7, 3)
    assert stop is not None
    assert stop.quantity == 300.0
    desk.wait(1)
    assert stop.status == "Cancelled"


def test_a_cancelled_parent_takes_its_children_with_it() -> None:
    client = Desk().connect()
    bracket(client, terms("LMT", "BUY", lmtPrice=95.0))
    found = client.cancel(1)
    assert names(found) == CANCELLED * 3
    assert [message[1] for message in found if message[0] == "3"] == ["1", "2", "3"]


def test_a_cancelled_child_leaves_parent_and_sibling_alone() -> None:
    desk = Desk()
    client = desk.connect()
    bracket(client, terms("LMT", "BUY", lmtPrice=95.0))
    assert names(client.cancel(2)) == CANCELLED
    assert [order.order_id for order in desk.hub.book.open_orders()] == [1, 3]


def test_a_rejected_parent_leaves_no_child_behind() -> None:
    desk = Desk()
    found = bracket(desk.connect(), terms("LMT", "BUY", 90_000, lmtPrice=95.0))
    assert names(found) == ["4 201", "5 Inactive", "3 Inactive", *CANCELLED, *CANCELLED]
    assert desk.hub.book.open_orders() == []


def test_children_of_children_wait_for_theirs() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(110.0, after=10)
    client.place(1, terms("MKT", "BUY", transmit=False))
    client.place(2, terms("LMT", "SELL", lmtPrice=110.0, parentId=1, transmit=False))
    found = client.place(3, terms("LMT", "BUY", lmtPrice=90.0, parentId=2))
    assert statuses(found)[-2:] == [("2", "Submitted"), ("1", "Filled")]
    desk.wait(11)
    assert ("3", "Submitted") in statuses(client.read())


def test_a_child_may_be_changed_before_and_after_its_parent_is_filled() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(95.0, after=10)
    bracket(client, terms("LMT", "BUY", lmtPrice=95.0))
    changed = terms("STP", "SELL", auxPrice=92.0, parentId=1)
    assert names(client.place(3, changed)) == PRE
    desk.wait(11)
    client.read()
    (gone,) = client.place(3, changed)
    assert gone[2:5] == ["3", "135", "Can't find order with id = 1"]
    changed.parentId = 0
    assert names(client.place(3, changed)) == PRE


def test_a_child_that_gives_up_its_filled_parent_still_cancels_its_sibling() -> None:
    desk = Desk()
    client = desk.connect()
    bracket(client, terms("MKT", "BUY"))
    found = client.place(2, terms("LMT", "SELL", lmtPrice=99.0))
    assert statuses(found)[-2:] == [("3", "Cancelled"), ("2", "Filled")]


def test_a_child_that_gives_up_its_waiting_parent_is_on_its_own() -> None:
    desk = Desk()
    client = desk.connect()
    bracket(client, terms("LMT", "BUY", lmtPrice=95.0))
    assert names(client.place(2, terms("LMT", "SELL", lmtPrice=110.0)))[-2:] == SUBMITTED
    assert names(client.cancel(1)) == CANCELLED * 2


def test_a_global_cancel_tells_every_order_of_a_bracket_once() -> None:
    client = Desk().connect()
    bracket(client, terms("LMT", "BUY", lmtPrice=95.0))
    assert names(client.send(58, 1)) == CANCELLED * 3


# One cancels all


def group(client: WireClient, oca_type: int, sizes: tuple[int, int] = (10, 10)) -> list[Message]:
    """A buy at 90 and a sale at 110 in one group."""
    low = terms("LMT", "BUY", sizes[0], lmtPrice=90.0, ocaGroup="g", ocaType=oca_type)
    high = terms("LMT", "SELL", sizes[1], lmtPrice=110.0, ocaGroup="g", ocaType=oca_type)
    return client.place(1, low) + client.place(2, high)


@pytest.mark.parametrize("oca_type", [1, 2, 3])
def test_a_filled_order_cancels_the_rest_of_its_group(oca_type: int) -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(90.0, after=10)
    assert names(group(client, oca_type)) == SUBMITTED * 2
    desk.wait(11)
    assert names(client.read()) == [*FILLED[:3], *CANCELLED, *FILLED[3:]]


def test_a_group_reaches_across_clients() -> None:
    desk = Desk()
    first, second = desk.connect(7), desk.connect(8)
    desk.move(90.0, after=10)
    first.place(1, terms("LMT", "BUY", lmtPrice=90.0, ocaGroup="g", ocaType=1))
    second.place(1, terms("LMT", "SELL", lmtPrice=110.0, ocaGroup="g", ocaType=1))
    desk.wait(11)
    assert names(second.read())[-2:] == CANCELLED


@pytest.mark.parametrize("oca_type", [2, 3])
def test_a_part_reduces_the_others_in_proportion(oca_type: int) -> None:
    desk = Desk()
    client = desk.connect()
    desk.hub.drills.partial_fills = [25.0]
    desk.move(90.0, after=10)
    group(client, oca_type, (100, 50))
    desk.wait(10)
    found = client.read()
    assert names(found) == ["11", *SUBMITTED, *SUBMITTED, "59"]
    other = desk.hub.book.find(7, 2)
    assert other is not None
    # Three quarters of 50, in whole shares.
    assert (other.quantity, found[3][14]) == (37.0, "37")


def test_a_part_cancels_the_others_when_they_are_not_to_be_reduced() -> None:
    desk = Desk()
    client = desk.connect()
    desk.hub.drills.partial_fills = [25.0]
    desk.move(90.0, after=10)
    group(client, 1, (100, 50))
    desk.wait(10)
    assert names(client.read()) == ["11", *SUBMITTED, *CANCELLED, "59"]


def test_an_order_that_leaves_its_group_by_a_change_is_on_its_own() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(90.0, after=10)
    group(client, 1)
    client.place(2, terms("LMT", "SELL", lmtPrice=110.0))
    desk.wait(11)
    assert names(client.read()) == FILLED


def test_a_cancelled_order_of_a_group_cancels_no_other() -> None:
    desk = Desk()
    client = desk.connect()
    group(client, 1)
    assert names(client.cancel(1)) == CANCELLED
    assert len(desk.hub.book.open_orders()) == 1


def test_children_in_a_group_of_their_own_are_ruled_by_it() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(110.0, after=10)
    client.place(1, terms("MKT", "BUY", transmit=False))
    own: dict[str, Any] = {"parentId": 1, "ocaGroup": "exit", "ocaType": 1}
    client.place(2, terms("LMT", "SELL", lmtPrice=110.0, transmit=False, **own))
    client.place(3, terms("STP", "SELL", auxPrice=90.0, **own))
    desk.wait(11)
    assert names(client.read())[3:5] == CANCELLED


def test_amounts_of_currency_are_reduced_to_the_cent() -> None:
    desk = Desk()
    client = desk.connect()
    desk.hub.drills.partial_fills = [1.0]
    desk.move(90.0, after=10)
    euro = Forex("EURUSD")
    client.place(1, terms("LMT", "BUY", 3, lmtPrice=90.0, ocaGroup="g", ocaType=2), euro)
    client.place(2, terms("LMT", "SELL", 10, lmtPrice=110.0, ocaGroup="g", ocaType=2), euro)
    desk.wait(10)
    other = desk.hub.book.find(7, 2)
    assert other is not None
    assert other.quantity == 6.66
