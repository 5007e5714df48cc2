"""The catalogue: its data, and how queries find contracts as TWS does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.catalogue.con_ids import FIRST_SYNTHETIC_CON_ID
from paper_gateway.contracts import (
    Ambiguous,
    Catalogue,
    ContractDefinition,
    ContractQuery,
    derivatives,
    market_rule,
    on_tick,
    round_to_tick,
)

AAPL = 265598
EUR_USD = 12087792
CONTRACTS = Catalogue.default()
USD_JPY = 15016059


@pytest.fixture(scope="module")
def contracts() -> Catalogue:
    return Catalogue.default()


def definition(contracts: Catalogue, con_id: int) -> ContractDefinition:
    found = contracts.by_con_id(con_id)
    assert found is not None
    return found


def luhn_sum(isin: str) -> int:
    digits = "".join(str(int(letter, 36)) for letter in isin)
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled)


# The data


def test_the_catalogue_holds_several_hundred_us_stocks_and_funds(contracts: Catalogue) -> None:
    us = [
        each for each in contracts.definitions if each.sec_type == "STK" and each.currency == "USD"
    ]
    assert len(us) >= 450
    assert {each.stock_type for each in us} == {"COMMON", "ETF"}


def test_every_con_id_is_unique(contracts: Catalogue) -> None:
    con_ids = [each.con_id for each in contracts.definitions]
    assert len(con_ids) == len(set(con_ids))


def test_a_catalogue_with_a_con_id_twice_is_refused(contracts: Catalogue) -> None:
    apple = definition(contracts, AAPL)
    with pytest.raises(ValueError, match="unique"):
        Catalogue([apple, apple], derivatives())


@pytest.mark.parametrize(
    ("symbol", "con_id"),
    [
        ("AAPL", 265598),
        ("MSFT", 272093),
        ("SPY", 756733),
        ("IBM", 8314),
        ("TSLA", 76792991),
        ("AMZN", 3691937),
        ("GOOGL", 208813719),
        ("GOOG", 208813720),
        ("META", 107113386),
        ("NVDA", 4815747),
        ("QQQ", 320227571),
        ("AMD", 4391),
        ("INTC", 270639),
        ("NFLX", 15124833),
        ("JPM", 1520593),
        ("BAC", 10098),
        ("XOM", 13977),
        ("KO", 8894),
        ("DIS", 6459),
        ("IWM", 9579970),
    ],
)
def test_well_known_contracts_have_their_real_con_id(
    contracts: Catalogue, symbol: str, con_id: int
) -> None:
    assert definition(contracts, con_id).symbol == symbol


@pytest.mark.parametrize(
    ("pair", "con_id"),
    [
        ("EUR.USD", 12087792),
        ("GBP.USD", 12087797),
        ("USD.JPY", 15016059),
        ("AUD.USD", 14433401),
        ("USD.CHF", 12087820),
        ("USD.CAD", 15016062),
    ],
)
def test_pairs_have_their_real_con_id_and_exchange(
    contracts: Catalogue, pair: str, con_id: int
) -> None:
    found = definition(contracts, con_id)
    assert (found.local_symbol, found.trading_class, found.exchange) == (pair, pair, "IDEALPRO")
    assert found.isin == ""


def test_every_stock_has_an_isin_with_a_right_check_digit(contracts: Catalogue) -> None:
    isins = [each.isin for each in contracts.definitions if each.sec_type == "STK"]
    assert all(len(isin) == 12 for isin in isins)
    assert [isin for isin in isins if luhn_sum(isin) % 10] == []


def test_the_check_digit_test_sees_a_wrong_digit() -> None:
    assert luhn_sum("US0378331005") % 10 == 0
    assert luhn_sum("US0378331006") % 10 != 0


def test_made_up_con_ids_lie_in_the_documented_range(contracts: Catalogue) -> None:
    made_up = [e for e in contracts.definitions if e.con_id >= FIRST_SYNTHETIC_CON_ID]
    assert {"COST", "RY"} <= {each.symbol for each in made_up}
    assert max(each.con_id for each in made_up) < FIRST_SYNTHETIC_CON_ID + 1000


def test_there_is_one_market_rule_per_exchange_and_it_is_known(contracts: Catalogue) -> None:
    for each in contracts.definitions:
        rules = each.market_rule_ids.split(",")
        assert len(rules) == len(each.valid_exchanges.split(","))
        for rule in rules:
            bands = market_rule(int(rule))
            assert bands is not None
            assert [low for low, _ in bands] == sorted({low for low, _ in bands})
            assert each.min_tick in [increment for _, increment in bands]


def test_an_unknown_market_rule_is_none() -> None:
    assert market_rule(999_999) is None


def test_reference_prices_are_on_the_tick(contracts: Catalogue) -> None:
    assert all(on_tick(each, each.reference_price) for each in contracts.definitions)


# Queries


def test_a_con_id_alone_finds_exactly_one(contracts: Catalogue) -> None:
    assert [each.symbol for each in contracts.find(ContractQuery(con_id=AAPL))] == ["AAPL"]
    rows = list(contracts.rows(ContractQuery(con_id=AAPL)))
    assert rows == [(definition(contracts, AAPL), "SMART")]


def test_an_unknown_con_id_is_none(contracts: Catalogue) -> None:
    assert contracts.by_con_id(1) is None
    assert contracts.resolve(ContractQuery(con_id=1)) is None


def test_a_con_id_with_the_wrong_symbol_is_refused(contracts: Catalogue) -> None:
    assert contracts.resolve(ContractQuery(con_id=AAPL, symbol="MSFT")) is None


def test_a_whole_definition_given_as_a_query_finds_itself(contracts: Catalogue) -> None:
    for each in contracts.definitions:
        query = ContractQuery(
            con_id=each.con_id,
            symbol=each.symbol,
            sec_type=each.sec_type,
            exchange=each.exchange,
            primary_exchange=each.primary_exchange,
            currency=each.currency,
            local_symbol=each.local_symbol,
            trading_class=each.trading_class,
        )
        assert contracts.resolve(query) is each


@pytest.mark.parametrize("symbol", ["AAPL", "aapl", "Aapl"])
def test_symbols_are_found_in_any_case(contracts: Catalogue, symbol: str) -> None:
    query = ContractQuery(symbol=symbol, sec_type="STK", exchange="SMART", currency="USD")
    assert contracts.resolve(query) is definition(contracts, AAPL)


@pytest.mark.parametrize(
    "query",
    [
        ContractQuery(symbol="NOSUCH", sec_type="STK", exchange="SMART", currency="USD"),
        ContractQuery(symbol="AAPL", sec_type="CASH"),
        ContractQuery(symbol="AAPL", sec_type="STK", currency="EUR"),
        ContractQuery(symbol="AAPL", sec_type="STK", exchange="IDEALPRO"),
        ContractQuery(symbol="AAPL", sec_type="STK", primary_exchange="NYSE"),
        ContractQuery(symbol="AAPL", sec_type="STK", trading_class="XXX"),
        ContractQuery(symbol="AAPL", sec_type="STK", strike=100.0),
        ContractQuery(symbol="AAPL", sec_type="OPT", last_trade_date="20270114"),
        ContractQuery(symbol="EUR", sec_type="CASH", currency="USD", exchange="SMART"),
    ],
)
def test_a_query_that_fits_nothing_is_none(contracts: Catalogue, query: ContractQuery) -> None:
    assert contracts.resolve(query) is None
    assert list(contracts.rows(query)) == []


def test_a_symbol_listed_in_two_currencies_is_ambiguous(contracts: Catalogue) -> None:
    found = contracts.resolve(ContractQuery(symbol="SHOP", sec_type="STK", exchange="SMART"))
    assert isinstance(found, Ambiguous)
    assert {each.currency for each in found.definitions} == {"USD", "CAD"}


@pytest.mark.parametrize(
    ("query", "currency"),
    [
        (ContractQuery(symbol="SHOP", sec_type="STK", currency="USD"), "USD"),
        (ContractQuery(symbol="SHOP", sec_type="STK", currency="CAD"), "CAD"),
        (ContractQuery(symbol="SHOP", sec_type="STK", exchange="TSE"), "CAD"),
        (ContractQuery(symbol="SHOP", sec_type="STK", primary_exchange="NASDAQ"), "USD"),
        (ContractQuery(symbol="SHOP", sec_type="STK", primary_exchange="ISLAND"), "USD"),
    ],
)
def test_currency_or_exchange_ends_the_ambiguity(
    contracts: Catalogue, query: ContractQuery, currency: str
) -> None:
    found = contracts.resolve(query)
    assert isinstance(found, ContractDefinition)
    assert found.currency == currency


@pytest.mark.parametrize(
    "query",
    [
        ContractQuery(symbol="EUR", sec_type="CASH", currency="USD", exchange="IDEALPRO"),
        ContractQuery(local_symbol="EUR.USD", sec_type="CASH"),
        ContractQuery(symbol="EUR", sec_type="CASH", currency="USD"),
    ],
)
def test_a_pair_is_found_by_its_parts_or_its_local_symbol(
    contracts: Catalogue, query: ContractQuery
) -> None:
    assert contracts.resolve(query) is definition(contracts, EUR_USD)


def test_dollars_against_anything_are_ambiguous(contracts: Catalogue) -> None:
    found = contracts.resolve(ContractQuery(symbol="USD", sec_type="CASH", exchange="IDEALPRO"))
    assert isinstance(found, Ambiguous)


def test_a_stock_without_an_exchange_has_a_row_per_exchange(contracts: Catalogue) -> None:
    rows = list(contracts.rows(ContractQuery(symbol="AMD", sec_type="STK", currency="USD")))
    exchanges = [exchange for _, exchange in rows]
    assert exchanges == rows[0][0].valid_exchanges.split(",")
    assert {"SMART", "NASDAQ", "NYSE"} <= set(exchanges)
    assert {each.symbol for each, _ in rows} == {"AMD"}


def test_a_named_exchange_has_one_row_under_that_name(contracts: Catalogue) -> None:
    apple = definition(contracts, AAPL)
    for exchange, shown in (("SMART", "SMART"), ("ARCA", "ARCA"), ("ISLAND", "NASDAQ")):
        query = ContractQuery(symbol="AAPL", sec_type="STK", exchange=exchange)
        assert list(contracts.rows(query)) == [(apple, shown)]


def test_a_pair_without_an_exchange_has_one_row(contracts: Catalogue) -> None:
    rows = contracts.rows(ContractQuery(symbol="EUR", sec_type="CASH", currency="USD"))
    assert [exchange for _, exchange in rows] == ["IDEALPRO"]


WORDS = st.sampled_from(
    ["", "AAPL", "ES", "SPX", "OPT", "FUT", "FOP", "STK", "IND", "C", "CALL", "X", "CBOE", "EUR",
     "USD", "20260116", "202601", "AAPL  260116P00230000", "ESH6", "100"]
) | st.text(max_size=8)  # fmt: skip
QUERIES = st.builds(
    ContractQuery,
    con_id=st.sampled_from([0, AAPL, 900_100_074, 900_000_203]) | st.integers(-(2**31), 2**31 - 1),
    strike=st.sampled_from([0.0, 230.0, -1.0]) | st.floats(),
    symbol=WORDS,
    sec_type=WORDS,
    last_trade_date=WORDS,
    right=WORDS,
    multiplier=WORDS,
    exchange=WORDS,
    currency=WORDS,
    local_symbol=WORDS,
    trading_class=WORDS,
    includes_expired=st.booleans(),
)


@given(QUERIES)
def test_any_query_has_an_answer_that_agrees_with_it(query: ContractQuery) -> None:
    found = CONTRACTS.resolve(query)
    if isinstance(found, ContractDefinition):
        assert query.con_id in {0, found.con_id}
        assert query.symbol.upper() in {"", found.symbol}
        assert query.strike in {0.0, found.strike}
        assert CONTRACTS.by_con_id(found.con_id) == found


# Expiry


def test_the_day_of_the_catalogue_says_what_has_expired() -> None:
    day = [date(2026, 3, 20)]
    contracts = Catalogue.default(lambda: day[0])
    march = ContractQuery(symbol="ES", sec_type="FUT", last_trade_date="202603")
    found = contracts.resolve(march)
    assert isinstance(found, ContractDefinition)
    by_id = ContractQuery(con_id=found.con_id)
    assert contracts.resolve(by_id) == found
    day[0] = date(2026, 3, 21)
    assert contracts.resolve(march) is None
    assert contracts.resolve(by_id) is None
    assert contracts.resolve(replace(by_id, includes_expired=True)) == found
    assert contracts.by_con_id(found.con_id) == found


def test_an_expired_option_is_gone_even_when_expired_ones_are_asked_for() -> None:
    contracts = Catalogue.default(lambda: date(2029, 2, 1))
    assert contracts.resolve(ContractQuery(con_id=900_000_203, includes_expired=True)) is None
    assert contracts.by_con_id(900_000_203) is not None


# Matching symbols


def test_matching_puts_the_exact_symbol_first_then_prefixes_then_names(
    contracts: Catalogue,
) -> None:
    symbols = [each.symbol for each in contracts.matching("ma")]
    assert symbols[:3] == ["MA", "MAR", "MARA"]
    assert [each.symbol for each in contracts.matching("mart")] == ["LMT", "WMT"]


def test_matching_finds_names(contracts: Catalogue) -> None:
    assert [each.symbol for each in contracts.matching("netflix")] == ["NFLX"]


def test_matching_gives_at_most_sixteen(contracts: Catalogue) -> None:
    assert len(contracts.matching("I")) == 16


@pytest.mark.parametrize("pattern", ["", "  ", "zzzzzz"])
def test_matching_nothing_is_an_empty_list(contracts: Catalogue, pattern: str) -> None:
    assert contracts.matching(pattern) == []


@pytest.mark.parametrize(
    ("con_id", "kinds"),
    [(AAPL, ["OPT"]), (11004968, ["FUT"]), (416904, ["OPT"]), (13455763, ["FUT", "OPT"])],
)
def test_what_is_derived_from_a_contract_is_named(con_id: int, kinds: list[str]) -> None:
    assert CONTRACTS.derivatives(definition(CONTRACTS, con_id)) == kinds


# Ticks and hours


@pytest.mark.parametrize(
    ("con_id", "price", "expected"),
    [
        (AAPL, 228.01, True),
        (AAPL, 228.005, False),
        (AAPL, 0.1 + 0.2, True),
        (AAPL, 123_456.78, True),
        (EUR_USD, 1.08505, True),
        (EUR_USD, 1.08503, False),
        (USD_JPY, 150.005, True),
        (USD_JPY, 150.001, False),
    ],
)
def test_prices_are_checked_against_the_tick(
    contracts: Catalogue, con_id: int, price: float, expected: bool
) -> None:
    assert on_tick(definition(contracts, con_id), price) is expected


@pytest.mark.parametrize(
    ("con_id", "price", "expected"),
    [
        (AAPL, 228.0149, 228.01),
        (AAPL, 0.1 + 0.2, 0.3),
        (EUR_USD, 1.08503, 1.08505),
        (USD_JPY, 150.0024, 150.0),
    ],
)
def test_prices_are_rounded_to_the_shortest_decimal_on_the_tick(
    contracts: Catalogue, con_id: int, price: float, expected: float
) -> None:
    assert repr(round_to_tick(definition(contracts, con_id), price)) == repr(expected)


def test_hours_are_six_open_days_in_ibs_format(contracts: Catalogue) -> None:
    hours = definition(contracts, AAPL).trading_hours(date(2026, 2, 27)).split(";")
    assert hours[0] == "20260227:0000-20260227:2359"
    assert hours[2] == "20260301:0000-20260301:2359"
    assert len(hours) == 6
    assert definition(contracts, AAPL).liquid_hours(date(2026, 2, 27)) == ";".join(hours)
