"""Every kind of order over real sockets with unmodified ib_async: what comes back is what was sent.

The orders are compared as ib_async reads them from openOrder, on a second connection that has never
seen what the first one sent.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Any

import pytest
from ib_async import (
    IB,
    Contract,
    Order,
    PriceCondition,
    Stock,
    TagValue,
    TimeCondition,
    Trade,
)
from ib_async.order import (
    ExecutionCondition,
    MarginCondition,
    PercentChangeCondition,
    VolumeCondition,
)

from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from tests.paper_gateway.test_combos import SPREAD
from tests.paper_gateway.wire_client import AAPL

DEADLINE = 5.0
STOCK = Stock("AAPL", "SMART", "USD")
# What a gateway reports for what a client leaves open.
REPORTED = {
    "orderId", "clientId", "permId", "account", "lmtPrice", "auxPrice", "trailStopPrice", "cashQty",
    "ocaType", "displaySize", "volatilityType", "deltaNeutralOrderType", "clearingIntent",
    "adjustedOrderType", "dontUseAutoPriceForHedge",
}  # fmt: skip


@pytest.fixture
async def gateway() -> AsyncIterator[Server]:
    async with serve(Settings(latency_seconds=0.0)) as server:
        yield server


async def connected(gateway: Server, client_id: int) -> IB:
    client = IB()
    await client.connectAsync("127.0.0.1", gateway.port, clientId=client_id, timeout=DEADLINE)
    return client


@pytest.fixture
async def ib(gateway: Server) -> AsyncIterator[IB]:
    client = await connected(gateway, 7)
    yield client
    client.disconnect()


@pytest.fixture
async def reader(gateway: Server) -> AsyncIterator[IB]:
    client = await connected(gateway, 8)
    yield client
    client.disconnect()


async def until(ib: IB, condition: Callable[[], object]) -> None:
    async def watch() -> None:
        while not condition():
            await ib.updateEvent

    await asyncio.wait_for(watch(), DEADLINE)


def price_of(gateway: Server) -> float:
    return gateway.hub.market.mark(AAPL, gateway.hub.clock())


def near(gateway: Server, percent: float) -> float:
    """A price some percent away from the market's, on the tick."""
    return float(round(price_of(gateway) * (1 + percent / 100)))


def kinds(low: float, high: float) -> dict[str, dict[str, Any]]:
    """Orders to buy that do not trade at once; ``low`` and ``high`` lie away from the market."""
    conditions = [
        PriceCondition(price=high, conId=AAPL, exch="SMART", isMore=True, conjunction="a"),
        TimeCondition(time="20991231 10:00:00 US/Eastern", isMore=True, conjunction="o"),
        MarginCondition(percent=1, isMore=False, conjunction="a"),
        ExecutionCondition(secType="STK", exch="SMART", symbol="ZZZ", conjunction="a"),
        VolumeCondition(volume=2_000_000_000, conId=AAPL, exch="SMART", isMore=True),
        PercentChangeCondition(changePercent=90.0, conId=AAPL, exch="SMART", isMore=True),
    ]
    limit = {"orderType": "LMT", "lmtPrice": low}
    return {
        "LMT": limit,
        "STP": {"orderType": "STP", "auxPrice": high},
        "STP LMT": {"orderType": "STP LMT", "auxPrice": high, "lmtPrice": high + 1},
        "MIT": {"orderType": "MIT", "auxPrice": low},
        "LIT": {"orderType": "LIT", "auxPrice": low, "lmtPrice": low - 1},
        "TRAIL": {"orderType": "TRAIL", "auxPrice": high - low, "trailStopPrice": high},
        "TRAIL percent": {"orderType": "TRAIL", "trailingPercent": 9.5},
        "TRAIL LIMIT": {
            "orderType": "TRAIL LIMIT", "auxPrice": high - low, "trailStopPrice": high,
            "lmtPriceOffset": 1.5,
        },
        "MOC": {"orderType": "MOC"},
        "LOC": {"orderType": "LOC", "lmtPrice": low},
        "OPG": {**limit, "tif": "OPG"},
        "MIDPRICE": {"orderType": "MIDPRICE", "lmtPrice": low},
        "PEG MID": {"orderType": "PEG MID", "lmtPrice": low, "auxPrice": 0.01},
        "REL": {"orderType": "REL", "lmtPrice": low, "auxPrice": 0.02},
        "REL percent": {"orderType": "REL", "lmtPrice": low, "percentOffset": 0.0001},
        "GTD": {**limit, "tif": "GTD", "goodTillDate": "20991231 16:00:00 US/Eastern"},
        "start": {**limit, "goodAfterTime": "20991231 09:30:00 US/Eastern"},
        "group": {**limit, "ocaGroup": "mine", "ocaType": 2},
        "conditions": {**limit, "conditions": conditions, "conditionsIgnoreRth": True},
        "cancelling": {
            **limit, "conditions": conditions[:1], "conditionsCancelOrder": True,
        },
        "Adaptive": {
            **limit, "algoStrategy": "Adaptive",
            "algoParams": [TagValue("adaptivePriority", "Patient")],
        },
        "Twap": {
            **limit, "algoStrategy": "Twap",
            "algoParams": [
                TagValue("startTime", "20991231 09:30:00 US/Eastern"),
                TagValue("endTime", "20991231 16:00:00 US/Eastern"),
                TagValue("allowPastEndTime", "1"),
            ],
        },
        "all or none": {**limit, "allOrNone": True},
        "outside hours": {**limit, "outsideRth": True},
    }  # fmt: skip


