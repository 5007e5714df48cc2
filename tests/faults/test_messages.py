"""F35 to F42: what IB says about an order, a cancel, a change, a question; and what it decides.

Only the order's own messages (openOrder, orderStatus, execDetails, completedOrder) move its state.
A code is shown beside it, and ends an order only where IB has never acknowledged it.
"""

from __future__ import annotations

from typing import Any

import pytest

from order_handler import OrderHandler
from tests.conftest import DEADLINE, PaperGateway, Publications, Rooms, place, request, wait_until
from tests.faults.invariants import check_finality, hold, stop_and_verify
from trading.contracts import parse_contract
from trading.orders import OrderResult
from trading.refusals import NoAnswer, NotFound, RejectedByIB

JOURNAL = "one"
RESTING: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 1, "wait": "ack"}
AAPL = parse_contract({"symbol": "AAPL"})
NOTICES = [10349, 399, 404, 2109, 10167]
SHORT = 0.5  # an order timeout that a test can wait for


@pytest.fixture
def handler(rooms: Rooms, gateway: PaperGateway) -> OrderHandler:
    """A connected handler whose journal has a name."""
    return rooms.connected_handler(gateway.port, journal=JOURNAL)


def codes(result: OrderResult) -> list[int]:
    return [message["code"] for message in result.payload["messages"]]


def kinds(handler: OrderHandler, client_order_id: str) -> list[str]:
    return [event["kind"] for event in handler.events(client_order_id)]


def close(rooms: Rooms, handler: OrderHandler, gateway: PaperGateway) -> None:
    """All invariants, then the journal after the engine's end."""
    hold(handler, gateway, rooms.journal(JOURNAL))
    stop_and_verify(rooms, handler, JOURNAL)


# F35, F36: notices


@pytest.mark.failure("F35")
@pytest.mark.parametrize("moment", ["notices_before", "notices_after"])
def test_notices_about_a_live_order_are_kept_beside_it(
    rooms: Rooms,
    handler: OrderHandler,
    gateway: PaperGateway,
    published: Publications,
    moment: str,
) -> None:
    """The design's `notes[]` are the order's `messages` here; each also goes out on the stream."""
    gateway.drill(**{moment: NOTICES})
    result = place(handler, "ui-1", **RESTING)
    wait_until(lambda: codes(handler.order("ui-1")) == NOTICES)
    assert (result.state, handler.order("ui-1").state) == ("live", "live")
    wait_until(lambda: len(published.of("message")) >= len(NOTICES))
    shown = [m["code"] for m in published.of("message") if m["clientOrderId"] == "ui-1"]
    assert shown == NOTICES
    assert set(published.states("ui-1")) <= {"sending", "live"}
    close(rooms, handler, gateway)


