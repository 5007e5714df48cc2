"""F43 to F53: the line to TWS when it is silent, slow, garbled, too fast, or not logged in.

Orders in flight and orders at work must come through all of it, and nothing is sent twice.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.process import OneLine
from ib_session import Endpoint
from order_handler import OrderHandler
from paper_gateway.bad_frames import GARBAGE
from tests.conftest import DEADLINE, PaperGateway, Publications, Rooms, place, request, wait_until
from tests.faults.invariants import check_finality, hold, stop_and_verify
from trading.orders import OrderResult
from trading.refusals import Busy, Halted, NotConnected
from trading.restart_window import RestartWindow

JOURNAL = "one"
RESTS: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 1}
RESTING = RESTS | {"wait": "ack"}
QUICK_PROBE: dict[str, Any] = {"probe_interval": 0.05, "probe_timeout": 0.2}
PACE = 45  # messages a second; IB allows 50


@pytest.fixture
def handler(rooms: Rooms, gateway: PaperGateway) -> OrderHandler:
    return rooms.connected_handler(gateway.port, journal=JOURNAL, **QUICK_PROBE)


def close(rooms: Rooms, handler: OrderHandler, gateway: PaperGateway) -> None:
    hold(handler, gateway, rooms.journal(JOURNAL))
    stop_and_verify(rooms, handler, JOURNAL)


def submit_many(handler: OrderHandler, count: int, **fields: Any) -> list[Future[OrderResult]]:
    return [handler.submit(request(f"ui-{n}", "none", **fields)) for n in range(count)]


def until_back(handler: OrderHandler) -> None:
    wait_until(lambda: handler.status().reconnects >= 1 and handler.blockers() == [])


# F43, F44: silent and slow


@pytest.mark.failure("F43")
def test_a_frozen_tws_takes_no_new_order_and_is_met_again(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    place(handler, "resting", **RESTING)
    gateway.drill(freeze=True)
    in_flight = handler.submit(request("in-flight"))
    reason = wait_until(handler.blockers)[0]
    assert "frozen" in reason or "IB not connected" in reason
    with pytest.raises(NotConnected) as refused:
        place(handler, "refused")
    assert refused.value.sent == "no"
    gateway.drill(freeze=False)
    until_back(handler)
    assert in_flight.result(DEADLINE).state in ("filled", "unknown")
    wait_until(lambda: handler.order("in-flight").state == "filled")
    assert handler.order("resting").state == "live"
    assert gateway.orders("refused") == []
    check_finality(published.states("in-flight"))
    close(rooms, handler, gateway)


@pytest.mark.failure("F43")
def test_a_frozen_tws_is_found_within_fifteen_seconds() -> None:
    usual = Endpoint("127.0.0.1", 7497, 1000)
    assert usual.probe_interval + 2 * usual.probe_timeout <= 15


@pytest.mark.failure("F44")
def test_a_slow_tws_gets_each_order_once_and_the_same_client_waits_for_it(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    """The line is given up while TWS still has messages to read: it holds the client id (326)."""
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    gateway.drill(delay_orders_ms=30)
    submit_many(handler, 20, **RESTS)
    wait_until(lambda: gateway.received(3) >= 2)
    gateway.drop_connections()
    in_use = wait_until(lambda: "already in use" in (handler.status().reason or ""))
    until_back(handler)
    wait_until(lambda: states_of(handler) == {"live"})
    assert in_use
    assert gateway.clients() == [1000]
    close(rooms, handler, gateway)


@pytest.mark.failure("F44")
def test_more_orders_than_may_wait_are_told_to_come_back(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    gateway.drill(slow_ms=2000)
    futures = submit_many(handler, 280, **RESTS)
    errors = [error for future in futures if (error := future.exception(DEADLINE))]
    assert len(errors) >= 280 - 45 - 201
    assert all(isinstance(error, Busy) and error.sent == "no" for error in errors)
    assert {error.retry_after_seconds for error in errors if isinstance(error, Busy)} == {2}
    handler.freeze("the test ends").result(DEADLINE)
    gateway.drill(slow_ms=0)
    wait_until(lambda: states_of(handler) == {"live", "not_sent"})
    close(rooms, handler, gateway)


def states_of(handler: OrderHandler) -> set[str]:
    return {result.state for result in handler.orders()}


# F45 to F48: what cannot be read


@pytest.mark.failure("F45", "F46")
@pytest.mark.parametrize("kind", GARBAGE)
def test_after_a_broken_message_orders_go_on_by_themselves(
    rooms: Rooms, gateway: PaperGateway, published: Publications, caplog: Any, kind: str
) -> None:
    """On the same connection, or on a new one where the stream cannot go on."""
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL, **QUICK_PROBE)
    place(handler, "resting", **RESTING)
    gateway.drill(fill_delay_ms=30)
    future = handler.submit(request("in-flight"))
    wait_until(lambda: gateway.orders("in-flight"))
    gateway.drill(garbage={"kind": kind, "clientId": 1000})
    wait_until(lambda: handler.order("in-flight").state == "filled")
    assert future.result(DEADLINE).state in ("filled", "unknown")
    wait_until(lambda: handler.blockers() == [])
    wait_until(lambda: "later" in names(handler) or is_placed(handler, "later"))
    wait_until(lambda: handler.order("later").state == "filled")
    assert handler.order("resting").state == "live"
    check_finality(published.states("in-flight"))
    assert handler.thread.restarts == 0
    close(rooms, handler, gateway)
    forget_faults(caplog)


def names(handler: OrderHandler) -> list[str]:
    return [result.client_order_id for result in handler.orders()]


def is_placed(handler: OrderHandler, name: str) -> bool:
    """Whether the connection took it; a broken one may still be on its way out."""
    try:
        place(handler, name, wait="none")
    except NotConnected:
        return False
    return True


def forget_faults(caplog: Any) -> None:
    """A broken message is logged once with its traceback: here that is as it should be."""
    logged = [r for r in caplog.records if r.name == "ib.guard" and r.levelno >= logging.ERROR]
    assert len(logged) <= 2
    caplog.clear()


@pytest.mark.failure("F46")
def test_an_oversized_message_costs_its_connection_and_no_memory(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway
) -> None:
    gateway.drill(garbage={"kind": "oversized", "clientId": 1000})
    wait_until(lambda: handler.status().reconnects == 1)
    until_back(handler)
    assert place(handler, "ui-1").state == "filled"
    close(rooms, handler, gateway)


@pytest.mark.failure("F47")
@pytest.mark.parametrize("size", [1, 3, 7])
def test_messages_in_pieces_of_any_size_tell_the_same(
    rooms: Rooms, gateway: PaperGateway, size: int
) -> None:
    gateway.drill(chunk_bytes=size, partial_fills=[30, 30], tif_notice="before")
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    assert place(handler, "ui-1").state == "filled"
    wait_until(lambda: [row["shares"] for row in handler.executions()] == [30, 30, 40])
    close(rooms, handler, gateway)


@pytest.mark.failure("F48")
@pytest.mark.parametrize("kind", ["control", "not_utf8", "markup"])
def test_a_text_that_is_no_text_is_shown_escaped_and_logged_as_one_line(
    rooms: Rooms, gateway: PaperGateway, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """What is shown as HTML is escaped by the page, which sets texts and never markup."""
    gateway.drill(bad_text=kind, reject_orders=1)
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    result = place(handler, "ui-1")
    text = result.payload["messages"][0]["text"]
    assert (result.state, text.encode().decode()) == ("rejected", text)
    one_line = OneLine("%(name)s %(message)s")
    lines = [one_line.format(record) for record in caplog.records if "201" in record.getMessage()]
    assert lines
    assert all(line.isprintable() for line in lines)
    close(rooms, handler, gateway)


# F49: IB's pace


@pytest.mark.failure("F49")
def test_two_hundred_orders_leave_at_ibs_pace_and_all_arrive(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    """Counted where they leave: a busy machine may read what has waited as one burst."""
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    futures = submit_many(handler, 200, totalQuantity=1)
    assert [future.exception(DEADLINE) for future in futures] == [None] * 200
    wait_until(lambda: states_of(handler) == {"filled"})
    left = sorted(when_it_left(handler, result.client_order_id) for result in handler.orders())
    second = timedelta(seconds=1)
    assert max(sum(at <= each < at + second for each in left) for at in left) <= PACE
    assert gateway.state()["positions"] == {"AAPL": 200}
    close(rooms, handler, gateway)


def when_it_left(handler: OrderHandler, name: str) -> datetime:
    (sent,) = [event for event in handler.events(name) if event["kind"] == "sent"]
    return datetime.fromisoformat(sent["time"])


@pytest.mark.failure("F49")
def test_a_drop_while_orders_wait_for_ibs_pace_loses_none(
    rooms: Rooms, gateway: PaperGateway, published: Publications
) -> None:
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    futures = submit_many(handler, 200)
    wait_until(lambda: gateway.received(3) >= 20)
    gateway.drop_connections()
    assert [future.exception(DEADLINE) for future in futures] == [None] * 200
    until_back(handler)
    wait_until(lambda: states_of(handler) <= {"filled", "not_sent", "unknown"})
    counts = [result.state for result in handler.orders()]
    assert (len(counts), "not_sent" in counts, "filled" in counts) == (200, True, True)
    hold(handler, gateway, rooms.journal(JOURNAL))
    booked = {row["orderRef"] for row in gateway.state()["orders"]}
    assert {r.client_order_id for r in handler.orders() if r.state == "filled"} == booked


# F50: news about finished orders


@pytest.mark.failure("F50")
def test_completed_orders_that_nobody_asked_for_change_nothing(
    rooms: Rooms,
    handler: OrderHandler,
    gateway: PaperGateway,
    published: Publications,
    caplog: pytest.LogCaptureFixture,
) -> None:
    place(handler, "ui-1")
    wait_until(lambda: handler.order("ui-1").payload["commission"])
    before, lines = handler.order("ui-1").payload, len(caplog.records)
    perm_id = gateway.orders("ui-1")[0]["permId"]
    for _ in range(50):
        gateway.drill(unsolicited_completed=perm_id)
    assert place(handler, "ui-2").state == "filled"
    shown = handler.order("ui-1").payload
    assert (shown["state"], shown["filled"]) == (before["state"], before["filled"])
    own = [record for record in caplog.records[lines:] if record.name != "order_handler"]
    assert own == []
    close(rooms, handler, gateway)


@pytest.mark.failure("F50")
def test_a_completed_order_of_somebody_else_is_adopted_once(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    other = rooms.connected_handler(gateway.port, client_id=7)
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    place(other, "theirs")
    perm_id = gateway.orders("theirs")[0]["permId"]
    for _ in range(5):
        gateway.drill(unsolicited_completed=perm_id)
    wait_until(lambda: names(handler) == ["theirs"])
    assert handler.order("theirs").payload["adopted"]
    assert place(handler, "ui-1").state == "filled"
    assert sorted(names(handler)) == ["theirs", "ui-1"]


# F52, F53: restarts and logins


def window_around(now: datetime, minutes: int) -> RestartWindow:
    """A restart window that begins in so many minutes and lasts ten."""
    start = (now + timedelta(minutes=minutes)).replace(microsecond=0)
    end = start + timedelta(minutes=10)
    return RestartWindow(start.time(), end.time(), ZoneInfo("UTC"))


@pytest.mark.failure("F52")
@pytest.mark.parametrize(("minutes", "blocks"), [(-5, True), (60, False)])
def test_before_the_nightly_restart_new_orders_are_refused(
    rooms: Rooms, gateway: PaperGateway, minutes: int, blocks: bool
) -> None:
    """That it begins 60 s before the window is asserted where the clock is a test's own."""
    window = window_around(datetime.now(UTC), minutes)
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL, restart_window=window)
    assert any("RESTART_WINDOW" in reason for reason in handler.blockers()) is blocks
    if not blocks:
        assert place(handler, "ui-1").state == "filled"
        return
    with pytest.raises(Halted) as refused:
        place(handler, "ui-1")
    assert (refused.value.sent, refused.value.code) == ("no", "restart_window")
    assert gateway.orders("ui-1") == []
    close(rooms, handler, gateway)


@pytest.mark.failure("F53")
@pytest.mark.parametrize("login", ["silent", "close_after_start", "no_answer"])
def test_a_tws_that_waits_for_its_login_is_waited_for(
    rooms: Rooms, gateway: PaperGateway, login: str
) -> None:
    """`gateway_login` is a sentence here: what TWS does, and what to check."""
    gateway.drill(login=login)
    handler = rooms.handler(gateway.port, connect_timeout=0.2)
    wait_until(lambda: handler.status().next_retry_at)
    assert handler.blockers()
    assert handler.status().reason
    with pytest.raises(NotConnected) as refused:
        place(handler, "ui-1")
    assert (refused.value.sent, handler.thread.restarts) == ("no", 0)
    gateway.drill(login="")
    wait_until(lambda: handler.blockers() == [])
    assert place(handler, "ui-2").state == "filled"


@pytest.mark.failure("F53")
def test_the_pause_between_two_tries_is_at_most_a_minute() -> None:
    assert Endpoint("127.0.0.1", 7497, 1000).longest_retry <= 60
