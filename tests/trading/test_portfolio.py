"""One account or several as a page shows them: sums, shares and what is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.trading.orders_for_tests import START
from trading.portfolio import portfolio_of, real_accounts
from trading.snapshots import AccountSummary, iso

Told = tuple[str, str, str]
RICH: list[Told] = [
    ("NetLiquidation", "1000", "USD"),
    ("InitMarginReq", "300", "USD"),
    ("MaintMarginReq", "200", "USD"),
    ("LookAheadInitMarginReq", "400", "USD"),
    ("FullInitMarginReq", "500", "USD"),
    ("LookAheadNextChange", "1795185000", ""),
    ("Cushion", "0.8", ""),
    ("AccountType", "INDIVIDUAL", ""),
    ("CashBalance", "600", "BASE"),
    ("CashBalance", "490", "USD"),
    ("CashBalance", "100", "EUR"),
    ("ExchangeRate", "1.0", "BASE"),
    ("ExchangeRate", "1.0", "USD"),
    ("ExchangeRate", "1.1", "EUR"),
    ("RealizedPnL", "5", "USD"),
]


def summary(account: str = "DU1", told: list[Told] | None = None, age: int = 0) -> AccountSummary:
    rows = RICH if told is None else told
    values = tuple({"tag": tag, "value": text, "currency": money} for tag, text, money in rows)
    return AccountSummary(START - timedelta(seconds=age), account, values)


def position(symbol: str, value: float | None, account: str = "DU1", **contract: Any) -> Any:
    about = {"conId": 1, "symbol": symbol, "secType": "STK", "currency": "USD"}
    return {
        "account": account,
        "contract": about | contract,
        "position": 1,
        "marketValue": value,
        "unrealizedPNL": 2.0,
        "realizedPNL": None,
    }


def pnl(account: str = "DU1", daily: float | None = 1.5) -> dict[str, Any]:
    return {"account": account, "dailyPnL": daily, "unrealizedPnL": 2.0, "realizedPnL": 0.0}


def of_one(*positions: Any, told: list[Told] | None = None) -> dict[str, Any]:
    return portfolio_of("DU1", [summary(told=told)], positions, [pnl()])


def test_a_masters_account_holds_nothing_itself() -> None:
    assert real_accounts(["DF1", "DU1", "DU2"]) == ["DU1", "DU2"]
    assert real_accounts(["F1", "U1"]) == ["U1"]
    assert real_accounts(["F1"]) == ["F1"]
    assert real_accounts(["DF1", "DF2"]) == ["DF1", "DF2"]


def test_cash_is_told_by_currency_with_its_rate() -> None:
    rows = {row["currency"]: row for row in of_one()["currencies"]}
    assert set(rows) == {"USD", "EUR"}
    assert rows["EUR"] | {"cash": 100.0, "rate": 1.1, "cashInBase": 110.0} == rows["EUR"]
    assert rows["USD"]["realized"] == 5
    assert rows["EUR"]["realized"] is None


def test_a_currencys_prefix_is_read_as_well() -> None:
    told = [
        ("NetLiquidation", "1000", "USD"),
        ("$LEDGER-CashBalance", "100", "EUR"),
        ("$LEDGER-ExchangeRate", "1.1", "EUR"),
    ]
    found = of_one(position("SAP", 10, currency="EUR"), told=told)
    assert found["currencies"][0]["cashInBase"] == pytest.approx(110)
    assert found["positions"][0]["valueInBase"] == pytest.approx(11)


def test_margins_are_told_now_ahead_and_overnight() -> None:
    found = of_one()
    initial = {when: one["initial"] for when, one in found["margins"].items()}
    assert initial == {"now": 300, "ahead": 400, "overnight": 500}
    assert found["margins"]["overnight"]["maintenance"] is None
    assert found["nextChange"] == "2026-11-20T14:30:00.000Z"


@pytest.mark.parametrize("seconds", ["0", "", "-1"])
def test_no_next_change_is_none(seconds: str) -> None:
    assert of_one(told=[("LookAheadNextChange", seconds, "")])["nextChange"] is None


def test_a_position_has_its_worth_in_the_base_currency_and_its_share() -> None:
    found = of_one(position("AAPL", 250), position("SAP", -100, currency="EUR"))
    assert [row["valueInBase"] for row in found["positions"]] == [250, -110]
    assert [row["share"] for row in found["positions"]] == [0.25, -0.11]
    assert found["total"] == {"value": 140, "missing": []}
    assert found["base"] == "USD"


def test_what_cannot_be_converted_is_named_and_makes_the_total_unknown() -> None:
    found = of_one(position("AAPL", 250), position("7203", 5, currency="JPY"), position("KO", None))
    assert found["total"] == {"value": None, "missing": ["7203", "KO"]}
    assert [row["share"] for row in found["positions"]] == [0.25, None, None]


def test_a_currency_pair_is_cash_already() -> None:
    found = of_one(position("AAPL", 250), position("EUR", 900, secType="CASH"))
    assert found["total"]["value"] == 250
    assert [row["symbol"] for row in found["exposure"]] == ["AAPL"]


def test_exposure_adds_up_by_symbol_the_largest_first() -> None:
    rows = [position("AAPL", 100), position("KO", 300), position("AAPL", -500, secType="OPT")]
    assert of_one(*rows)["exposure"] == [
        {"symbol": "AAPL", "value": -400, "share": -0.4},
        {"symbol": "KO", "value": 300, "share": 0.3},
    ]


def test_without_net_liquidation_there_are_no_shares() -> None:
    found = of_one(position("AAPL", 100), told=[])
    assert (found["base"], found["positions"][0]["share"], found["exposure"]) == (None, None, [])


def test_every_value_is_told_as_ib_wrote_it_with_its_meaning() -> None:
    values = {(row["tag"], row["currency"]): row for row in of_one()["values"]}
    assert values["Cushion", ""]["number"] == 0.8
    assert values["AccountType", ""]["number"] is None
    assert values["Cushion", ""]["meaning"].startswith("Excess liquidity")
    assert len(values) == len(RICH)


OTHER: list[Told] = [
    ("NetLiquidation", "500", "USD"),
    ("InitMarginReq", "50", "USD"),
    ("Cushion", "0.9", ""),
    ("CashBalance", "400", "USD"),
    ("ExchangeRate", "1.0", "USD"),
]


def of_both(*positions: Any, other: list[Told] | None = None) -> dict[str, Any]:
    told = [summary(), summary("DU2", OTHER if other is None else other, age=3)]
    return portfolio_of("All", told, positions, [pnl(), pnl("DU2", 2.0), pnl("DU3", 99.0)])


def test_accounts_are_added_up() -> None:
    found = of_both(position("AAPL", 150), position("AAPL", 150, "DU2"), position("X", 1, "DU3"))
    assert found["summary"]["NetLiquidation"] == {"value": 1500, "currency": "USD"}
    assert found["margins"]["now"]["initial"] == 350
    assert found["pnl"] == {"dailyPnL": 3.5, "unrealizedPnL": 4.0, "realizedPnL": 0.0}
    assert [row["share"] for row in found["positions"]] == [0.1, 0.1]
    assert found["exposure"] == [{"symbol": "AAPL", "value": 300, "share": 0.2}]
    usd = next(row for row in found["currencies"] if row["currency"] == "USD")
    assert usd["cash"] == 890
    assert found["values"] == []
    assert found["asOf"] == iso(START - timedelta(seconds=3))


def test_what_is_no_sum_is_none() -> None:
    assert "Cushion" not in of_both()["summary"]


def test_an_account_without_a_value_makes_the_sum_unknown() -> None:
    assert "MaintMarginReq" not in of_both()["summary"]
    assert of_both(other=[])["summary"] == {}


def test_accounts_in_several_base_currencies_are_not_added_up() -> None:
    found = of_both(position("AAPL", 5), other=[("NetLiquidation", "500", "EUR")])
    assert (found["base"], found["summary"], found["total"]["value"]) == (None, {}, None)


def test_money_of_accounts_in_several_base_currencies_is_not_added_up_either() -> None:
    """Each account's profit and rates are in its own base currency."""
    euros = [("NetLiquidation", "500", "EUR"), ("CashBalance", "50", "EUR")]
    found = of_both(other=[*euros, ("ExchangeRate", "1.0", "EUR"), ("ExchangeRate", "0.9", "USD")])
    assert set(found["pnl"].values()) == {None}
    rows = {row["currency"]: row for row in found["currencies"]}
    assert (rows["EUR"]["cash"], rows["EUR"]["rate"], rows["EUR"]["cashInBase"]) == (
        150,
        None,
        None,
    )
    untold = of_both(other=[])
    assert (untold["base"], untold["pnl"]["dailyPnL"]) == (None, None)


def test_one_account_shows_its_profit_before_its_values() -> None:
    assert of_one(told=[])["pnl"]["dailyPnL"] == 1.5


def test_a_profit_that_one_account_has_not_told_is_unknown() -> None:
    told = [summary(), summary("DU2", OTHER)]
    assert portfolio_of("All", told, [], [pnl()])["pnl"]["dailyPnL"] is None
    found = portfolio_of("All", told, [], [pnl(), pnl("DU2", None)])["pnl"]
    assert (found["dailyPnL"], found["unrealizedPnL"]) == (None, 4.0)