@pytest.mark.failure("F35")
def test_an_order_with_every_notice_is_cancelled_only_when_its_user_says_so(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    gateway.drill(notices_before=NOTICES, notices_after=NOTICES)
    place(handler, "ui-1", **RESTING)
    assert "cancelOrder" not in kinds(handler, "ui-1")
    assert handler.cancel("ui-1").result(DEADLINE).state == "cancelled"
    check_finality(published.states("ui-1"))
    close(rooms, handler, gateway)


@pytest.mark.failure("F36")
def test_a_warning_after_the_fill_leaves_it_filled(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    gateway.drill(warning_after_fill=[*NOTICES, 201, 202, 103, 10147])
    place(handler, "ui-1")
    wait_until(lambda: codes(handler.order("ui-1"))[-1:] == [10147])
    shown = handler.order("ui-1")
    assert (shown.state, shown.payload["status"], shown.payload["filled"]) == (
        "filled",
        "Filled",
        100,
    )
    check_finality(published.states("ui-1"))
    close(rooms, handler, gateway)


# F37, F38: cancels that are refused


@pytest.mark.failure("F37")
def test_a_cancel_that_crosses_the_fill_is_refused_and_the_order_filled(
    rooms: Rooms, gateway: PaperGateway, published: Publications
) -> None:
    """`too_late` is not a word here: `cancelRefused` has IB's own code and sentence."""
    cable = rooms.cable(gateway)
    handler = rooms.connected_handler(cable.port, journal=JOURNAL)
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
    close(rooms, handler, gateway)


@pytest.mark.failure("F37", "F38")
@pytest.mark.parametrize("code", [10148, 10147, 161, 136, 135])
def test_a_refused_cancel_leaves_an_order_that_works_live(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway, published: Publications, code: int
) -> None:
    """What IB lists decides, whatever the refusal says: it is asked at once."""
    place(handler, "ui-1", **RESTING)
    asked = gateway.received(16)
    gateway.drill(cancel_answers=[code])
    refused = handler.cancel("ui-1").result(DEADLINE)
    assert (refused.state, refused.payload["cancelRefused"]["code"]) == ("live", code)
    wait_until(lambda: gateway.received(16) > asked)
    assert handler.order("ui-1").state == "live"
    assert handler.order("ui-1").payload["status"] == "Submitted"
    assert handler.cancel("ui-1").result(DEADLINE).state == "cancelled"
    check_finality(published.states("ui-1"))
    close(rooms, handler, gateway)


@pytest.mark.failure("F38")
def test_a_cancel_of_an_order_that_tws_never_had_does_not_call_it_cancelled(
    rooms: Rooms, gateway: PaperGateway, published: Publications
) -> None:
    handler = rooms.connected_handler(
        gateway.port, journal=JOURNAL, order_timeout=SHORT, absence_seconds=0.2
    )
    gateway.drill(swallow_orders=1)
    assert place(handler, "ui-1").state == "unknown"
    refused = handler.cancel("ui-1").result(DEADLINE)
    assert refused.payload["cancelRefused"]["code"] == 10147
    assert refused.state in ("unknown", "not_placed")
    wait_until(lambda: handler.order("ui-1").state == "not_placed")
    assert "cancelled" not in published.states("ui-1")
    close(rooms, handler, gateway)


# F39, F40: orders and changes that are refused


@pytest.mark.failure("F39")
@pytest.mark.parametrize("code", [201, 110, 103, 460])
def test_a_new_order_that_ib_refuses_is_rejected_with_its_reason(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway, code: int
) -> None:
    gateway.drill(reject_orders=1, reject_code=code, reject_text="No: the reason")
    result = place(handler, "ui-1")
    assert (result.state, result.sent) == ("rejected", "yes")
    assert codes(result) == [code]
    assert "the reason" in result.payload["messages"][0]["text"]
    close(rooms, handler, gateway)


@pytest.mark.failure("F39")
@pytest.mark.parametrize("code", [201, 105, 110, 2102])
def test_a_refused_change_leaves_the_order_live_as_it_was(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway, published: Publications, code: int
) -> None:
    place(handler, "ui-1", **RESTING)
    gateway.drill(reject_modifies=1, reject_code=code, reject_text="No: the reason")
    changed = handler.modify("ui-1", {"lmtPrice": 2}).result(DEADLINE)
    modification = changed.payload["modification"]
    assert (changed.state, modification["state"]) == ("live", "refused")
    assert modification["message"]["code"] == code
    assert changed.payload["order"]["lmtPrice"] == 1
    assert set(published.states("ui-1")) <= {"sending", "live"}
    assert handler.modify("ui-1", {"lmtPrice": 3}).result(DEADLINE).payload["order"][
        "lmtPrice"
    ] == (3)
    close(rooms, handler, gateway)


@pytest.mark.failure("F40")
def test_a_read_only_api_rejects_the_order_and_says_what_to_do(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway
) -> None:
    """`read_only_api` is code 321 here: its meaning in words is part of the message."""
    gateway.drill(read_only=True)
    result = place(handler, "ui-1")
    assert (result.state, result.sent, codes(result)) == ("rejected", "yes", [321])
    assert result.payload["messages"][0]["next"]
    assert result.payload["status"] not in ("Submitted", "PreSubmitted")
    close(rooms, handler, gateway)


# F41, F42: questions


@pytest.mark.failure("F41")
def test_a_question_that_is_answered_with_321_ends_with_ibs_words(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    reader = rooms.reader(gateway.port)
    gateway.drill(answer_requests_with={"reqContractDetails": 321})
    with pytest.raises(RejectedByIB) as refused:
        reader.quote(AAPL).result(DEADLINE)
    assert refused.value.code == 321
    gateway.drill(answer_requests_with={})
    assert reader.quote(AAPL).result(DEADLINE)["symbol"] == "AAPL"


@pytest.mark.failure("F41")
def test_a_contract_that_ib_does_not_know_is_not_found(rooms: Rooms, gateway: PaperGateway) -> None:
    """Delayed data is asked for from the start, so the retry with delayed data has nothing to add.

    The next caller asks anew: a farm that was away for a moment is no lasting answer.
    """
    reader = rooms.reader(gateway.port)
    gateway.drill(answer_requests_with={"reqContractDetails": 200})
    with pytest.raises(NotFound) as unknown:
        reader.quote(AAPL).result(DEADLINE)
    assert unknown.value.code == 200
    gateway.drill(answer_requests_with={})
    assert reader.quote(AAPL).result(DEADLINE)["symbol"] == "AAPL"


@pytest.mark.failure("F41")
def test_market_data_that_ib_refuses_ends_the_wait_for_a_price(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    reader = rooms.reader(gateway.port)
    gateway.drill(answer_requests_with={"reqMktData": 354})
    with pytest.raises(RejectedByIB) as refused:
        reader.quote(AAPL).result(DEADLINE)
    assert refused.value.code == 354


@pytest.mark.failure("F42")
@pytest.mark.parametrize("kind", ["silent", "only_10349", "empty_margins"])
def test_a_preview_without_numbers_says_so_and_is_never_an_order(
    rooms: Rooms, gateway: PaperGateway, kind: str
) -> None:
    """`preview_unavailable` is NoAnswer (504) here, after the order timeout or ten seconds."""
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL, order_timeout=SHORT)
    gateway.drill(what_if=kind)
    with pytest.raises(NoAnswer) as missing:
        handler.preview(request("ui-1", whatIf=True)).result(DEADLINE)
    assert missing.value.sent == "no"
    assert (gateway.state()["orders"], handler.orders()) == ([], [])
    gateway.drill(what_if="")
    later = handler.preview(request("ui-2", whatIf=True)).result(DEADLINE)
    assert later.payload["initMarginChange"] is not None
    place(handler, "ui-3", wait="none")
    wait_until(lambda: handler.order("ui-3").sent == "yes")
    hold(handler, gateway, rooms.journal(JOURNAL))


@pytest.mark.failure("F42")
def test_a_preview_with_10349_and_a_warning_before_its_numbers_has_them(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    gateway.drill(what_if="warning_first", tif_notice="before")
    handler = rooms.connected_handler(gateway.port)
    shown = handler.preview(request("ui-1", whatIf=True)).result(DEADLINE).payload
    assert shown["initMarginChange"] is not None
    assert shown["warningText"]
    assert (gateway.state()["orders"], handler.orders()) == ([], [])
