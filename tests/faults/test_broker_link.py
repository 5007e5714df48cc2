"""TWS loses IB, gives the client id to nobody, or tells late and twice: whose is each message?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from order_handler import OrderHandler
from paper_gateway.server import Server
from tests.conftest import (
    DEADLINE,
    ORDERS,
    PaperGateway,
    Publications,
    Rooms,
    place,
    request,
    wait_until,
)
from tests.faults.invariants import check_finality, hold, row
from trading.contracts import parse_contract
from trading.refusals import NotConnected, NotFound, Refused

RESTING: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 1, "wait": "ack"}
PLACE_ORDER, REQ_MARKET_DATA, ALL_OPEN_ORDERS = 3, 1, 16
JOURNAL = "one"


@pytest.fixture
def handler(rooms: Rooms, gateway: PaperGateway) -> OrderHandler:
    """Connected, with a journal of its own."""
    return rooms.connected_handler(gateway.port, journal=JOURNAL, absence_seconds=0.2)


@pytest.fixture
def journal(rooms: Rooms) -> Path:
    return rooms.journal(JOURNAL)


def lose_link(handler: OrderHandler, gateway: PaperGateway) -> None:
    gateway.drill(link_down=True)
    wait_until(lambda: handler.status().broker_link == "down")


def restore_link(handler: OrderHandler, gateway: PaperGateway, notice: int = 1102) -> None:
    gateway.drill(link_down=False, link_notice=notice)
    wait_until(lambda: handler.blockers() == [])


def come_back(handler: OrderHandler, gateway: PaperGateway) -> None:
    """The order connection is cut and there again."""
    before = handler.status().reconnects
    gateway.drill(drop_client=ORDERS)
    wait_until(lambda: handler.status().reconnects > before and handler.blockers() == [])


# F26–F29: 1100, 1101, 1102


@pytest.mark.failure("F26")
def test_an_order_that_waits_for_the_link_is_not_called_not_placed_after_a_restart(
    rooms: Rooms, gateway: PaperGateway, journal: Path
) -> None:
    """TWS does not list what it has not passed on yet."""
    first = rooms.connected_handler(gateway.port, journal=JOURNAL)
    gateway.drill(delay_orders_ms=100)
    first.submit(request("ui-1", "none"))
    wait_until(first.orders)
    wait_until(lambda: "sent" in [event["kind"] for event in first.events("ui-1")])
    lose_link(first, gateway)
    first.stop()
    again = rooms.connected_handler(gateway.port, journal=JOURNAL, absence_seconds=0.05)
    before = gateway.received(ALL_OPEN_ORDERS)
    wait_until(lambda: gateway.received(ALL_OPEN_ORDERS) > before + 3)
    assert again.order("ui-1").state == "unknown"
    restore_link(again, gateway)
    wait_until(lambda: again.order("ui-1").state == "filled")
    hold(again, gateway, journal)


@pytest.mark.failure("F26")
def test_without_the_link_nothing_new_is_sent_and_orders_are_read_before_the_next(
    handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    place(handler, "ui-1", **RESTING)
    lose_link(handler, gateway)
    assert "lost its connection to IB" in handler.blockers()[0]
    with pytest.raises(NotConnected) as refused:
        place(handler, "ui-2")
    assert (refused.value.sent, refused.value.code) == ("no", "broker_link_down")
    assert gateway.received(PLACE_ORDER) == 1
    restore_link(handler, gateway)
    assert place(handler, "ui-2").state == "filled"
    assert handler.status().reconnects == 0
    hold(handler, gateway, journal)


@pytest.mark.failure("F26")
def test_a_restored_link_is_ready_only_after_orders_were_listed_again(
    handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    place(handler, "ui-1", **RESTING)
    lose_link(handler, gateway)
    gateway.call(restore_and_freeze)
    wait_until(lambda: handler.status().broker_link == "up")
    assert handler.blockers() == ["IB not connected: TWS has not listed its orders yet"]
    with pytest.raises(NotConnected) as refused:
        place(handler, "ui-2")
    assert refused.value.sent == "no"
    assert handler.order("ui-1").state == "live"
    gateway.drill(freeze=False)
    wait_until(lambda: handler.blockers() == [])
    assert place(handler, "ui-2").state == "filled"
    hold(handler, gateway, journal)


def restore_and_freeze(server: Server) -> None:
    """1102 leaves, and nothing that comes after it is read."""
    server.apply({"link_down": False})
    server.apply({"freeze": True})


@pytest.mark.failure("F27")
def test_after_1101_every_subscription_is_renewed_exactly_once(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    reader = rooms.reader(gateway.port)
    for symbol in ("AAPL", "MSFT"):
        reader.quote(parse_contract({"symbol": symbol})).result(DEADLINE)
    place(handler, "ui-1", **RESTING)
    lose_link(handler, gateway)
    restore_link(handler, gateway, 1101)
    wait_until(lambda: gateway.received(REQ_MARKET_DATA) == 4)
    assert reader.quote(parse_contract({"symbol": "AAPL"})).result(DEADLINE)["bid"] > 0
    assert gateway.received(REQ_MARKET_DATA) == 4
    assert handler.order("ui-1").state == "live"
    hold(handler, gateway, journal)


@pytest.mark.failure("F28")
def test_fills_while_the_link_is_down_are_booked_once(
    handler: OrderHandler, gateway: PaperGateway, published: Publications, journal: Path
) -> None:
    gateway.drill(hold_for_locate=True, partial_fills=[30, 30])
    place(handler, "ui-1", wait="ack")
    lose_link(handler, gateway)
    gateway.drill(hold_for_locate=False)
    wait_until(lambda: handler.order("ui-1").state == "filled")
    restore_link(handler, gateway)
    assert [fill["shares"] for fill in handler.executions()] == [30, 30, 40]
    hold(handler, gateway, journal)
    booked = [p["execId"] for p in published.of("execution") if p["commission"] is None]
    assert len(booked) == len(set(booked))


@pytest.mark.failure("F29")
def test_a_change_without_the_link_is_refused_and_the_order_stays(
    handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    place(handler, "ui-1", **RESTING)
    lose_link(handler, gateway)
    with pytest.raises(NotConnected) as refused:
        handler.modify("ui-1", {"lmtPrice": 2}).result(DEADLINE)
    assert (refused.value.sent, gateway.received(PLACE_ORDER)) == ("no", 1)
    shown = handler.order("ui-1").payload
    assert (shown["state"], shown["order"]["lmtPrice"], shown["modification"]) == ("live", 1, None)
    restore_link(handler, gateway)
    changed = handler.modify("ui-1", {"lmtPrice": 2}).result(DEADLINE).payload
    assert (changed["modification"]["state"], changed["order"]["lmtPrice"]) == ("done", 2)
    hold(handler, gateway, journal)


@pytest.mark.failure("F29")
def test_a_cancel_without_the_link_is_a_wish_until_the_link_is_back(
    handler: OrderHandler, gateway: PaperGateway, published: Publications, journal: Path
) -> None:
    place(handler, "ui-1", **RESTING)
    lose_link(handler, gateway)
    future = handler.cancel("ui-1")
    wait_until(lambda: handler.order("ui-1").payload["status"] == "PendingCancel")
    assert handler.order("ui-1").state == "live"
    restore_link(handler, gateway)
    assert future.result(DEADLINE).state == "cancelled"
    assert gateway.orders("ui-1")[0]["status"] == "Cancelled"
    wait_until(lambda: published.states("ui-1")[-1] == "cancelled")
    check_finality(published.states("ui-1"))
    hold(handler, gateway, journal)


@pytest.mark.failure("F29")
def test_a_cancel_that_tws_lost_is_asked_again_after_the_next_list(
    handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    place(handler, "ui-1", **RESTING)
    gateway.drill(freeze=True)
    future = handler.cancel("ui-1")
    wait_until(lambda: handler.order("ui-1").payload["status"] == "PendingCancel")
    gateway.drill(drop_client=ORDERS)
    gateway.drill(freeze=False)
    assert future.result(DEADLINE)
    wait_until(lambda: handler.order("ui-1").state == "cancelled")
    hold(handler, gateway, journal)


# F30: one orderRef, two permIds


@pytest.fixture
def twice(handler: OrderHandler, gateway: PaperGateway) -> OrderHandler:
    """A handler with one order that IB has made two of."""
    gateway.drill(duplicate_incarnation=1)
    place(handler, "ui-1", **RESTING)
    handler.modify("ui-1", {"lmtPrice": 2})  # its answer comes for the other one
    wait_until(lambda: handler.order("ui-1").state == "duplicated")
    return handler


@pytest.mark.failure("F30")
def test_an_order_that_ib_has_twice_is_called_so_and_alerted(
    twice: OrderHandler, gateway: PaperGateway, published: Publications, journal: Path
) -> None:
    assert len({row["permId"] for row in gateway.orders("ui-1")}) == 2
    (other,) = twice.order("ui-1").payload["duplicates"]
    assert twice.order(other).payload["permId"] != twice.order("ui-1").payload["permId"]
    alerts = wait_until(lambda: [m for m in published.of("message") if m["code"] is None])
    assert (alerts[0]["clientOrderId"], alerts[0]["meaning"]) == (
        "ui-1",
        "IB has this order more than once",
    )
    hold(twice, gateway, journal, "ui-1")


@pytest.mark.failure("F30")
def test_a_cancel_of_an_order_that_ib_has_twice_ends_both(
    twice: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    twice.cancel("ui-1").result(DEADLINE)
    wait_until(lambda: {row["status"] for row in gateway.orders("ui-1")} == {"Cancelled"})
    (other,) = twice.order("ui-1").payload["duplicates"]
    wait_until(lambda: {twice.order(name).state for name in ("ui-1", other)} == {"cancelled"})
    hold(twice, gateway, journal, "ui-1")


@pytest.mark.failure("F30")
def test_fills_of_either_are_booked(
    handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    gateway.drill(duplicate_incarnation=1)
    place(handler, "ui-1", **RESTING)
    handler.modify("ui-1", {"lmtPrice": 5000})  # the second one fills
    wait_until(lambda: sorted(r["filled"] for r in gateway.orders("ui-1")) == [0, 100])
    (other,) = wait_until(lambda: handler.order("ui-1").payload["duplicates"])
    wait_until(lambda: handler.order(other).state == "filled")
    assert [fill["shares"] for fill in handler.executions()] == [100]
    hold(handler, gateway, journal, "ui-1")


# F32: the id is still held


@pytest.mark.failure("F32")
def test_orders_wait_for_the_old_session_and_never_take_another_id(
    handler: OrderHandler, gateway: PaperGateway, published: Publications, journal: Path
) -> None:
    place(handler, "ui-1", **RESTING)
    gateway.drill(hold_client_id_seconds=0.3, drop_client=ORDERS)
    wait_until(lambda: "Client id 1000 is already in use" in (handler.status().reason or ""))
    with pytest.raises(NotConnected):
        place(handler, "ui-2")
    wait_until(lambda: handler.blockers() == [])
    assert gateway.clients() == [ORDERS]
    assert handler.cancel("ui-1").result(DEADLINE).state == "cancelled"
    hold(handler, gateway, journal)


# F33: yesterday's fill, today's order id


@pytest.mark.failure("F33")
def test_a_late_fill_of_another_day_is_not_given_to_todays_order_of_that_id(
    handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    today = place(handler, "ui-1", totalQuantity=1)
    come_back(handler, gateway)
    late = {"clientId": ORDERS, "orderId": today.order_id, "shares": 500, "orderRef": ""}
    gateway.drill(stale_fill=late)
    (found,) = wait_until(lambda: [r for r in handler.orders() if r.payload["adopted"]])
    wait_until(lambda: handler.order(found.client_order_id).payload["filled"] == 500)
    shown = handler.order("ui-1").payload
    assert (shown["filled"], shown["order"]["totalQuantity"]) == (1, 1)
    hold(handler, gateway, journal)


@pytest.mark.failure("F33")
def test_a_late_fill_of_an_order_that_the_journal_knows_is_that_orders(
    rooms: Rooms, gateway: PaperGateway, journal: Path
) -> None:
    """It was open when the desk ended, TWS listed it no more, and another order has that id."""
    gateway.drill(hold_for_locate=True)
    before = rooms.connected_handler(gateway.port, journal=JOURNAL)
    old = place(before, "old", totalQuantity=500, wait="ack")
    before.stop()
    gateway.drill(hold_for_locate=False)
    wait_until(lambda: gateway.orders("old")[0]["filled"] == 500)
    yesterday = gateway.call(forget_the_day)
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    new = place(handler, "new", totalQuantity=1)
    assert handler.order("old").state == "unknown"
    gateway.call(lambda server: remember_the_day(server, yesterday))
    gateway.drill(stale_fill={"permId": old.payload["permId"], "orderId": new.order_id})
    wait_until(lambda: handler.order("old").state == "filled")
    assert [handler.order(name).payload["filled"] for name in ("old", "new")] == [500, 1]
    hold(handler, gateway, journal)
    saved = row(journal, "old")
    assert saved
    assert saved.perm_ids == (old.payload["permId"],)


Day = tuple[dict[int, Any], list[Any]]


def forget_the_day(server: Server) -> Day:
    """No list of the gateway has its orders and executions any more; returns them."""
    book = server.hub.book
    day = dict(book.orders), list(book.executions)
    book.orders.clear()
    book.executions.clear()
    return day


def remember_the_day(server: Server, day: Day) -> None:
    server.hub.book.orders.update(day[0])
    server.hub.book.executions.extend(day[1])


# F34: what ended while nobody listened


@pytest.mark.failure("F34")
def test_an_order_of_another_program_that_is_gone_after_an_absence_is_not_called_live(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway, journal: Path
) -> None:
    """A stop that was placed in TWS by hand would count as protection for ever."""
    other = rooms.connected_handler(gateway.port, client_id=7)
    place(other, "theirs", **RESTING)
    other.stop()
    come_back(handler, gateway)
    wait_until(lambda: [r.state for r in handler.orders()] == ["live"])
    gateway.drill(lose_order=gateway.orders("theirs")[0]["permId"])
    come_back(handler, gateway)
    wait_until(lambda: handler.order("theirs").state == "unknown")
    assert handler.cancel_all().result(DEADLINE) == []
    hold(handler, gateway, journal)


def lost(handler: OrderHandler, gateway: PaperGateway, name: str) -> None:
    """An order that worked, of which no list of TWS tells anything any more."""
    place(handler, name, **RESTING, tif="GTC")
    gateway.drill(lose_order=gateway.orders(name)[0]["permId"])
    come_back(handler, gateway)
    wait_until(lambda: handler.order(name).state == "unknown")


@pytest.mark.failure("F34")
def test_an_order_that_somebody_has_looked_for_in_tws_is_dismissed(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway
) -> None:
    lost(handler, gateway, "ui-1")
    result = handler.dismiss("ui-1", "alice").result(DEADLINE)
    assert (result.state, result.is_final) == ("dismissed", True)
    reason = "alice has looked into TWS: it is not there"
    assert handler.events("ui-1")[-1]["reason"] == reason
    again = handler.dismiss("ui-1", "bob").result(DEADLINE)
    assert (again.state, handler.events("ui-1")[-1]["reason"]) == ("dismissed", reason)
    handler.stop()
    after = rooms.connected_handler(gateway.port, journal=JOURNAL)
    assert after.order("ui-1").state == "dismissed"


@pytest.mark.failure("F34")
def test_what_tws_lists_or_cannot_tell_is_not_dismissed(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    place(handler, "live", **RESTING)
    with pytest.raises(Refused, match="not unknown"):
        handler.dismiss("live", "alice").result(DEADLINE)
    with pytest.raises(NotFound):
        handler.dismiss("nobody", "alice").result(DEADLINE)
    lost(handler, gateway, "ui-1")
    lose_link(handler, gateway)
    with pytest.raises(Refused, match="could not be asked"):
        handler.dismiss("ui-1", "alice").result(DEADLINE)
    gateway.stop()
    wait_until(lambda: handler.status().state != "connected")
    with pytest.raises(NotConnected):
        handler.dismiss("ui-1", "alice").result(DEADLINE)
    assert [handler.order(name).state for name in ("live", "ui-1")] == ["live", "unknown"]


@pytest.mark.failure("F34")
@pytest.mark.parametrize("with_executions", [True, False])
def test_an_order_that_filled_in_an_absence_is_matched_without_its_order_id(
    rooms: Rooms,
    handler: OrderHandler,
    gateway: PaperGateway,
    journal: Path,
    with_executions: bool,
) -> None:
    """TWS may list only its completed form, which has neither orderId nor clientId."""
    gateway.drill(hold_for_locate=True)
    place(handler, "ui-1", wait="ack")
    handler.stop()
    gateway.drill(hold_for_locate=False)
    wait_until(lambda: gateway.orders("ui-1")[0]["status"] == "Filled")
    if not with_executions:
        gateway.call(lambda server: server.hub.book.executions.clear())
    after = rooms.connected_handler(gateway.port, journal=JOURNAL)
    wait_until(lambda: after.order("ui-1").state == "filled")
    shown = after.order("ui-1").payload
    assert (shown["filled"], shown["remaining"], shown["adopted"]) == (100, 0, False)
    assert [r.client_order_id for r in after.orders()] == ["ui-1"]
    if with_executions:
        hold(after, gateway, journal)
