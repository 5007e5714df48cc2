from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.orders_for_tests import PATIENT
from trading.times import ib_time, parse_time, parse_time_of_day, told_time


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T14:30:00Z",
        "2026-11-20T14:30Z",
        "2026-11-20T15:30:00+01:00",
        "2026-11-20T09:30:00-05:00",
        "20261120 09:30:00 US/Eastern",
        "20261120 09:30:00 America/New_York",
        "20261120 14:30:00 UTC",
        "20261120-14:30:00",
        " 20261120-14:30:00 ",
    ],
)
def test_one_instant_may_be_written_in_many_ways(text: str) -> None:
    assert parse_time(text) == "2026-11-20T14:30:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20261120",
        "20261120 09:30:00",
        "20261120 09:30:00 Mars/Base",
        "20261120 09:30:00 ../../etc/passwd",
        "20261120 09:30:00 America",
        "20261320 09:30:00 UTC",
        "20261120 25:30:00 UTC",
        "2026-11-20",
        "2026-11-20T14:30:00",
        "2026-11-20T14:30:00.5Z",
        "2026-11-20 14:30:00Z",
        "1999-12-31T00:00:00Z",
        "2100-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "20261120-14:30:00\0",
        "tomorrow",
        20261120,
        None,
        True,
    ],
)
def test_a_time_without_zone_or_sense_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="must be a time with its zone"):
        parse_time(text)


def test_summer_time_counts() -> None:
    assert parse_time("20260720 09:30:00 US/Eastern") == "2026-07-20T13:30:00Z"


def test_a_time_goes_out_in_ibs_utc_form() -> None:
    assert ib_time("2026-11-20T14:30:00Z") == "20261120-14:30:00"


@PATIENT
@given(st.datetimes(datetime(2001, 1, 1), datetime(2098, 12, 31)), st.integers(-840, 840))
def test_a_time_out_to_ib_and_back_is_the_same(moment: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    iso = parse_time(moment.replace(tzinfo=zone).isoformat(timespec="seconds"))
    assert parse_time(iso) == iso == told_time(ib_time(iso))


@pytest.mark.parametrize("text", ["20261120 09:30:00", "", "soon"])
def test_a_time_of_tws_without_zone_stays_in_its_words(text: str) -> None:
    assert told_time(text) == text


def test_a_time_of_day_stays_as_it_is() -> None:
    assert parse_time_of_day("09:30:00 US/Eastern") == "09:30:00 US/Eastern"


@pytest.mark.parametrize("text", ["9:30:00 UTC", "09:30 UTC", "24:00:00 UTC", "09:30:00", None, 5])
def test_a_time_of_day_without_zone_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="must be a time of day"):
        parse_time_of_day(text)
