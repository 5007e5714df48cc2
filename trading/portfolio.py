"""One account, or all of them, as a page shows it: what it is worth, in which currencies, with
which margins, and what each position is of it.

Values are IB's own; only sums over accounts, values in the base currency and shares are worked out
here. What is missing stays None: one account without a value makes the sum of all unknown. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from trading.account_words import BASE, meaning_of, plain_tag
from trading.snapshots import AccountSummary, iso, parsed_number

Row = Mapping[str, Any]
ALL = "All"
# An advisor's master account: its values are those of the others together (IB's account prefixes).
MASTERS = ("F", "DF")
# Values of accounts that may be added up.
SUMS = frozenset(
    {"NetLiquidation", "TotalCashValue", "GrossPositionValue", "EquityWithLoanValue"}
    | {"AvailableFunds", "ExcessLiquidity", "InitMarginReq", "MaintMarginReq", "AccruedCash"}
    | {f"{when}{what}" for when in ("Full", "LookAhead") for what in (
        "AvailableFunds", "ExcessLiquidity", "InitMarginReq", "MaintMarginReq")}
    | {"UnrealizedPnL", "RealizedPnL", "BuyingPower"}
)  # fmt: skip
# What each currency has: our name, IB's key.
CURRENCY_KEYS = {
    "rate": "ExchangeRate",
    "cash": "CashBalance",
    "stocks": "StockMarketValue",
    "options": "OptionMarketValue",
    "unrealized": "UnrealizedPnL",
    "realized": "RealizedPnL",
    "netLiquidation": "NetLiquidationByCurrency",
}
ADDED_UP = tuple(name for name in CURRENCY_KEYS if name != "rate")
HORIZONS = {"now": "", "ahead": "LookAhead", "overnight": "Full"}
MARGINS = {
    "initial": "InitMarginReq",
    "maintenance": "MaintMarginReq",
    "available": "AvailableFunds",
    "excess": "ExcessLiquidity",
}
PNL = ("dailyPnL", "unrealizedPnL", "realizedPnL")
# Money is cash already, and a future's value is no property.
NOT_ADDED = frozenset({"CASH"})


def real_accounts(names: Sequence[str]) -> list[str]:
    """The accounts that hold something: without an advisor's master, whose values are sums."""
    if len(names) < 2:
        return list(names)
    return [name for name in names if not name.startswith(MASTERS)] or list(names)


def portfolio_of(
    name: str, summaries: Sequence[AccountSummary], positions: Iterable[Row], pnl: Iterable[Row]
) -> dict[str, Any]:
    """`summaries` of the accounts that are meant; `name` is one's or ALL."""
    shown = [one.to_payload() for one in summaries]
    meant = {one.account for one in summaries}
    base = _base(shown)
    summary = shown[0]["summary"] if len(shown) == 1 else _added(shown, base)
    # Each account tells its profit and its rates in its own base currency.
    is_one_money = base is not None or len(shown) == 1
    currencies = _currencies(summaries, is_one_money)
    rates = _rates(shown, base)
    equity = _number(summary, "NetLiquidation")
    rows = [_valued(row, rates, equity) for row in positions if row["account"] in meant]
    return {
        "asOf": iso(min(one.as_of for one in summaries)) if summaries else None,
        "account": name,
        "base": base,
        "summary": summary,
        "pnl": _pnl([row for row in pnl if row["account"] in meant], len(meant), is_one_money),
        "currencies": currencies,
        "margins": {when: _margins(summary, prefix) for when, prefix in HORIZONS.items()},
        "nextChange": _next_change(summary),
        "positions": rows,
        "total": _total(rows),
        "exposure": _exposure(rows, equity),
        "values": _values(summaries) if len(shown) == 1 else [],
    }


def _base(shown: Sequence[Row]) -> str | None:
    """The one currency that the accounts are kept in; None when they differ."""
    found = {(one["summary"].get("NetLiquidation") or {}).get("currency") for one in shown}
    return found.pop() if len(found) == 1 else None


def _number(summary: Row, tag: str) -> float | None:
    return (summary.get(tag) or {}).get("value")


def _added(shown: Sequence[Row], base: str | None) -> dict[str, dict[str, Any]]:
    """The sums of what may be added up and what every account tells in one currency."""
    sums = {}
    for tag in SUMS if base else ():
        told = [one["summary"].get(tag) for one in shown]
        if told and all(one and one["currency"] == base for one in told):
            sums[tag] = {"value": round(sum(one["value"] for one in told), 6), "currency": base}
    return sums


def _pnl(rows: Sequence[Row], accounts: int, is_one_money: bool) -> dict[str, float | None]:
    """The sum; None where one of the accounts has not told it."""
    may_add = is_one_money and len(rows) == accounts
    return {
        name: round(sum(row[name] for row in rows), 6)
        if may_add and all(row[name] is not None for row in rows)
        else None
        for name in PNL
    }


