"""Options as contracts: queries, conIds, names."""

from dataclasses import replace
from datetime import date

import pytest

from paper_gateway.catalogue.instruments import instruments
from paper_gateway.catalogue.options import Options, is_option_name
from paper_gateway.definitions import ContractDefinition, ContractQuery

INSTRUMENTS = instruments()
OPTIONS = Options(INSTRUMENTS)
TODAY = date(2026, 1, 5)
PUT = ContractQuery(symbol="AAPL", last_trade_date="20260116", strike=230.0, right="P")


def find(query: ContractQuery) -> list[ContractDefinition]:
    return list(OPTIONS.find(query, TODAY))


def test_an_option_is_what_its_query_says() -> None:
    (found,) = find(PUT)
    assert found.local_symbol == "AAPL  260116P00230000"
    assert (found.multiplier, found.contract_month, found.last_trade_time) == (
        "100",
        "202601",
        "16:00",
    )
    assert (found.under_con_id, found.under_symbol, found.under_sec_type) == (265598, "AAPL", "STK")


def test_an_option_is_found_by_its_name_and_in_any_case() -> None:
    found = find(PUT)
    assert find(ContractQuery(local_symbol="AAPL  260116P00230000")) == found
    assert find(replace(PUT, symbol="aapl", right="PUT")) == found


@pytest.mark.parametrize(
    "query",
    [
        replace(PUT, last_trade_date="20260117"),
        replace(PUT, strike=231.0),
        replace(PUT, last_trade_date="20290615"),
        replace(PUT, right="X"),
        replace(PUT, currency="EUR"),
        replace(PUT, multiplier="10"),
        replace(PUT, primary_exchange="CBOE"),
        replace(PUT, trading_class="SPX"),
        replace(PUT, strike=float("inf")),
        replace(PUT, strike=float("nan")),
        ContractQuery(symbol="NOSUCH"),
        ContractQuery(local_symbol="AAPL"),
        ContractQuery(local_symbol="AAPL  260116X00230000"),
        ContractQuery(),
    ],
)
def test_what_is_not_listed_is_not_found(query: ContractQuery) -> None:
    assert find(query) == []


def test_a_month_means_all_its_expirations() -> None:
    found = find(replace(PUT, last_trade_date="202601", strike=200.0))
    days = [each.last_trade_date for each in found]
    assert days == ["20260109", "20260116", "20260123", "20260130"]


def test_an_index_has_two_classes_on_its_third_fridays() -> None:
    found = find(replace(PUT, symbol="SPX", strike=5900.0))
    assert [each.trading_class for each in found] == ["SPX", "SPXW"]
    assert found[1] in find(ContractQuery(trading_class="SPXW", strike=5900.0))


@pytest.mark.parametrize("symbol", ["AAPL", "VIX", "BRK B"])
def test_every_option_is_found_again_by_its_conid(symbol: str) -> None:
    found = find(ContractQuery(symbol=symbol))
    assert len({each.con_id for each in found}) == len(found) > 100
    fresh = Options(INSTRUMENTS)
    assert all(fresh.by_con_id(each.con_id) == each for each in found[::7])


@pytest.mark.parametrize("con_id", [1, 901_000_000, 1_999_999_999, 900_000_101])
def test_a_conid_of_no_option_finds_none(con_id: int) -> None:
    assert OPTIONS.by_con_id(con_id) is None


def test_earlier_versions_options_stay_listed_under_their_conids() -> None:
    found = [OPTIONS.by_con_id(con_id) for con_id in range(900_000_201, 900_000_215)]
    assert [each.con_id for each in found if each] == list(range(900_000_201, 900_000_215))
    (call,) = find(replace(PUT, last_trade_date="20290119", right="C"))
    assert call.con_id == 900_000_203


def test_a_chain_has_all_expirations_and_strikes_of_its_class() -> None:
    (chain,) = OPTIONS.chains(265598, TODAY)
    assert (chain.trading_class, chain.multiplier) == ("AAPL", "100")
    assert chain.expirations[:2] == ["20260109", "20260116"]
    assert chain.expirations[-1] == "20290615"
    assert 230.0 in chain.strikes
    assert OPTIONS.chains(1, TODAY) == []


def test_stocks_have_options_and_pairs_have_none() -> None:
    by_name = {each.local_symbol: each for each in INSTRUMENTS}
    assert OPTIONS.are_on(by_name["MSFT"])
    assert not OPTIONS.are_on(by_name["EUR.USD"])


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("AAPL  260116P00230000", True), ("AAPL", False), ("AAPL  260116X00230000", False)],
)
def test_the_form_of_an_options_name(name: str, is_one: bool) -> None:
    assert is_option_name(name) is is_one
