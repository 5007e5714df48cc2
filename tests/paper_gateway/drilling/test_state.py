"""The state as plain values: what drills and scripts add to it (the rest: test_control)."""

import json
from dataclasses import replace

from ib_async import LimitOrder

from paper_gateway.drilling.scripts import parse_script
from paper_gateway.drilling.state import SHOWN_ORDERS, live, state
from paper_gateway.server import serve
from paper_gateway.settings import Settings
from tests.paper_gateway.raw_client import RawClient


async def test_lost_orders_and_running_scripts_are_shown() -> None:
    async with serve(Settings(latency_seconds=0.0)) as gateway:
        client = await RawClient.started(gateway, 7)
        gateway.play(parse_script("at 0s swallow_orders\non fill 1 clear", "mine"))
        client.place(1, LimitOrder("BUY", 10, 1.0, tif="DAY", orderRef="key"))
        await client.heard()
        found = json.loads(json.dumps(state(gateway)))
        assert (found["lost"], found["scripts"]) == (
            {"7/key": 1}, [{"number": 1, "name": "mine", "stepsLeft": 1}],
        )  # fmt: skip
        assert (found["orders"], found["scriptFaults"]) == ([], [])
        await client.close()


async def test_the_short_state_holds_the_newest_orders_only() -> None:
    async with serve(Settings(latency_seconds=0.0)) as gateway:
        client = await RawClient.started(gateway, 7)
        client.place(1, LimitOrder("BUY", 10, 1.0, tif="DAY"))
        await client.heard()
        (order,) = gateway.hub.book.orders.values()
        copies = {number: replace(order, perm_id=number) for number in range(1000)}
        gateway.hub.book.orders.update(copies)
        shown = [each["permId"] for each in live(gateway)["orders"]]
        assert shown == list(range(999, 999 - SHOWN_ORDERS, -1))
        await client.close()
