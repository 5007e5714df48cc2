"""Option chains: a superset of what is listed, as TWS answers."""

import pytest
from ib_async import Option

from paper_gateway.contracts import Catalogue, ContractDefinition, ContractQuery
from paper_gateway.option_chains import chain_frames, option_chain
from tests.paper_gateway.wire_client import AAPL, MSFT, Desk, decoded, encoded, names

CONTRACTS = Catalogue.default()


def test_a_chain_is_told_once_per_exchange() -> None:
    frames = chain_frames(3, option_chain(CONTRACTS, AAPL))
    calls = [call for frame in frames for call in decoded(frame)]
    assert len(calls) == 8
    name, arguments = calls[0]
    assert (name, arguments[:5]) == (
        "securityDefinitionOptionParameter",
        (3, "SMART", str(AAPL), "AAPL", "100"),
    )
    assert list(arguments[5]) == ["20290119", "20290615"]
    assert list(arguments[6]) == [220.0, 230.0, 240.0]


def test_a_chain_names_more_than_is_listed() -> None:
    def find(date: str) -> object:
        query = ContractQuery(
            symbol="AAPL", sec_type="OPT", last_trade_date=date, strike=230.0, right="P"
        )
        return CONTRACTS.resolve(query)

    assert isinstance(find("20290119"), ContractDefinition)
    assert find("20290615") is None


@pytest.mark.parametrize(
    ("exchange", "kind", "con_id", "count"),
    [("", "STK", AAPL, 9), ("", "STK", MSFT, 1), ("CME", "FUT", AAPL, 1)],
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
