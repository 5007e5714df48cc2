"""Fills that are told late, over real sockets."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from ib_async import LimitOrder, MarketOrder

from paper_gateway.drills import DrillError
from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from tests.paper_gateway.raw_client import RawClient
from tests.paper_gateway.wire_client import names

FAST = Settings(latency_seconds=0.0)


@pytest.fixture
async def gateway() -> AsyncIterator[Server]:
    async with serve(FAST) as server:
        yield server


@pytest.fixture
async def client(gateway: Server) -> AsyncIterator[RawClient]:
    """Client 7, started."""
    client = await RawClient.started(gateway, 7)
    yield client
    await client.close()


def perm_ids(gateway: Server) -> list[int]:
    return list(gateway.hub.book.orders)


def resting(**terms: Any) -> LimitOrder:
    return LimitOrder("BUY", 10, 1.0, tif="DAY", **terms)


async def bought(client: RawClient, order_id: int, **terms: Any) -> list[list[str]]:
    """Buy one share; what was said about it."""
    client.place(order_id, MarketOrder("BUY", 1, tif="DAY", **terms))
    return await client.heard()


async def test_a_fill_is_told_again_under_the_order_id_of_a_new_order(
    gateway: Server, client: RawClient
) -> None:
    (first,) = [each for each in await bought(client, 1) if each[0] == "11"]
    client.place(2, resting())
    await client.heard()
    perm_id = perm_ids(gateway)[0]
    gateway.apply({"stale_fill": {"permId": perm_id, "orderId": 2}})
    execution, status = await client.heard()
    assert (execution[2], execution[3:]) == ("2", first[3:])
    assert status[1:3] == ["2", "Filled"]
    assert gateway.hub.book.orders[perm_id].order_id == 1


async def test_a_fill_of_another_day_has_the_order_id_of_a_new_order(
    gateway: Server, client: RawClient
) -> None:
    client.place(1, resting(orderRef="today"))
    await client.heard()
    gateway.apply({"stale_fill": {"clientId": 7, "orderId": 1, "orderRef": "old"}})
    execution, status = await client.heard()
    assert (execution[0], execution[2], "old" in execution) == ("11", "1", True)
    assert status[2:5] == ["Filled", "500", "0"]
    assert int(status[6]) < perm_ids(gateway)[0]
    assert (gateway.hub.book.executions, len(perm_ids(gateway))) == ([], 1)


async def test_a_done_order_has_no_late_fill_without_an_execution(
    gateway: Server, client: RawClient
) -> None:
    client.place(1, resting())
    client.send(4, 1, 1, "")
    await client.heard()
    (perm_id,) = perm_ids(gateway)
    with pytest.raises(DrillError, match="no execution"):
        gateway.apply({"stale_fill": {"permId": perm_id}})


async def test_the_last_done_order_is_meant_by_a_word(gateway: Server, client: RawClient) -> None:
    with pytest.raises(DrillError, match="no order is done"):
        gateway.apply({"stale_fill": {"permId": "last"}})
    await bought(client, 1)
    gateway.apply({"stale_fill": {"permId": "last"}})
    assert names(await client.heard()) == ["11", "3 Filled"]
