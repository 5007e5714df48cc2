"""Drills about orders: what arrives, what is booked, and what its client is told."""

from typing import Any

import pytest
from ib_async import LimitOrder, MarketOrder

from paper_gateway.drills import apply
from paper_gateway.orders import Order
from tests.paper_gateway.wire_client import Desk, WireClient, names

LIVE = ["5 Submitted", "3 Submitted"]
FILLED = ["11", "5 Filled", "3 Filled"]


def drilled(**drills: Any) -> tuple[Desk, WireClient]:
    desk = Desk()
    apply(desk.hub.drills, drills)
    return desk, desk.connect(7)


def resting(price: float = 50.0, **terms: Any) -> LimitOrder:
    return LimitOrder("BUY", 10, price, tif="DAY", **terms)


def market(**terms: Any) -> MarketOrder:
    return MarketOrder("BUY", 10, tif="DAY", **terms)


def booked(desk: Desk) -> list[Order]:
    return list(desk.hub.book.orders.values())


# Cut sockets


def test_a_cut_before_an_order_leaves_it_unread() -> None:
    desk, client = drilled(drop_before_order=1)
    assert client.place(1, market()) == []
    assert client.session.is_cut
    assert (booked(desk), desk.hub.drills.drop_before_order) == ([], 0)


def test_what_comes_behind_a_cut_is_not_read() -> None:
    desk, client = drilled(drop_before_order=1)
    assert [*client.place(1, market()), *client.place(2, market()), *booked(desk)] == []


def test_a_cut_after_an_order_books_it_and_tells_nothing() -> None:
    desk, client = drilled(drop_after_order=1)
    assert client.place(1, market(orderRef="key")) == []
    assert client.session.is_cut
    assert [(order.ticket.order_ref, order.filled) for order in booked(desk)] == [("key", 10.0)]


def test_a_cut_after_a_cancel_cancels_and_tells_nothing() -> None:
    desk, client = drilled(drop_after_cancel=1)
    client.place(1, resting())
    assert client.cancel(1) == []
    assert client.session.is_cut
    assert [order.status for order in booked(desk)] == ["Cancelled"]


def test_a_preview_cuts_nothing() -> None:
    _, client = drilled(drop_before_order=1, drop_after_order=1)
    assert names(client.place(1, market(whatIf=True))) == ["5 PreSubmitted"]


# Silence


def test_a_silent_order_works_and_its_client_hears_nothing() -> None:
    desk, client = drilled(silent_orders=1)
    desk.move(49.0, after=10)
    assert client.place(1, resting()) == []
    desk.wait(20)
    assert client.read() == []
    assert [order.status for order in booked(desk)] == ["Filled"]
    assert names(client.place(2, resting(40.0))) == LIVE


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ((5, 1), [*LIVE, "53"]),
        ((16, 1), [*LIVE, "53"]),
        ((99, 0), ["102"]),
        ((7, 3, 5, *[""] * 7), ["55"]),
    ],
)
def test_a_silent_order_is_told_from_the_first_question_on(
    question: tuple[object, ...], answer: list[str]
) -> None:
    _, client = drilled(silent_orders=1)
    client.place(1, resting())
    assert names(client.send(*question)) == answer
    assert names(client.cancel(1)) == ["3 Cancelled", "4 202"]


def test_a_silent_order_is_told_to_the_next_session() -> None:
    desk, client = drilled(silent_orders=1)
    client.place(1, resting())
    desk.hub.disconnected(client.session)
    assert names(desk.connect(7).cancel(1)) == ["3 Cancelled", "4 202"]


def test_a_swallowed_order_is_not_a_silent_one() -> None:
    desk, client = drilled(swallow_orders=1, silent_orders=1)
    client.place(1, resting())
    assert (booked(desk), desk.hub.drills.silent_orders) == ([], 1)


# Lag


def test_a_delayed_order_is_booked_later() -> None:
    desk, client = drilled(delay_orders_ms=2000)
    client.place(1, resting())
    desk.wait(1.9)
    assert (booked(desk), client.read()) == ([], [])
    desk.wait(0.2)
    assert names(client.read()) == LIVE


def test_delayed_orders_come_one_after_the_other_and_hold_up_what_follows() -> None:
    desk, client = drilled(delay_orders_ms=1000)
    client.place(1, resting())
    client.place(2, resting())
    client.send(49, 1)
    desk.wait(1.5)
    assert names(client.read()) == LIVE
    desk.wait(1.0)
    assert names(client.read()) == [*LIVE, "49"]


def test_a_delayed_order_is_booked_when_its_socket_is_gone_and_326_lasts_as_long() -> None:
    desk, client = drilled(delay_orders_ms=2000)
    client.place(1, resting())
    desk.hub.disconnected(client.session)
    assert names(desk.knock().send(71, 2, 7, "")) == ["4 326"]
    desk.wait(2.1)
    assert len(booked(desk)) == 1
    assert names(desk.knock().send(71, 2, 7, ""))[0] == "15"


