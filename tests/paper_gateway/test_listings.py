"""The tables as contracts: futures, options and cryptocurrencies beside stocks and pairs."""

from collections import Counter

import pytest

from paper_gateway.contracts import Catalogue, ContractDefinition, ContractQuery
from paper_gateway.listings import everything
from paper_gateway.rules import order_codes

CONTRACTS = Catalogue.default()


def test_there_are_contracts_of_every_kind() -> None:
    kinds = Counter(each.sec_type for each in everything())
    assert set(kinds) == {"STK", "CASH", "CRYPTO", "FUT", "OPT"}
    assert kinds["OPT"] == 14


@pytest.mark.parametrize(
    ("query", "local_symbol"),
    [
        (ContractQuery(symbol="BTC", sec_type="CRYPTO", exchange="PAXOS"), "BTC.USD"),
        (ContractQuery(symbol="ES", sec_type="FUT", last_trade_date="20290921"), "ESU9"),
        (ContractQuery(symbol="ES", sec_type="FUT", last_trade_date="202912"), "ESZ9"),
        (ContractQuery(local_symbol="CLZ9", exchange="NYMEX"), "CLZ9"),
        (
            ContractQuery(
                symbol="AAPL", sec_type="OPT", last_trade_date="20290119", strike=230.0, right="C"
            ),
            "AAPL  290119C00230000",
        ),
    ],
)
def test_a_derivative_is_found_by_what_clients_send(
    query: ContractQuery, local_symbol: str
) -> None:
    found = CONTRACTS.resolve(query)
    assert isinstance(found, ContractDefinition)
    assert found.local_symbol == local_symbol


def test_two_months_of_a_future_are_ambiguous() -> None:
    assert len(CONTRACTS.find(ContractQuery(symbol="ES", sec_type="FUT"))) == 2


def test_options_name_their_underlying() -> None:
    option = CONTRACTS.by_con_id(900_000_201)
    assert option is not None
    under = CONTRACTS.by_con_id(option.under_con_id)
    assert under is not None
    assert (under.symbol, under.sec_type, option.multiplier) == ("AAPL", "STK", "100")


def test_symbols_are_matched_by_underlyings_only() -> None:
    assert {each.sec_type for each in CONTRACTS.matching("AAPL")} == {"STK"}
    assert [each.symbol for each in CONTRACTS.matching("BTC")] == ["BTC"]


def test_every_contract_takes_market_and_limit_orders() -> None:
    assert all({"MKT", "LMT"} <= order_codes(each.order_types) for each in everything())
