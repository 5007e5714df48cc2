"""What-ifs: numbers are the answer, a warning comes before them, only a reject ends them."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import ib_async
import pytest

from ib.previews import Previews
from order_handler import OrderHandler
from tests.conftest import DEADLINE, PaperGateway, request
from trading.ib_errors import CodeTable
from trading.orders import OrderPreview
from trading.refusals import NotConnected, RejectedByIB

AAPL = ib_async.Contract(conId=265598, symbol="AAPL")


class FakeClient:
    """Takes orders, or fails as a test says."""

    def __init__(self, error: Exception | None = None) -> None:
        self.placed: list[tuple[int, ib_async.Order]] = []
        self._error = error

    def placeOrder(self, order_id: int, _contract: object, order: ib_async.Order) -> None:
        if self._error:
            raise self._error
        self.placed.append((order_id, order))


@pytest.fixture
def previews() -> Previews:
    return Previews(CodeTable())


async def ask(
    previews: Previews, order_id: int = 7, client: FakeClient | None = None
) -> asyncio.Task[OrderPreview]:
    """A what-if that is on its way."""
    order = ib_async.Order(action="BUY", totalQuantity=100, orderType="MKT", account="DU1")
    task = asyncio.create_task(
        previews.ask(cast(Any, client or FakeClient()), order_id, AAPL, order)
    )
    await asyncio.wait({task}, timeout=0)
    return task


def hear(previews: Previews, order_id: int = 7, **state: Any) -> None:
    """TWS's openOrder for a what-if."""
    order = ib_async.Order(action="BUY", totalQuantity=100, orderType="MKT", account="DU1")
    previews.on_open_order(order_id, AAPL, order, ib_async.OrderState(**state))


async def test_a_what_if_leaves_as_a_what_if(previews: Previews) -> None:
    client = FakeClient()
    task = await ask(previews, client=client)
    assert [(order_id, order.whatIf) for order_id, order in client.placed] == [(7, True)]
    hear(previews, initMarginChange="11405.0")
    await task


async def test_the_numbers_are_the_answer(previews: Previews) -> None:
    task = await ask(previews)
    hear(previews, initMarginChange="11405.0", minCommission=1.0, commissionCurrency="USD")
    payload = (await task).payload
    assert (payload["initMarginChange"], payload["minCommission"]) == (11405.0, 1.0)
    assert (payload["commission"], payload["warningText"], payload["account"]) == (None, "", "DU1")
    assert payload["contract"]["symbol"] == "AAPL"


async def test_a_warning_is_kept_until_the_numbers_come(previews: Previews) -> None:
    task = await ask(previews)
    hear(previews, warningText="Look again")
    await asyncio.wait({task}, timeout=0)
    assert not task.done()
    hear(previews, initMarginChange="11405.0")
    assert (await task).payload["warningText"] == "Look again"


async def test_the_unset_numbers_of_a_warning_are_no_answer(previews: Previews) -> None:
    task = await ask(previews)
    hear(previews, warningText="Look again", initMarginChange="1.7976931348623157E308")
    await asyncio.wait({task}, timeout=0)
    assert not task.done()
    previews.on_disconnected("over")
    with pytest.raises(NotConnected):
        await task


async def test_a_reject_ends_it_with_ibs_words(previews: Previews) -> None:
    task = await ask(previews)
    previews.on_error(7, 201, "Order rejected - reason:Margin")
    with pytest.raises(RejectedByIB, match="reason:Margin") as refused:
        await task
    assert (refused.value.code, refused.value.sent) == (201, "yes")


@pytest.mark.failure("F42")
@pytest.mark.parametrize("code", [10349, 2109, 399, 65_000])
async def test_a_notice_does_not_end_it(previews: Previews, code: int) -> None:
    task = await ask(previews)
    previews.on_error(7, code, "a notice")
    hear(previews, initMarginChange="1.0")
    assert (await task).payload["initMarginChange"] == 1.0


async def test_an_unlisted_code_ends_it_when_no_numbers_follow(previews: Previews) -> None:
    task = await ask(previews)
    previews.on_error(7, 65_000, "something new")
    with pytest.raises(RejectedByIB, match="IB error 65000: something new"):
        await task


async def test_each_what_if_gets_its_own_answer(previews: Previews) -> None:
    first, second = await ask(previews, 7), await ask(previews, 8)
    hear(previews, 8, initMarginChange="8.0")
    hear(previews, 7, initMarginChange="7.0")
    answers = [(await task).payload["initMarginChange"] for task in (first, second)]
    assert answers == [7.0, 8.0]


async def test_the_end_of_the_connection_ends_all(previews: Previews) -> None:
    tasks = [await ask(previews, 7), await ask(previews, 8)]
    previews.on_disconnected("TWS closed the connection")
    for task in tasks:
        with pytest.raises(NotConnected) as refused:
            await task
        assert (refused.value.text, refused.value.sent) == ("TWS closed the connection", "no")


async def test_a_what_if_that_cannot_leave_is_not_connected(previews: Previews) -> None:
    task = await ask(previews, client=FakeClient(ConnectionError("Not connected")))
    with pytest.raises(NotConnected):
        await task


async def test_what_is_answered_is_forgotten(previews: Previews) -> None:
    task = await ask(previews)
    assert 7 in previews
    hear(previews, initMarginChange="1.0")
    await task
    assert 7 not in previews
    hear(previews, initMarginChange="2.0")  # TWS repeats itself
    assert 7 not in previews


# Against the paper gateway


def test_a_preview_tells_margin_and_commission_and_places_nothing(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    preview = handler.preview(request("ui-1", whatIf=True)).result(DEADLINE).payload
    assert preview["initMarginChange"] > 0
    assert preview["initMarginAfter"] == pytest.approx(preview["initMarginChange"], abs=0.02)
    assert [preview[f"{each}ommission"] for each in ("c", "minC", "maxC")] == [None, 1, 1]
    assert (preview["account"], preview["warningText"]) == ("DU1234567", "")
    state = gateway.state()
    assert (state["orders"], state["ordersReceived"], handler.orders()) == ([], {}, [])


def test_a_warning_of_the_preview_comes_with_its_numbers(handler: OrderHandler) -> None:
    big = request("ui-1", whatIf=True, totalQuantity=600)
    preview = handler.preview(big).result(DEADLINE).payload
    assert "above the limits" in preview["warningText"]
    assert preview["initMarginChange"] > 0


def test_a_preview_that_ib_refuses_says_why(handler: OrderHandler) -> None:
    with pytest.raises(RejectedByIB, match="IB knows no such contract") as refused:
        handler.preview(request("ui-1", whatIf=True, symbol="NOSUCH")).result(DEADLINE)
    assert refused.value.code == 200


def test_a_preview_ends_at_once_when_the_connection_does(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    gateway.drill(freeze=True)
    future = handler.preview(request("ui-1", whatIf=True))
    gateway.drop_connections()
    with pytest.raises(NotConnected):
        future.result(DEADLINE)
