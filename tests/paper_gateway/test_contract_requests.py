"""Contract details, matching symbols, market rules: what clients are told of contracts."""

import pytest
from ib_async import Bond, Contract, Future, Stock

from paper_gateway.contract_requests import MAX_CHAINS, SLICE, SLICE_SECONDS
from tests.paper_gateway.wire_client import Desk, Message, WireClient, decoded, encoded, names

AAPL = [0, "AAPL", "STK", "", 0.0, "", "", "SMART", "", "USD", "", ""]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def client(desk: Desk) -> WireClient:
    return desk.connect()


def details(client: WireClient, contract: Contract) -> list[Message]:
    """What reqContractDetails of ib_async brings."""
    return client.send_bytes(encoded(178, lambda ib: ib.reqContractDetails(5, contract)))


def test_contract_details_of_one_listing(client: WireClient) -> None:
    row, end = client.send(9, 8, 5, *AAPL, 0, "", "", "")
    assert (row[0], row[2], row[7], end) == ("10", "AAPL", "SMART", ["52", "1", "5"])


def test_a_symbol_without_an_exchange_has_a_row_per_exchange(client: WireClient) -> None:
    everywhere = [*AAPL[:7], "", *AAPL[8:]]
    found = client.send(9, 8, 5, *everywhere, 0, "", "", "")
    exchanges = [message[7] for message in found[:-1]]
    assert "SMART" in exchanges
    assert len(exchanges) == len(set(exchanges)) > 3


@pytest.mark.parametrize(
    ("kind", "sec_id", "answer"),
    [
        ("ISIN", "US0378331005", ["10", "52"]),
        ("CUSIP", "037833100", ["10", "52"]),
        ("ISIN", "US0000000000", ["4 200"]),
        ("CUSIP", "000000000", ["4 200"]),
    ],
)
def test_details_can_be_asked_for_by_isin_or_cusip(
    client: WireClient, kind: str, sec_id: str, answer: list[str]
) -> None:
    assert names(client.send(9, 8, 5, *AAPL, 0, kind, sec_id, "")) == answer


def test_no_such_contract(client: WireClient) -> None:
    found = client.send(9, 8, 5, *[0, "NOSUCH", *AAPL[2:]], 0, "", "", "")
    assert found == [
        ["4", "2", "5", "200", "No security definition has been found for the request", ""]
    ]


def test_ib_async_reads_the_details_it_asked_for(client: WireClient) -> None:
    stock = Stock("AAPL", "SMART", "USD")
    client.session.receive(encoded(178, lambda each: each.reqContractDetails(5, stock)))
    (method, (_, found)), _ = decoded(client.session.take_output())
    assert (method, found.contract.conId) == ("contractDetails", 265598)
    assert found.tradingHours.startswith("20260105:")
    assert [(each.tag, each.value) for each in found.secIdList] == [("ISIN", "US0378331005")]


def test_ib_async_reads_a_futures_month_time_and_underlying(client: WireClient) -> None:
    future = Future("ES", "202603", "CME")
    client.session.receive(encoded(178, lambda each: each.reqContractDetails(5, future)))
    (_, (_, found)), _ = decoded(client.session.take_output())
    assert found.contract.lastTradeDateOrContractMonth == "20260320"
    assert (found.lastTradeTime, found.timeZoneId) == ("08:30", "US/Central")
    assert (found.contractMonth, found.realExpirationDate) == ("202603", "20260320")
    assert (found.underConId, found.underSymbol, found.underSecType) == (11004968, "ES", "IND")
    assert (found.contract.localSymbol, found.contract.multiplier) == ("ESH6", "50")


def test_expired_futures_are_told_only_when_they_are_asked_for(client: WireClient) -> None:
    future = Future("ES", "202512", "CME")
    assert names(details(client, future)) == ["4 200"]
    future.includeExpired = True
    row, _ = details(client, future)
    assert row[9] == "ESZ5"


def test_a_bond_is_told_with_its_coupon_and_maturity(client: WireClient) -> None:
    bond = Bond(symbol="AAPL", exchange="SMART", currency="USD")
    client.session.receive(encoded(178, lambda each: each.reqContractDetails(5, bond)))
    (method, (_, found)), _ = decoded(client.session.take_output())
    assert (method, found.contract.secType) == ("bondContractDetails", "BOND")
    assert (found.coupon, found.maturity, found.cusip) == (4, "20430504", "ZZ0000AA1")


def test_a_whole_chain_comes_in_slices(desk: Desk, client: WireClient) -> None:
    chain = Contract(symbol="AAPL", secType="OPT", exchange="SMART", currency="USD")
    first = details(client, chain)
    assert names(first) == ["10"] * (SLICE + 1)
    assert names(client.send(49, 1)) == ["49"]
    desk.wait(SLICE_SECONDS)
    assert names(client.read()) == ["10"] * SLICE
    desk.wait(60)
    found = names(client.read())
    assert (found.count("52"), found[-1]) == (1, "52")
    desk.wait(60)
    assert client.read() == []


def test_only_so_many_chains_are_told_at_once(desk: Desk, client: WireClient) -> None:
    chain = Contract(symbol="AAPL", secType="OPT", exchange="SMART", currency="USD")
    request = encoded(178, lambda ib: [ib.reqContractDetails(n, chain) for n in range(MAX_CHAINS)])
    assert "4 322" not in names(client.send_bytes(request))
    last = encoded(178, lambda ib: ib.reqContractDetails(99, chain))
    assert names(client.send_bytes(last)) == ["4 322"]
    desk.wait(60)
    client.read()
    assert "10" in names(client.send_bytes(last))


def test_matching_symbols_say_what_is_derived_from_them(client: WireClient) -> None:
    ((message),) = client.send(81, 5, "AAPL")
    assert message[:10] == [
        "79", "5", message[2], "265598", "AAPL", "STK", "NASDAQ", "USD", "1", "OPT",
    ]  # fmt: skip
    assert client.send(81, 5, "") == [["79", "5", "0"]]


def test_market_rules(client: WireClient) -> None:
    assert client.send(91, 26) == [["93", "26", "2", "0", "0.0001", "1", "0.01"]]
    assert names(client.send(91, 999)) == ["4 321"]
