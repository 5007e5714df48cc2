"""When a contract trades, from IB's texts: `tradingHours`, `liquidHours` and their `timeZoneId`.

IB tells the days to come. Of days before them nothing is told: they are taken to be like the first
following day of the same weekday that trades, and say so (`projected`); a holiday or a short day
of the past is not known that way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trading.snapshots import iso

# 20261127:0930-20261127:1300, or 20180323:0400-2000 as older versions of TWS write it.
SPAN = re.compile(r"(\d{8}):(\d{4})-(?:(\d{8}):)?(\d{4})")
# Names that TWS uses and the tz database does not have, or means otherwise: its EST has no summer.
ZONES = {
    "EST": "America/New_York",
    "CST": "America/Chicago",
    "MST": "America/Denver",
    "PST": "America/Los_Angeles",
    "MET": "Europe/Berlin",
    "JST": "Asia/Tokyo",
}


@dataclass(frozen=True, slots=True)
class Session:
    """A span in which the contract trades; `kind` is regular or extended."""

    start: datetime
    end: datetime
    kind: str
    is_projected: bool = False

    def to_payload(self) -> dict[str, Any]:
        return {
            "start": iso(self.start),
            "end": iso(self.end),
            "kind": self.kind,
            "projected": self.is_projected,
        }


@dataclass(frozen=True, slots=True)
class MarketNow:
    """Whether the contract trades: `kind` is regular, extended or closed.

    `opens_in`: seconds until its next regular session; None while in one, or when IB tells of none.
    """

    kind: str
    opens_in: float | None = None


def market_now(sessions: Sequence[Session], now: datetime) -> MarketNow | None:
    """None when nothing is told of this moment: no hours at all, or only of days that are over."""
    if not sessions or now >= max(one.end for one in sessions):
        return None
    kind = next((one.kind for one in sessions if one.start <= now < one.end), "closed")
    if kind == "regular":
        return MarketNow(kind)
    openings = [one.start for one in sessions if one.kind == "regular" and one.start > now]
    return MarketNow(kind, (min(openings) - now).total_seconds() if openings else None)


def sessions_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Session, ...]:
    """The sessions that `to_payload` gave."""
    return tuple(
        Session(
            datetime.fromisoformat(row["start"]),
            datetime.fromisoformat(row["end"]),
            row["kind"],
            row["projected"],
        )
        for row in rows
    )


def parse_sessions(trading_hours: str, liquid_hours: str, zone_id: str) -> tuple[Session, ...]:
    """Sessions in UTC, in their order; empty when IB names no hours or a zone nobody knows.

    What is in `liquid_hours` is regular, the rest of `trading_hours` extended.
    """
    zone = _zone(zone_id)
    if zone is None:
        return ()
    regular = _spans(liquid_hours, zone)
    extended = [piece for span in _spans(trading_hours, zone) for piece in _without(span, regular)]
    sessions = [Session(*span, "regular") for span in regular]
    sessions += [Session(*span, "extended") for span in extended]
    return tuple(sorted(sessions, key=lambda one: one.start))


def sessions_since(
    sessions: Sequence[Session], start: datetime, zone_id: str
) -> tuple[Session, ...]:
    """The sessions that end after `start`, with projected ones for the days before IB's first."""
    zone = _zone(zone_id)
    if not sessions or zone is None:
        return tuple(sessions)
    by_weekday: dict[int, list[Session]] = {}
    for session in sessions:
        listed = session.start.astimezone(zone).date()
        known = by_weekday.setdefault(listed.weekday(), [])
        if not known or known[0].start.astimezone(zone).date() == listed:
            known.append(session)
    first = min(session.start.astimezone(zone).date() for session in sessions)
    past = []
    day = start.astimezone(zone).date() - timedelta(days=1)  # a session may begin the day before
    while day < first:
        past += [_moved(one, day, zone) for one in by_weekday.get(day.weekday(), ())]
        day += timedelta(days=1)
    return tuple(one for one in (*past, *sessions) if one.end > start)


def zone_name(zone_id: str) -> str | None:
    """The exchange's zone by a name of the tz database; None when nobody knows it."""
    zone = _zone(zone_id)
    return zone.key if zone else None


def _moved(session: Session, day: date, zone: ZoneInfo) -> Session:
    """The same times of the day, weeks earlier; the clock may have been changed in between."""
    start, end = session.start.astimezone(zone), session.end.astimezone(zone)
    days = start.date() - day
    earlier = [
        (moment.replace(tzinfo=None) - days).replace(tzinfo=zone).astimezone(UTC)
        for moment in (start, end)
    ]
    return replace(session, start=earlier[0], end=earlier[1], is_projected=True)


def _zone(zone_id: str) -> ZoneInfo | None:
    """TWS writes US/Eastern; older versions `EST (Eastern Standard Time)`."""
    name = zone_id.split(" ")[0]
    try:
        return ZoneInfo(ZONES.get(name, name)) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


Span = tuple[datetime, datetime]


def _spans(text: str, zone: ZoneInfo) -> list[Span]:
    return [(start, end) for start, end in _read(text, zone) if start < end]


def _read(text: str, zone: ZoneInfo) -> Iterator[Span]:
    for day, opens, last_day, closes in SPAN.findall(text):
        try:
            yield _moment(day, opens, zone), _moment(last_day or day, closes, zone)
        except ValueError:  # no such day or hour: the others still count
            continue


def _moment(day: str, clock: str, zone: ZoneInfo) -> datetime:
    # 2400 would be the next midnight.
    extra = timedelta(days=1) if clock == "2400" else timedelta()
    text = day + ("0000" if extra else clock)
    return (datetime.strptime(text, "%Y%m%d%H%M") + extra).replace(tzinfo=zone).astimezone(UTC)


def _without(span: Span, taken: list[Span]) -> list[Span]:
    """What is left of the span when the taken ones are cut out."""
    left = [span]
    for start, end in taken:
        left = [
            piece
            for first, last in left
            for piece in ((first, min(last, start)), (max(first, end), last))
            if piece[0] < piece[1]
        ]
    return left
