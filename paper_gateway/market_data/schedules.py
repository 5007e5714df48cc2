"""The trading schedule that reqHistoricalData answers with for SCHEDULE (message 106).

May not decide when a contract trades: that is what its hours say.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from paper_gateway import replies
from paper_gateway.bars import Series
from paper_gateway.market_data.durations import parse_duration
from paper_gateway.session import Session

_FORMAT = "%Y%m%d-%H:%M:%S"
# A session row is small; a century of them is nobody's wish.
MAX_SESSIONS = 5_000

SessionRow = tuple[str, str, str]


def send_schedule(session: Session, req_id: int, series: Series, window: tuple[float, str]) -> None:
    """The trading days of the duration before an end, in the contract's zone."""
    end, duration = window
    try:
        start = parse_duration(duration).before(end)
    except ValueError as error:
        session.refuse(req_id, str(error))
        return
    rows = schedule(series, start, end)
    span = (rows[0][0], rows[-1][1])
    zone = series.definition.time_zone_id
    session.send(replies.historical_schedule(req_id, span, zone, rows))


def schedule(series: Series, start: float, end: float) -> list[SessionRow]:
    """Start, end and reference date of every session in (start, end], at least the latest one.

    A contract that never closes has a session for each day of its zone, around the clock.
    """
    hours, definition = series.market.hours, series.definition
    zone = ZoneInfo(definition.time_zone_id)
    start = max(start, end - MAX_SESSIONS * 86_400)
    if hours.never_close(definition):
        return _every_day(start, end, zone)
    days = hours.days(definition, start, end) or [hours.latest_day(definition, end)]
    rows = []
    for day in days:
        span = day.regular if series.regular else day.open
        first, last = (f"{datetime.fromtimestamp(each, zone):{_FORMAT}}" for each in span)
        rows.append((first, last, f"{day.date:%Y%m%d}"))
    return rows


def _every_day(start: float, end: float, zone: ZoneInfo) -> list[SessionRow]:
    last = datetime.fromtimestamp(end, zone).date()
    count = max((last - datetime.fromtimestamp(start, zone).date()).days, 1)
    days = (last - timedelta(days=ago) for ago in range(count - 1, -1, -1))
    return [(f"{day:%Y%m%d}-00:00:00", f"{day:%Y%m%d}-23:59:00", f"{day:%Y%m%d}") for day in days]
