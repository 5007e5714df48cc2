"""Instants as IB writes them, in the zone of this gateway's host name: US/Eastern.

May not know what a time is for.
"""

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TIME_ZONE = "US/Eastern"
ZONE = ZoneInfo(TIME_ZONE)
_FORMS = ("%Y%m%d %H:%M:%S", "%Y%m%d-%H:%M:%S", "%Y%m%d")


def local_time(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, ZONE)


def ib_time(epoch: float) -> str:
    """``20231021 06:19:46 US/Eastern``, the form with a zone that no client misreads."""
    return f"{local_time(epoch):%Y%m%d %H:%M:%S} {TIME_ZONE}"


def parse_instant(text: str) -> float | None:
    """The epoch second a client's time means; None when empty. Raises ValueError.

    With a zone name in that zone, with a dash in UTC, otherwise in US/Eastern.
    """
    words = text.split()
    if not words:
        return None
    zone = _zone(words.pop()) if len(words) > 1 and words[-1][0].isalpha() else ZONE
    joined = " ".join(words)
    for form in _FORMS:
        try:
            moment = datetime.strptime(joined, form)
        except ValueError:
            continue
        if moment.year in {MINYEAR, MAXYEAR}:
            # Another zone, or the next day, may lie outside of what the calendar has.
            break
        return moment.replace(tzinfo=UTC if "-" in form else zone).timestamp()
    raise ValueError(f"'{text[:40]}' is not a date")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"'{name[:40]}' is not a time zone") from error
