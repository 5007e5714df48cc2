"""The daily time in which TWS restarts, as the user configured it: no new order is sent then.

An order that meets a restart may be lost without a word. The clock is the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LEAD_SECONDS = 60
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RestartWindow:
    """From `start` to before `end`, by the wall clock of the zone; over midnight when end < start.

    Where the clocks change the widest meaning counts: from the first time the wall clock may show
    the start to the last time it may show the end.
    """

    start: time
    end: time
    zone: ZoneInfo

    def blocks(self, now_utc: datetime, lead_seconds: float = LEAD_SECONDS) -> bool:
        """Is it the window now, or so many seconds before it? `now_utc` is an aware time."""
        return self.blocked_until(now_utc, lead_seconds) is not None

    def blocked_until(
        self, now_utc: datetime, lead_seconds: float = LEAD_SECONDS
    ) -> datetime | None:
        """The end of the window that blocks now, in UTC; None when orders may go."""
        lead = timedelta(seconds=lead_seconds)
        # Yesterday's window may last until today; with its lead, tomorrow's may have begun.
        today = now_utc.astimezone(self.zone).date()
        for day in (today - DAY, today, today + DAY):
            start, end = self._window_of(day)
            if start - lead <= now_utc < end:
                return end
        return None

    def _window_of(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.start < self.end else day + DAY
        return min(self._moments(day, self.start)), max(self._moments(last, self.end))

    def _moments(self, day: date, wall: time) -> list[datetime]:
        """The two meanings, in UTC, of a wall time: different when it comes twice or never."""
        moments = [datetime.combine(day, wall.replace(fold=fold), self.zone) for fold in (0, 1)]
        return [moment.astimezone(UTC) for moment in moments]
