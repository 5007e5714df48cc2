"""Account rows: the tags, segments and ledgers that clients look for."""

import pytest

from paper_gateway.account import Account
from paper_gateway.account_values import (
    Row,
    account_rows,
    ledger_and_worth,
    money,
    statement_of,
    summary_rows,
)
from paper_gateway.contracts import Catalogue, ContractQuery
from tests.paper_gateway.wire_client import AAPL, EUR_USD, NOON, FakeMarket

CATALOGUE = Catalogue.default()
DEFINITIONS = {each.con_id: each for each in CATALOGUE.definitions}


@pytest.fixture
def account() -> Account:
    account = Account("DU1", FakeMarket(CATALOGUE))
    account.apply_fill(DEFINITIONS[AAPL], 100, 99.0, 1.0)
    account.apply_fill(DEFINITIONS[EUR_USD], 1000, 100.0, 2.0)
    return account


def values(account: Account) -> dict[tuple[str, str], str]:
    return by_tag(account_rows(statement_of([account], NOON)))


def by_tag(rows: list[Row]) -> dict[tuple[str, str], str]:
    return {(row.tag, row.currency): row.value for row in rows}


def test_every_row_is_told_once(account: Account) -> None:
    rows = account_rows(statement_of([account], NOON))
    assert len(rows) == len({(row.tag, row.currency) for row in rows}) > 100
    assert rows == sorted(rows, key=lambda row: row.tag)


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("NetLiquidation", "1000097.00"),
        ("TotalCashValue", "990097.00"),
        ("GrossPositionValue", "10000.00"),
        ("InitMarginReq", "8000.00"),  # half of the stock, 3 % of the pair
        ("MaintMarginReq", "5500.00"),
        ("AvailableFunds", "992097.00"),
        ("ExcessLiquidity", "994597.00"),
        ("BuyingPower", "1984194.00"),
        ("EquityWithLoanValue", "1000097.00"),
        ("AccruedCash", "0.00"),
    ],
)
def test_the_money_of_the_account(account: Account, tag: str, value: str) -> None:
    assert values(account)[tag, "USD"] == value


def test_facts_have_no_currency(account: Account) -> None:
    found = values(account)
    assert (found["AccountCode", ""], found["AccountReady", ""]) == ("DU1", "true")
    assert (found["AccountType", ""], found["DayTradesRemaining", ""]) == ("INDIVIDUAL", "-1")
    assert float(found["Cushion", ""]) == pytest.approx(0.9945, abs=1e-4)


def test_segments_are_told_apart(account: Account) -> None:
    found = values(account)
    assert found["NetLiquidation-S", "USD"] == found["NetLiquidation", "USD"]
    assert found["NetLiquidation-C", "USD"] == "0.00"


def test_the_ledger_has_a_block_per_currency_and_the_base(account: Account) -> None:
    found = values(account)
    assert found["CashBalance", "EUR"] == "1000.00"
    assert found["CashBalance", "USD"] == "890097.00"
    assert found["CashBalance", "BASE"] == "990097.00"
    assert found["StockMarketValue", "USD"] == found["StockMarketValue", "BASE"] == "10000.00"
    assert float(found["ExchangeRate", "EUR"]) == 100.0


def test_the_base_is_the_sum_of_the_currencies(account: Account) -> None:
    found = values(account)
    euros, dollars = float(found["CashBalance", "EUR"]), float(found["CashBalance", "USD"])
    assert float(found["CashBalance", "BASE"]) == pytest.approx(dollars + 100 * euros)


def test_a_summary_has_the_tags_that_were_asked_for(account: Account) -> None:
    tags = ["NetLiquidation", "AccountType", "Unknown"]
    assert summary_rows(statement_of([account], NOON), tags) == [
        Row("NetLiquidation", "1000097.00", "USD"),
        Row("AccountType", "INDIVIDUAL", ""),
    ]


def test_a_summary_knows_the_other_names_of_some_tags(account: Account) -> None:
    (row,) = summary_rows(statement_of([account], NOON), ["SettledCash"])
    assert row == Row("SettledCash", "990097.00", "USD")


@pytest.mark.parametrize(
    ("tag", "currencies"),
    [
        ("$LEDGER", {"BASE"}),
        ("$LEDGER:EUR", {"EUR"}),
        ("$LEDGER:ALL", {"BASE", "EUR", "USD"}),
    ],
)
def test_a_summary_serves_ledgers(account: Account, tag: str, currencies: set[str]) -> None:
    rows = summary_rows(statement_of([account], NOON), [tag])
    assert {row.currency for row in rows} == currencies


def test_futures_are_in_the_commodities_segment(account: Account) -> None:
    future = next(CATALOGUE.find(ContractQuery(symbol="ES", sec_type="FUT")))
    account.apply_fill(future, 1, 98.0, 0.0)
    found = values(account)
    assert found["FuturesPNL", "USD"] == found["FuturesPNL", "BASE"] == "100.00"
    assert found["InitMarginReq-C", "USD"] == "330.00"  # 6.6 % of 50 times 100
    assert found["MaintMarginReq-C", "USD"] == "300.00"
    assert found["NetLiquidation-C", "USD"] == "330.00"
    assert found["AvailableFunds-C", "USD"] == "0.00"
    for tag in ("NetLiquidation", "InitMarginReq", "ExcessLiquidity", "TotalCashValue"):
        parts = float(found[f"{tag}-C", "USD"]) + float(found[f"{tag}-S", "USD"])
        assert parts == pytest.approx(float(found[tag, "USD"]))


def test_several_accounts_make_the_rows_of_their_sum(account: Account) -> None:
    other = Account("DU2", FakeMarket(CATALOGUE), cash={"EUR": 1000.0})
    found = by_tag(account_rows(statement_of([account, other], NOON, "DF1")))
    assert found["AccountCode", ""] == "DF1"
    assert found["NetLiquidation", "USD"] == "1100097.00"
    assert found["CashBalance", "EUR"] == "2000.00"
    assert found["CashBalance", "BASE"] == "1090097.00"


def test_ledgers_and_net_liquidation_can_be_asked_for_alone(account: Account) -> None:
    rows = ledger_and_worth(statement_of([account], NOON))
    assert rows[0] == Row("NetLiquidation", "1000097.00", "USD")
    assert {row.currency for row in rows[1:]} == {"BASE", "EUR", "USD"}
    assert "BuyingPower" not in {row.tag for row in rows}


def test_no_amount_is_a_negative_zero() -> None:
    assert money(-0.001) == "0.00"
