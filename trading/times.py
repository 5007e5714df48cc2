"""Times in requests: one instant, whatever way it is written; never a clock time of unknown zone.

Kept and shown as ISO-8601 in UTC, sent as `YYYYMMDD-HH:MM:SS`: with the dash it is UTC, say TWS's
own words with error 10314, so no zone of the exchange or of TWS changes it. It parses; it does not
know what time it is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

TIME_FORMS = "2026-11-20T14:30:00Z, 20261120 09:30:00 US/Eastern or 20261120-14:30:00 (UTC)"
NOT_A_TIME = f"must be a time with its zone: {TIME_FORMS}"
NOT_OF_DAY = "must be a time of day with its zone: 09:30:00 US/Eastern"
IB_UTC = "%Y%m%d-%H:%M:%S"
IB_ZONED = re.compile(r"(20\d{6} \d\d:\d\d:\d\d) ([A-Za-z][A-Za-z0-9/_+-]{1,40})")
IB_DASHED = re.compile(r"20\d{6}-\d\d:\d\d:\d\d")
ISO = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)")
OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d ([A-Za-z][A-Za-z0-9/_+-]{1,40})")


def parse_time(value: object) -> str:
    """An instant as `2026-11-20T14:30:00Z`; ValueError when it is none or has no zone."""
    if not isinstance(value, str):
        raise ValueError(NOT_A_TIME)
    try:
        moment = _read(value.strip())
    except ValueError:
        moment = None
    if moment is None:
        raise ValueError(NOT_A_TIME)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time_of_day(value: object) -> str:
    """`09:30:00 US/Eastern`, as IB's algorithms want their start and end."""
    found = OF_DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None or _zone(found[2]) is None:
        raise ValueError(NOT_OF_DAY)
    return found[0]


def ib_time(iso: str) -> str:
    """IB's UTC form of a parsed time."""
    return datetime.fromisoformat(iso).strftime(IB_UTC)


def told_time(text: str) -> str:
    """A time as TWS writes it, in ISO-8601 UTC; its own words where it names no zone."""
    try:
        return parse_time(text)
    except ValueError:
        return text


Time = Annotated[str, BeforeValidator(parse_time)]
TimeOfDay = Annotated[str, BeforeValidator(parse_time_of_day)]


def _read(text: str) -> datetime | None:
    if ISO.fullmatch(text):
        return datetime.fromisoformat(text)
    if zoned := IB_ZONED.fullmatch(text):
        zone = _zone(zoned[2])
        moment = datetime.strptime(zoned[1], "%Y%m%d %H:%M:%S")
        return moment.replace(tzinfo=zone) if zone else None
    if IB_DASHED.fullmatch(text):
        return datetime.strptime(text, IB_UTC).replace(tzinfo=UTC)
    return None


def _zone(name: str) -> ZoneInfo | None:
    """A time zone by its name; the zone files of the machine decide which exist."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
