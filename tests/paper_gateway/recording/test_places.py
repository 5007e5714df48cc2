"""Where ids, accounts, references and people stand: checked with the bytes of ib_async's encoder
and with the gateway's own replies."""

from collections.abc import Callable
from typing import Any

import pytest
from ib_async import (
    ComboLeg,
    Contract,
    ExecutionFilter,
    LimitOrder,
    MarketOrder,
    PriceCondition,
    ScannerSubscription,
    Stock,
    TagValue,
)

from paper_gateway.recording.places import Place, places_in
from tests.paper_gateway.wire_client import Desk, encoded, messages

AAPL = Stock("AAPL", "SMART", "USD", conId=265598)
COMBO = Contract(
    secType="BAG", symbol="AAPL", exchange="SMART", currency="USD",
    comboLegs=[ComboLeg(1, 1, "BUY", "SMART"), ComboLeg(2, 1, "SELL", "SMART")],
)  # fmt: skip
ID = 4711


def found(fields: list[str], is_request: bool, version: int = 178) -> dict[Place, list[str]]:
    """The values by what they are."""
    values: dict[Place, list[str]] = {}
    for index, place in places_in(fields, is_request, version):
        values.setdefault(place, []).append(fields[index])
    return values


def request(send: Callable[[Any], object], version: int = 178) -> list[str]:
    (fields,) = messages(encoded(version, send))
    return fields


REQUESTS: list[Callable[[Any], object]] = [
    lambda c: c.reqMktData(ID, AAPL, "", False, False, []),
    lambda c: c.reqMktData(ID, COMBO, "", False, False, []),
    lambda c: c.cancelMktData(ID),
    lambda c: c.reqExecutions(ID, ExecutionFilter()),
    lambda c: c.reqContractDetails(ID, AAPL),
    lambda c: c.reqMktDepth(ID, AAPL, 5, False, []),
    lambda c: c.cancelMktDepth(ID, False),
    lambda c: c.replaceFA(ID, 1, "<xml/>"),
    lambda c: c.reqHistoricalData(ID, AAPL, "", "1 D", "1 min", "TRADES", 1, 1, False, []),
    lambda c: c.reqScannerSubscription(ID, ScannerSubscription(), [], []),
    lambda c: c.cancelHistoricalData(ID),
    lambda c: c.reqRealTimeBars(ID, AAPL, 5, "TRADES", True, []),
    lambda c: c.calculateImpliedVolatility(ID, AAPL, 1.0, 2.0, []),
    lambda c: c.reqAccountSummary(ID, "All", "NetLiquidation"),
    lambda c: c.reqPositionsMulti(ID, "DU1234567", ""),
    lambda c: c.reqAccountUpdatesMulti(ID, "DU1234567", "", False),
    lambda c: c.reqSecDefOptParams(ID, "AAPL", "", "STK", 265598),
    lambda c: c.reqMatchingSymbols(ID, "AAPL"),
    lambda c: c.reqHistoricalNews(ID, 265598, "BRFG", "", "", 5, []),
    lambda c: c.reqHeadTimeStamp(ID, AAPL, "TRADES", True, 1),
    lambda c: c.reqPnL(ID, "DU1234567", ""),
    lambda c: c.reqPnLSingle(ID, "DU1234567", "", 265598),
    lambda c: c.reqHistoricalTicks(ID, AAPL, "", "", 5, "TRADES", True, False, []),
    lambda c: c.reqTickByTickData(ID, AAPL, "Last", 0, False),
    lambda c: c.exerciseOptions(ID, AAPL, 1, 1, "DU1234567", 0),
]


@pytest.mark.parametrize("send", REQUESTS)
def test_the_request_id_stands_where_ib_async_writes_it(send: Callable[[Any], object]) -> None:
    assert found(request(send), is_request=True)[Place.REQUEST] == [str(ID)]


@pytest.mark.parametrize(
    "send",
    [
        lambda c: c.reqAccountUpdates(True, "DU1234567"),
        lambda c: c.reqExecutions(ID, ExecutionFilter(acctCode="DU1234567")),
        lambda c: c.reqPositionsMulti(ID, "DU1234567", ""),
        lambda c: c.reqAccountUpdatesMulti(ID, "DU1234567", "", False),
        lambda c: c.reqPnL(ID, "DU1234567", ""),
        lambda c: c.reqPnLSingle(ID, "DU1234567", "", 265598),
        lambda c: c.exerciseOptions(ID, AAPL, 1, 1, "DU1234567", 0),
    ],
)
def test_the_account_stands_where_ib_async_writes_it(send: Callable[[Any], object]) -> None:
    assert found(request(send), is_request=True)[Place.ACCOUNT] == ["DU1234567"]


def test_the_client_id_is_told_by_start_api_and_asked_by_executions() -> None:
    assert found(["71", "2", "9", ""], is_request=True) == {Place.CLIENT: ["9"]}
    asked = request(lambda c: c.reqExecutions(ID, ExecutionFilter(clientId=9)))
    assert found(asked, is_request=True)[Place.CLIENT] == ["9"]


