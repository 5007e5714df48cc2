"""The rows of reqAccountUpdates and reqAccountSummary, computed from an account's figures.

May not change the account. Tags, segments (-C commodities, -S securities), the ledger per currency
and the BASE rows are those of recorded traffic of a securities account.
"""

from collections.abc import Callable
from typing import NamedTuple

from paper_gateway.account import Account, Figures

# Tags that exist for the whole account and for each segment, with the figure they show.
_SEGMENTED: dict[str, Callable[[Figures], float]] = {
    "AccruedCash": lambda f: 0.0,
    "AccruedDividend": lambda f: 0.0,
    "AvailableFunds": lambda f: f.available_funds,
    "Billable": lambda f: 0.0,
    "EquityWithLoanValue": lambda f: f.net_liquidation,
    "ExcessLiquidity": lambda f: f.excess_liquidity,
    "FullAvailableFunds": lambda f: f.available_funds,
    "FullExcessLiquidity": lambda f: f.excess_liquidity,
    "FullInitMarginReq": lambda f: f.initial_margin,
    "FullMaintMarginReq": lambda f: f.maintenance_margin,
    "Guarantee": lambda f: 0.0,
    "IndianStockHaircut": lambda f: 0.0,
    "InitMarginReq": lambda f: f.initial_margin,
    "LookAheadAvailableFunds": lambda f: f.available_funds,
    "LookAheadExcessLiquidity": lambda f: f.excess_liquidity,
    "LookAheadInitMarginReq": lambda f: f.initial_margin,
    "LookAheadMaintMarginReq": lambda f: f.maintenance_margin,
    "MaintMarginReq": lambda f: f.maintenance_margin,
    "NetLiquidation": lambda f: f.net_liquidation,
    "PASharesValue": lambda f: 0.0,
    "PhysicalCertificateValue": lambda f: 0.0,
    "TotalCashValue": lambda f: f.cash,
    "TotalDebitCardPendingCharges": lambda f: 0.0,
}
# Tags of the whole account; those that only make sense for securities also as -S.
_WHOLE: dict[str, Callable[[Figures], float]] = {
    "BuyingPower": lambda f: f.buying_power,
    "GrossPositionValue": lambda f: f.gross_value,
    "PreviousDayEquityWithLoanValue": lambda f: f.net_liquidation - f.daily,
    "RegTEquity": lambda f: f.net_liquidation,
    "RegTMargin": lambda f: 0.5 * f.gross_value,
    "SMA": lambda f: f.net_liquidation - 0.5 * f.gross_value,
}
_SECURITIES_TOO = frozenset(_WHOLE) - {"BuyingPower"}
# Tags of the ledger that are always zero in this gateway.
_ZERO_LEDGER = (
    "CorporateBondValue",
    "FundDividend",
    "FundValue",
    "FutureOptionValue",
    "FuturesPNL",
    "IssuerOptionValue",
    "MoneyMarketFundValue",
    "MutualFundValue",
    "NetDividend",
    "OptionMarketValue",
    "TBillValue",
    "TBondValue",
    "WarrantValue",
)
# Names that reqAccountSummary uses for a tag of reqAccountUpdates.
_SUMMARY_NAMES = {
    "PreviousEquityWithLoanValue": "PreviousDayEquityWithLoanValue",
    "ReqTEquity": "RegTEquity",
    "ReqTMargin": "RegTMargin",
    "SettledCash": "TotalCashValue",
}


class Row(NamedTuple):
    """One account value; the currency is empty for values that are not money."""

    tag: str
    value: str
    currency: str


def account_rows(account: Account, at: float) -> list[Row]:
    """Every row of the account in tag order, as the first answer of reqAccountUpdates."""
    figures = account.figures(at)
    rows = [*_facts(account, figures), *_money(figures), *ledger_rows(account, figures, at)]
    return sorted(rows, key=lambda row: row.tag)


def summary_rows(account: Account, tags: list[str], at: float) -> list[Row]:
    """The rows that reqAccountSummary asks for; ``$LEDGER``, ``$LEDGER:EUR`` or ``$LEDGER:ALL``."""
    figures = account.figures(at)
    found = {row.tag: row for row in (*_facts(account, figures), *_money(figures))}
    rows: list[Row] = []
    for tag in tags:
        if tag.startswith("$LEDGER"):
            rows += _ledger_of(account, figures, at, tag.partition(":")[2])
            continue
        row = found.get(_SUMMARY_NAMES.get(tag, tag))
        if row is not None:
            rows.append(Row(tag, row.value, row.currency))
    return rows


