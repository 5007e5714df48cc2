"""A starting portfolio from a file: cash by currency and positions with their average cost.

May not change an account. The file is CSV with a line of column names, or a JSON list of objects
with the same names; both are checked completely before anything is used.

    account,symbol,secType,currency,quantity,averageCost
    ,,,USD,250000,
    ,,,EUR,10000,
    ,AAPL,STK,USD,100,181.25

A row without a contract is cash. A contract is named as in an order (conId, symbol, secType,
lastTradeDate, strike, right, multiplier, exchange, primaryExchange, currency, localSymbol,
tradingClass); a symbol without a secType is a stock. The average cost is IB's: per unit, times the
multiplier, with commissions. The account may be left out when there is only one.
"""

import csv
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paper_gateway.account import BASE_CURRENCY, Account, Position
from paper_gateway.contracts import Ambiguous, Catalogue, ContractDefinition, ContractQuery

_TEXTS = {
    "symbol": "symbol",
    "secType": "sec_type",
    "lastTradeDate": "last_trade_date",
    "right": "right",
    "multiplier": "multiplier",
    "exchange": "exchange",
    "primaryExchange": "primary_exchange",
    "currency": "currency",
    "localSymbol": "local_symbol",
    "tradingClass": "trading_class",
}
COLUMNS = ("account", "conId", "strike", *_TEXTS, "quantity", "averageCost")
# Any of these makes a row a position.
_NAMES = ("conId", "symbol", "localSymbol")
MOST_BYTES = 16 * 1024 * 1024


class PortfolioError(Exception):
    """The file cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: cash of a currency, or a position when it has a contract."""

    account: str
    currency: str
    quantity: float
    definition: ContractDefinition | None = None
    average_cost: float = 0.0


Row = dict[str, str]


def read_portfolio(path: Path, catalogue: Catalogue, accounts: Sequence[str]) -> list[Entry]:
    """All rows of the file, for these accounts. Raises PortfolioError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise PortfolioError(f"{path} is larger than {MOST_BYTES} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PortfolioError(f"cannot read {path}: {error}") from error
    entries: dict[tuple[str, str, int], Entry] = {}
    for place, row in _rows(path, text):
        try:
            entry = _entry(row, catalogue, accounts)
        except ValueError as error:
            raise PortfolioError(f"{path}, {place}: {error}") from error
        con_id = entry.definition.con_id if entry.definition else 0
        key = (entry.account, "" if con_id else entry.currency, con_id)
        if key in entries:
            raise PortfolioError(f"{path}, {place}: the same was given before")
        entries[key] = entry
    return list(entries.values())


def endow(account: Account, entries: Sequence[Entry], at: float) -> None:
    """Give a fresh account what the file has for it; one without any row keeps its cash."""
    own = [entry for entry in entries if entry.account == account.name]
    if not own:
        return
    account.cash = {BASE_CURRENCY: 0.0}
    for entry in own:
        if entry.definition is None:
            account.cash[entry.currency] = entry.quantity
            continue
        definition = entry.definition
        position = Position(account.name, definition, entry.quantity, entry.average_cost)
        account.positions[definition.con_id] = position
        # What came before belongs to the cash that was given: the day begins here.
        position.day_value = account.value(position, at)
        if position.is_future:
            position.settled = position.day_value


def _rows(path: Path, text: str) -> Iterator[tuple[str, Row]]:
    """Each row with the words for its place in the file."""
    if path.suffix.lower() == ".json":
        yield from _json_rows(path, text)
        return
    reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
    try:
        for row in reader:
            place = f"line {reader.line_num}"
            if None in row or None in row.values():
                raise PortfolioError(f"{path}, {place}: the number of fields differs")
            yield place, row
    except csv.Error as error:
        raise PortfolioError(f"{path}, line {reader.line_num}: {error}") from error


def _json_rows(path: Path, text: str) -> Iterator[tuple[str, Row]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PortfolioError(f"{path} is not JSON: {error}") from error
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise PortfolioError(f"{path} is not a list of objects")
    for number, row in enumerate(found, 1):
        yield f"entry {number}", {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _entry(row: Row, catalogue: Catalogue, accounts: Sequence[str]) -> Entry:
    """Raises ValueError with what is wrong."""
    row = {name.strip(): text.strip() for name, text in row.items()}
    unknown = sorted(row.keys() - set(COLUMNS))
    if unknown:
        raise ValueError(f"unknown column {', '.join(unknown)}; there are {', '.join(COLUMNS)}")
    account = row.get("account") or (accounts[0] if len(accounts) == 1 else "")
    if account not in accounts:
        raise ValueError(f"account '{account}' is none of {', '.join(accounts)}")
    quantity = _number(row, "quantity")
    if any(row.get(name, "") not in {"", "0"} for name in _NAMES):
        return _position(row, account, quantity, catalogue)
    currency = row.get("currency", "")
    if currency not in _currencies(catalogue):
        raise ValueError(f"no exchange rate is known for currency '{currency}'")
    if row.get("averageCost"):
        raise ValueError("cash has no average cost")
    return Entry(account, currency, quantity)


def _position(row: Row, account: str, quantity: float, catalogue: Catalogue) -> Entry:
    texts: dict[str, Any] = {field: row.get(name, "") for name, field in _TEXTS.items()}
    if texts["symbol"] and not texts["sec_type"]:
        texts["sec_type"] = "STK"
    con_id = _number(row, "conId") if row.get("conId") else 0.0
    strike = _number(row, "strike") if row.get("strike") else 0.0
    found = catalogue.resolve(ContractQuery(con_id=int(con_id), strike=strike, **texts))
    if found is None:
        raise ValueError("no such contract is known")
    if isinstance(found, Ambiguous):
        raise ValueError(f"{len(found.definitions)} contracts are like this: name one of them")
    steps = quantity / found.whole_step
    if not quantity or abs(steps - round(steps)) > 1e-6 * max(1.0, abs(steps)):
        raise ValueError(f"the quantity is not a multiple of {found.whole_step:g}")
    cost = _number(row, "averageCost")
    if cost < 0:
        raise ValueError("the average cost is below zero")
    return Entry(account, found.currency, quantity, found, cost)


def _number(row: Row, name: str) -> float:
    try:
        value = float(row.get(name, ""))
    except ValueError as error:
        raise ValueError(f"{name} '{row.get(name, '')}' is not a number") from error
    if not math.isfinite(value) or abs(value) > 1e12:
        raise ValueError(f"{name} {value} is out of range")
    return value


def _currencies(catalogue: Catalogue) -> set[str]:
    """The base currency and those of the currency pairs."""
    pairs = [each for each in catalogue.definitions if each.sec_type == "CASH"]
    return {BASE_CURRENCY, *(name for each in pairs for name in (each.symbol, each.currency))}
