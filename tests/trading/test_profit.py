"""Profit by day and symbol: what IB said, and nothing that it did not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from trading.profit import (
    MOST_POINTS,
    ProfitQuestion,
    profit_of,
    trading_day,
)

EVERYTHING = ProfitQuestion()


def fill(exec_id: str, pnl: float | None, **fields: Any) -> dict[str, Any]:
    contract = {"symbol": fields.pop("symbol", "AAPL"), "secType": fields.pop("secType", "STK")}
    row = {
        "execId": exec_id,
        "time": "2026-11-20T15:00:00.000Z",
        "account": "DU1",
        "contract": contract,
        "shares": 100,
        "commission": 1.0,
        "commissionCurrency": "USD",
        "realizedPNL": pnl,
    }
    return row | fields


def worth(time: str, value: float, currency: str = "USD") -> dict[str, Any]:
    return {"time": time, "account": "DU1", "netLiquidation": value, "currency": currency}


def days(*rows: dict[str, Any], question: ProfitQuestion = EVERYTHING) -> list[tuple[Any, ...]]:
    found = profit_of(rows, [], question)["days"]
    names = ("date", "realizedPNL", "commission", "executions", "incomplete", "cumulative")
    return [tuple(day[name] for name in names) for day in found]


def test_days_add_up_to_the_cent() -> None:
    rows = [fill(f"a.{number}.01", 0.1) for number in range(10)]
    rows.append(fill("b.1.01", -0.3, time="2026-11-23T15:00:00.000Z"))
    assert days(*rows) == [
        ("2026-11-20", 1.0, 10.0, 10, 0, 1.0),
        ("2026-11-23", -0.3, 1.0, 1, 0, 0.7),
    ]


def test_a_fill_without_its_report_is_incomplete_and_never_zero() -> None:
    missing = fill("a.1.01", None, commission=None, commissionCurrency=None)
    found = profit_of([missing, fill("a.2.01", 5.0)], [], EVERYTHING)
    assert [one["why"] for one in found["incomplete"]] == ["IB has not sent its commission report"]
    assert days(missing, fill("a.2.01", 5.0)) == [("2026-11-20", 5.0, 1.0, 1, 1, 5.0)]
    assert days(missing) == [("2026-11-20", None, None, 0, 1, 0.0)]


def test_a_fill_that_only_opens_realises_nothing_that_is_known() -> None:
    assert days(fill("a.1.01", None)) == [("2026-11-20", None, 1.0, 1, 0, 0.0)]


def test_a_correction_replaces_what_it_corrects() -> None:
    assert days(fill("a.1.02", 7.0), fill("a.1.01", 5.0)) == [("2026-11-20", 7.0, 1.0, 1, 0, 7.0)]


def test_a_combos_own_execution_repeats_its_legs() -> None:
    rows = [fill("a.1.01", 5.0, secType="OPT"), fill("a.2.01", 5.0, secType="BAG")]
    assert days(*rows) == [("2026-11-20", 5.0, 1.0, 1, 0, 5.0)]


def test_a_time_that_cannot_be_read_belongs_to_no_day() -> None:
    found = profit_of([fill("a.1.01", 5.0, time=None)], [], EVERYTHING)
    assert (found["days"], found["incomplete"][0]["date"]) == ([], None)


@pytest.mark.parametrize(
    ("time", "sec_type", "day"),
    [
        ("2026-11-20T04:59:00+00:00", "STK", "2026-11-19"),
        ("2026-11-20T05:00:00+00:00", "STK", "2026-11-20"),
        ("2026-07-20T04:00:00+00:00", "STK", "2026-07-20"),
        ("2026-11-20T22:59:00+00:00", "FUT", "2026-11-20"),
        ("2026-11-22T23:00:00+00:00", "FUT", "2026-11-23"),
        ("2026-11-20T21:59:00+00:00", "CASH", "2026-11-20"),
        ("2026-11-20T22:00:00+00:00", "CASH", "2026-11-21"),
    ],
)
def test_the_trading_day_is_new_yorks_or_the_sessions(time: str, sec_type: str, day: str) -> None:
    assert trading_day(datetime.fromisoformat(time), sec_type) == date.fromisoformat(day)


def test_symbols_are_ordered_by_what_they_brought() -> None:
    rows = [
        fill("a.1.01", -5.0, symbol="MSFT"),
        fill("a.2.01", 5.0),
        fill("a.3.01", None, symbol="TSLA"),
        fill("a.4.01", 1.0, secType="OPT"),
    ]
    found = profit_of(rows, [], EVERYTHING)["symbols"]
    assert [(one["symbol"], one["secType"], one["realizedPNL"]) for one in found] == [
        ("AAPL", "STK", 5.0),
        ("AAPL", "OPT", 1.0),
        ("MSFT", "STK", -5.0),
        ("TSLA", "STK", None),
    ]


def test_currencies_are_never_added_together() -> None:
    rows = [fill("a.1.01", 5.0), fill("a.2.01", 9.0, commissionCurrency="EUR")]
    found = profit_of(rows, [worth("2026-11-20T15:00:00.000Z", 1.0)], EVERYTHING)
    assert (found["currency"], found["currencies"]) == ("USD", ["EUR", "USD"])
    assert [one["why"] for one in found["incomplete"]] == ["in EUR: it is not added to USD"]
    euros = profit_of(rows, [], ProfitQuestion(currency="EUR"))
    assert (euros["currency"], euros["days"][0]["realizedPNL"]) == ("EUR", 9.0)


@pytest.mark.parametrize(
    ("currencies", "base", "currency"),
    [
        (["EUR", "EUR", "USD"], "USD", "USD"),
        (["EUR", "EUR", "USD"], "CHF", "EUR"),
        (["EUR", "EUR", "USD"], None, "EUR"),
        ([], "CHF", "CHF"),
        ([], None, None),
    ],
)
def test_the_currency_is_the_accounts_or_what_most_fills_have(
    currencies: list[str], base: str | None, currency: str | None
) -> None:
    rows = [fill(f"a.{n}.01", 1.0, commissionCurrency=each) for n, each in enumerate(currencies)]
    equity = [worth("2026-11-20T15:00:00.000Z", 1.0, base)] if base else []
    assert profit_of(rows, equity, EVERYTHING)["currency"] == currency


def test_only_the_asked_account_and_period_count() -> None:
    rows = [
        fill("a.1.01", 1.0),
        fill("a.2.01", 2.0, account="DU2"),
        fill("a.3.01", 4.0, time="2026-11-23T15:00:00.000Z"),
    ]
    question = ProfitQuestion("DU1", date(2026, 11, 21), date(2026, 11, 23))
    found = profit_of(rows, [worth("2026-11-20T15:00:00.000Z", 1.0)], question)
    assert [day["date"] for day in found["days"]] == ["2026-11-23"]
    assert (found["equity"], found["from"], found["to"]) == ([], "2026-11-21", "2026-11-23")


def test_a_long_curve_has_one_point_a_day() -> None:
    start = datetime(2026, 11, 2, 14, tzinfo=UTC)
    moments = [start + timedelta(minutes=5 * n) for n in range(MOST_POINTS + 1)]
    rows = [worth(moment.isoformat(), float(n)) for n, moment in enumerate(moments)]
    assert len(profit_of([], rows[1:], EVERYTHING)["equity"]) == MOST_POINTS
    curve = profit_of([], rows, EVERYTHING)["equity"]
    assert [point["netLiquidation"] for point in curve] == [179.0, 467.0, float(MOST_POINTS)]


def test_no_curve_goes_through_the_worth_of_several_accounts() -> None:
    """While no account is known, as before TWS was there, what several are worth is no line."""
    other = worth("2026-11-20T15:05:00.000Z", 900.0) | {"account": "DU2"}
    rows = [worth("2026-11-20T15:00:00.000Z", 1.0), other]
    assert profit_of([], rows, EVERYTHING)["equity"] == []
    (point,) = profit_of([], rows, ProfitQuestion("DU2"))["equity"]
    assert point["netLiquidation"] == 900.0
    assert len(profit_of([], rows[:1], EVERYTHING)["equity"]) == 1