def ledger_rows(account: Account, figures: Figures, at: float) -> list[Row]:
    """The ledger: one block in the base currency, and one per currency with cash or positions."""
    currencies = sorted(
        {*account.cash, *(position.definition.currency for position in account.held())}
    )
    rows = _ledger("BASE", 1.0, figures.cash, figures.stock_value, figures)
    for currency in currencies:
        rows += _currency_ledger(account, currency, at)
    return rows


def _facts(account: Account, figures: Figures) -> list[Row]:
    equity = figures.net_liquidation
    cushion = figures.excess_liquidity / equity if equity > 0 else 0.0
    leverage = figures.gross_value / equity if equity > 0 else 0.0
    return [
        Row("AccountCode", account.name, ""),
        Row("AccountOrGroup", account.name, "BASE"),
        Row("AccountReady", "true", ""),
        Row("AccountType", "INDIVIDUAL", ""),
        Row("Cushion", f"{max(0.0, min(1.0, cushion)):.6f}", ""),
        Row("DayTradesRemaining", "-1", ""),
        Row("DayTradesRemainingT+1", "-1", ""),
        Row("HighestSeverity", "0", ""),
        Row("Leverage-S", f"{leverage:.2f}", ""),
        Row("Leverage", f"{leverage:.2f}", ""),
        Row("LookAheadNextChange", "0", ""),
        Row("NLVAndMarginInReview", "false", ""),
        Row("SegmentTitle-C", "US Commodities", ""),
        Row("SegmentTitle-S", "US Securities", ""),
        Row("TradingType-S", "STKNOPT", ""),
        Row("WhatIfPMEnabled", "true", ""),
    ]


def _money(figures: Figures) -> list[Row]:
    rows = []
    for tag, read in _SEGMENTED.items():
        value = f"{read(figures):.2f}"
        rows += [
            Row(tag, value, "USD"),
            Row(f"{tag}-C", "0.00", "USD"),
            Row(f"{tag}-S", value, "USD"),
        ]
    for tag, read in _WHOLE.items():
        value = f"{read(figures):.2f}"
        rows.append(Row(tag, value, "USD"))
        if tag in _SECURITIES_TOO:
            rows.append(Row(f"{tag}-S", value, "USD"))
    return rows


def _ledger_of(account: Account, figures: Figures, at: float, currency: str) -> list[Row]:
    rows = ledger_rows(account, figures, at)
    wanted = currency or "BASE"
    return rows if wanted == "ALL" else [row for row in rows if row.currency == wanted]


def _currency_ledger(account: Account, currency: str, at: float) -> list[Row]:
    positions = [p for p in account.positions.values() if p.definition.currency == currency]
    value = sum(account.value(p, at) for p in positions if p.definition.sec_type != "CASH")
    figures = Figures(
        cash=account.cash.get(currency, 0.0),
        stock_value=value,
        gross_value=abs(value),
        initial_margin=0.0,
        maintenance_margin=0.0,
        unrealized=sum(account.unrealized(p, at) for p in positions),
        realized=sum(p.realized for p in positions),
        daily=0.0,
    )
    rate = account.market.rate(currency, at)
    return _ledger(currency, rate, figures.cash, value, figures)


def _ledger(currency: str, rate: float, cash: float, stock: float, figures: Figures) -> list[Row]:
    money = {
        "CashBalance": cash,
        "FxCashBalance": 0.0,
        "NetLiquidationByCurrency": cash + stock,
        "RealizedPnL": figures.realized,
        "StockMarketValue": stock,
        "TotalCashBalance": cash,
        "UnrealizedPnL": figures.unrealized,
        **dict.fromkeys(_ZERO_LEDGER, 0.0),
    }
    rows = [Row(tag, f"{value:.2f}", currency) for tag, value in money.items()]
    names = {"Currency": currency, "RealCurrency": currency, "ExchangeRate": f"{rate:.8f}"}
    return [*rows, *(Row(tag, text, currency) for tag, text in names.items())]