def test_a_cut_may_follow_a_delayed_order_of_a_lost_socket() -> None:
    desk, client = drilled(delay_orders_ms=1000, drop_after_order=1)
    client.place(1, resting())
    client.place(2, resting())
    desk.hub.disconnected(client.session)
    desk.wait(5.0)
    assert len(booked(desk)) == 1
    assert 7 not in desk.hub.sessions


# Changes and cancels


def test_a_refused_change_leaves_the_order_as_it_was() -> None:
    desk, client = drilled(reject_modifies=1)
    client.place(1, resting(50.0))
    assert names(client.place(1, resting(51.0))) == ["4 201"]
    assert [order.ticket.limit_price for order in booked(desk)] == [50.0]
    assert names(client.place(1, resting(51.0))) == LIVE


def test_a_change_may_make_a_second_incarnation() -> None:
    desk, client = drilled(duplicate_incarnation=1)
    client.place(1, resting(50.0, orderRef="key"))
    client.place(1, resting(51.0, orderRef="key"))
    first, second = desk.hub.book.open_orders()
    assert first.perm_id != second.perm_id
    assert (first.order_id, first.ticket.order_ref) == (second.order_id, second.ticket.order_ref)
    assert [each[0] for each in client.send(16, 1)] == ["5", "3", "5", "3", "53"]


def test_both_incarnations_can_be_cancelled_by_their_order_id() -> None:
    desk, client = drilled(duplicate_incarnation=1)
    client.place(1, resting(50.0))
    client.place(1, resting(51.0))
    newest = desk.hub.book.open_orders()[-1]
    client.cancel(1)
    assert newest.is_done
    client.cancel(1)
    assert desk.hub.book.open_orders() == []


def test_a_second_incarnation_uses_no_new_order_id() -> None:
    desk, client = drilled(duplicate_incarnation=1)
    for order_id in (1, 2, 3):
        client.place(order_id, resting())
    client.place(1, resting(51.0))
    assert desk.hub.book.next_order_id(7) == 4
    assert names(client.place(4, resting())) == LIVE


@pytest.mark.parametrize("code", [10147, 10148, 161, 135, 136])
def test_a_cancel_can_be_answered_with_any_code_and_cancels_nothing(code: int) -> None:
    desk, client = drilled(cancel_answers=[code])
    client.place(1, resting())
    ((error),) = client.cancel(1)
    assert error[2:4] == ["1", str(code)]
    assert len(desk.hub.book.open_orders()) == 1
    assert names(client.cancel(1)) == ["3 Cancelled", "4 202"]


def test_cancels_and_changes_wait_while_the_link_is_down() -> None:
    desk, client = drilled()
    client.place(1, resting(50.0))
    client.place(2, resting(50.0))
    desk.hub.drills.link_down = True
    desk.hub.change_link()
    found = [*client.read(), *client.cancel(1), *client.place(2, resting(51.0))]
    assert names([*found, *client.place(3, resting())]) == ["4 1100"]
    desk.hub.drills.link_down = False
    desk.hub.change_link()
    assert names(client.read()) == ["4 1102", "3 Cancelled", "4 202", *LIVE, *LIVE]


def test_fills_are_told_while_the_link_is_down() -> None:
    desk, client = drilled()
    desk.move(49.0, after=10)
    client.place(1, resting())
    desk.hub.drills.link_down = True
    desk.wait(20)
    assert names(client.read())[:3] == FILLED


def test_a_cancel_that_waits_for_the_link_survives_its_session() -> None:
    desk, client = drilled()
    client.place(1, resting())
    desk.hub.drills.link_down = True
    client.cancel(1)
    desk.hub.disconnected(client.session)
    desk.hub.drills.link_down = False
    desk.hub.change_link()
    assert desk.hub.book.open_orders() == []


def test_a_cancel_can_vanish() -> None:
    desk, client = drilled(swallow_cancels=1)
    client.place(1, resting())
    assert client.cancel(1) == []
    assert len(desk.hub.book.open_orders()) == 1
    assert names(client.cancel(1)) == ["3 Cancelled", "4 202"]


def test_a_fill_can_come_before_a_cancel() -> None:
    _, client = drilled(fill_before_cancel=1)
    client.place(1, resting())
    found = names(client.cancel(1))
    assert (found[:3], found[-1]) == (FILLED, "4 10148")


def test_a_fill_can_come_after_a_cancel_that_was_told() -> None:
    desk, client = drilled(fill_after_cancel=1)
    client.place(1, resting())
    assert names(client.cancel(1)) == ["3 Cancelled", "4 202"]
    desk.wait(1.0)
    assert names(client.read())[:3] == FILLED


# Refusals, and what is not told


@pytest.mark.parametrize("code", [200, 460, 103, 110, 321])
def test_an_order_can_be_refused_with_a_code_alone(code: int) -> None:
    desk, client = drilled(refuse_orders=1, refuse_code=code)
    ((error),) = client.place(1, resting())
    assert error[2:4] == ["1", str(code)]
    assert booked(desk) == []
    assert names(client.place(2, resting())) == LIVE