async def listed(ib: IB, trade: Trade, reader: IB) -> Trade:
    """The order as another connection reads it, once the first one has heard of it."""
    await until(ib, lambda: trade.orderStatus.status in {"PreSubmitted", "Submitted"})
    (found,) = await asyncio.wait_for(reader.reqAllOpenOrdersAsync(), DEADLINE)
    return found


@pytest.mark.parametrize("name", sorted(kinds(1.0, 2.0)))
async def test_an_open_order_comes_back_as_it_was_sent(
    gateway: Server, ib: IB, reader: IB, name: str
) -> None:
    terms = kinds(near(gateway, -8), near(gateway, 8))[name]
    order = Order(action="BUY", totalQuantity=10, **{"tif": "GTC", "orderRef": "mine", **terms})
    sent = asdict(order)
    trade = ib.placeOrder(STOCK, order)
    found = (await listed(ib, trade, reader)).order
    read = asdict(found)
    changed = {key for key, value in sent.items() if key not in REPORTED and value != read[key]}
    assert changed == set()
    assert {key: getattr(found, key) for key in terms} == terms
    assert found.permId > 0


async def test_a_combination_comes_back_with_its_legs(ib: IB, reader: IB) -> None:
    order = Order(action="BUY", totalQuantity=10, orderType="LMT", lmtPrice=-500.0, tif="GTC")
    trade = ib.placeOrder(SPREAD, order)
    found = await listed(ib, trade, reader)
    assert found.contract.comboLegs == SPREAD.comboLegs
    assert (found.order.lmtPrice, found.order.orderType) == (-500.0, "LMT")


async def test_a_bracket_of_ib_async_is_placed_filled_and_closed(gateway: Server, ib: IB) -> None:
    high, low = near(gateway, 8), near(gateway, -8)
    orders = ib.bracketOrder("BUY", 10, near(gateway, 1), high, low, tif="GTC")
    trades = [ib.placeOrder(STOCK, order) for order in orders]
    await until(ib, lambda: trades[0].orderStatus.status == "Filled")
    await until(ib, lambda: trades[1].orderStatus.status == "Submitted")
    assert trades[2].orderStatus.status == "PreSubmitted"
    assert trades[2].orderStatus.whyHeld == "trigger"
    orders.takeProfit.lmtPrice, orders.takeProfit.parentId = low, 0
    ib.placeOrder(STOCK, orders.takeProfit)
    await until(ib, lambda: trades[1].orderStatus.status == "Filled")
    await until(ib, lambda: trades[2].orderStatus.status == "Cancelled")
    await until(ib, lambda: not ib.positions())


async def test_an_executed_combination_has_fills_for_its_legs(ib: IB) -> None:
    order = Order(action="BUY", totalQuantity=10, orderType="MKT", tif="DAY")
    trade = ib.placeOrder(SPREAD, order)
    await until(ib, lambda: trade.orderStatus.status == "Filled")
    await until(ib, lambda: len(ib.positions()) == 2)
    legs = [fill for fill in trade.fills if fill.contract.secType == "STK"]
    assert sorted(fill.contract.symbol for fill in legs) == ["AAPL", "MSFT"]
    assert all(fill.commissionReport.commission == 1.0 for fill in legs)


@pytest.mark.parametrize(
    "terms",
    [{"orderType": "MTL"}, {"tif": "FOK"}, {"tif": "IOC"}, {"totalQuantity": 0, "cashQty": 5000.0}],
)
async def test_orders_that_trade_at_once_are_filled(ib: IB, terms: dict[str, Any]) -> None:
    plain = {"action": "BUY", "totalQuantity": 10, "orderType": "MKT", "tif": "DAY"}
    trade = ib.placeOrder(STOCK, Order(**{**plain, **terms}))
    await until(ib, lambda: trade.orderStatus.status == "Filled")
    assert trade.filled() == trade.fills[-1].execution.cumQty > 0


async def test_contract_details_market_rules_and_rejections_agree(ib: IB) -> None:
    option = Contract(
        symbol="AAPL", secType="OPT", lastTradeDateOrContractMonth="20290119", strike=230.0,
        right="C", exchange="SMART", currency="USD",
    )  # fmt: skip
    (details,) = await ib.reqContractDetailsAsync(option)
    rules = await ib.reqMarketRuleAsync(int(details.marketRuleIds.split(",")[0]))
    assert rules is not None
    assert [(rule.lowEdge, rule.increment) for rule in rules] == [(0.0, 0.01), (3.0, 0.05)]
    codes = dict[int, int]()
    ib.errorEvent += lambda req_id, code, *_: codes.__setitem__(req_id, code)
    prices = {1.01: None, 3.05: None, 3.06: 110}
    trades = {
        price: ib.placeOrder(
            option, Order(action="BUY", totalQuantity=1, orderType="LMT", lmtPrice=price, tif="DAY")
        )
        for price in prices
    }
    await until(
        ib, lambda: all(trade.orderStatus.status != "PendingSubmit" for trade in trades.values())
    )
    assert {p: codes.get(trades[p].order.orderId) for p in prices} == prices
