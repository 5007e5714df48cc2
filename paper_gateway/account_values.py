"""The rows of reqAccountUpdates and reqAccountSummary, computed from the figures of accounts.

May not change an account. Several accounts make the rows of their sum. Tags, segments
(-C commodities, -S securities), the ledger per currency and the BASE rows are those of recorded
traffic of a securities account.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from paper_gateway.account import BASE_CURRENCY, Account
from paper_gateway.accounts import figures_of_all, ledgers_of_all
from paper_gateway.figures import Figures

# Tags that exist for the whole account and for each segment, with the figure they show.
_SEGMENTED: dict[str, Callable[[Figures], float]] = {
    "AccruedCash": lambda f: 0.0,
    "AccruedDividend": lambda f: 0.0,
    "AvailableFunds": lambda f: f.available_funds,
    "Billable": lambda f: 0.0,
    "EquityWithLoanValue": lambda f: f.equity_with_loan,
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
    "TotalCashValue": lambda f: f.cash + f.futures_pnl,
    "TotalDebitCardPendingCharges": lambda f: 0.0,
}
# Tags of the whole account; those that only make sense for securities also as -S.
_WHOLE: dict[str, Callable[[Figures], float]] = {
    "BuyingPower": lambda f: f.buying_power,
    "GrossPositionValue": lambda f: f.gross_value,
    "PreviousDayEquityWithLoanValue": lambda f: f.equity_with_loan - f.daily,
    "RegTEquity": lambda f: f.equity_with_loan,
    "RegTMargin": lambda f: f.initial_margin - f.commodities_initial,
    "SMA": lambda f: f.equity_with_loan - f.initial_margin,
}
_SECURITIES_TOO = frozenset(_WHOLE) - {"BuyingPower"}
# Tags of the ledger that are always zero in this gateway.
_ZERO_LEDGER = (
    "CorporateBondValue",
    "FundDividend",
    "FundValue",
    "FutureOptionValue",
    "IssuerOptionValue",
    "MoneyMarketFundValue",
    "MutualFundValue",
    "NetDividend",
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


@dataclass(frozen=True, slots=True)
class Statement:
    """What the rows are made of: a name, and the figures of the accounts behind it.

    ``rates`` are dollars for one unit of a currency.
    """

    name: str
    figures: Figures
    ledgers: dict[str, Figures]
    rates: dict[str, float]


def statement_of(accounts: list[Account], at: float, name: str = "") -> Statement:
    """The statement of one account, or of several under another name."""
    ledgers = ledgers_of_all(accounts, at)
    market = accounts[0].market
    return Statement(
        name=name or accounts[0].name,
        figures=figures_of_all(accounts, at),
        ledgers=ledgers,
        rates={currency: market.rate(currency, at) for currency in ledgers},
    )


def account_rows(statement: Statement) -> list[Row]:
    """Every row in tag order, as the first answer of reqAccountUpdates."""
    rows = [*_facts(statement), *_money(statement.figures), *ledger_rows(statement)]
    return sorted(rows, key=lambda row: row.tag)


def summary_rows(statement: Statement, tags: list[str]) -> list[Row]:
    """The rows that reqAccountSummary asks for; ``$LEDGER``, ``$LEDGER:EUR`` or ``$LEDGER:ALL``."""
    found = {row.tag: row for row in (*_facts(statement), *_money(statement.figures))}
    rows: list[Row] = []
    for tag in tags:
        if tag.startswith("$LEDGER"):
            rows += _ledger_of(statement, tag.partition(":")[2])
            continue
        row = found.get(_SUMMARY_NAMES.get(tag, tag))
        if row is not None:
            rows.append(Row(tag, row.value, row.currency))
    return rows


def ledger_and_worth(statement: Statement) -> list[Row]:
    """What reqAccountUpdatesMulti asks for with ledgerAndNLV."""
    return [_amount("NetLiquidation", statement.figures.net_liquidation), *ledger_rows(statement)]


def ledger_rows(statement: Statement) -> list[Row]:
    """The ledger: one block in the base currency, and one per currency with cash or positions."""
    rows = _ledger("BASE", 1.0, statement.figures)
    for currency, figures in sorted(statement.ledgers.items()):
        rows += _ledger(currency, statement.rates[currency], figures)
    return rows


def _facts(statement: Statement) -> list[Row]:
    figures = statement.figures
    equity = figures.net_liquidation
    cushion = figures.excess_liquidity / equity if equity > 0 else 0.0
    leverage = figures.gross_value / equity if equity > 0 else 0.0
    return [
        Row("AccountCode", statement.name, ""),
        Row("AccountOrGroup", statement.name, "BASE"),
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
    commodities, securities = figures.commodities, figures.securities
    for tag, read in _SEGMENTED.items():
        rows += [
            _amount(tag, read(figures)),
            _amount(f"{tag}-C", read(commodities)),
            _amount(f"{tag}-S", read(securities)),
        ]
    for tag, read in _WHOLE.items():
        rows.append(_amount(tag, read(figures)))
        if tag in _SECURITIES_TOO:
            rows.append(_amount(f"{tag}-S", read(securities)))
    return rows


def _amount(tag: str, value: float) -> Row:
    return Row(tag, money(value), BASE_CURRENCY)


def money(value: float) -> str:
    """Two decimals; never a negative zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def _ledger_of(statement: Statement, currency: str) -> list[Row]:
    wanted = currency or "BASE"
    return [row for row in ledger_rows(statement) if wanted in {"ALL", row.currency}]


def _ledger(currency: str, rate: float, figures: Figures) -> list[Row]:
    amounts = {
        "CashBalance": figures.cash,
        "FuturesPNL": figures.futures_pnl,
        "FxCashBalance": 0.0,
        "NetLiquidationByCurrency": figures.net_liquidation,
        "OptionMarketValue": figures.option_value,
        "RealizedPnL": figures.realized,
        "StockMarketValue": figures.stock_value,
        "TotalCashBalance": figures.cash + figures.futures_pnl,
        "UnrealizedPnL": figures.unrealized,
        **dict.fromkeys(_ZERO_LEDGER, 0.0),
    }
    rows = [Row(tag, money(value), currency) for tag, value in amounts.items()]
    names = {"Currency": currency, "RealCurrency": currency, "ExchangeRate": f"{rate:.8f}"}
    return [*rows, *(Row(tag, text, currency) for tag, text in names.items())]
