"""Requests: what ib_async's own encoder sends is read into the fields it meant."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ib_async import ComboLeg, Contract, ExecutionFilter, ScannerSubscription, Stock, TagValue
from ib_async.contract import DeltaNeutralContract
from ib_async.objects import WshEventData

from paper_gateway.contracts import ContractQuery
from paper_gateway.requests import LAYOUTS, MalformedRequest, decode_request
from tests.paper_gateway.wire_client import encoded, requests_of

STOCK = Contract(
    conId=265598,
    symbol="AAPL",
    secType="STK",
    lastTradeDateOrContractMonth="20260320",
    strike=150.5,
    right="C",
    multiplier="100",
    exchange="SMART",
    primaryExchange="NASDAQ",
    currency="USD",
    localSymbol="AAPL X",
    tradingClass="NMS",
)
QUERY = ContractQuery(
    con_id=265598,
    symbol="AAPL",
    sec_type="STK",
    last_trade_date="20260320",
    strike=150.5,
    right="C",
    multiplier="100",
    exchange="SMART",
    primary_exchange="NASDAQ",
    currency="USD",
    local_symbol="AAPL X",
    trading_class="NMS",
)
BAG = Contract(
    symbol="A,B",
    secType="BAG",
    comboLegs=[ComboLeg(1, 2, "BUY", "SMART"), ComboLeg(3, 4, "SELL", "X")],
)
LEGS = [["1", "2", "BUY", "SMART"], ["3", "4", "SELL", "X"]]
NEUTRAL = Contract(secType="STK", deltaNeutralContract=DeltaNeutralContract(5, 0.5, 10.0))

Send = Callable[[Any], object]


def _fields(send: Send, version: int) -> list[list[str]]:
    return requests_of(encoded(version, send))


CASES: list[tuple[Send, dict[str, Any]]] = [
    (
        lambda c: c.reqMktData(9, STOCK, "233", True, False, []),
        {
            "req_id": 9,
            "contract": QUERY,
            "legs": [],
            "neutral": [],
            "generic_ticks": "233",
            "snapshot": True,
            "regulatory": False,
        },
    ),
    (lambda c: c.reqMktData(9, BAG, "", False, False, []), {"legs": LEGS}),
    (
        lambda c: c.reqMktData(9, NEUTRAL, "", False, True, []),
        {"neutral": ["5", "0.5", "10.0"], "regulatory": True},
    ),
    (lambda c: c.cancelMktData(9), {"req_id": 9}),
    (lambda c: c.cancelOrder(12, "20260101"), {"order_id": 12, "manual_time": "20260101"}),
    (lambda c: c.reqAccountUpdates(True, "DU1"), {"subscribe": True, "account": "DU1"}),
    (
        lambda c: c.reqExecutions(4, ExecutionFilter(1, "DU1", "T", "AAPL", "STK", "NYSE", "BUY")),
        {
            "req_id": 4,
            "client_id": 1,
            "account": "DU1",
            "time": "T",
            "symbol": "AAPL",
            "sec_type": "STK",
            "exchange": "NYSE",
            "side": "BUY",
        },
    ),
    (
        lambda c: c.reqContractDetails(
            3,
            Contract(symbol="X", secIdType="ISIN", secId="US1", includeExpired=True, issuerId="e1"),
        ),
        {
            "req_id": 3,
            "include_expired": True,
            "sec_id_type": "ISIN",
            "sec_id": "US1",
            "issuer_id": "e1",
        },
    ),
    (
        lambda c: c.reqMktDepth(3, STOCK, 5, True, []),
        {"contract": QUERY, "rows": 5, "smart_depth": True},
    ),
    (lambda c: c.cancelMktDepth(3, True), {"req_id": 3, "smart_depth": True}),
    (lambda c: c.reqNewsBulletins(True), {"all_messages": True}),
    (lambda c: c.setServerLogLevel(2), {"level": "2"}),
    (lambda c: c.reqAutoOpenOrders(True), {"auto_bind": True}),
    (lambda c: c.requestFA(1), {"kind": 1}),
    (lambda c: c.replaceFA(8, 1, "<x/>"), {"kind": 1, "xml": "<x/>", "req_id": 8}),
    (
        lambda c: c.reqHistoricalData(
            6, STOCK, "20260101-00:00:00", "1 D", "5 mins", "TRADES", 1, 2, True, []
        ),
        {
            "req_id": 6,
            "contract": QUERY,
            "end": "20260101-00:00:00",
            "bar_size": "5 mins",
            "duration": "1 D",
            "use_rth": True,
            "what": "TRADES",
            "format_date": 2,
            "legs": [],
            "keep_up_to_date": True,
        },
    ),
    (
        lambda c: c.reqHistoricalData(6, BAG, "", "1 D", "1 day", "BID", 0, 1, False, []),
        {"legs": LEGS},
    ),
    (
        lambda c: c.exerciseOptions(2, STOCK, 1, 3, "DU1", 1),
        {"req_id": 2, "action": 1, "quantity": 3, "account": "DU1", "override": 1},
    ),
    (lambda c: c.reqScannerSubscription(2, ScannerSubscription(), [], []), {"req_id": 2}),
    (lambda c: c.cancelScannerSubscription(2), {"req_id": 2}),
    (lambda c: c.cancelHistoricalData(2), {"req_id": 2}),
    (
        lambda c: c.reqRealTimeBars(2, STOCK, 5, "TRADES", True, []),
        {"contract": QUERY, "what": "TRADES", "use_rth": True},
    ),
    (
        lambda c: c.reqFundamentalData(2, STOCK, "ReportSnapshot", []),
        {"req_id": 2, "report": "ReportSnapshot"},
    ),
    (
        lambda c: c.calculateImpliedVolatility(2, STOCK, 1.5, 100.0, []),
        {"contract": QUERY, "price": 1.5, "under_price": 100.0},
    ),
    (
        lambda c: c.calculateOptionPrice(2, STOCK, 0.2, 100.0, [TagValue("a", "b")]),
        {"volatility": 0.2},
    ),
    (lambda c: c.reqMarketDataType(3), {"kind": 3}),
    (lambda c: c.reqAccountSummary(2, "All", "A,B"), {"req_id": 2, "group": "All", "tags": "A,B"}),
    (lambda c: c.subscribeToGroupEvents(2, 4), {"req_id": 2, "group_id": 4}),
    (lambda c: c.updateDisplayGroup(2, "8314@SMART"), {"contract_info": "8314@SMART"}),
    (lambda c: c.startApi(), {"client_id": -1}),
    (lambda c: c.reqPositionsMulti(2, "DU1", "M"), {"req_id": 2, "account": "DU1", "model": "M"}),
    (
        lambda c: c.reqAccountUpdatesMulti(2, "DU1", "", True),
        {"account": "DU1", "ledger_only": True},
    ),
    (
        lambda c: c.reqSecDefOptParams(2, "AAPL", "", "STK", 265598),
        {"req_id": 2, "symbol": "AAPL", "exchange": "", "sec_type": "STK", "con_id": 265598},
    ),
    (lambda c: c.reqMatchingSymbols(2, "app"), {"req_id": 2, "pattern": "app"}),
    (lambda c: c.reqSmartComponents(2, "9c0001"), {"bbo_exchange": "9c0001"}),
    (lambda c: c.reqNewsArticle(2, "BZ", "BZ$1", []), {"provider": "BZ", "article": "BZ$1"}),
    (
        lambda c: c.reqHistoricalNews(2, 265598, "BZ", "a", "b", 5, []),
        {"con_id": 265598, "count": 5},
    ),
    (
        lambda c: c.reqHeadTimeStamp(2, STOCK, "TRADES", True, 2),
        {"contract": QUERY, "what": "TRADES", "format_date": 2},
    ),
    (
        lambda c: c.reqHistogramData(2, STOCK, True, "3 days"),
        {"contract": QUERY, "period": "3 days"},
    ),
    (lambda c: c.reqMarketRule(26), {"rule_id": 26}),
    (lambda c: c.reqPnL(2, "DU1", ""), {"req_id": 2, "account": "DU1"}),
    (lambda c: c.reqPnLSingle(2, "DU1", "", 265598), {"req_id": 2, "con_id": 265598}),
    (
        lambda c: c.reqHistoricalTicks(2, STOCK, "a", "b", 10, "BID_ASK", True, True, []),
        {"start": "a", "end": "b", "count": 10, "what": "BID_ASK", "ignore_size": True},
    ),
    (
        lambda c: c.reqTickByTickData(2, STOCK, "Last", 5, True),
        {"kind": "Last", "count": 5, "ignore_size": True},
    ),
    (lambda c: c.reqCompletedOrders(True), {"api_only": True}),
    (lambda c: c.reqWshEventData(2, WshEventData()), {"req_id": 2}),
    (lambda c: c.reqUserInfo(2), {"req_id": 2}),
]


@pytest.mark.parametrize("version", [176, 178])
@pytest.mark.parametrize(("send", "meant"), CASES)
def test_every_argument_lands_in_its_field(send: Send, meant: dict[str, Any], version: int) -> None:
    (fields,) = _fields(send, version)
    request = decode_request(fields)
    assert {name: request[name] for name in meant} == meant


PLAIN = """
reqOpenOrders reqAllOpenOrders reqManagedAccts reqCurrentTime reqGlobalCancel reqPositions
cancelPositions reqScannerParameters reqFamilyCodes reqMktDepthExchanges reqNewsProviders
cancelNewsBulletins
""".split()  # noqa: SIM905 - a list of names reads better as words
WITH_ID = """
cancelRealTimeBars cancelFundamentalData cancelCalculateImpliedVolatility cancelCalculateOptionPrice
cancelAccountSummary queryDisplayGroups unsubscribeFromGroupEvents cancelPositionsMulti
cancelAccountUpdatesMulti reqSoftDollarTiers cancelHistogramData cancelHeadTimeStamp cancelPnL
cancelPnLSingle cancelTickByTickData reqWshMetaData cancelWshMetaData cancelWshEventData
""".split()  # noqa: SIM905 - a list of names reads better as words


@pytest.mark.parametrize("name", PLAIN)
def test_requests_without_arguments_carry_the_clients_own_name(name: str) -> None:
    (fields,) = _fields(lambda client: getattr(client, name)(), 178)
    assert decode_request(fields).name == name


@pytest.mark.parametrize("name", WITH_ID)
def test_requests_with_only_an_id_are_read(name: str) -> None:
    (fields,) = _fields(lambda client: getattr(client, name)(77), 178)
    request = decode_request(fields)
    assert (request.name, request["req_id"]) == (name, 77)


def test_a_right_that_means_none_is_read_as_none() -> None:
    (fields,) = _fields(lambda c: c.reqContractDetails(1, Stock("AAPL", right="?")), 178)
    assert decode_request(fields)["contract"].right == ""


@pytest.mark.parametrize(
    ("fields", "reason", "req_id"),
    [
        (["999"], "Unknown message id", -1),
        (["x"], "Unknown message id", -1),
        ([""], "Unknown message id", -1),
        (["7", "3", "5"], "Too few fields", 5),
        (["4", "1", "33"], "Too few fields", 33),
        (["91", "abc"], "'abc' is not an integer", -1),
    ],
)
def test_a_malformed_request_says_what_is_wrong_and_whose_it_is(
    fields: list[str], reason: str, req_id: int
) -> None:
    with pytest.raises(MalformedRequest) as caught:
        decode_request(fields)
    assert (caught.value.reason, caught.value.req_id) == (reason, req_id)


def test_fields_behind_the_last_known_one_are_ignored() -> None:
    assert decode_request(["49", "1", "extra"]).name == "reqCurrentTime"


@given(st.sampled_from(sorted(LAYOUTS)), st.lists(st.text(max_size=6), max_size=30))
def test_no_fields_break_the_decoder(message_id: int, texts: list[str]) -> None:
    try:
        request = decode_request([str(message_id), *texts])
    except MalformedRequest as error:
        assert error.reason
    else:
        assert request.message_id == message_id


@pytest.mark.parametrize("includes_expired", [True, False])
def test_a_query_says_whether_expired_contracts_count(includes_expired: bool) -> None:
    contract = ["0", "ES", "FUT", "202512", "0", "", "", "CME", "", "USD", "", ""]
    request = decode_request(["9", "8", "5", *contract, str(int(includes_expired)), "", "", ""])
    assert (request.query.symbol, request.query.includes_expired) == ("ES", includes_expired)
