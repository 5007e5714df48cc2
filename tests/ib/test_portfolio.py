"""Positions, account values and P&L as rows: current, apart by account, never zero for unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import ib_async
import pytest

from ib.portfolio import Portfolio
from trading.refusals import NotFound

NOW = datetime(2026, 11, 20, 14, 31, 2, tzinfo=UTC)
AAPL = ib_async.Contract(conId=265598, symbol="AAPL", secType="STK", exchange="NASDAQ")
FUTURE = ib_async.Contract(conId=495512563, symbol="ES", secType="FUT", multiplier="50")


@pytest.fixture
def portfolio() -> Portfolio:
    return Portfolio()


def hold(
    portfolio: Portfolio,
    size: float,
    cost: float = 100.0,
    contract: ib_async.Contract = AAPL,
    account: str = "DU1",
) -> None:
    portfolio.on_position(ib_async.Position(account, contract, size, cost))


def rows(portfolio: Portfolio, account: str | None = None) -> tuple[dict[str, Any], ...]:
    return portfolio.positions(account, NOW).rows


def value(
    tag: str, text: str, currency: str = "USD", account: str = "DU1"
) -> ib_async.AccountValue:
    return ib_async.AccountValue(account, tag, text, currency, "")


def test_a_position_without_a_price_has_no_value(portfolio: Portfolio) -> None:
    hold(portfolio, 100)
    (row,) = rows(portfolio)
    assert (row["account"], row["position"], row["avgCost"]) == ("DU1", 100, 100.0)
    assert (row["marketPrice"], row["marketValue"], row["unrealizedPNL"]) == (None, None, None)


def test_a_change_takes_the_place_of_the_row(portfolio: Portfolio) -> None:
    for size in (10, 10, 7):
        hold(portfolio, size)
    assert [row["position"] for row in rows(portfolio)] == [7]


def test_accounts_stay_apart(portfolio: Portfolio) -> None:
    hold(portfolio, 10)
    hold(portfolio, 20, account="DU2")
    assert [row["position"] for row in rows(portfolio, "DU2")] == [20]
    assert len(rows(portfolio)) == 2


def test_a_price_values_a_position(portfolio: Portfolio) -> None:
    hold(portfolio, 100)
    portfolio.on_price(AAPL.conId, 101.5)
    (row,) = rows(portfolio)
    assert (row["marketValue"], row["unrealizedPNL"]) == (10_150, 150)


def test_a_short_position_gains_when_the_price_falls(portfolio: Portfolio) -> None:
    hold(portfolio, -100)
    portfolio.on_price(AAPL.conId, 99)
    assert (rows(portfolio)[0]["marketValue"], rows(portfolio)[0]["unrealizedPNL"]) == (-9900, 100)


def test_the_multiplier_counts(portfolio: Portfolio) -> None:
    hold(portfolio, 2, cost=250_000, contract=FUTURE)
    portfolio.on_price(FUTURE.conId, 5010)
    assert (rows(portfolio)[0]["marketValue"], rows(portfolio)[0]["unrealizedPNL"]) == (
        501_000,
        1_000,
    )


def test_a_new_size_is_valued_with_the_known_price(portfolio: Portfolio) -> None:
    hold(portfolio, 100)
    portfolio.on_price(AAPL.conId, 101)
    hold(portfolio, 200)
    assert rows(portfolio)[0]["marketValue"] == 20_200


def test_a_row_that_was_given_away_never_changes(portfolio: Portfolio) -> None:
    hold(portfolio, 100)
    (before,) = rows(portfolio)
    portfolio.on_price(AAPL.conId, 101)
    hold(portfolio, 50)
    assert (before["position"], before["marketPrice"]) == (100, None)


def test_tws_values_a_position_in_its_own_words(portfolio: Portfolio) -> None:
    hold(portfolio, 100)
    portfolio.on_portfolio_item(ib_async.PortfolioItem(AAPL, 100, 102, 10_200, 100, 200, 5, "DU1"))
    (row,) = rows(portfolio)
    assert (row["marketPrice"], row["unrealizedPNL"], row["realizedPNL"]) == (102, 200, 5)


def test_a_value_of_something_not_held_makes_no_position(portfolio: Portfolio) -> None:
    portfolio.on_portfolio_item(ib_async.PortfolioItem(AAPL, 0, 102, 0, 0, 0, 5, "DU1"))
    portfolio.on_price(AAPL.conId, 102)
    assert rows(portfolio) == ()


def test_a_closed_position_is_told_once_with_zero(portfolio: Portfolio) -> None:
    hold(portfolio, 100)
    portfolio.on_price(AAPL.conId, 101)
    portfolio.publications()
    hold(portfolio, 0)
    ((kind, row),) = portfolio.publications()
    assert (kind, row["position"], row["marketValue"]) == ("position", 0, 0)
    assert (row["unrealizedPNL"], row["contract"]["symbol"]) == (0, "AAPL")
    assert (rows(portfolio), portfolio.publications()) == ((), [])


def test_the_days_profit_of_a_position_is_its_own(portfolio: Portfolio) -> None:
    hold(portfolio, 100)
    assert rows(portfolio)[0]["dailyPnL"] is None
    unset = ib_async.util.UNSET_DOUBLE
    for daily in (12.5, unset):
        portfolio.on_position_pnl(ib_async.PnLSingle("DU1", "", AAPL.conId, dailyPnL=daily))
        assert rows(portfolio)[0]["dailyPnL"] == (None if daily == unset else 12.5)
    portfolio.on_position_pnl(ib_async.PnLSingle("DU2", "", AAPL.conId, dailyPnL=1.0))
    assert len(rows(portfolio)) == 1


def test_only_what_changed_is_told(portfolio: Portfolio) -> None:
    hold(portfolio, 100)
    portfolio.on_price(AAPL.conId, 101)
    portfolio.publications()
    portfolio.on_price(AAPL.conId, 101)
    assert portfolio.publications() == []


def test_account_values_are_kept_by_tag_and_currency(portfolio: Portfolio) -> None:
    for each in (
        value("NetLiquidation", "1000.00"),
        value("CashBalance", "5", "EUR"),
        value("CashBalance", "7", "USD"),
        value("CashBalance", "8", "USD"),
        value("NetLiquidation", "9.00", account="DU2"),
    ):
        portfolio.on_value(each)
    values = portfolio.account("DU1", NOW).values
    assert [(row["tag"], row["value"], row["currency"]) for row in values] == [
        ("NetLiquidation", "1000.00", "USD"),
        ("CashBalance", "5", "EUR"),
        ("CashBalance", "8", "USD"),
    ]


def test_account_values_are_as_of_the_moment_in_which_tws_told_them(portfolio: Portfolio) -> None:
    """It repeats them every three minutes: that it was heard since says nothing of them."""
    before = datetime.now(UTC)
    portfolio.on_value(value("NetLiquidation", "1000.00"))
    told = portfolio.account("DU1", datetime.now(UTC) + timedelta(minutes=2)).as_of
    assert before <= told <= datetime.now(UTC)
    assert portfolio.account("DU1", NOW).as_of == NOW  # TWS was heard last then


def test_an_account_without_values_is_an_error_and_not_empty(portfolio: Portfolio) -> None:
    with pytest.raises(NotFound, match="no values for account DU1 yet"):
        portfolio.account("DU1", NOW)


def test_profit_and_loss_that_ib_has_not_computed_is_none(portfolio: Portfolio) -> None:
    unset = ib_async.util.UNSET_DOUBLE
    portfolio.on_pnl(
        ib_async.PnL("DU1", dailyPnL=1.5, unrealizedPnL=unset, realizedPnL=float("nan"))
    )
    assert portfolio.pnl(NOW).rows == (
        {"account": "DU1", "dailyPnL": 1.5, "unrealizedPnL": None, "realizedPnL": None},
    )


def test_a_new_connection_starts_with_nothing(portfolio: Portfolio) -> None:
    hold(portfolio, 100)
    portfolio.on_value(value("NetLiquidation", "1000.00"))
    portfolio.on_pnl(ib_async.PnL("DU1", dailyPnL=1.5))
    portfolio.clear()
    assert (rows(portfolio), portfolio.pnl(NOW).rows, portfolio.publications()) == ((), (), [])
    assert portfolio.held_contracts() == []
