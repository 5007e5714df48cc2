"""Futures by product: months, names, conIds, and what they follow."""

from datetime import date

import pytest

from paper_gateway.catalogue.futures import Futures, product_of
from paper_gateway.catalogue.instruments import instruments
from paper_gateway.catalogue.market_rules import MARKET_RULES
from paper_gateway.catalogue.tables import Row, TableError, read_table
from paper_gateway.definitions import ContractDefinition, ContractQuery

INSTRUMENTS = instruments()
FUTURES = Futures(INSTRUMENTS)
TODAY = date(2026, 1, 5)


def find(query: ContractQuery, today: date = TODAY) -> list[ContractDefinition]:
    return list(FUTURES.find(query, today))


def months_of(symbol: str) -> list[ContractDefinition]:
    return find(ContractQuery(symbol=symbol))


def test_the_e_mini_has_the_quarters_that_are_left() -> None:
    names = [each.local_symbol for each in months_of("ES")]
    assert names[:5] == ["ESH6", "ESM6", "ESU6", "ESZ6", "ESH7"]
    assert len(names) == 21
    query = ContractQuery(symbol="ES")
    assert find(query, date(2026, 3, 20))[0].local_symbol == "ESH6"
    assert find(query, date(2026, 3, 21))[0].local_symbol == "ESM6"


def test_a_contract_may_end_in_the_month_before_its_own() -> None:
    first = months_of("CL")[0]
    assert first.local_symbol == "CLG6"
    assert (first.contract_month, first.last_trade_date) == ("202602", "20260120")


def test_months_of_two_lists_are_joined() -> None:
    months = [each.contract_month for each in months_of("GC")]
    assert months[:3] == ["202602", "202604", "202606"]
    assert months[-1] == "203112"
    assert months == sorted(set(months))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (ContractQuery(symbol="es"), ["ESH6"]),
        (ContractQuery(trading_class="6E"), ["6EH6"]),
        (ContractQuery(symbol="EUR"), ["6EH6"]),
        (ContractQuery(symbol="EUR", trading_class="6B"), []),
        (ContractQuery(local_symbol="ESH6"), ["ESH6"]),
        (ContractQuery(), []),
        (ContractQuery(symbol="NOSUCH"), []),
    ],
)
def test_products_are_found_by_symbol_class_or_local_symbol(
    query: ContractQuery, names: list[str]
) -> None:
    assert [each.local_symbol for each in find(query)[:1]] == names


def test_expired_months_are_found_for_two_years_when_they_are_asked_for() -> None:
    query = ContractQuery(symbol="ES", includes_expired=True)
    names = [each.local_symbol for each in find(query)]
    assert names[:9] == ["ESH4", "ESM4", "ESU4", "ESZ4", "ESH5", "ESM5", "ESU5", "ESZ5", "ESH6"]


def test_every_contract_is_found_again_by_its_conid() -> None:
    found = [
        each
        for symbol in ("ES", "CL", "GC", "EUR", "VIX", "ZN", "BRR")
        for each in find(ContractQuery(symbol=symbol, includes_expired=True))
    ]
    assert len({each.con_id for each in found}) == len(found) > 100
    fresh = Futures(INSTRUMENTS)
    assert all(fresh.by_con_id(each.con_id) == each for each in found)


@pytest.mark.parametrize("con_id", [1, 900_100_075, 900_199_999, 900_000_201])
def test_a_conid_of_no_contract_finds_none(con_id: int) -> None:
    assert FUTURES.by_con_id(con_id) is None


def test_earlier_versions_conids_still_name_their_contracts() -> None:
    found = [FUTURES.by_con_id(con_id) for con_id in range(900_000_101, 900_000_105)]
    names = [each.local_symbol for each in found if each is not None]
    assert names == ["ESU9", "ESZ9", "GCZ9", "CLZ9"]
    assert 900_000_101 in [each.con_id for each in months_of("ES")]


@pytest.mark.parametrize(
    ("symbol", "under"),
    [("ES", 11004968), ("VIX", 13455763), ("EUR", 12087792), ("MCL", 900_000_909)],
)
def test_a_future_has_an_underlying_that_is_a_contract(symbol: str, under: int) -> None:
    known = {each.con_id for each in [*INSTRUMENTS, *FUTURES.underlyings]}
    first = months_of(symbol)[0]
    assert first.under_con_id == under
    assert under in known
    assert first.following is not None
    assert first.following.con_id in known


def test_the_tick_of_every_product_is_that_of_its_market_rule() -> None:
    for row in read_table("futures"):
        first = months_of(row["symbol"])[0]
        steps = [increment for _, increment in MARKET_RULES[int(first.market_rule_ids)]]
        assert steps == [first.min_tick]


@pytest.mark.parametrize(
    ("field", "text", "complaint"),
    [
        ("lastTrade", "never", "no such last trade"),
        ("rule", "999", "no such last trade or market rule"),
        ("months", "ABC:3", "months are letters"),
        ("months", "HM", "months are letters"),
        ("follows", "IND NOSUCH", "there is no IND NOSUCH"),
    ],
)
def test_a_bad_row_is_refused_by_its_place(field: str, text: str, complaint: str) -> None:
    first = read_table("futures")[0]
    row = Row("futures.tsv:9", {**first.fields, field: text})
    known = {(each.sec_type, each.local_symbol): each for each in INSTRUMENTS}
    with pytest.raises(TableError, match=f"futures.tsv:9: .*{complaint}"):
        product_of(row, known)
