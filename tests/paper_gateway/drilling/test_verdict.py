"""The verdict: from the book alone, and on a client's journal."""

from typing import Any

import pytest
from ib_async import LimitOrder, MarketOrder

from paper_gateway import interventions
from paper_gateway.drilling.journals import parse_journal
from paper_gateway.drilling.verdict import Verdict, judge
from paper_gateway.drills import apply
from tests.paper_gateway.wire_client import AAPL, Desk, WireClient

# How a sentence about these orders ends.
TAIL = {"a": " filled", "b": ""}


def drilled(**drills: Any) -> tuple[Desk, WireClient]:
    desk = Desk()
    apply(desk.hub.drills, drills)
    return desk, desk.connect(7)


def market(reference: str) -> MarketOrder:
    return MarketOrder("BUY", 10, tif="DAY", orderRef=reference)


def resting(reference: str, price: float = 50.0) -> LimitOrder:
    return LimitOrder("BUY", 10, price, tif="DAY", orderRef=reference)


def verdict(desk: Desk, *journal: str) -> Verdict:
    """Journal lines are ``orderRef,state,filled``."""
    entries = parse_journal("\n".join(["orderRef,state,filled", *journal])) if journal else None
    book = desk.hub.book
    return judge(book.orders.values(), desk.hub.counters.lost, len(book.executions), entries)


def test_orders_are_counted() -> None:
    desk, client = drilled()
    client.place(1, market("a"))
    client.place(2, resting("b"))
    client.place(3, resting("c"))
    client.cancel(3)
    found = verdict(desk)
    assert found.sentence == "3 orders, 0 lost, 0 duplicated"
    assert (found.filled, found.working, found.cancelled, found.fills) == (1, 1, 1, 1)
    assert found.is_clean


def test_one_order_is_one_order() -> None:
    desk, client = drilled()
    client.place(1, market("a"))
    assert verdict(desk).sentence == "1 order, 0 lost, 0 duplicated"


def test_an_order_that_a_drill_took_is_lost() -> None:
    desk, client = drilled(swallow_orders=1)
    client.place(1, market("a"))
    found = verdict(desk)
    assert (found.sentence, found.is_clean) == ("1 order, 1 lost, 0 duplicated", False)
    assert found.lost == ["7/a never reached the book"]


def test_orders_without_a_reference_are_lost_one_by_one() -> None:
    desk, client = drilled(swallow_orders=2)
    client.place(1, market(""))
    client.place(2, market(""))
    client.place(3, market(""))
    assert verdict(desk).sentence == "3 orders, 2 lost, 0 duplicated"


def test_an_order_that_is_placed_again_is_not_lost() -> None:
    desk, client = drilled(swallow_orders=1)
    client.place(1, market("a"))
    client.place(2, market("a"))
    assert verdict(desk).sentence == "1 order, 0 lost, 0 duplicated"


def test_a_reference_with_two_working_orders_is_duplicated() -> None:
    desk, client = drilled(duplicate_incarnation=1)
    client.place(1, resting("a"))
    client.place(1, resting("a", 51.0))
    found = verdict(desk)
    assert (found.sentence, found.is_clean) == ("1 order, 0 lost, 1 duplicated", False)
    assert found.duplicated == ["7/a: 2 orders work or have filled"]


def test_a_rejected_order_that_is_placed_again_is_not_duplicated() -> None:
    desk, client = drilled(reject_orders=1)
    client.place(1, market("a"))
    client.place(2, market("a"))
    assert verdict(desk).is_clean


def test_the_legs_of_a_bracket_may_share_a_reference() -> None:
    desk, client = drilled()
    client.place(1, LimitOrder("BUY", 10, 50.0, tif="DAY", orderRef="a", transmit=False))
    client.place(2, LimitOrder("SELL", 10, 60.0, tif="DAY", orderRef="a", parentId=1))
    assert verdict(desk).duplicated == []


def test_what_ib_did_is_no_order() -> None:
    desk, client = drilled()
    client.place(1, market("a"))
    interventions.liquidate(desk.hub, desk.hub.account.positions[AAPL])
    assert (verdict(desk).orders, verdict(desk).fills) == (1, 2)


def test_a_client_that_is_right_is_clean() -> None:
    desk, client = drilled(swallow_orders=1)
    client.place(1, market("gone"))
    client.place(2, market("a"))
    client.place(3, resting("b"))
    found = verdict(desk, "gone,unknown,", "a,filled,10", "b,live,0")
    assert found.sentence == "3 orders, 1 lost, 0 duplicated, 0 disagreeing, 1 unknown"
    assert found.unknown == ["gone: the client does not know how it stands"]
    assert found.is_clean


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("a,filled,9", "a: the client has it as filled with 9 filled, the book as Filled with 10"),
        ("a,cancelled,", "a: the client has it as cancelled, the book as Filled with 10"),
        ("a,not_placed,", "a: the client has it as not_placed, the book as Filled with 10"),
        ("b,live,0", "b: the client has it as live with 0 filled, the book has none"),
    ],
)  # fmt: skip
def test_a_client_that_is_wrong_is_told(line: str, sentence: str) -> None:
    desk, client = drilled()
    client.place(1, market("a"))
    found = verdict(desk, *({line, "a,filled,10"} if line[0] == "b" else {line}))
    assert (found.disagreeing, found.is_clean) == ([sentence + TAIL[line[0]]], False)


def test_a_client_that_does_not_mention_an_order_is_wrong() -> None:
    desk, client = drilled(swallow_orders=1)
    client.place(1, market("gone"))
    client.place(2, market("a"))
    found = verdict(desk, "b,rejected,")
    assert found.disagreeing == [
        "a: the client does not know it",
        "gone: the client does not know it",
    ]


def test_the_verdict_is_plain_values() -> None:
    desk, client = drilled()
    client.place(1, market("a"))
    found = verdict(desk).as_json()
    assert found == {
        "sentence": "1 order, 0 lost, 0 duplicated", "isClean": True, "hasJournal": False,
        "orders": 1, "working": 0, "filled": 1, "cancelled": 0, "rejected": 0, "fills": 1,
        "lost": [], "duplicated": [], "disagreeing": [], "unknown": [],
    }  # fmt: skip
