"""Scans: stocks in the order of a figure of their day."""

from typing import Any
from xml.etree import ElementTree

import pytest

from paper_gateway.contracts import ContractDefinition, ContractQuery
from paper_gateway.market import Quote
from paper_gateway.market_data.scanner import FILTERS, LOCATIONS, SCAN_CODES
from tests.paper_gateway.market_data.market_desk import MarketDesk, errors
from tests.paper_gateway.wire_client import NOON, Message, WireClient, names

WIDTH = 16


@pytest.fixture
def desk() -> MarketDesk:
    return MarketDesk()


@pytest.fixture
def client(desk: MarketDesk) -> WireClient:
    return desk.connect()


def asked(
    client: WireClient, code: str = "TOP_PERC_GAIN", req_id: int = 5, **terms: Any
) -> list[Message]:
    given = {
        "rows": -1, "instrument": "STK", "location": "STK.US.MAJOR", "above": "", "below": "",
        "volume": "", "filters": "", **terms,
    }  # fmt: skip
    head = [given["rows"], given["instrument"], given["location"], code]
    bounds = [given["above"], given["below"], given["volume"]]
    return client.send(22, req_id, *head, *bounds, *[""] * 10, 0, *[""] * 3, given["filters"], "")


def symbols(found: list[Message]) -> list[str]:
    ((message),) = found
    assert message[:3] == ["20", "3", "5"]
    rows = [message[place : place + WIDTH] for place in range(4, len(message), WIDTH)]
    assert len(rows) == int(message[3])
    assert [row[0] for row in rows] == [str(rank) for rank in range(len(rows))]
    return [row[2] for row in rows]


def stock(desk: MarketDesk, symbol: str) -> ContractDefinition:
    query = ContractQuery(symbol=symbol, sec_type="STK", currency="USD")
    found = desk.hub.catalogue.resolve(query)
    assert isinstance(found, ContractDefinition)
    return found


def quotes(desk: MarketDesk, found: list[str]) -> list[Quote]:
    return [desk.hub.market.quote(stock(desk, symbol).con_id, NOON) for symbol in found]


def changes(desk: MarketDesk, found: list[str]) -> list[float]:
    return [quote.last / quote.close - 1 for quote in quotes(desk, found)]


def test_gainers_come_in_the_order_of_their_gain(desk: MarketDesk, client: WireClient) -> None:
    found = symbols(asked(client))
    order = changes(desk, found)
    assert len(found) == 50
    assert order == sorted(order, reverse=True)


def test_losers_are_the_other_end(desk: MarketDesk, client: WireClient) -> None:
    order = changes(desk, symbols(asked(client, "TOP_PERC_LOSE", rows=5)))
    assert len(order) == 5
    assert order == sorted(order)
    assert order[0] < 0


@pytest.mark.parametrize("code", SCAN_CODES)
def test_every_scan_code_has_an_order(client: WireClient, code: str) -> None:
    assert len(symbols(asked(client, code, rows=10))) == 10


def test_the_most_active_stocks_trade_most(client: WireClient) -> None:
    assert symbols(asked(client, "MOST_ACTIVE", rows=3))[0] == "NVDA"


@pytest.mark.parametrize(
    ("location", "exchange"), [("STK.NYSE", "NYSE"), ("STK.NASDAQ", "NASDAQ"), ("STK.ARCA", "ARCA")]
)
def test_a_location_is_where_stocks_are_listed(
    desk: MarketDesk, client: WireClient, location: str, exchange: str
) -> None:
    found = symbols(asked(client, location=location))
    assert {stock(desk, symbol).primary_exchange for symbol in found} == {exchange}


def test_funds_are_an_instrument_of_their_own(client: WireClient) -> None:
    found = symbols(asked(client, instrument="ETF.EQ.US", location="ETF.EQ.US"))
    assert "SPY" in found
    assert "AAPL" not in found


def test_bounds_leave_out_what_is_beyond(desk: MarketDesk, client: WireClient) -> None:
    found = symbols(asked(client, above=500.0, filters="changePercAbove=-100;priceBelow=600;"))
    assert 0 < len(found) < 50
    assert all(500 <= quote.last <= 600 for quote in quotes(desk, found))


def test_a_scan_without_a_result_says_so(client: WireClient) -> None:
    notice, rows = asked(client, above=1e9)
    assert notice[3:5] == ["165", "Historical Market Data Service query message:no items retrieved"]
    assert rows == ["20", "3", "5", "0"]


def test_a_scan_is_repeated_until_it_is_cancelled(desk: MarketDesk, client: WireClient) -> None:
    asked(client, rows=3)
    desk.wait(60.0)
    assert names(client.read()) == ["20", "20"]
    cancelled = errors(client.send(23, 1, 5))
    assert cancelled == [("162", "API scanner subscription cancelled: 5")]
    desk.wait(60.0)
    assert client.read() == []
    assert errors(client.send(23, 1, 5)) == [
        ("365", "No scanner subscription found for ticker id:5")
    ]


def test_ten_scans_may_run_at_once(client: WireClient) -> None:
    for req_id in range(10):
        asked(client, req_id=req_id, rows=1)
    ((code, text),) = errors(asked(client, req_id=10))
    assert code == "322"
    assert text.endswith("Only 10 simultaneous API scanner subscriptions are allowed.")
    client.send(23, 1, 0)
    assert names(asked(client, req_id=10, rows=1)) == ["20"]
    ((_, text),) = errors(asked(client, req_id=10))
    assert text.endswith("Duplicate ticker ID for API scanner subscription")


@pytest.mark.parametrize(
    ("code", "terms", "text"),
    [
        ("SMILES", {}, "Scanner type with code SMILES is disabled"),
        ("TOP_PERC_GAIN", {"instrument": "FUT.US"}, "code FUT.US is disabled"),
        ("TOP_PERC_GAIN", {"location": "STK.MARS"}, "code STK.MARS is disabled"),
        ("TOP_PERC_GAIN", {"filters": "marketCapAbove1e6=5;"}, "The filter marketCapAbove1e6"),
        ("TOP_PERC_GAIN", {"filters": "priceAbove=x;"}, "'x' is not a number"),
    ],
)
def test_what_cannot_be_scanned_for_is_refused(
    client: WireClient, code: str, terms: dict[str, Any], text: str
) -> None:
    ((found, sentence),) = errors(asked(client, code, **terms))
    assert found == "162"
    assert text in sentence


def test_the_parameters_name_what_can_be_scanned_for(client: WireClient) -> None:
    ((message),) = client.send(24, 1)
    root = ElementTree.fromstring(message[2])
    assert root.tag == "ScanParameterResponse"
    assert [each.text for each in root.iter("scanCode")] == list(SCAN_CODES)
    assert [each.text for each in root.iter("locationCode")] == list(LOCATIONS)
    assert [each.text for each in root.iter("code")] == list(FILTERS)
