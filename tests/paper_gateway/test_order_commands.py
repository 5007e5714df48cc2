"""Commands about orders and positions, over real sockets."""

from pathlib import Path
from typing import Any

import pytest
from ib_async import Order

from paper_gateway.drills import DrillError
from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from tests.paper_gateway.raw_client import RawClient, bought, perm_ids, resting
from tests.paper_gateway.wire_client import AAPL, names


async def test_a_completed_order_is_pushed_unasked(gateway: Server, client: RawClient) -> None:
    await bought(client, 1)
    gateway.apply({"unsolicited_completed": perm_ids(gateway)[0]})
    assert names(await client.heard()) == ["101"]


async def test_ib_cancels_a_working_order(gateway: Server, client: RawClient) -> None:
    client.place(1, resting())
    await client.heard()
    gateway.apply({"cancel_by_ib": perm_ids(gateway)[0]})
    found = [await client.message() for _ in range(3)]
    assert names(found) == ["5 PendingCancel", "3 Cancelled", "4 202"]
    assert found[2][4] == "Order Canceled - reason:At the open order can not be executed"


async def test_ib_says_why_it_cancels(gateway: Server, client: RawClient) -> None:
    client.place(1, resting())
    await client.heard()
    gateway.apply({"cancel_by_ib": {"permId": "last", "reason": "because"}})
    assert [await client.message() for _ in range(3)][2][4] == "Order Canceled - reason:because"


async def test_a_resting_order_fills_when_it_is_told_to(gateway: Server, client: RawClient) -> None:
    client.place(1, resting())
    await client.heard()
    gateway.apply({"fill": {"permId": "last", "shares": 4}})
    assert names(await client.heard()) == ["11", "5 Submitted", "3 Submitted", "59"]
    gateway.apply({"fill": "last"})
    assert names(await client.heard())[:3] == ["11", "5 Filled", "3 Filled"]
    assert [(each.shares, each.price) for each in gateway.hub.book.executions] == [(4, 1), (6, 1)]


async def test_no_more_is_filled_than_remains(gateway: Server, client: RawClient) -> None:
    client.place(1, resting())
    await client.heard()
    with pytest.raises(DrillError, match="at most 10"):
        gateway.apply({"fill": {"permId": "last", "shares": 11}})


async def test_a_lost_order_is_gone_and_nobody_is_told(tmp_path: Path) -> None:
    settings = Settings(latency_seconds=0.0, state=tmp_path)
    async with serve(settings) as gateway:
        client = await RawClient.started(gateway, 7)
        client.place(1, resting(orderRef="key"))
        await client.heard()
        gateway.apply({"lose_order": "last"})
        client.send(5, 1)
        assert names(await client.heard()) == ["53"]
        client.send(4, 1, 1, "")
        assert names(await client.heard()) == ["4 10147"]
        assert gateway.counters.lost == {"7/key": 1}
        await client.close()
    async with serve(settings) as gateway:
        assert (perm_ids(gateway), gateway.hub.book.next_order_id(7)) == ([], 2)


@pytest.mark.parametrize("chosen", ["AAPL", "all"])
async def test_ib_liquidates_a_position(gateway: Server, client: RawClient, chosen: str) -> None:
    await bought(client, 1)
    other = await RawClient.started(gateway, 8)
    gateway.apply({"liquidate": chosen})
    for each in (client, other):
        notice, execution, *rest = await each.heard()
        assert notice[2:4] == ["-1", "2148"]
        # orderId, conId, side, shares; clientId and liquidation behind the permId.
        assert (execution[0], execution[2], execution[3]) == ("11", "-1", str(AAPL))
        assert (execution[18], execution[19], execution[22:24]) == ("SLD", "1", ["0", "1"])
        assert names(rest) == ["59"]
    assert gateway.hub.account.held() == []
    await other.close()


@pytest.mark.parametrize(
    ("auction", "other", "terms"),
    [
        ("close", "open", {"orderType": "MOC", "tif": "DAY"}),
        ("open", "close", {"orderType": "MKT", "tif": "OPG"}),
    ],
)
async def test_an_auction_is_held_now_for_the_orders_that_wait_for_it(
    gateway: Server, client: RawClient, auction: str, other: str, terms: dict[str, Any]
) -> None:
    client.place(1, Order(action="BUY", totalQuantity=10, **terms))
    assert "3 PreSubmitted" in names(await client.heard())
    gateway.apply({"auction": other})
    assert await client.heard() == []
    gateway.apply({"auction": auction})
    assert "3 Filled" in names(await client.heard())
    assert [each.shares for each in gateway.hub.book.executions] == [10]


async def test_order_ids_that_were_rolled_back_name_new_orders(
    gateway: Server, client: RawClient
) -> None:
    await bought(client, 1, orderRef="old")
    await bought(client, 2)
    gateway.apply({"roll_back_ids": 1})
    client.send(8, 1, 1)
    assert await client.heard() == [["9", "1", "1"]]
    assert "5 Filled" in names(await bought(client, 1, orderRef="new"))
    orders = gateway.hub.book.orders.values()
    assert [(each.order_id, each.ticket.order_ref) for each in orders] == [
        (1, "old"), (2, ""), (1, "new"),
    ]  # fmt: skip


async def test_order_ids_stay_rolled_back_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(latency_seconds=0.0, state=tmp_path)
    async with serve(settings) as gateway:
        client = await RawClient.started(gateway, 7)
        await bought(client, 1)
        gateway.apply({"roll_back_ids": 1})
        await client.close()
    async with serve(settings) as gateway:
        assert gateway.hub.book.next_order_id(7) == 1


async def test_a_done_order_is_not_cancelled_filled_or_lost(
    gateway: Server, client: RawClient
) -> None:
    client.place(1, resting())
    client.send(4, 1, 1, "")
    await client.heard()
    (perm_id,) = perm_ids(gateway)
    for command in ("cancel_by_ib", "fill", "lose_order"):
        with pytest.raises(DrillError, match="the order is Cancelled"):
            gateway.apply({command: perm_id})
