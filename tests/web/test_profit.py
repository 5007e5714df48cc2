"""Profit over the API, and as a file."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import ACCOUNT
from tests.web.visitors import Browser, Program, World, data
from trading.refusals import JournalDown

PROFIT, CSV = "/api/v1/profit", "/api/v1/profit.csv"


def fill(exec_id: str, pnl: float | None, symbol: str = "AAPL") -> dict[str, Any]:
    return {
        "execId": exec_id,
        "time": "2026-11-20T15:00:00.000Z",
        "account": ACCOUNT,
        "contract": {"symbol": symbol, "secType": "STK"},
        "shares": 100,
        "commission": 1.0,
        "commissionCurrency": "USD",
        "realizedPNL": pnl,
    }


@pytest.fixture
def filled(world: World) -> World:
    world.order_desk.execution_rows = [fill("a.1.01", -12.5), fill("a.2.01", None, "=1+1")]
    world.order_desk.equity_rows = [
        {
            "time": "2026-11-20T15:00:00.000Z",
            "account": ACCOUNT,
            "netLiquidation": 1000.5,
            "currency": "USD",
        }
    ]
    return world


def test_it_is_the_shown_accounts_unless_another_one_is_named(
    filled: World, program: Program
) -> None:
    answer = data(program.get(PROFIT))
    assert (answer["account"], answer["currency"]) == (ACCOUNT, "USD")
    assert [day["realizedPNL"] for day in answer["days"]] == [-12.5]
    other = data(program.get(f"{PROFIT}?account=DU2&from=2026-11-01&to=2026-11-30"))
    assert (other["account"], other["days"], other["from"]) == ("DU2", [], "2026-11-01")


def test_a_file_is_rfc_4180_with_numbers_as_numbers_and_no_formula(
    filled: World, program: Program
) -> None:
    answer = program.get(CSV)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="profit-days.csv"'
    assert answer.text == (
        "date,realizedPNL,commission,executions,incomplete,cumulative,currency\r\n"
        "2026-11-20,-12.5,2.0,2,0,-12.5,USD\r\n"
    )
    symbols = program.get(f"{CSV}?table=symbols").text.splitlines()
    assert symbols[1:] == ["AAPL,STK,-12.5,1.0,1,100.0,USD", "'=1+1,STK,,1.0,1,100.0,USD"]
    equity = program.get(f"{CSV}?table=equity").text
    assert equity == "time,netLiquidation,currency\r\n2026-11-20T15:00:00.000Z,1000.5,USD\r\n"


@pytest.mark.parametrize(
    "query",
    ["from=today", "to=2026-99-01", "from=2026-11-20&to=2026-11-01", "table=orders", "currency=1"],
)
def test_what_cannot_be_meant_is_refused(program: Program, query: str) -> None:
    assert program.get(f"{CSV}?{query}").status_code == 422


def test_a_journal_that_cannot_be_read_is_no_empty_answer(world: World, program: Program) -> None:
    world.order_desk.fails_with = JournalDown("The order journal cannot be read")
    assert program.get(PROFIT).status_code == 503


def test_the_page_is_for_everybody_who_may_read(signed_in: Browser) -> None:
    page = signed_in.get("/profit")
    assert page.status_code == 200
    assert "Profit and loss" in page.text
