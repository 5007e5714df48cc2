"""When to roll: the desk's own rule, and no date where IB gives none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from trading.roll_dates import expiry_of, roll_date


@pytest.mark.parametrize(
    ("expiry", "roll"),
    [
        (date(2026, 12, 18), date(2026, 12, 10)),  # a third Friday: the Thursday of the week before
        (date(2026, 12, 21), date(2026, 12, 14)),  # a Monday: five weekdays before
        (date(2026, 12, 29), date(2026, 12, 22)),
        (date(2026, 12, 25), date(2026, 12, 18)),  # a Friday, but not the third
        (date(2026, 11, 29), date(2026, 11, 23)),  # a Sunday
    ],
)
def test_the_roll_date_is_before_the_last_trade_date(expiry: date, roll: date) -> None:
    assert roll_date(expiry) == roll


def test_nobody_rolls_on_a_weekend() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(366)]
    assert {roll_date(day).weekday() for day in days} <= set(range(5))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20261218 08:30 US/Central", date(2026, 12, 18)),
        ("20261218", date(2026, 12, 18)),
        ("202612", None),
        ("20261399", None),
        ("", None),
    ],
)
def test_a_month_alone_is_no_day(text: str, day: date | None) -> None:
    assert expiry_of(text) == day
