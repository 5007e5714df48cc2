"""When a contract trades: around the clock, or at the hours of its exchange.

May not know prices or orders. A kind of contract that is not in the table of sessions never
closes; in the always-open mode the table is empty. Session times are New York's. Stocks (Canadian
ones too), options, indices and bonds keep the holidays of the US stock exchanges; currencies and
futures are closed on weekends, New Year's Day and Christmas only, and futures do not halt early on
holidays.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from paper_gateway.market_data.holidays import closes_early, is_holiday
from paper_gateway.times import ZONE

if TYPE_CHECKING:
    from paper_gateway.definitions import ContractDefinition

Mode = Literal["always", "exchange"]
Span = tuple[float, float]
"""From an epoch second up to, not including, another one."""

# TWS reports the current day and the next five.
_TEXT_DAYS = 6
_EARLY_CLOSE = time(13, 0)
# After an early closing stocks trade on until 17:00 instead of 20:00.
_EARLY_LATE_CLOSE = time(17, 0)
_FRIDAY = 4
# A trading day begins at most so long before its date does and a closing lasts at most so long.
_LONGEST_CLOSING_DAYS = 6


@dataclass(frozen=True, slots=True)
class Session:
    """Opening and closing of a trading day, and of its regular (liquid) hours."""

    opens: time
    closes: time
    regular_opens: time
    regular_closes: time
    begins_the_evening_before: bool = False


@dataclass(frozen=True, slots=True)
class TradingDay:
    """One trading day in epoch seconds."""

    date: date
    open: Span
    regular: Span


# Stocks: NYSE, NASDAQ and IB's own pre-market and after-hours sessions. Currencies: IDEALPRO, with
# its break of a quarter of an hour. Futures: CME Globex; the liquid hours are from memory.
US_SESSIONS = {
    "STK": Session(time(4), time(20), time(9, 30), time(16)),
    "OPT": Session(time(9, 30), time(16), time(9, 30), time(16)),
    "IND": Session(time(9, 30), time(16), time(9, 30), time(16)),
    "BOND": Session(time(8), time(17), time(8), time(17)),
    "CASH": Session(time(17, 15), time(17), time(17, 15), time(17), True),
    "FUT": Session(time(18), time(17), time(9, 30), time(16), True),
    "FOP": Session(time(18), time(17), time(9, 30), time(16), True),
}
_WITH_EARLY_CLOSE = frozenset({"STK", "OPT", "IND"})
_WITHOUT_HOLIDAYS = frozenset({"CASH", "FUT", "FOP"})
_ALWAYS_FREE = frozenset({(1, 1), (12, 25)})


class Hours:
    """The hours of every kind of contract that keeps any."""

    def __init__(self, sessions: dict[str, Session]) -> None:
        self._sessions = sessions
        self._day = lru_cache(maxsize=8192)(self._make_day)

    def never_close(self, definition: ContractDefinition) -> bool:
        return definition.sec_type not in self._sessions

    def day(self, definition: ContractDefinition, day: date) -> TradingDay | None:
        """The trading day of that date; None when the contract does not trade on it."""
        return self._day(definition.sec_type, day)

    def is_open(self, definition: ContractDefinition, at: float, regular: bool = False) -> bool:
        return bool(self.spans(definition, at, at + 0.001, regular))

    def spans(
        self, definition: ContractDefinition, start: float, end: float, regular: bool = False
    ) -> list[Span]:
        """The parts of [start, end) in which the contract trades, oldest first."""
        if self.never_close(definition):
            return [(start, end)]
        found = []
        for day in self.days(definition, start, end):
            first, last = day.regular if regular else day.open
            if first < end and last > start:
                found.append((max(first, start), min(last, end)))
        return found

    def days(self, definition: ContractDefinition, start: float, end: float) -> list[TradingDay]:
        """The trading days that have a part in [start, end); none of a contract without hours."""
        date_ = datetime.fromtimestamp(start, ZONE).date()
        # A session of the next date may have begun the evening before.
        last = datetime.fromtimestamp(end, ZONE).date() + timedelta(days=1)
        found = []
        while date_ <= last:
            day = self._day(definition.sec_type, date_)
            if day is not None and day.open[0] < end and day.open[1] > start:
                found.append(day)
            date_ += timedelta(days=1)
        return found

    def latest_day(self, definition: ContractDefinition, at: float) -> TradingDay:
        """The trading day in force at an instant: the last one that has begun."""
        start = at - _LONGEST_CLOSING_DAYS * 86_400
        days = self.days(definition, start, at + 1)
        return days[bisect_right([day.open[0] for day in days], at) - 1]

    def next_open(self, definition: ContractDefinition, at: float, regular: bool = False) -> float:
        """The instant itself when the contract trades then, otherwise that of the next opening."""
        spans = self.spans(definition, at, at + _LONGEST_CLOSING_DAYS * 86_400, regular)
        return spans[0][0]

    def next_auction(self, definition: ContractDefinition, kind: str, at: float) -> float | None:
        """The next regular opening (``open``) or closing (``close``) after an instant; None for a
        contract that never closes."""
        days = self.days(definition, at, at + _LONGEST_CLOSING_DAYS * 86_400)
        edges = (day.regular[0 if kind == "open" else 1] for day in days)
        return next((edge for edge in edges if edge > at), None)

    def texts(self, definition: ContractDefinition, first: date) -> tuple[str, str]:
        """IB's trading hours and liquid hours from ``first`` on, in the contract's time zone."""
        dates = [first + timedelta(days=offset) for offset in range(_TEXT_DAYS)]
        if self.never_close(definition):
            text = ";".join(f"{each:%Y%m%d}:0000-{each:%Y%m%d}:2359" for each in dates)
            return text, text
        zone = ZoneInfo(definition.time_zone_id)
        days = {each: self._day(definition.sec_type, each) for each in dates}
        return (
            ";".join(_text(each, day.open if day else None, zone) for each, day in days.items()),
            ";".join(_text(each, day.regular if day else None, zone) for each, day in days.items()),
        )

    def _make_day(self, sec_type: str, day: date) -> TradingDay | None:
        session = self._sessions.get(sec_type)
        if session is None or _is_free(sec_type, day):
            return None
        before = day - timedelta(days=1) if session.begins_the_evening_before else day
        closes, regular_closes = session.closes, session.regular_closes
        if sec_type in _WITH_EARLY_CLOSE and closes_early(day):
            closes = min(closes, _EARLY_LATE_CLOSE if sec_type == "STK" else _EARLY_CLOSE)
            regular_closes = _EARLY_CLOSE
        is_one = session.regular_opens == session.opens
        return TradingDay(
            day,
            (_epoch(before, session.opens), _epoch(day, closes)),
            (
                _epoch(before if is_one else day, session.regular_opens),
                _epoch(day, regular_closes),
            ),
        )


ALWAYS_OPEN = Hours({})
EXCHANGE_HOURS = Hours(US_SESSIONS)
HOURS: dict[Mode, Hours] = {"always": ALWAYS_OPEN, "exchange": EXCHANGE_HOURS}


def _is_free(sec_type: str, day: date) -> bool:
    if day.weekday() > _FRIDAY:
        return True
    if sec_type in _WITHOUT_HOLIDAYS:
        return (day.month, day.day) in _ALWAYS_FREE
    return is_holiday(day)


def _epoch(day: date, at: time) -> float:
    return datetime.combine(day, at, ZONE).timestamp()


def _text(day: date, span: Span | None, zone: ZoneInfo) -> str:
    if span is None:
        return f"{day:%Y%m%d}:CLOSED"
    first, last = (datetime.fromtimestamp(each, zone) for each in span)
    return f"{first:%Y%m%d:%H%M}-{last:%Y%m%d:%H%M}"