def test_a_change_is_not_refused_as_a_new_order() -> None:
    desk, client = drilled()
    client.place(1, resting())
    desk.hub.drills.refuse_orders = 1
    assert names(client.place(1, resting(51.0))) == LIVE


def test_orders_that_never_reach_the_book_are_counted() -> None:
    desk, client = drilled(swallow_orders=1, drop_before_order=1)
    client.place(1, resting(orderRef="cut"))
    again = desk.connect(8)
    again.place(1, resting(orderRef="swallowed"))
    assert desk.hub.counters.lost == {"7/cut": 1, "8/swallowed": 1}


def test_a_fill_can_be_booked_and_not_told() -> None:
    desk, client = drilled(drop_fills=1)
    found = names(client.place(1, market()))
    assert found[2:] == ["5 Filled", "3 Filled", "5 Filled", "3 Filled"]
    assert [each.shares for each in desk.hub.book.executions] == [10.0]
    assert names(client.send(7, 3, 5, *[""] * 7)) == ["11", "59", "55"]
    assert names(client.place(2, market()))[2:5] == FILLED


def test_a_status_can_be_left_out() -> None:
    _, client = drilled(drop_statuses=1)
    assert names(client.place(1, resting())) == ["5 Submitted"]
    assert names(client.place(2, resting())) == LIVE


def test_a_commission_can_be_left_out() -> None:
    _, client = drilled(drop_commissions=1)
    assert "59" not in names(client.place(1, market()))
    assert names(client.place(2, market()))[-1] == "59"


def test_a_commission_can_come_late() -> None:
    desk, client = drilled(commission_delay_ms=10_000)
    assert names(client.place(1, market()))[-1] == "3 Filled"
    desk.wait(9.9)
    assert "59" not in names(client.read())
    desk.wait(0.2)
    assert names(client.read()) == ["59"]


# Events


def test_every_event_is_told_when_it_comes() -> None:
    desk, seen = Desk(), list[str]()
    desk.hub.on_event = seen.append
    client = desk.connect(7)
    client.place(1, market())
    client.place(2, resting())
    client.place(2, resting(51.0))
    client.cancel(2)
    client.place(3, market(whatIf=True))
    assert seen == [
        "session", "order", "accepted", "fill", "order", "accepted", "order", "cancel",
    ]  # fmt: skip


def test_an_order_whose_client_was_cut_by_its_own_event_is_lost() -> None:
    desk, client = drilled()
    desk.hub.on_event = lambda _event: client.session.drop()
    client.place(1, resting(orderRef="key"))
    assert (booked(desk), desk.hub.counters.lost) == ([], {"7/key": 1})


# Notices


def test_any_notices_can_stand_before_and_after_the_first_messages_of_an_order() -> None:
    _, client = drilled(notices_before=[9999, 10349], notices_after=[10167])
    assert names(client.place(1, resting())) == ["4 9999", "4 10349", *LIVE, "4 10167"]
    assert names(client.place(1, resting(51.0))) == LIVE
    assert names(client.cancel(1)) == ["3 Cancelled", "4 202"]


def test_a_notice_after_comes_before_the_fill() -> None:
    _, client = drilled(notices_after=[2109])
    found = names(client.place(1, market()))
    assert found[:6] == ["5 PreSubmitted", "3 PreSubmitted", "4 2109", *FILLED]


def test_an_order_from_before_the_drill_gets_no_notice() -> None:
    desk, client = drilled()
    client.place(1, resting())
    desk.hub.drills.notices_before = [399]
    assert names(client.place(1, resting(51.0))) == LIVE


def test_a_warning_can_follow_the_last_commission() -> None:
    desk, client = drilled(warning_after_fill=[2109, 399], partial_fills=[4])
    client.place(1, market())
    desk.wait(1.0)
    found = names(client.read())
    assert found[-3:] == ["59", "4 2109", "4 399"]
    assert found.count("4 2109") == 1


# Previews


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("", ["5 PreSubmitted"]),
        ("silent", []),
        ("only_10349", ["4 10349"]),
        ("empty_margins", ["5 PreSubmitted"]),
        ("warning_first", ["5 PreSubmitted", "5 PreSubmitted"]),
    ],
)
def test_a_preview_can_be_answered_in_every_bad_way(kind: str, expected: list[str]) -> None:
    desk, client = drilled(what_if=kind)
    assert names(client.place(1, market(whatIf=True))) == expected
    assert booked(desk) == []


@pytest.mark.parametrize(
    ("kind", "has_margins"),
    [("", [True]), ("empty_margins", [False]), ("warning_first", [False, True])],
)
def test_margins_are_told_or_unset(kind: str, has_margins: list[bool]) -> None:
    _, client = drilled(what_if=kind)
    plain = drilled()[1].place(1, market(whatIf=True))[0]
    margin = next(field for field in plain if field.endswith(".00"))
    found = client.place(1, market(whatIf=True))
    assert [margin in message for message in found] == has_margins
