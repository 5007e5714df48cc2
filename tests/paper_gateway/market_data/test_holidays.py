"""Holidays of the US exchanges, against the calendars that NYSE has published."""

from datetime import date, timedelta

import pytest

from paper_gateway.market_data.holidays import closes_early, is_holiday

PUBLISHED = {
    2021: ["01-01", "01-18", "02-15", "04-02", "05-31", "07-05", "09-06", "11-25", "12-24"],
    2022: ["01-17", "02-21", "04-15", "05-30", "06-20", "07-04", "09-05", "11-24", "12-26"],
    2026: [
        "01-01", "01-19", "02-16", "04-03", "05-25", "06-19", "07-03", "09-07", "11-26", "12-25",
    ],
    2027: [
        "01-01", "01-18", "02-15", "03-26", "05-31", "06-18", "07-05", "09-06", "11-25", "12-24",
    ],
}  # fmt: skip
EARLY = {
    2024: ["07-03", "11-29", "12-24"],
    2025: ["07-03", "11-28", "12-24"],
    2026: ["11-27", "12-24"],
    2027: ["11-26"],
}


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=number) for number in range(365)]


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_holidays_of_a_year_are_the_published_ones(year: int) -> None:
    assert [f"{day:%m-%d}" for day in days_of(year) if is_holiday(day)] == PUBLISHED[year]


@pytest.mark.parametrize("year", EARLY)
def test_the_early_closings_of_a_year_are_the_published_ones(year: int) -> None:
    assert [f"{day:%m-%d}" for day in days_of(year) if closes_early(day)] == EARLY[year]
