"""Replies about orders: read by ib_async's own decoder, with the recorded number of fields."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ib_async import LimitOrder, MarketOrder, Order, PriceCondition, Stock, TagValue
from ib_async.util import UNSET_DOUBLE

from paper_gateway import order_replies
from paper_gateway.contracts import Catalogue
from paper_gateway.orders import Execution, Preview, Status
from paper_gateway.orders import Order as BookedOrder
from paper_gateway.tickets import decode_ticket
from tests.conformance.codec_ib_async import called
from tests.conformance.order_samples import ORDERS, OrderSample
from tests.conformance.order_samples import booked as sample_order
from tests.conformance.reply_samples import agrees
from tests.paper_gateway.wire_client import AAPL, NOON, decoded, encoded, messages, requests_of

VERSIONS = [176, 178]
STOCK = next(each for each in Catalogue.default().definitions if each.con_id == AAPL)
CONTRACT = Stock("AAPL", "SMART", "USD")
EXECUTION = Execution(
    exec_id="0000e0d5.00000001.01.01", time=NOON, perm_id=501, client_id=7, order_id=41,
    con_id=AAPL, account="DU1", exchange="NASDAQ", side="BOT", shares=10.0, price=100.5,
    cumulative=30.0, average_price=100.25, order_ref="my ref", commission=1.0, currency="USD",
    realized_pnl=None,
)  # fmt: skip


def booked(order: Order, version: int = 178) -> BookedOrder:
    data = encoded(version, lambda client: client.placeOrder(41, CONTRACT, order))
    ticket = decode_ticket(requests_of(data)[0], version)
    return BookedOrder(501, 7, ticket, STOCK, "DU1", NOON, ticket.tif or "DAY", Status.SUBMITTED)


def only(data: bytes, count: int, version: int) -> tuple[Any, ...]:
    ((_, arguments),) = decoded(data, version)
    assert [len(message) for message in messages(data)] == [count]
    return arguments


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("build", [order_replies.open_order, order_replies.completed_order])
@pytest.mark.parametrize("row", ORDERS, ids=str)
def test_every_term_of_an_order_comes_back(
    row: OrderSample, build: Callable[[BookedOrder, int], bytes], version: int
) -> None:
    data = build(sample_order(row, STOCK, version), version)
    ((method, *arguments),) = called(version, data)
    order = next(each for each in arguments if isinstance(each, dict) and "orderRef" in each)
    assert agrees(row.terms(method), order), order


@pytest.mark.parametrize(("version", "count"), [(176, 136), (178, 135)])
def test_an_open_order_gives_back_its_terms(version: int, count: int) -> None:
    order = booked(
        LimitOrder("SELL", 30, 99.5, tif="GTC", orderRef="my ref", outsideRth=True), version
    )
    order_id, contract, found, state = only(
        order_replies.open_order(order, version), count, version
    )
    assert (order_id, found.permId, found.clientId, found.orderRef) == (41, 501, 7, "my ref")
    assert (found.action, found.totalQuantity, found.lmtPrice) == ("SELL", 30.0, 99.5)
    assert (found.orderType, found.tif, found.account) == ("LMT", "GTC", "DU1")
    assert (found.outsideRth, found.whatIf, state.status) == (True, False, "Submitted")
    assert (contract.conId, contract.exchange, contract.tradingClass) == (AAPL, "SMART", "NMS")


@pytest.mark.parametrize("version", VERSIONS)
def test_an_open_order_has_the_constants_of_a_real_gateway(version: int) -> None:
    order = booked(MarketOrder("BUY", 30), version)
    (message,) = messages(order_replies.open_order(order, version))
    _, contract, found, state = decoded(order_replies.open_order(order, version), version)[0][1]
    assert (contract.right, contract.strike, contract.multiplier) == ("?", 0.0, "")
    assert (found.lmtPrice, found.auxPrice, found.tif, found.ocaType) == (0.0, 0.0, "DAY", 3)
    assert (found.deltaNeutralOrderType, found.clearingIntent) == ("None", "IB")
    assert (found.dontUseAutoPriceForHedge, found.exemptCode) == (True, -1)
    assert state.initMarginBefore == "1.7976931348623157E308"
    assert "501.0/DU1/30" in message


@pytest.mark.parametrize("version", VERSIONS)
def test_optional_blocks_come_back_as_they_were_sent(version: int) -> None:
    order = booked(
        LimitOrder(
            "BUY", 1, 10.0, algoStrategy="Adaptive", algoParams=[TagValue("p", "Normal")],
            hedgeType="B", hedgeParam="0.5", conditions=[PriceCondition(price=5.0, conId=AAPL)],
            conditionsIgnoreRth=True, orderRef="behind",
        ),
        version,
    )  # fmt: skip
    _, _, found, state = decoded(order_replies.open_order(order, version), version)[0][1]
    assert (found.algoStrategy, found.algoParams[0].value) == ("Adaptive", "Normal")
    assert (found.hedgeType, found.hedgeParam) == ("B", "0.5")
    assert (found.conditions[0].price, found.conditionsIgnoreRth) == (5.0, True)
    assert state.status == "Submitted"


def test_the_commission_shows_only_after_the_fill_was_told() -> None:
    order = booked(MarketOrder("BUY", 30))
    order.status = Status.FILLED
    states = []
    for told in (0.0, 1.25):
        order.commission = told
        states.append(decoded(order_replies.open_order(order, 178))[0][1][3])
    assert [state.commission for state in states] == [UNSET_DOUBLE, 1.25]
    assert [state.commissionCurrency for state in states] == ["", "USD"]


def test_an_order_status_counts_shares_and_prices() -> None:
    order = booked(MarketOrder("BUY", 30))
    order.filled, order.average_price, order.last_price = 10.0, 100.25, 100.5
    order.why_held = "locate"
    arguments = only(order_replies.order_status(order), 12, 178)
    assert arguments == (41, "Submitted", 10.0, 20.0, 100.25, 501, 0, 100.5, 7, "locate", 0.0)


@pytest.mark.parametrize(("version", "count"), [(176, 31), (178, 32)])
def test_an_execution_names_its_order_and_its_time_with_a_zone(version: int, count: int) -> None:
    data = order_replies.execution_details(-1, EXECUTION, STOCK, version)
    req_id, contract, found = only(data, count, version)
    assert (req_id, contract.conId, found.execId) == (-1, AAPL, "0000e0d5.00000001.01.01")
    assert (found.side, found.shares, found.price) == ("BOT", 10.0, 100.5)
    assert (found.cumQty, found.avgPrice, found.orderRef) == (30.0, 100.25, "my ref")
    assert (found.permId, found.clientId, found.orderId) == (501, 7, 41)
    assert found.time.timestamp() == NOON


@pytest.mark.parametrize(("realized", "told"), [(None, UNSET_DOUBLE), (-12.5, -12.5)])
def test_a_commission_report_has_no_gain_for_an_opening_trade(
    realized: float | None, told: float
) -> None:
    data = order_replies.commission_of(replace(EXECUTION, realized_pnl=realized))
    (report,) = only(data, 8, 178)
    assert (report.execId, report.commission, report.currency) == (EXECUTION.exec_id, 1.0, "USD")
    assert report.realizedPNL == told


@pytest.mark.parametrize(("version", "count"), [(176, 101), (178, 100)])
def test_a_completed_order_has_a_reference_but_no_order_id(version: int, count: int) -> None:
    order = booked(LimitOrder("BUY", 30, 99.5, orderRef="my ref"), version)
    order.status, order.filled = Status.FILLED, 30.0
    order.completed_at, order.completed_text = NOON, "Filled Size: 30"
    contract, found, state = only(order_replies.completed_order(order, version), count, version)
    assert (contract.conId, found.orderId, found.clientId) == (AAPL, 0, 0)
    assert (found.permId, found.orderRef, found.filledQuantity) == (501, "my ref", 30.0)
    assert (state.status, state.completedStatus) == ("Filled", "Filled Size: 30")
    assert state.completedTime == "20260105 10:00:00 US/Eastern"


def test_a_completed_trailing_stop_keeps_its_stop_price() -> None:
    order = Order(action="SELL", totalQuantity=30, orderType="TRAIL", auxPrice=1, tif="DAY")
    order.trailStopPrice = 98.5
    _, found, _ = only(order_replies.completed_order(booked(order), 178), 100, 178)
    assert found.trailStopPrice == 98.5


@pytest.mark.parametrize(("version", "count"), [(176, 136), (178, 135)])
def test_a_what_if_answer_has_margins_as_numbers(version: int, count: int) -> None:
    order = booked(MarketOrder("BUY", 30, whatIf=True), version)
    preview = Preview((0.0, 0.0, 1000.0), (50.0, 25.0, 999.0), 1.0, "USD", "")
    data = order_replies.what_if(order, preview, "", version)
    _, _, found, state = only(data, count, version)
    assert (found.whatIf, found.clientId, state.status) == (True, 0, "PreSubmitted")
    assert (state.initMarginChange, state.initMarginAfter) == ("50.00", "50.00")
    assert (state.equityWithLoanBefore, state.equityWithLoanChange) == ("1000.00", "-1.00")
    assert (state.commission, state.minCommission) == (UNSET_DOUBLE, 1.0)
    assert (state.maxCommission, state.commissionCurrency) == (1.0, "USD")


def test_a_what_if_warning_comes_with_unset_margins() -> None:
    order = booked(MarketOrder("BUY", 30, whatIf=True))
    _, _, _, state = only(order_replies.what_if(order, None, "too large", 178), 135, 178)
    assert (state.warningText, state.initMarginChange) == ("too large", "1.7976931348623157E308")


@pytest.mark.parametrize(
    ("build", "count"),
    [
        (order_replies.open_order_end(), 2),
        (order_replies.execution_details_end(3), 3),
        (order_replies.completed_orders_end(), 1),
    ],
)
def test_the_ends_of_lists_have_their_fields(build: bytes, count: int) -> None:
    assert len(decoded(build)) == 1
    assert len(messages(build)[0]) == count
