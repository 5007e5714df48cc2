"""The order handler against the paper gateway: place, preview, cancel, and what IB answers."""

from __future__ import annotations

from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from order_handler import OrderHandler
from tests.conftest import (
    DEADLINE,
    PaperGateway,
    Publications,
    Rooms,
    place,
    request,
    wait_until,
)
from trading.orders import OrderResult
from trading.refusals import (
    AccountMismatch,
    NotConnected,
    NotFound,
    Refused,
)

RESTING: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 1, "wait": "ack"}


def codes(result: OrderResult) -> list[int]:
    return [message["code"] for message in result.payload["messages"]]


# Placing


def test_a_market_order_fills(handler: OrderHandler, gateway: PaperGateway) -> None:
    future = handler.place_order_async(symbol="AAPL", action="BUY", quantity=100)
    result = future.result(DEADLINE)
    assert (result.state, result.sent, result.is_final) == ("filled", "yes", True)
    shown = result.payload
    assert (shown["status"], shown["filled"], shown["remaining"]) == ("Filled", 100, 0)
    assert shown["avgFillPrice"] > 0
    assert gateway.state()["positions"] == {"AAPL": 100}


def test_the_log_tells_the_way_of_an_order_in_the_missions_words(
    rooms: Rooms, gateway: PaperGateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.drill(tif_notice="before", always_2109=True)
    handler = rooms.connected_handler(gateway.port, paper_sleep=(0.01, 0.02, 0.01))
    place(handler, "ui-1")
    wait_until(lambda: "SUCCESS!" in caplog.text)
    lines = "\n".join(r.getMessage() for r in caplog.records if r.name == "order_handler")
    wanted = (
        "✅ Order handler connected to IB!",
        "🚀 Submitting to IB (timeout: 10s)...",
        "⏱️ Applying sleep workaround...",
        "💬 Message: Error 10349: Order TIF was set to DAY based on order preset.",
        "⚠️ Error 2109:",
        "[ 0s] 📊 Status: None → PreSubmitted",
        "[ 0s] 📊 Status: PreSubmitted → Filled",
        "✅ Sleep completed",
        "🎉 SUCCESS! Order reached: Filled",
    )
    places = [lines.find(line) for line in wanted]
    assert -1 not in places, lines
    assert places == sorted(places)


def test_orders_overlap_while_each_sleeps(
    rooms: Rooms, gateway: PaperGateway, caplog: pytest.LogCaptureFixture
) -> None:
    handler = rooms.connected_handler(gateway.port, paper_sleep=(0.1, 0.2, 0.1))
    futures = [handler.submit(request(f"ui-{number}")) for number in range(20)]
    assert {future.result(DEADLINE).state for future in futures} == {"filled"}
    words = [r.getMessage().split(" ")[1] for r in caplog.records if r.name == "order_handler"]
    assert words[: words.index("Sleep")].count("Submitting") == 20


def test_a_live_account_has_no_sleep_workaround(
    rooms: Rooms, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = rooms.gateway(tmp_path / "live", account="U1234567")
    handler = rooms.connected_handler(gateway.port, trading_mode="live", paper_sleep=(60, 60, 60))
    assert not handler.has_sleep_workaround()
    assert place(handler, "ui-1").state == "filled"
    assert "sleep workaround" not in caplog.text


def test_a_limit_order_away_from_the_market_rests(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    result = place(handler, "ui-1", orderType="LMT", lmtPrice=1, tif="GTC")
    assert (result.state, result.payload["status"], result.is_final) == ("live", "Submitted", False)
    assert result.payload["order"] == {
        "action": "BUY",
        "totalQuantity": 100,
        "orderType": "LMT",
        "lmtPrice": 1,
        "auxPrice": None,
        "tif": "GTC",
        "outsideRth": False,
        "account": "DU1234567",
        "whatIf": False,
    }
    assert gateway.orders("ui-1")[0]["status"] == "Submitted"


def test_a_limit_order_at_the_market_fills(handler: OrderHandler) -> None:
    assert place(handler, "ui-1", orderType="LMT", lmtPrice=5000).state == "filled"


def test_a_stop_order_waits_for_its_price(handler: OrderHandler) -> None:
    result = place(handler, "ui-1", action="SELL", orderType="STP", auxPrice=1)
    assert (result.state, result.payload["status"]) == ("live", "PreSubmitted")


def test_a_stop_order_beyond_its_price_fills(handler: OrderHandler) -> None:
    result = place(handler, "ui-1", orderType="STP", auxPrice=1)
    assert (result.state, result.payload["filled"]) == ("filled", 100)


def test_a_stop_limit_order_carries_both_prices(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    prices = {"auxPrice": 5000, "lmtPrice": 5001.5}
    result = place(handler, "ui-1", orderType="STP LMT", **prices)
    assert result.state == "live"
    tickets = gateway.call(lambda s: [o.ticket for o in s.hub.book.open_orders()])
    assert [(t.aux_price, t.limit_price) for t in tickets] == [(5000, 5001.5)]


def test_a_fill_in_parts_adds_up(
    handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    gateway.drill(partial_fills=[30, 30])
    result = place(handler, "ui-1")
    assert (result.state, result.payload["filled"]) == ("filled", 100)
    wait_until(lambda: [row["commission"] for row in handler.executions()].count(None) == 0)
    rows = handler.executions()
    assert [row["shares"] for row in rows] == [30, 30, 40]
    value = sum(row["shares"] * row["price"] for row in rows)
    assert result.payload["avgFillPrice"] == pytest.approx(value / 100)
    paid = pytest.approx(sum(row["commission"] for row in rows))
    wait_until(lambda: handler.order("ui-1").payload["commission"] == paid)
    seen = wait_until(lambda: (s := [p["filled"] for p in published.of("order")])[-1] == 100 and s)
    assert seen == sorted(seen)


def test_an_answer_need_not_be_waited_for(handler: OrderHandler) -> None:
    result = place(handler, "ui-1", wait="none")
    assert (result.state, result.sent) == ("sending", "unknown")
    wait_until(lambda: handler.order("ui-1").state == "filled")


def test_an_acknowledgement_can_be_enough(handler: OrderHandler, gateway: PaperGateway) -> None:
    gateway.drill(fill_delay_ms=60_000)
    result = place(handler, "ui-1", wait="ack")
    assert (result.state, result.payload["status"]) == ("live", "PreSubmitted")


def test_the_timeline_keeps_every_message_of_ib(handler: OrderHandler) -> None:
    place(handler, "ui-1")
    wait_until(lambda: handler.order("ui-1").payload["commission"])
    events = handler.events("ui-1")
    kinds = [event["kind"] for event in events]
    assert kinds[:5] == ["request", "sending", "sent", "openOrder", "orderStatus"]
    assert {"execDetails", "commissionReport"} <= set(kinds)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


def test_orders_are_listed_newest_first(handler: OrderHandler) -> None:
    for name in ("ui-1", "ui-2", "ui-3"):
        place(handler, name)
    assert [order.client_order_id for order in handler.orders()] == ["ui-3", "ui-2", "ui-1"]


def test_an_order_that_nobody_placed_is_not_found(handler: OrderHandler) -> None:
    for ask in (handler.order, handler.events, lambda name: handler.cancel(name).result(DEADLINE)):
        with pytest.raises(NotFound, match="There is no order nobody"):
            ask("nobody")


# Messages that end no order


@pytest.mark.failure("F35")
@pytest.mark.parametrize(
    ("drill", "code"),
    [
        ({"tif_notice": "before"}, 10349),
        ({"tif_notice": "after"}, 10349),
        ({"always_2109": True}, 2109),
        ({"always_399": True}, 399),
    ],
    ids=["10349 before openOrder", "10349 after it", "2109", "399"],
)
def test_a_notice_before_the_fill_never_reads_as_an_end(
    handler: OrderHandler,
    gateway: PaperGateway,
    published: Publications,
    drill: dict[str, Any],
    code: int,
) -> None:
    gateway.drill(fill_delay_ms=30, **drill)
    result = place(handler, "ui-1")
    assert (result.state, codes(result)) == ("filled", [code])
    wait_until(lambda: published.states("ui-1")[-1] == "filled")
    assert set(published.states("ui-1")) <= {"sending", "live", "filled"}


def test_an_order_that_is_held_is_live_and_says_why(
    handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    gateway.drill(hold_for_locate=True)
    held = place(handler, "ui-1", wait="ack")
    wait_until(lambda: codes(handler.order("ui-1")) == [404])
    assert (held.state, held.payload["whyHeld"]) == ("live", "locate")
    gateway.drill(hold_for_locate=False)
    wait_until(lambda: handler.order("ui-1").state == "filled")
    assert handler.order("ui-1").payload["whyHeld"] == ""
    assert set(published.states("ui-1")) <= {"sending", "live", "filled"}


# Refused by IB


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"symbol": "NOSUCH"}, 200),
        ({"orderType": "LMT", "lmtPrice": 100.005}, 110),
        ({"totalQuantity": 50_000_000}, 201),
    ],
)
def test_what_ib_refuses_is_rejected_with_its_words(
    handler: OrderHandler, fields: dict[str, Any], code: int
) -> None:
    result = place(handler, "ui-1", **fields)
    assert (result.state, result.sent, result.is_final) == ("rejected", "yes", True)
    message = result.payload["messages"][0]
    assert (message["code"], message["kind"]) == (code, "reject")
    assert message["text"]
    assert message["next"]


@pytest.mark.failure("F39")
def test_a_reject_followed_by_inactive_is_one_rejection(
    handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    gateway.drill(reject_orders=1, reject_text="Order rejected - reason:As told")
    result = place(handler, "ui-1")
    assert (result.state, codes(result)) == ("rejected", [201])
    wait_until(lambda: handler.order("ui-1").payload["status"] == "Inactive")
    assert set(published.states("ui-1")) <= {"sending", "rejected"}


def test_the_order_after_a_rejected_one_fills(handler: OrderHandler, gateway: PaperGateway) -> None:
    gateway.drill(reject_orders=1)
    assert [place(handler, name).state for name in ("ui-1", "ui-2")] == ["rejected", "filled"]


@pytest.mark.failure("F40")
def test_a_read_only_api_rejects(handler: OrderHandler, gateway: PaperGateway) -> None:
    gateway.drill(read_only=True)
    result = place(handler, "ui-1")
    assert (result.state, codes(result)) == ("rejected", [321])


# Cancelling


def test_a_resting_order_is_cancelled(
    handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    place(handler, "ui-1", **RESTING)
    result = handler.cancel("ui-1").result(DEADLINE)
    assert (result.state, result.payload["status"]) == ("cancelled", "Cancelled")
    assert gateway.orders("ui-1")[0]["status"] == "Cancelled"
    assert "cancelOrder" in [event["kind"] for event in handler.events("ui-1")]
    wait_until(lambda: codes(handler.order("ui-1")) == [202])


def test_a_final_order_is_not_cancelled_again(handler: OrderHandler, gateway: PaperGateway) -> None:
    place(handler, "ui-1")
    assert handler.cancel("ui-1").result(DEADLINE).state == "filled"
    assert gateway.received(4) == 0


def test_a_cancel_that_comes_too_late_shows_the_fill(
    rooms: Rooms, gateway: PaperGateway, published: Publications
) -> None:
    cable = rooms.cable(gateway)
    handler = rooms.connected_handler(cable.port)
    gateway.drill(hold_for_locate=True)
    place(handler, "ui-1", wait="ack")
    cable.hold()
    gateway.drill(hold_for_locate=False)
    future = handler.cancel("ui-1")
    wait_until(lambda: gateway.received(4))
    cable.release()
    assert future.result(DEADLINE).state == "filled"
    refusal = wait_until(lambda: handler.order("ui-1").payload["cancelRefused"])
    assert refusal["code"] == 10148
    assert "cancelled" not in published.states("ui-1")


def test_cancel_all_takes_every_open_order(handler: OrderHandler, gateway: PaperGateway) -> None:
    for name in ("ui-1", "ui-2"):
        place(handler, name, **RESTING)
    place(handler, "ui-3")
    results = handler.cancel_all().result(DEADLINE)
    assert {(r.client_order_id, r.state) for r in results} == {
        ("ui-1", "cancelled"),
        ("ui-2", "cancelled"),
    }
    assert gateway.received(4) == 2


def test_a_what_if_is_never_submitted_as_an_order(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    with pytest.raises(Refused, match="A whatIf order is a preview"):
        handler.submit(request("ui-1", whatIf=True))
    assert (gateway.received(3), handler.orders()) == (0, [])


# Refused before anything is sent


def test_without_a_connection_nothing_is_sent(handler: OrderHandler, gateway: PaperGateway) -> None:
    gateway.stop()
    wait_until(lambda: not handler.status().is_connected)
    for ask in (handler.submit, handler.preview):
        with pytest.raises(NotConnected, match="IB not connected") as refused:
            ask(request("ui-1")).result(DEADLINE)
        assert refused.value.sent == "no"
    assert handler.orders() == []
    assert handler.blockers()[0].startswith("IB not connected: ")


def test_without_the_link_to_ib_nothing_is_sent(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    gateway.tell(1100)
    wait_until(handler.blockers)
    with pytest.raises(NotConnected) as refused:
        place(handler, "ui-1")
    assert (refused.value.sent, gateway.received(3)) == ("no", 0)
    gateway.tell(1102)
    wait_until(lambda: handler.blockers() == [])
    assert place(handler, "ui-1").state == "filled"


@pytest.mark.failure("F75")
def test_paper_mode_sends_nothing_to_a_live_account(rooms: Rooms, tmp_path: Path) -> None:
    gateway = rooms.gateway(tmp_path / "live", account="U1234567")
    handler = rooms.connected_handler(gateway.port, trading_mode="paper")
    for ask in (handler.submit, handler.preview):
        with pytest.raises(AccountMismatch, match="logged in to U1234567") as refused:
            ask(request("ui-1")).result(DEADLINE)
        assert refused.value.sent == "no"
    assert (gateway.received(3), len(handler.blockers())) == (0, 1)


@pytest.mark.failure("F75")
def test_live_mode_sends_nothing_to_a_paper_account(rooms: Rooms, gateway: PaperGateway) -> None:
    handler = rooms.connected_handler(gateway.port, trading_mode="live")
    with pytest.raises(AccountMismatch, match="logged in to DU1234567"):
        place(handler, "ui-1")
    assert gateway.received(3) == 0


@pytest.mark.failure("F75")
def test_an_account_that_tws_does_not_have_is_refused(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    with pytest.raises(AccountMismatch, match="Account DU7 is not one of this TWS"):
        place(handler, "ui-1", account="DU7")
    assert gateway.received(3) == 0


def test_a_wrong_request_is_refused_at_once(handler: OrderHandler, gateway: PaperGateway) -> None:
    with pytest.raises(Refused, match="Order totalQuantity must be positive"):
        handler.place_order_async(symbol="AAPL", action="BUY", quantity=0)
    assert gateway.received(3) == 0


# The end


def test_a_stopped_handler_takes_no_orders_and_leaves_those_at_ib(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    place(handler, "ui-1", **RESTING)
    handler.stop()
    with pytest.raises(NotConnected) as refused:
        handler.submit(request("ui-2"))
    assert refused.value.sent == "no"
    assert handler.blockers() == ["The desk is stopping or not started"]
    wait_until(lambda: gateway.clients() == [])
    assert gateway.orders("ui-1")[0]["status"] == "Submitted"


def test_a_stop_answers_whoever_still_waits(handler: OrderHandler, gateway: PaperGateway) -> None:
    gateway.drill(fill_delay_ms=60_000)
    futures = [handler.submit(request("ui-1")) for _ in range(2)]
    wait_until(lambda: handler.orders() and handler.order("ui-1").state == "live")
    handler.stop()
    assert [future.result(DEADLINE).state for future in futures] == ["live", "live"]


def test_orders_of_many_threads_do_not_mix(handler: OrderHandler, gateway: PaperGateway) -> None:
    names = [f"ui-{number}" for number in range(20)]
    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(lambda name: place(handler, name), names))
    assert [result.client_order_id for result in results] == names
    assert len({result.order_id for result in results}) == 20
    assert gateway.state()["positions"] == {"AAPL": 2000}


def test_a_change_that_waits_is_answered_when_the_desk_stops(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    place(handler, "ui-1", **RESTING)
    gateway.drill(swallow_orders=1)
    change = handler.modify("ui-1", {"lmtPrice": 2})
    wait_until(lambda: gateway.received(3) == 2)
    handler.stop()
    with pytest.raises(CancelledError):
        change.result(DEADLINE)
