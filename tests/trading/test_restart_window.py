from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.trading.orders_for_tests import PATIENT
from trading.restart_window import RestartWindow

NEW_YORK = ZoneInfo("America/New_York")
NIGHT = RestartWindow(time(23, 45), time(0, 10), NEW_YORK)
EARLY = RestartWindow(time(1, 15), time(1, 45), NEW_YORK)
ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("America/New_York", "Europe/Dublin", "Asia/Tokyo", "UTC")]
)
TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def at(wall: str, zone: ZoneInfo = NEW_YORK, fold: int = 0) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("wall", "is_blocked"),
    [
        ("2026-11-20T23:43:59", False),
        ("2026-11-20T23:44:00", True),
        ("2026-11-20T23:45:00", True),
        ("2026-11-21T00:00:00", True),
        ("2026-11-21T00:09:59.999", True),
        ("2026-11-21T00:10:00", False),
        ("2026-11-21T12:00:00", False),
    ],
)
def test_a_window_over_midnight_blocks_from_a_minute_before_to_its_end(
    wall: str, is_blocked: bool
) -> None:
    """F52."""
    assert NIGHT.blocks(at(wall)) is is_blocked


def test_the_lead_of_a_window_at_midnight_begins_on_the_day_before() -> None:
    window = RestartWindow(time(0, 0), time(0, 10), NEW_YORK)
    assert window.blocks(at("2026-11-20T23:59:30"))


def test_the_lead_is_what_the_caller_says() -> None:
    assert not NIGHT.blocks(at("2026-11-20T23:44:30"), lead_seconds=0)
    assert NIGHT.blocks(at("2026-11-20T23:40:00"), lead_seconds=300)


def test_the_end_is_told_in_utc() -> None:
    assert NIGHT.blocked_until(at("2026-11-20T23:50")) == datetime(2026, 11, 21, 5, 10, tzinfo=UTC)
    assert NIGHT.blocked_until(at("2026-11-20T20:00")) is None


def test_the_window_follows_the_wall_clock_through_the_year() -> None:
    assert NIGHT.blocks(datetime(2026, 1, 15, 4, 50, tzinfo=UTC))
    assert not NIGHT.blocks(datetime(2026, 7, 15, 4, 50, tzinfo=UTC))
    assert NIGHT.blocks(datetime(2026, 7, 15, 3, 50, tzinfo=UTC))


def test_a_window_that_the_clock_shows_twice_blocks_from_its_first_start_to_its_last_end() -> None:
    first, second = (at("2026-11-01T01:20", fold=fold) for fold in (0, 1))
    assert second - first == timedelta(hours=1)
    assert EARLY.blocks(first)
    assert EARLY.blocks(first + timedelta(minutes=30))
    assert EARLY.blocks(second)
    assert not EARLY.blocks(second + timedelta(minutes=30))


def test_a_window_that_the_clock_skips_still_blocks() -> None:
    skipped = RestartWindow(time(2, 15), time(2, 45), NEW_YORK)
    assert skipped.blocks(at("2026-03-08T01:59:59"))
    assert skipped.blocks(at("2026-03-08T03:00"))
    assert not skipped.blocks(at("2026-03-08T04:00"))


def is_in(window: RestartWindow, wall: time) -> bool:
    """What a person reads off the wall clock."""
    if window.start < window.end:
        return window.start <= wall < window.end
    return wall >= window.start or wall < window.end


def changes_near(day: date, zone: ZoneInfo) -> bool:
    noons = [datetime.combine(day + timedelta(days=n), time(12), zone) for n in (-2, 2)]
    return noons[0].utcoffset() != noons[1].utcoffset()


@PATIENT
@given(TIMES, TIMES, ZONES, MOMENTS)
def test_whenever_the_wall_clock_is_inside_orders_are_blocked(
    start: time, end: time, zone: ZoneInfo, now: datetime
) -> None:
    assume(start != end)
    window = RestartWindow(start, end, zone)
    inside = is_in(window, now.astimezone(zone).time())
    if inside:
        assert window.blocks(now)
    if not changes_near(now.astimezone(zone).date(), zone):
        assert window.blocks(now, lead_seconds=0) == inside


@PATIENT
@given(TIMES, TIMES, ZONES, MOMENTS)
def test_the_lead_blocks_exactly_what_comes_within_it(
    start: time, end: time, zone: ZoneInfo, now: datetime
) -> None:
    assume(start != end)
    window = RestartWindow(start, end, zone)
    assume(not changes_near(now.astimezone(zone).date(), zone))
    soon = any(window.blocks(now + timedelta(seconds=s), lead_seconds=0) for s in range(61))
    assert window.blocks(now) == soon
