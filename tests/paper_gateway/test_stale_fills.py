"""Fills that are told late, over real sockets."""

import pytest

from paper_gateway.drills import DrillError
from paper_gateway.server import Server
from tests.paper_gateway.raw_client import RawClient, bought, perm_ids, resting
from tests.paper_gateway.wire_client import names


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
