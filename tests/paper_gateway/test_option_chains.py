"""Option chains: a superset of what is listed, as TWS answers."""

import pytest
from ib_async import Option

from paper_gateway.contracts import Catalogue, ContractQuery
from paper_gateway.option_chains import chain_frames
from tests.paper_gateway.wire_client import AAPL, MSFT, Desk, decoded, encoded, names

CONTRACTS = Catalogue.default()
SPX = 416904
ES = 900_100_074  # ESH6


def test_a_chain_is_told_once_per_class_and_exchange() -> None:
    frames = chain_frames(3, AAPL, CONTRACTS.chains(AAPL))
    calls = [call for frame in frames for call in decoded(frame)]
    assert len(calls) == 8
    name, arguments = calls[0]
    assert (name, arguments[:5]) == (
        "securityDefinitionOptionParameter",
        (3, "SMART", str(AAPL), "AAPL", "100"),
    )
    assert {"20260116", "20260109", "20270115", "20290119"} <= set(arguments[5])
    assert list(arguments[6])[:2] == [115.0, 117.5]
    classes = {decoded(frame)[0][1][3] for frame in chain_frames(3, SPX, CONTRACTS.chains(SPX))}
    assert classes == {"SPX", "SPXW"}


def test_a_chain_names_more_than_exists_and_never_less() -> None:
    (chain,) = CONTRACTS.chains(AAPL)
    found = CONTRACTS.find(ContractQuery(symbol="AAPL", sec_type="OPT", right="C"))
    listed = {(each.last_trade_date, each.strike) for each in found}
    named = {(date, strike) for date in chain.expirations for strike in chain.strikes}
    assert listed < named
    assert 2 * len(listed) > len(named)


@pytest.mark.parametrize(
    ("exchange", "kind", "con_id", "count"),
    [
        ("", "STK", AAPL, 9),
        ("", "STK", MSFT, 9),
        ("", "STK", 1, 1),
        ("SMART", "STK", AAPL, 1),
        ("CME", "FUT", AAPL, 1),
        ("CME", "FUT", ES, 2),
        ("", "FUT", ES, 2),
        ("CBOT", "FUT", ES, 1),
    ],
)
def test_a_chain_is_asked_for_by_its_underlying(
    exchange: str, kind: str, con_id: int, count: int
) -> None:
    client = Desk().connect()
    request = encoded(178, lambda ib: ib.reqSecDefOptParams(3, "AAPL", exchange, kind, con_id))
    found = names(client.send_bytes(request))
    assert (len(found), found[-1]) == (count, "76")


def test_a_combination_has_no_contract_details() -> None:
    bag = Option("AAPL", exchange="SMART", currency="USD")
    bag.secType = "BAG"
    request = encoded(178, lambda ib: ib.reqContractDetails(3, bag))
    ((_, _, req_id, code, text, *_),) = Desk().connect().send_bytes(request)
    assert (req_id, code) == ("3", "321")
    assert "'BAG' isn't supported" in text
