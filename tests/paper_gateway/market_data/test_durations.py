"""Durations as IB writes them, and the grid of bars."""

from datetime import UTC, datetime

import pytest

from paper_gateway.market_data.durations import DAY, Duration, edges, parse_duration


def epoch(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "D",
        "1D",
        "1 X",
        "0 D",
        "-1 D",
        "1.5 D",
        "1 d",
        "one D",
        "1  D",
        "1 D D",
        "²  D",
        "² D",
    ],
)
def test_a_bad_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1800 S", Duration(1800, 0)),
        ("1 D", Duration(DAY, 0, 1)),
        (" 2 W ", Duration(14 * DAY, 0, 10)),
        ("6 M", Duration(0, 6)),
        ("1 Y", Duration(0, 12)),
    ],
)
def test_durations_are_seconds_or_months(text: str, expected: Duration) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("text", "end", "start"),
    [
        ("1 M", "2026-03-31T10:00", "2026-02-28T10:00"),
        ("1 Y", "2024-02-29T10:00", "2023-02-28T10:00"),
        ("3 M", "2026-02-15T10:00", "2025-11-15T10:00"),
        ("1 M", "2026-12-15T00:00", "2026-11-15T00:00"),
        ("1 W", "2026-01-08T10:00", "2026-01-01T10:00"),
        ("99999999 Y", "2026-01-01T00:00", "1970-01-01T00:00"),
    ],
)
def test_durations_reach_back_over_the_calendar(text: str, end: str, start: str) -> None:
    assert parse_duration(text).before(epoch(end)) == epoch(start)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("86401 S", "greater than 86400 seconds"),
        ("366 D", "longer than 365 days must be made in years"),
        ("53 W", "longer than 52 weeks must be made in years"),
        ("13 M", "longer than 12 months must be made in years"),
    ],
)
def test_a_duration_too_long_for_its_unit_is_refused(text: str, cause: str) -> None:
    with pytest.raises(ValueError, match=cause):
        parse_duration(text)


def test_edges_lie_on_the_grid_and_end_behind_the_end() -> None:
    start = epoch("2026-01-05T10:07")
    found = edges(start, start + 1200, "10 mins")
    assert found == [epoch(f"2026-01-05T10:{minute}") for minute in (10, 20, 30)]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    end = epoch("2026-03-18T00:00")
    assert edges(end - 7 * DAY, end, "1 week") == [epoch("2026-03-16"), epoch("2026-03-23")]
    assert edges(end - DAY, end, "1 month") == [epoch("2026-03-01"), epoch("2026-04-01")]
