"""A starting portfolio by file: every mistake is named with its place."""

import json
from pathlib import Path

import pytest

from paper_gateway.account import Account, Position
from paper_gateway.contracts import Catalogue, ContractQuery
from paper_gateway.portfolio import Entry, PortfolioError, endow, read_portfolio
from tests.paper_gateway.wire_client import AAPL, NOON, FakeMarket

CATALOGUE = Catalogue.default()
STOCK = next(each for each in CATALOGUE.definitions if each.con_id == AAPL)
FUTURE = next(CATALOGUE.find(ContractQuery(local_symbol="ESZ6")))
HEAD = "account,symbol,secType,currency,quantity,averageCost"
ROWS = [
    {"currency": "USD", "quantity": 250_000},
    {"currency": "EUR", "quantity": -10.5},
    {"symbol": "AAPL", "secType": "STK", "currency": "USD", "quantity": 100, "averageCost": 181.25},
    {"localSymbol": "ESZ6", "quantity": -2, "averageCost": 300_000},
]
ENTRIES = [
    Entry("DU1", "USD", 250_000.0),
    Entry("DU1", "EUR", -10.5),
    Entry("DU1", "USD", 100.0, STOCK, 181.25),
    Entry("DU1", "USD", -2.0, FUTURE, 300_000.0),
]


def read(folder: Path, text: str, *accounts: str, name: str = "start.csv") -> list[Entry]:
    path = folder / name
    path.write_text(text)
    return read_portfolio(path, CATALOGUE, accounts or ("DU1",))


def test_a_csv_file_has_cash_and_positions(tmp_path: Path) -> None:
    text = (
        "account,symbol,secType,currency,localSymbol,quantity,averageCost\n"
        ",,,USD,,250000,\nDU1,,,EUR,,-10.5,\n"
        ",AAPL,STK,USD,,100,181.25\n,,,,ESZ6,-2,300000\n"
    )
    assert read(tmp_path, text) == ENTRIES


def test_a_json_file_has_the_same(tmp_path: Path) -> None:
    assert read(tmp_path, json.dumps(ROWS), name="start.json") == ENTRIES


def test_rows_name_their_account_when_there_are_several(tmp_path: Path) -> None:
    text = f"{HEAD}\nDU2,,,USD,5,\nDU1,,,USD,6,\n"
    found = read(tmp_path, text, "DU1", "DU2")
    assert [(each.account, each.quantity) for each in found] == [("DU2", 5.0), ("DU1", 6.0)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",,,USD,many,", "quantity 'many' is not a number"),
        (",,,USD,nan,", "quantity nan is out of range"),
        (",,,USD,,", "quantity '' is not a number"),
        (",,,XXX,5,", "no exchange rate is known for currency 'XXX'"),
        (",,,USD,5,3", "cash has no average cost"),
        ("DU9,,,USD,5,", "account 'DU9' is none of DU1"),
        (",NOSUCH,STK,USD,5,3", "no such contract is known"),
        (",SPY,OPT,USD,5,3", "contracts are like this: name one of them"),
        (",AAPL,STK,USD,1.5,3", "not a multiple of 1"),
        (",AAPL,STK,USD,0,3", "not a multiple of 1"),
        (",AAPL,STK,USD,5,", "averageCost '' is not a number"),
        (",AAPL,STK,USD,5,-3", "the average cost is below zero"),
        (",AAPL,STK,USD,5", "the number of fields differs"),
        (",AAPL,STK,USD,5,3,9", "the number of fields differs"),
        (",,,EUR,7,", "the same was given before"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(PortfolioError, match=r"start.csv, line 3: ") as caught:
        read(tmp_path, f"{HEAD}\n,,,EUR,7,\n{row}\n")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON"),
        ('{"USD": 5}', "is not a list of objects"),
        ('[{"currency": "USD", "quantity": 1}, {"cash": 5}]', "entry 2: unknown column cash"),
        ('[{"currency": null, "quantity": 1}]', "entry 1: no exchange rate"),
    ],
)
def test_a_mistake_in_json_is_named_too(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(PortfolioError, match=reason):
        read(tmp_path, text, name="start.json")


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(PortfolioError, match="line 2: unknown column price; there are account"):
        read(tmp_path, "currency,quantity,price\nUSD,5,3\n")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(PortfolioError, match="cannot read"):
        read_portfolio(tmp_path / "none.csv", CATALOGUE, ["DU1"])
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PortfolioError, match="cannot read"):
        read_portfolio(tmp_path / "binary.csv", CATALOGUE, ["DU1"])


def test_an_account_begins_with_what_the_file_says() -> None:
    account = Account("DU1", FakeMarket(CATALOGUE))
    endow(account, ENTRIES, NOON)
    assert account.cash == {"USD": 250_000.0, "EUR": -10.5}
    assert account.positions[AAPL] == Position("DU1", STOCK, 100.0, 181.25, day_value=10_000.0)
    figures = account.figures(NOON)
    assert (figures.daily, figures.futures_pnl) == (0.0, 0.0)
    assert figures.net_liquidation == 250_000 - 10.5 * 100 + 10_000
    assert figures.unrealized == 100 * (100 - 181.25) + 2 * (300_000 - 5_000)


def test_an_account_that_the_file_does_not_name_keeps_its_cash() -> None:
    account = Account("DU2", FakeMarket(CATALOGUE))
    endow(account, ENTRIES, NOON)
    assert (account.cash, account.positions) == ({"USD": 1_000_000.0}, {})
