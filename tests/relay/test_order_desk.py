"""The OrderDesk of relay mode: once, and never more said than is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from relay.client import RelayClient
from relay.link import Asking, RelayLink
from relay.order_desk import RelayOrderDesk
from relay.value_forms import order_form
from tests.fakes import NOW, order_result
from tests.relay.fake_relay import AWAY, FakeRelay, linked, status_form
from tests.trading.orders_for_tests import a_request
from trading.orders import OrderRequest, OrderResult
from trading.outcomes import unknown
from trading.ports import OrderDesk
from trading.profit import ProfitQuestion
from trading.refusals import (
    AgentNotConnected,
    Busy,
    Duplicate,
    NoAnswer,
    NotConnected,
    NotFound,
    Refused,
    TradingError,
    Undelivered,
)
from trading.snapshots import iso
from trading.whole_bodies import whole_body

FILLED = order_result("ui-1")


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay(results={"status": status_form()}) as relay:
        yield relay


@pytest.fixture
def link(relay: FakeRelay) -> Iterator[RelayLink]:
    with linked(relay) as link:
        yield link


@pytest.fixture
def desk(link: RelayLink) -> OrderDesk:
    return RelayOrderDesk(RelayClient(link, Asking("alice", "trade")))


def placed(desk: OrderDesk, request: OrderRequest | None = None) -> OrderResult:
    return desk.submit(request or a_request()).result(10)


def test_an_order_goes_as_its_whole_body_with_who_asked(relay: FakeRelay, desk: OrderDesk) -> None:
    relay.results["place-order"] = order_form(FILLED)
    request = replace(a_request(), source="alice via browser", is_named=True, is_closing=True)
    assert placed(desk, request) == FILLED
    (call,) = relay.asked
    assert call.arguments == {
        "body": whole_body(request),
        "source": "alice via browser",
        "isNamed": True,
        "isClosing": True,
    }


@pytest.mark.parametrize(
    "said", [(202, '{"state": "unknown"}'), (500, ""), (200, "{}"), (200, "null"), (302, "")]
)
def test_an_order_of_which_nothing_is_heard_is_unknown(
    relay: FakeRelay, desk: OrderDesk, said: tuple[int, str]
) -> None:
    relay.says["place-order"] = said
    request = a_request()
    assert placed(desk, request) == unknown(request)
    assert relay.operations() == ["place-order"]


def test_an_order_on_a_connection_that_breaks_is_unknown(relay: FakeRelay, desk: OrderDesk) -> None:
    relay.drops = ["place-order"]
    assert placed(desk) == unknown(a_request())
    assert relay.operations() == ["place-order"]


@pytest.mark.parametrize("result", [{}, None, [], order_form(order_result("another"))], ids=repr)
def test_an_answer_about_something_else_leaves_the_order_unknown(
    relay: FakeRelay, desk: OrderDesk, result: Any
) -> None:
    relay.results["place-order"] = result
    assert placed(desk).state == "unknown"


@pytest.mark.parametrize("sent", ["yes", "unknown"])
def test_an_error_after_which_tws_may_have_it_is_unknown(
    relay: FakeRelay, desk: OrderDesk, sent: Any
) -> None:
    relay.refuses["place-order"] = TradingError("Something broke", sent=sent)
    assert placed(desk) == unknown(a_request())


@pytest.mark.parametrize(
    "error",
    [
        AgentNotConnected(),
        NotConnected("TWS is not there"),
        Undelivered("Too late", code="expired"),
        Busy("Too many"),
        Duplicate("Used already"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_before_anything_was_sent_passes(
    relay: FakeRelay, desk: OrderDesk, error: TradingError
) -> None:
    relay.refuses["place-order"] = error
    with pytest.raises(type(error)) as caught:
        placed(desk)
    assert caught.value.sent == "no"


def test_a_relay_that_is_away_was_sent_nothing(relay: FakeRelay, desk: OrderDesk) -> None:
    relay.stop()
    with pytest.raises(NotConnected) as caught:
        placed(desk)
    assert caught.value.sent == "no"
    relay.start()


def test_exits_go_to_the_agent_once_and_their_loss_is_unknown(
    relay: FakeRelay, desk: OrderDesk
) -> None:
    relay.results |= {
        "cancel-order": order_form(FILLED),
        "cancel-all": [order_form(FILLED)],
        "modify-order": order_form(FILLED),
        "dismiss-order": order_form(FILLED),
        "freeze": None,
        "unfreeze": None,
    }
    assert desk.cancel("ui-1").result(10) == FILLED
    assert desk.cancel_all().result(10) == [FILLED]
    assert desk.modify("ui-1", {"lmtPrice": 101}).result(10) == FILLED
    assert desk.dismiss("ui-1", "alice").result(10) == FILLED
    desk.freeze("alice").result(10)
    desk.unfreeze().result(10)
    assert [(call.operation, call.arguments) for call in relay.asked] == [
        ("cancel-order", {"clientOrderId": "ui-1"}),
        ("cancel-all", {}),
        ("modify-order", {"clientOrderId": "ui-1", "changes": {"lmtPrice": 101}}),
        ("dismiss-order", {"clientOrderId": "ui-1", "who": "alice"}),
        ("freeze", {"reason": "alice"}),
        ("unfreeze", {}),
    ]
    relay.drops = ["cancel-order"]
    with pytest.raises(NoAnswer) as caught:
        desk.cancel("ui-1").result(10)
    assert caught.value.sent == "unknown"


def test_a_preview_comes_back(relay: FakeRelay, desk: OrderDesk) -> None:
    relay.results["preview"] = {"initMarginChange": 11405.0}
    request = a_request(whatIf=True)
    assert desk.preview(request).result(10).payload == {"initMarginChange": 11405.0}
    assert relay.asked[0].arguments == {"body": whole_body(request)}


def test_orders_are_asked_of_the_agent(relay: FakeRelay, desk: OrderDesk) -> None:
    relay.results |= {
        "orders": [order_form(FILLED)],
        "older-orders": [],
        "order": order_form(FILLED),
        "known-executions": [{"execId": "a"}],
        "events": [{"kind": "request"}],
    }
    assert desk.orders() == [FILLED]
    assert desk.older_orders("ui-1", 5) == []
    assert desk.order("ui-1") == FILLED
    assert desk.executions() == [{"execId": "a"}]
    assert desk.events("ui-1") == [{"kind": "request"}]


def test_profit_is_asked_of_the_own_agent(relay: FakeRelay, desk: OrderDesk) -> None:
    answer: dict[str, Any] = {
        "asOf": iso(NOW),
        "days": [],
        "symbols": [],
        "equity": [],
        "incomplete": [],
    }
    relay.results["profit"] = answer
    assert desk.profit(ProfitQuestion("DU1", date(2026, 11, 1))) == answer
    assert relay.asked[0].arguments == {"account": "DU1", "from": "2026-11-01"}
    relay.results["profit"] = answer | {"days": [7]}
    with pytest.raises(NoAnswer):
        desk.profit(ProfitQuestion())


def test_executions_of_the_past_come_in_as_many_answers_as_they_need() -> None:
    rows = [{"execId": f"{n}.1", "time": f"2026-11-20T14:31:{n:02}.000Z"} for n in range(25)]

    def two_at_a_time(user: str, operation: str) -> Any:
        since = told.asked[-1].arguments.get("since", "")
        return [row for row in rows if row["time"] >= since][:2] if operation != "status" else {}

    with FakeRelay(answers=two_at_a_time) as told, linked(told) as link:
        desk = RelayOrderDesk(RelayClient(link, Asking("alice", "trade")))
        assert desk.executions("2026-11-20T14:31:10") == rows[10:]
        with pytest.raises(Refused, match="fewer days"):
            desk.executions("2026-11-20")


def test_an_order_that_the_agent_does_not_know_is_not_found(
    relay: FakeRelay, desk: OrderDesk
) -> None:
    relay.refuses["order"] = NotFound("There is no order of that clientOrderId")
    with pytest.raises(NotFound):
        desk.order("ui-1")


def test_what_the_status_tells_is_asked_once(relay: FakeRelay, desk: OrderDesk) -> None:
    relay.results["status"] = status_form(frozen=True)
    assert desk.is_frozen()
    assert desk.has_read_orders()
    assert desk.has_sleep_workaround()
    assert desk.blockers() == ["TWS has not listed its orders yet"]
    assert desk.journal_failure() is None
    assert desk.saved_orders() == 3
    assert desk.status().client_id == 1000
    assert relay.operations().count("status") == 1


def test_a_journal_that_fails_is_told(relay: FakeRelay, desk: OrderDesk) -> None:
    relay.results["status"] = status_form(journal={"failure": "The disk is full"})
    assert desk.journal_failure() == "The disk is full"


def test_whether_an_agent_that_is_away_is_frozen_is_not_known(
    relay: FakeRelay, desk: OrderDesk
) -> None:
    relay.agent, relay.refuses["status"] = AWAY, AgentNotConnected()
    for ask in (desk.is_frozen, desk.has_read_orders, desk.journal_failure, desk.saved_orders):
        with pytest.raises(AgentNotConnected):
            ask()


def test_an_end_takes_no_new_order(desk: OrderDesk) -> None:
    desk.drain()
    with pytest.raises(NotConnected) as caught:
        placed(desk)
    assert (caught.value.code, caught.value.sent) == ("draining", "no")
