"""Order tickets: every optional block of placeOrder, as ib_async writes it, is read in place."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ib_async import (
    ComboLeg,
    Contract,
    LimitOrder,
    MarketOrder,
    Order,
    PriceCondition,
    StopLimitOrder,
    TagValue,
    TimeCondition,
)
from ib_async.contract import DeltaNeutralContract
from ib_async.order import ExecutionCondition, MarginCondition, OrderComboLeg

from paper_gateway.requests import MalformedRequest
from paper_gateway.tickets import OrderTicket, decode_ticket, ticket_from_json, ticket_to_json
from paper_gateway.wire import split_fields
from tests.conformance.codec_ib_async import sent
from tests.conformance.order_samples import ORDERS, OrderSample
from tests.paper_gateway.wire_client import encoded, requests_of

STOCK = Contract(conId=265598, secType="STK", symbol="AAPL", exchange="SMART", currency="USD")


def fields_of(order: Order, contract: Contract = STOCK, version: int = 178) -> list[str]:
    data = encoded(version, lambda client: client.placeOrder(41, contract, order))
    (fields,) = requests_of(data)
    return fields


def read(order: Order, contract: Contract = STOCK, version: int = 178) -> OrderTicket:
    return decode_ticket(fields_of(order, contract, version), version)


@pytest.mark.parametrize(("version", "count"), [(176, 115), (178, 114)])
def test_a_plain_order_has_the_recorded_number_of_fields(version: int, count: int) -> None:
    assert len(fields_of(MarketOrder("BUY", 1), version=version)) == count


@pytest.mark.parametrize("version", [176, 178])
def test_the_terms_of_an_order_are_read(version: int) -> None:
    order = StopLimitOrder(
        "SELL",
        7,
        99.5,
        98.25,
        tif="GTC",
        orderRef="ref",
        account="DU1",
        outsideRth=True,
        parentId=3,
        whatIf=True,
        transmit=False,
    )
    ticket = read(order, version=version)
    assert (ticket.order_id, ticket.action, ticket.quantity) == (41, "SELL", 7.0)
    assert (ticket.order_type, ticket.limit_price, ticket.aux_price) == ("STP LMT", 99.5, 98.25)
    assert (ticket.tif, ticket.order_ref, ticket.account) == ("GTC", "ref", "DU1")
    assert (ticket.parent_id, ticket.outside_rth, ticket.what_if) == (3, True, True)
    assert ticket.transmit is False
    assert ticket.contract.con_id == 265598


@pytest.mark.parametrize("version", [176, 178])
@pytest.mark.parametrize("row", ORDERS, ids=str)
def test_every_attribute_of_an_order_lands_in_its_field(row: OrderSample, version: int) -> None:
    fields = split_fields(sent(version, "placeOrder", [41, row.contract, row.order])[4:])
    assert row.misread(decode_ticket(fields, version)) == {}


def test_unset_prices_are_none() -> None:
    ticket = read(MarketOrder("BUY", 1))
    assert (ticket.limit_price, ticket.aux_price) == (None, None)


LEGS = [ComboLeg(1, 2, "BUY", "SMART"), ComboLeg(3, 4, "SELL", "X")]
BAG = Contract(symbol="A", secType="BAG", comboLegs=LEGS, exchange="SMART", currency="USD")
PRICE = PriceCondition(price=100.0, conId=265598, exch="SMART")
TIME = TimeCondition(time="20260101 10:00:00 US/Eastern")
EXECUTION = ExecutionCondition(secType="STK", exch="SMART", symbol="AAPL")

BLOCKS: list[tuple[str, Order, Contract, int]] = [
    (
        "A",
        Order(
            action="BUY",
            orderType="MKT",
            orderComboLegs=[OrderComboLeg(1.0)],
            smartComboRoutingParams=[TagValue("a", "b")],
        ),
        BAG,
        1 + 16 + 1 + 1 + 1 + 2,
    ),
    ("B", Order(orderType="VOL", deltaNeutralOrderType="LMT", deltaNeutralConId=5), STOCK, 8),
    ("C", Order(orderType="LMT", scalePriceIncrement=0.5), STOCK, 7),
    ("D", Order(orderType="LMT", hedgeType="B", hedgeParam="0.5"), STOCK, 1),
    (
        "E",
        Order(orderType="LMT"),
        Contract(symbol="X", deltaNeutralContract=DeltaNeutralContract(1, 0.5, 9.0)),
        3,
    ),
    (
        "F",
        Order(orderType="LMT", algoStrategy="Adaptive", algoParams=[TagValue("p", "Normal")]),
        STOCK,
        3,
    ),
    ("G", Order(orderType="PEG BENCH", referenceContractId=3), STOCK, 5),
    (
        "H",
        Order(orderType="LMT", conditions=[PRICE, TIME, EXECUTION, MarginCondition()]),
        STOCK,
        7 + 4 + 5 + 4 + 2,
    ),
]


@pytest.mark.parametrize("version", [176, 178])
@pytest.mark.parametrize(("letter", "order", "contract", "count"), BLOCKS)
def test_every_optional_block_is_read_whole(
    letter: str, order: Order, contract: Contract, count: int, version: int
) -> None:
    order.orderRef = "the last block is behind me"
    ticket = read(order, contract, version)
    assert len(ticket.blocks[letter]) == count
    assert ticket.order_ref == "the last block is behind me"
    assert ticket.fields["autoCancelParent"] == "0"


@pytest.mark.parametrize(
    ("order", "exchange", "tail"),
    [
        (Order(orderType="MKT"), "SMART", ["", "", "", "", ""]),
        (Order(orderType="MKT", minTradeQty=10), "IBKRATS", ["10", "", "", "", ""]),
        (
            Order(orderType="PEG BEST", minCompeteSize=5, competeAgainstBestOffset=0.1),
            "SMART",
            ["", "5", "0.1", "", ""],
        ),
        (
            Order(
                orderType="PEG BEST",
                minCompeteSize=5,
                competeAgainstBestOffset=float("inf"),
                midOffsetAtWhole=1.0,
                midOffsetAtHalf=2.0,
            ),
            "SMART",
            ["", "5", "Infinity", "1.0", "2.0"],
        ),
        (
            Order(orderType="PEG MID", midOffsetAtWhole=1.0, midOffsetAtHalf=2.0),
            "SMART",
            ["", "", "", "1.0", "2.0"],
        ),
    ],
)
def test_the_pegged_tail_depends_on_exchange_and_type(
    order: Order, exchange: str, tail: list[str]
) -> None:
    contract = Contract(symbol="AAPL", secType="STK", exchange=exchange)
    assert read(order, contract).blocks["I"] == tail


def test_infinity_is_kept_as_ibs_own_client_reads_it() -> None:
    order = Order(action="BUY", totalQuantity=1, orderType="PEG BEST", minCompeteSize=1)
    order.competeAgainstBestOffset = math.inf
    assert read(order).blocks["I"][2] == "Infinity"


def test_a_field_too_few_is_refused_with_the_order_id() -> None:
    fields = fields_of(MarketOrder("BUY", 1))[:-1]
    with pytest.raises(MalformedRequest) as caught:
        decode_ticket(fields, 178)
    assert (caught.value.req_id, caught.value.reason) == (41, "Too few fields")


def test_a_field_too_many_is_refused_because_the_order_may_be_misread() -> None:
    with pytest.raises(MalformedRequest, match="Too many fields"):
        decode_ticket([*fields_of(MarketOrder("BUY", 1)), ""], 178)


def test_an_unset_number_of_ibs_own_client_counts_as_empty() -> None:
    fields = fields_of(MarketOrder("BUY", 1))
    fields[fields_of(MarketOrder("BUY", 1, cashQty=77.0)).index("77.0")] = "1.7976931348623157e+308"
    assert decode_ticket(fields, 178).fields["cashQty"] == ""


def test_a_reference_that_looks_like_an_unset_number_is_kept() -> None:
    assert read(MarketOrder("BUY", 1, orderRef="2147483647")).order_ref == "2147483647"


@pytest.mark.parametrize(("letter", "order", "contract", "count"), BLOCKS)
def test_a_ticket_survives_the_state_file(
    letter: str, order: Order, contract: Contract, count: int
) -> None:
    ticket = read(order, contract)
    again = ticket_from_json(json.loads(json.dumps(ticket_to_json(ticket))))
    assert again.blocks[letter] == ticket.blocks[letter]
    assert (again.fields, again.contract) == (ticket.fields, ticket.contract)


def test_prices_and_sizes_survive_the_state_file_exactly() -> None:
    ticket = read(LimitOrder("BUY", 3, 0.1 + 0.2))
    row: dict[str, Any] = json.loads(json.dumps(ticket_to_json(ticket)))
    assert ticket_from_json(row).limit_price == ticket.limit_price


@given(st.lists(st.text(max_size=5), max_size=140))
def test_no_fields_break_the_reader(texts: list[str]) -> None:
    try:
        decode_ticket(["3", *texts], 178)
    except MalformedRequest as error:
        assert error.reason


@given(st.integers(1, 113), st.text(max_size=8))
def test_one_spoiled_field_gives_a_ticket_or_a_reason(index: int, text: str) -> None:
    fields = fields_of(LimitOrder("BUY", 10, 50.0))
    fields[index] = text
    try:
        assert decode_ticket(fields, 178).fields["orderType"] == fields[18]
    except MalformedRequest as error:
        assert error.reason