@pytest.mark.parametrize("version", [176, 178])
@pytest.mark.parametrize("contract", [AAPL, COMBO])
def test_the_private_parts_of_an_order_are_found_behind_every_optional_block(
    version: int, contract: Contract
) -> None:
    order = LimitOrder(
        "BUY", 10, 1.0, account="DU1", orderRef="my ref", ocaGroup="my group", parentId=16,
        clearingAccount="DU2", extOperator="alice", mifid2DecisionMaker="bob",
        mifid2ExecutionTrader="charlie", algoStrategy="Adaptive",
        algoParams=[TagValue("adaptivePriority", "Normal")],
        conditions=[PriceCondition(price=1.0, conId=1, exch="SMART")],
    )  # fmt: skip
    fields = request(lambda c: c.placeOrder(17, contract, order), version)
    values = found(fields, is_request=True, version=version)
    assert values[Place.ORDER] == ["17"]
    assert values[Place.PARENT] == ["16"]
    assert values[Place.REFERENCE] == ["my group", "my ref"]
    assert values[Place.ACCOUNT] == ["DU1", "DU2"]
    assert [name for name in values[Place.USER] if name] == ["alice", "bob", "charlie"]


def test_an_order_that_breaks_off_has_the_places_that_it_reaches() -> None:
    fields = request(lambda c: c.placeOrder(17, AAPL, LimitOrder("BUY", 10, 1.0, account="DU1")))
    assert found(fields[:24], is_request=True) == {
        Place.ORDER: ["17"],
        Place.REFERENCE: [""],
        Place.ACCOUNT: ["DU1"],
    }
    assert found(fields[:3], is_request=True) == {Place.ORDER: ["17"]}


@pytest.mark.parametrize("fields", [[], [""], ["x", "1"], ["9999", "1", "2"]])
def test_an_unknown_message_has_no_places(fields: list[str]) -> None:
    assert places_in(fields, True, 178) == places_in(fields, False, 178) == []


@pytest.mark.parametrize("version", [176, 178])
def test_the_replies_about_an_order_name_it_its_client_account_and_reference(version: int) -> None:
    client = Desk().connect(client_id=9, version=version)
    parent = LimitOrder("BUY", 10, 1.0, tif="DAY", orderRef="parent", transmit=False)
    child = MarketOrder("BUY", 10, tif="DAY", orderRef="my ref", ocaGroup="my group", parentId=31)
    client.place(31, parent)
    replies = [*client.place(33, child), *client.place(35, MarketOrder("BUY", 1, orderRef="x"))]
    by_id = {(fields[0], fields[1]): found(fields, False, version) for fields in replies}
    assert by_id["5", "33"] == {
        Place.ORDER: ["33"],
        Place.REFERENCE: ["my group", "my ref"],
        Place.ACCOUNT: ["DU1234567"],
        Place.CLIENT: ["9"],
        Place.PARENT: ["31"],
    }
    assert by_id["3", "33"] == {Place.ORDER: ["33"], Place.PARENT: ["31"], Place.CLIENT: ["9"]}
    assert by_id["11", "-1"] == {
        Place.REQUEST: ["-1"],
        Place.ORDER: ["35"],
        Place.ACCOUNT: ["DU1234567"],
        Place.CLIENT: ["9"],
        Place.REFERENCE: ["x"],
    }
    completed = [fields for fields in client.send(99, 0) if fields[0] == "101"]
    assert [found(fields, False, version) for fields in completed] == [
        {Place.REFERENCE: ["", "x"], Place.ACCOUNT: ["DU1234567"]}
    ]


def test_every_answer_names_the_request_that_it_is_for() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, MarketOrder("BUY", 10, tif="DAY"))
    answered: set[str] = set()
    for send in [lambda c: c.reqMarketDataType(3), *REQUESTS]:
        for fields in client.send_bytes(encoded(178, send)):
            values = found(fields, is_request=False)
            asked = values.get(Place.REQUEST, []) + values.get(Place.ASKER, [])
            assert all(value in {str(ID), "-1"} for value in asked), fields
            answered |= {fields[0]} if str(ID) in asked else set()
    assert {"58", "81", "11", "55", "10", "52", "17", "63", "64", "71", "72", "73"} <= answered
    assert {"74", "75", "76", "79", "87", "88", "4"} <= answered


@pytest.mark.parametrize(
    ("fields", "account"),
    [
        (["6", "2", "NetLiquidation", "1", "USD", "DU1"], "DU1"),
        (["15", "1", "DU1,DU2"], "DU1,DU2"),
        (["54", "1", "DU1"], "DU1"),
        (["61", "3", "DU1"], "DU1"),
        (["63", "1", "5", "DU1", "Cushion", "1", ""], "DU1"),
    ],
)
def test_account_messages_name_the_account(fields: list[str], account: str) -> None:
    assert found(fields, is_request=False)[Place.ACCOUNT] == [account]


def test_portfolio_values_and_family_codes_name_accounts() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, MarketOrder("BUY", 10, tif="DAY"))
    (value,) = [fields for fields in client.send(6, 2, 1, "") if fields[0] == "7"]
    assert found(value, is_request=False)[Place.ACCOUNT] == ["DU1234567"]
    family = found(["78", "2", "DU1", "F1", "DU2", "F2"], is_request=False)
    assert family[Place.ACCOUNT] == ["DU1", "F1", "DU2", "F2"]
