"""Profit and loss by day and by symbol, and the account's worth, from what the journal holds.

Realised P&L is IB's own, from the commission reports; nothing is computed from prices. A fill whose
report has not come is incomplete and counts for nothing: it is never 0. IB leaves the realised P&L
unset for a fill that only opens a position (written so by the paper gateway; not seen on a real
TWS), so that a fill with a commission and without one counts its commission alone.

The trading day is New York's calendar day, but for markets whose day begins on the evening before:
there it is the day that the session is named after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

# Others take these from here.
from trading.profit_question import ProfitQuestion as ProfitQuestion
from trading.profit_question import parse_profit_question as parse_profit_question

NEW_YORK = ZoneInfo("America/New_York")
# The hour in New York at which the next trading day begins. Futures: 17:00 in Chicago
# (https://www.cmegroup.com/trading-hours.html); currencies: 17:00, the usual end of their day.
DAY_BEGINS = {"FUT": 18, "CONTFUT": 18, "FOP": 18, "CASH": 17, "CMDTY": 18}
MIDNIGHT = 24
# A combo's own execution repeats what its legs tell.
NOT_COUNTED = frozenset({"BAG"})
MOST_POINTS = 500  # of the curve; a longer one has one point a day
NO_REPORT = "IB has not sent its commission report"
NO_TIME = "its time cannot be read"
OTHER_CURRENCY = "in {currency}: it is not added to {shown}"

Row = Mapping[str, Any]
EquitySample = tuple[str, str, float, str]  # account, ISO time, net liquidation value, currency


def trading_day(time: datetime, sec_type: str) -> date:
    """The day that a fill at that instant belongs to."""
    shift = MIDNIGHT - DAY_BEGINS.get(sec_type, MIDNIGHT)
    # The wall clock of New York is moved, not the instant: a day is what its calendar says.
    return (time.astimezone(NEW_YORK).replace(tzinfo=None) + timedelta(hours=shift)).date()


def profit_of(
    executions: Iterable[Row], equity: Sequence[Row], question: ProfitQuestion
) -> dict[str, Any]:
    """The answer of GET /profit, without the time that it is as of.

    executions: rows as in `Reader.executions`; equity: rows {time, account, netLiquidation,
    currency}, oldest first. Whatever is not in the question's period or account is left out.
    """
    fills = [row for row in executions if _is_of(row, question.account)]
    dated = [(row, _day_of(row)) for row in _newest(fills)]
    chosen = [(row, day) for row, day in dated if day is None or question.has(day)]
    worth = [row for row in equity if _is_of(row, question.account) and _is_in(row, question)]
    currencies = Counter(row["commissionCurrency"] for row, _ in chosen if _is_reported(row))
    currency = question.currency or _usual(currencies, worth)
    counted, incomplete = _sorted_out(chosen, currency)
    return {
        "account": question.account,
        "currency": currency,
        "currencies": sorted(currencies),
        "from": question.first and question.first.isoformat(),
        "to": question.last and question.last.isoformat(),
        "days": _days(counted, incomplete),
        "symbols": _symbols(counted),
        "equity": _curve(worth),
        "incomplete": incomplete,
    }


@dataclass(slots=True)
class _Sum:
    """What is added up of some fills; `realized` is None while no report has told any."""

    realized: Decimal | None = None
    commission: Decimal = Decimal()
    executions: int = 0
    quantity: Decimal = Decimal()
    incomplete: int = field(default=0)

    def add(self, row: Row) -> None:
        self.executions += 1
        self.commission += _decimal(row["commission"])
        self.quantity += _decimal(row["shares"] or 0)
        if row["realizedPNL"] is not None:
            self.realized = (self.realized or Decimal()) + _decimal(row["realizedPNL"])

    def to_payload(self) -> dict[str, Any]:
        return {
            "realizedPNL": None if self.realized is None else float(self.realized),
            "commission": float(self.commission) if self.executions else None,
            "executions": self.executions,
        }


def _days(
    counted: list[tuple[Row, date]], incomplete: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    sums: dict[str, _Sum] = {}
    for row, day in counted:
        sums.setdefault(day.isoformat(), _Sum()).add(row)
    for one in incomplete:
        if one["date"]:
            sums.setdefault(one["date"], _Sum()).incomplete += 1
    total, days = Decimal(), []
    for date_text, added in sorted(sums.items(), key=lambda item: item[0]):
        total += added.realized or 0
        known = added.to_payload() | {"incomplete": added.incomplete}
        days.append({"date": date_text, **known, "cumulative": float(total)})
    return days


def _symbols(counted: list[tuple[Row, date]]) -> list[dict[str, Any]]:
    """The largest gain first, then losses, then what nothing is known of."""
    sums: dict[tuple[str, str], _Sum] = {}
    for row, _ in counted:
        contract = row["contract"]
        sums.setdefault((contract["symbol"], contract["secType"]), _Sum()).add(row)
    rows = [
        {"symbol": symbol, "secType": sec_type, **one.to_payload(), "quantity": float(one.quantity)}
        for (symbol, sec_type), one in sums.items()
    ]
    nothing = float("-inf")
    return sorted(
        rows,
        key=lambda row: (
            -(nothing if row["realizedPNL"] is None else row["realizedPNL"]),
            row["symbol"],
        ),
    )


def _sorted_out(
    chosen: list[tuple[Row, date | None]], currency: str | None
) -> tuple[list[tuple[Row, date]], list[dict[str, Any]]]:
    """Fills that count, and those that do not, each with why."""
    counted, incomplete = [], []
    for row, day in chosen:
        why = _why_not(row, day, currency)
        if why is None and day is not None:
            counted.append((row, day))
            continue
        incomplete.append(
            {
                "date": day and day.isoformat(),
                "symbol": row["contract"]["symbol"],
                "secType": row["contract"]["secType"],
                "execId": row["execId"],
                "why": why,
            }
        )
    return counted, incomplete


def _why_not(row: Row, day: date | None, currency: str | None) -> str | None:
    if day is None:
        return NO_TIME
    if not _is_reported(row):
        return NO_REPORT
    if row["commissionCurrency"] != currency:
        return OTHER_CURRENCY.format(currency=row["commissionCurrency"], shown=currency)
    return None


def _curve(worth: list[Row]) -> list[dict[str, Any]]:
    """Of one account: no line goes through what several are worth."""
    if len({row["account"] for row in worth}) > 1:
        return []
    if len(worth) > MOST_POINTS:
        last_of = {trading_day(_instant(row["time"]), ""): row for row in worth}
        worth = list(last_of.values())
    names = ("time", "netLiquidation", "currency")
    return [{name: row[name] for name in names} for row in worth]


def _newest(fills: Iterable[Row]) -> list[Row]:
    """IB corrects an execution under the same id with a higher revision: the last one counts."""
    newest: dict[str, Row] = {}
    for row in sorted(fills, key=lambda row: str(row["execId"])):
        if row["contract"]["secType"] not in NOT_COUNTED:
            newest[str(row["execId"]).rpartition(".")[0] or row["execId"]] = row
    return sorted(newest.values(), key=lambda row: (row["time"] or "", row["execId"]))


def _usual(currencies: Counter[str], worth: list[Row]) -> str | None:
    """The account's currency where some fill has it, else the one that most fills have."""
    base = worth[-1]["currency"] if worth else None
    if base in currencies or not currencies:
        return base
    return min(currencies, key=lambda name: (-currencies[name], name))


def _is_of(row: Row, account: str | None) -> bool:
    return account is None or row["account"] == account


def _is_in(row: Row, question: ProfitQuestion) -> bool:
    return question.has(trading_day(_instant(row["time"]), ""))


def _is_reported(row: Row) -> bool:
    return row.get("commission") is not None and bool(row.get("commissionCurrency"))


def _day_of(row: Row) -> date | None:
    return trading_day(_instant(row["time"]), row["contract"]["secType"]) if row["time"] else None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _decimal(number: float) -> Decimal:
    """Cents are added up as they were written, not as a double has them."""
    return Decimal(repr(number))