def _ledger(summary: AccountSummary) -> dict[str, dict[str, float]]:
    """currency -> IB's key -> number, of what TWS tells of each currency."""
    found: dict[str, dict[str, float]] = {}
    for row in summary.values:
        tag, currency = plain_tag(row["tag"]), row["currency"]
        if tag in CURRENCY_KEYS.values() and currency not in ("", BASE):
            number = parsed_number(row["value"])
            if number is not None:
                found.setdefault(currency, {})[tag] = number
    # Unrealised and realised profit exist for the whole account as well: a currency has a rate.
    return {name: keys for name, keys in found.items() if "ExchangeRate" in keys}


def _currencies(summaries: Sequence[AccountSummary], is_one_money: bool) -> list[dict[str, Any]]:
    """One row for each currency, the accounts added up. `cashInBase`: cash × rate."""
    ledgers = [_ledger(one) for one in summaries]
    rows = []
    for currency in sorted({name for ledger in ledgers for name in ledger}):
        told = [ledger[currency] for ledger in ledgers if currency in ledger]
        rate = told[0]["ExchangeRate"] if is_one_money else None
        row: dict[str, Any] = {"currency": currency, "rate": rate}
        for name in ADDED_UP:
            numbers = [keys.get(CURRENCY_KEYS[name]) for keys in told]
            known = [number for number in numbers if number is not None]
            row[name] = round(sum(known), 6) if len(known) == len(numbers) else None
        is_known = rate is not None and row["cash"] is not None
        row["cashInBase"] = round(row["cash"] * rate, 6) if is_known else None
        rows.append(row)
    return rows


def _rates(shown: Sequence[Row], base: str | None) -> dict[tuple[str, str], float]:
    """What one unit of a currency is worth, by account, in the common base currency."""
    rates = {}
    for one in shown:
        if base:
            rates[one["account"], base] = 1.0
        for row in one["values"] if base else ():
            number = parsed_number(row["value"])
            if plain_tag(row["tag"]) == "ExchangeRate" and row["currency"] != BASE and number:
                rates[one["account"], row["currency"]] = number
    return rates


def _margins(summary: Row, prefix: str) -> dict[str, float | None]:
    return {name: _number(summary, f"{prefix}{tag}") for name, tag in MARGINS.items()}


def _next_change(summary: Row) -> str | None:
    """TWS writes seconds since 1970; 0 means that no change is known. Not yet seen otherwise."""
    seconds = _number(summary, "LookAheadNextChange")
    return iso(datetime.fromtimestamp(seconds, UTC)) if seconds and seconds > 0 else None


def _valued(
    row: Row, rates: Mapping[tuple[str, str], float], equity: float | None
) -> dict[str, Any]:
    """A position with its value in the base currency and its share of net liquidation."""
    rate = rates.get((row["account"], row["contract"].get("currency") or ""))
    value = row.get("marketValue")
    in_base = None if rate is None or value is None else round(value * rate, 6)
    share = in_base / equity if in_base is not None and equity and equity > 0 else None
    return {**row, "dailyPnL": row.get("dailyPnL"), "valueInBase": in_base, "share": share}


def _is_added(row: Row) -> bool:
    return row["contract"]["secType"] not in NOT_ADDED


def _total(rows: Sequence[Row]) -> dict[str, Any]:
    """All positions in the base currency; None with the names of what cannot be converted."""
    counted = [row for row in rows if _is_added(row)]
    missing = sorted({row["contract"]["symbol"] for row in counted if row["valueInBase"] is None})
    value = None if missing else round(sum(row["valueInBase"] for row in counted), 6)
    return {"value": value, "missing": missing}


def _exposure(rows: Sequence[Row], equity: float | None) -> list[dict[str, Any]]:
    """By symbol, the largest first: market values, so options count with their price and futures
    with their whole contract."""
    sums: dict[str, float] = {}
    for row in rows:
        if _is_added(row) and row["valueInBase"] is not None:
            symbol = row["contract"]["symbol"]
            sums[symbol] = round(sums.get(symbol, 0) + row["valueInBase"], 6)
    found = sorted(sums.items(), key=lambda one: (-abs(one[1]), one[0]))
    return [
        {"symbol": symbol, "value": value, "share": value / equity if equity else None}
        for symbol, value in found
    ]


def _values(summaries: Sequence[AccountSummary]) -> list[dict[str, Any]]:
    """Every value as IB wrote it, with what its key means."""
    rows = [row for one in summaries for row in one.values]
    return [
        {**row, "number": parsed_number(row["value"]), "meaning": meaning_of(row["tag"])}
        for row in sorted(rows, key=lambda row: (plain_tag(row["tag"]), row["currency"]))
    ]
