"""Hours as IB writes them, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trading.sessions import (
    MarketNow,
    market_now,
    parse_sessions,
    sessions_of,
    sessions_since,
    zone_name,
)

TRADING = "20261127:0400-20261127:1700;20261128:CLOSED;20261130:0400-20261130:2000"
LIQUID = "20261127:0930-20261127:1300;20261128:CLOSED;20261130:0930-20261130:1600"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def shown(trading: str, liquid: str, zone: str = "US/Eastern") -> list[tuple[str, str, str]]:
    return [
        (f"{one.start:%d %H:%M}", f"{one.end:%d %H:%M}", one.kind)
        for one in parse_sessions(trading, liquid, zone)
    ]


def test_liquid_hours_are_regular_and_the_rest_is_extended() -> None:
    assert shown(TRADING, LIQUID) == [
        ("27 09:00", "27 14:30", "extended"),
        ("27 14:30", "27 18:00", "regular"),
        ("27 18:00", "27 22:00", "extended"),
        ("30 09:00", "30 14:30", "extended"),
        ("30 14:30", "30 21:00", "regular"),
        ("30 21:00", "01 01:00", "extended"),
    ]


def test_older_versions_leave_the_second_date_out() -> None:
    assert shown("20180323:0400-2000", "20180323:0930-1600", "EST (Eastern Standard Time)") == [
        ("23 08:00", "23 13:30", "extended"),
        ("23 13:30", "23 20:00", "regular"),
        ("23 20:00", "24 00:00", "extended"),
    ]


def test_a_zone_has_the_name_of_the_tz_database_or_none() -> None:
    names = ["US/Eastern", "EST (Eastern Standard Time)", "Nowhere/Never", ""]
    assert [zone_name(name) for name in names] == ["US/Eastern", "America/New_York", None, None]


def test_a_session_may_pass_midnight() -> None:
    assert shown("20261129:1700-20261130:1600", "20261130:0830-20261130:1600", "US/Central") == [
        ("29 23:00", "30 14:30", "extended"),
        ("30 14:30", "30 22:00", "regular"),
    ]


@pytest.mark.parametrize(
    ("trading", "zone"),
    [
        ("", "US/Eastern"),
        (TRADING, ""),
        (TRADING, "Mars/Base"),
        (TRADING, "../../etc/passwd"),
        ("20261199:0400-20261199:2000", "US/Eastern"),
        ("20261130:2000-20261130:0400", "US/Eastern"),
        ("CLOSED", "US/Eastern"),
    ],
)
def test_hours_that_say_nothing_are_no_sessions(trading: str, zone: str) -> None:
    assert parse_sessions(trading, "", zone) == ()


def test_days_before_ibs_first_one_are_like_the_same_weekday_and_say_so() -> None:
    sessions = parse_sessions(TRADING, LIQUID, "US/Eastern")
    since = sessions_since(sessions, utc(2026, 11, 23, 12), "US/Eastern")
    projected = [one for one in since if one.is_projected]
    assert [(f"{one.start:%d %H:%M}", one.kind) for one in projected] == [
        ("23 09:00", "extended"),
        ("23 14:30", "regular"),
        ("23 21:00", "extended"),
    ]
    assert since[len(projected) :] == sessions


def test_a_projected_day_keeps_the_clock_of_the_exchange() -> None:
    """On 1 November the clocks in New York were set back: 9:30 was 13:30 UTC before."""
    sessions = parse_sessions(TRADING, LIQUID, "US/Eastern")
    since = sessions_since(sessions, utc(2026, 10, 26), "US/Eastern")
    monday = next(one for one in since if one.kind == "regular")
    assert monday.start == utc(2026, 10, 26, 13, 30)


def test_only_what_ends_after_the_start_is_told() -> None:
    sessions = parse_sessions(TRADING, LIQUID, "US/Eastern")
    assert len(sessions_since(sessions, utc(2026, 11, 30), "US/Eastern")) == 3
    assert sessions_since((), utc(2026, 11, 30), "US/Eastern") == ()
    assert sessions[0].to_payload() == {
        "start": "2026-11-27T09:00:00.000Z",
        "end": "2026-11-27T14:30:00.000Z",
        "kind": "extended",
        "projected": False,
    }


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (utc(2026, 11, 27, 8, 59), MarketNow("closed", 5.5 * 3600 + 60)),
        (utc(2026, 11, 27, 9), MarketNow("extended", 5.5 * 3600)),
        (utc(2026, 11, 27, 14, 30), MarketNow("regular")),
        (utc(2027, 1, 1), None),
    ],
)
def test_whether_it_trades_now_and_when_it_opens(
    moment: datetime, expected: MarketNow | None
) -> None:
    sessions = parse_sessions(TRADING, LIQUID, "US/Eastern")
    assert market_now(sessions, moment) == expected
    assert market_now((), moment) is None


def test_after_the_last_regular_session_no_opening_is_told() -> None:
    sessions = parse_sessions(TRADING, LIQUID, "US/Eastern")
    last = max(one.end for one in sessions if one.kind == "regular")
    told = market_now(sessions, last)
    assert told is None or told.opens_in is None


def test_sessions_come_back_from_their_payload() -> None:
    sessions = parse_sessions(TRADING, LIQUID, "US/Eastern")
    assert sessions_of([one.to_payload() for one in sessions]) == sessions
