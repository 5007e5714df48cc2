"""The tables as contracts."""

from collections import Counter

import pytest

from paper_gateway.catalogue.instruments import instruments, stock
from paper_gateway.catalogue.isins import is_isin
from paper_gateway.catalogue.tables import Row, TableError
from paper_gateway.rules import order_codes
from paper_gateway.ticks import on_tick

EVERYTHING = instruments()
ROW = {
    "symbol": "X",
    "conId": "1",
    "ISIN": "US0378331005",
    "primaryExchange": "NYSE",
    "sector": "tech",
    "price": "10",
    "volatility": "0.2",
    "millions": "1",
    "name": "X CORP",
}
SECTORS = {"tech": Row("s:1", {"industry": "a", "category": "b", "subcategory": "c"})}


def test_there_are_contracts_of_every_kind() -> None:
    kinds = Counter(each.sec_type for each in EVERYTHING)
    assert set(kinds) == {"STK", "CASH", "CRYPTO", "IND", "BOND"}
    assert kinds["STK"] > 450
    assert kinds["CASH"] >= 15


def test_no_conid_or_isin_is_there_twice() -> None:
    assert max(Counter(each.con_id for each in EVERYTHING).values()) == 1
    isins = Counter(each.isin for each in EVERYTHING if each.sec_type == "STK")
    # Royal Bank of Canada and Shopify are listed in two countries and have one ISIN each.
    twice = {isin for isin, count in isins.items() if count > 1}
    assert twice == {"CA7800871021", "CA82509L1076"}


def test_every_isin_has_its_check_digit_and_few_are_our_own() -> None:
    stocks = [each for each in EVERYTHING if each.sec_type == "STK"]
    assert all(is_isin(each.isin) for each in stocks)
    assert {each.symbol for each in stocks if each.isin.startswith("ZZ")} == {"SQQQ", "UNG"}


def test_reference_prices_are_on_the_tick() -> None:
    assert [e.local_symbol for e in EVERYTHING if not on_tick(e, e.reference_price)] == []


def test_everything_but_an_index_takes_market_and_limit_orders() -> None:
    for each in EVERYTHING:
        takes = {"MKT", "LMT"} <= order_codes(each.order_types)
        assert takes is (each.sec_type != "IND")


def test_the_crosses_agree_with_the_dollar_pairs_at_their_reference_prices() -> None:
    pairs = {each.local_symbol: each.reference_price for each in EVERYTHING}
    assert pairs["EUR.GBP"] == pytest.approx(pairs["EUR.USD"] / pairs["GBP.USD"], rel=1e-3)
    assert pairs["EUR.JPY"] == pytest.approx(pairs["EUR.USD"] * pairs["USD.JPY"], rel=1e-3)
    assert pairs["AUD.CAD"] == pytest.approx(pairs["AUD.USD"] * pairs["USD.CAD"], rel=1e-3)
    assert pairs["CHF.JPY"] == pytest.approx(pairs["USD.JPY"] / pairs["USD.CHF"], rel=1e-3)


def test_a_stock_without_an_isin_gets_one_of_ours() -> None:
    row = Row("stocks.tsv:9", {**ROW, "ISIN": "-"})
    assert stock(row, SECTORS, "COMMON", ("USD", "SMART")).isin.startswith("ZZ")


@pytest.mark.parametrize(
    ("field", "text", "complaint"),
    [
        ("ISIN", "US0378331006", "is not an ISIN"),
        ("sector", "magic", "no sector 'magic'"),
        ("price", "cheap", "price 'cheap' is not a number"),
        ("conId", "1.5", "conId '1.5' is not a whole number"),
    ],
)
def test_a_bad_row_is_refused_by_its_place(field: str, text: str, complaint: str) -> None:
    row = Row("stocks.tsv:9", {**ROW, field: text})
    with pytest.raises(TableError, match=f"stocks.tsv:9: .*{complaint}"):
        stock(row, SECTORS, "COMMON", ("USD", "SMART"))


def test_a_bond_has_its_terms() -> None:
    found = next(each for each in EVERYTHING if each.con_id == 900_000_871)
    assert found.bond is not None
    assert (found.bond.coupon, found.bond.maturity) == (4.0, "20341115")
    assert found.local_symbol == "US-T 4 20341115"
    assert is_isin(found.isin)
