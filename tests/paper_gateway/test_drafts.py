"""Orders that are not transmitted: what goes with what, and what is lost."""

from dataclasses import replace
from pathlib import Path

from ib_async import Order

from paper_gateway.contracts import Catalogue
from paper_gateway.drafts import Draft, Drafts
from tests.paper_gateway.test_rules import TICKET
from tests.paper_gateway.wire_client import AAPL, Desk, names

STOCK = next(each for each in Catalogue.default().definitions if each.con_id == AAPL)
PRE = ["5 PreSubmitted", "3 PreSubmitted"]
SUBMITTED = ["5 Submitted", "3 Submitted"]


def limit(parent: int = 0, transmit: bool = True) -> Order:
    return Order(
        action="BUY", totalQuantity=10, orderType="LMT", lmtPrice=50.0, tif="GTC",
        parentId=parent, transmit=transmit,
    )  # fmt: skip


def draft(order_id: int, parent_id: int = 0) -> Draft:
    return Draft(7, replace(TICKET, order_id=order_id, parent_id=parent_id), STOCK)


def ids(found: list[Draft]) -> list[int]:
    return [each.ticket.order_id for each in found]


def family() -> Drafts:
    """1 with the children 2 and 3, 4 below 3; 9 is a stranger."""
    drafts = Drafts()
    for each in (draft(1), draft(2, 1), draft(9), draft(3, 1)):
        drafts.keep(each)
    return drafts


def test_a_child_takes_its_whole_family_with_it_parents_first() -> None:
    drafts = family()
    assert ids(drafts.transmit(draft(4, 3))) == [1, 2, 3, 4]
    assert (7, 9) in drafts
    assert (7, 1) not in drafts


def test_a_parent_goes_alone() -> None:
    drafts = family()
    assert ids(drafts.transmit(draft(1))) == [1]
    assert (7, 2) in drafts


def test_children_of_a_working_parent_go_together() -> None:
    drafts = family()
    drafts.transmit(draft(1))
    assert ids(drafts.transmit(draft(5, 1))) == [2, 3, 5]


def test_another_clients_family_stays() -> None:
    drafts = family()
    drafts.keep(replace(draft(2, 1), client_id=8))
    drafts.transmit(draft(4, 3))
    assert (8, 2) in drafts


def test_a_forgotten_parent_takes_what_is_below_it() -> None:
    drafts = family()
    drafts.keep(draft(4, 3))
    assert ids(drafts.drop(7, 3)) == [3, 4]


def test_nothing_is_told_or_listed_before_the_last_order_comes() -> None:
    client = Desk().connect()
    assert client.place(1, limit(transmit=False)) == []
    assert client.place(2, limit(1, transmit=False)) == []
    assert names(client.send(16, 1)) == ["53"]
    assert names(client.place(3, limit(1))) == [*SUBMITTED, *PRE, *PRE]


def test_a_draft_may_be_written_anew() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, limit(transmit=False))
    changed = limit(transmit=False)
    changed.totalQuantity = 20
    client.place(1, changed)
    client.place(2, limit(1))
    assert [order.quantity for order in desk.hub.book.open_orders()] == [20.0, 10.0]


def test_a_cancelled_draft_takes_its_children_with_it() -> None:
    client = Desk().connect()
    client.place(1, limit(transmit=False))
    client.place(2, limit(1, transmit=False))
    found = client.cancel(1)
    assert [(message[2], message[3]) for message in found] == [("1", "202"), ("2", "202")]
    assert names(client.cancel(2)) == ["4 10147"]


def test_a_child_without_a_known_parent_is_refused() -> None:
    desk = Desk()
    (message,) = desk.connect().place(5, limit(4))
    assert message[2:5] == ["5", "10006", "Missing parent order."]
    assert desk.hub.book.orders == {}


def test_a_parent_of_another_client_is_no_parent() -> None:
    desk = Desk()
    desk.connect(8).place(1, limit())
    assert names(desk.connect(7).place(2, limit(1))) == ["4 10006"]


def test_a_child_may_follow_a_working_parent_but_not_a_done_one() -> None:
    client = Desk().connect()
    client.place(1, limit())
    assert names(client.place(2, limit(1))) == PRE
    client.cancel(1)
    assert names(client.place(3, limit(1))) == ["4 10006"]


def test_nobody_is_his_own_ancestor() -> None:
    client = Desk().connect()
    assert names(client.place(1, limit(1))) == ["4 10006"]
    client.place(1, limit(transmit=False))
    client.place(2, limit(1, transmit=False))
    assert names(client.place(1, limit(2, transmit=False))) == ["4 10006"]


def test_a_draft_with_a_bad_instruction_is_refused_at_once() -> None:
    bad = limit(transmit=False)
    bad.goodAfterTime = "tomorrow"
    assert names(Desk().connect().place(1, bad)) == ["4 337"]


def test_drafts_do_not_outlive_the_gateway(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    client = desk.connect()
    client.place(1, limit(transmit=False))
    desk.store.close()
    again = Desk(folder=tmp_path)
    assert again.hub.book.orders == {}
    # The id is used all the same.
    assert names(again.connect().place(1, limit())) == ["4 103"]
    again.store.close()
