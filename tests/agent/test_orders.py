"""What is sent for one request, and what is said of it when nothing is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from agent import orders as orders_module
from agent.accounts import AllowedAccounts
from agent.orders import Orders
from tests.agent.conftest import body
from tests.agent.parts import FakeParts
from tests.fakes import ACCOUNT
from trading.refusals import AccountMismatch, NoAnswer, NotConnected, NotFound, Refused, Undelivered

MakeOrders = Callable[..., Orders]


@pytest.fixture
def parts() -> FakeParts:
    return FakeParts()


@pytest.fixture
def make_orders(parts: FakeParts) -> Iterator[MakeOrders]:
    with ThreadPoolExecutor(1) as files:
        yield lambda *accounts: Orders(parts, AllowedAccounts(frozenset(accounts)), files)


@pytest.fixture
def orders(make_orders: MakeOrders) -> Orders:
    return make_orders()


def begin() -> None:
    """It may begin."""


async def test_who_asked_and_how_travels_beside_the_body(orders: Orders, parts: FakeParts) -> None:
    given = {"body": body("o-1"), "source": "alice via browser", "isClosing": True}
    form = await orders.place(given | {"isNamed": False}, begin)
    [request] = parts.order_desk.submitted
    assert (request.source, request.is_named, request.is_closing) == (
        "alice via browser",
        False,
        True,
    )
    assert (form["clientOrderId"], form["state"]) == ("o-1", "filled")


async def test_a_body_that_names_its_order_counts_as_named(
    orders: Orders, parts: FakeParts
) -> None:
    await orders.place({"body": body("o-1")}, begin)
    assert parts.order_desk.submitted[0].is_named


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"body": []},
        {"body": body("o-1"), "source": 7},
        {"body": body("o-1"), "isClosing": "yes"},
        {"body": body("o-1", totalQuantity=-1)},
        {"body": body("o-1") | {"transmit": False}},
    ],
)
async def test_what_does_not_parse_never_reaches_the_desk(
    orders: Orders, parts: FakeParts, given: dict[str, Any]
) -> None:
    with pytest.raises(Refused):
        await orders.place(given, begin)
    assert parts.order_desk.submitted == []


@pytest.mark.failure("F62")
async def test_an_order_that_nobody_hears_of_is_unknown_never_failed(
    orders: Orders, parts: FakeParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders_module, "GRACE_SECONDS", 0.01)
    parts.order_desk.holds = True
    form = await orders.place({"body": body("o-1")}, begin)
    assert (form["state"], form["sent"], form["isFinal"]) == ("unknown", "unknown", False)
    assert form["payload"]["contract"]["symbol"] == "AAPL"


async def test_an_exit_that_is_not_confirmed_may_still_happen(
    orders: Orders, parts: FakeParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders_module, "EXIT_SECONDS", 0.01)
    parts.order_desk.knows("o-1", "live")
    parts.order_desk.holds = True
    with pytest.raises(NoAnswer, match="not confirmed yet") as caught:
        await orders.cancel({"clientOrderId": "o-1"}, begin)
    assert caught.value.sent == "unknown"


async def test_what_may_not_begin_is_not_sent(orders: Orders, parts: FakeParts) -> None:
    def refuse() -> None:
        raise Undelivered("too late", code="expired")

    parts.order_desk.knows("o-1", "live")
    name = {"clientOrderId": "o-1"}
    for asked in (
        orders.place({"body": body("o-2")}, refuse),
        orders.modify(name | {"changes": {"lmtPrice": 1}}, refuse),
        orders.cancel(name, refuse),
        orders.cancel_all({}, refuse),
        orders.dismiss(name | {"who": "alice"}, refuse),
        orders.freeze({"reason": "alice"}, refuse),
        orders.unfreeze({}, refuse),
    ):
        with pytest.raises(Undelivered):
            await asked
    assert parts.order_desk.asked == []


async def test_orders_of_other_accounts_are_not_touched(
    make_orders: MakeOrders, parts: FakeParts
) -> None:
    orders = make_orders("DU9")
    parts.order_desk.knows("o-1", "live")  # of another account
    name = {"clientOrderId": "o-1"}
    for asked in (
        orders.place({"body": body("o-2", account=ACCOUNT)}, begin),
        orders.modify(name | {"changes": {"lmtPrice": 1}}, begin),
        orders.cancel(name, begin),
        orders.dismiss(name, begin),
    ):
        with pytest.raises(AccountMismatch):
            await asked
    assert parts.order_desk.asked == []


async def test_cancelling_all_leaves_orders_of_other_accounts_and_does_not_name_them(
    make_orders: MakeOrders, parts: FakeParts
) -> None:
    parts.order_desk.knows("own", "live")
    parts.order_desk.knows("over", "filled")
    parts.order_desk.knows("of another account", "live", account="DU9")
    parts.order_desk.knows("of another program", "live", clientId=7)
    answer = await make_orders(ACCOUNT).cancel_all({}, begin)
    assert [form["clientOrderId"] for form in answer] == ["own"]
    assert parts.order_desk.cancelled == ["own"]


async def test_cancelling_all_is_refused_until_all_are_known(
    make_orders: MakeOrders, parts: FakeParts
) -> None:
    parts.order_desk.is_listed = False
    with pytest.raises(NotConnected):
        await make_orders(ACCOUNT).cancel_all({}, begin)


async def test_whether_an_order_is_known(orders: Orders, parts: FakeParts) -> None:
    parts.order_desk.knows("o-1", "live")
    assert await orders.is_known({"body": body("o-1")})
    assert not await orders.is_known({"body": body("o-2")})


async def test_changes_and_exits_are_answered(orders: Orders, parts: FakeParts) -> None:
    parts.order_desk.knows("o-1", "live")
    name = {"clientOrderId": "o-1"}
    changed = await orders.modify(name | {"changes": {"lmtPrice": 1}}, begin)
    assert changed["payload"]["modification"]["state"] == "done"
    assert (await orders.cancel(name, begin))["state"] == "cancelled"
    assert await orders.cancel_all({}, begin) == []
    await orders.freeze({"reason": "alice"}, begin)
    assert parts.order_desk.frozen == "alice"
    await orders.unfreeze({}, begin)
    assert parts.order_desk.frozen == ""
    with pytest.raises(NotFound):
        await orders.cancel({"clientOrderId": "none"}, begin)
