"""Which expirations trade on a day."""

from datetime import date

import pytest

from paper_gateway.catalogue.option_expirations import expirations, friday_of, is_standard

MONDAY = date(2026, 1, 5)


def test_the_standard_ones_are_months_quarters_and_leaps() -> None:
    assert expirations("monthly", MONDAY) == [
        date(2026, 1, 16),
        date(2026, 2, 20),
        date(2026, 3, 20),
        date(2026, 4, 17),
        date(2026, 6, 18),
        date(2026, 9, 18),
        date(2027, 1, 15),
        date(2027, 6, 17),
        date(2028, 1, 21),
    ]


def test_weeks_end_on_fridays_or_before_a_holiday() -> None:
    weeks = expirations("weekly", date(2026, 3, 30))
    # The 3rd of April 2026 is Good Friday.
    assert weeks[:3] == [date(2026, 4, 2), date(2026, 4, 10), date(2026, 4, 17)]


def test_days_are_business_days() -> None:
    days = expirations("daily", MONDAY)
    assert days[:6] == [date(2026, 1, day) for day in (5, 6, 7, 8, 9, 12)]
    assert date(2026, 1, 19) not in expirations("daily", date(2026, 1, 15))


def test_an_expiration_trades_on_its_own_day_and_not_after() -> None:
    assert expirations("monthly", date(2026, 1, 16))[0] == date(2026, 1, 16)
    assert expirations("monthly", date(2026, 1, 17))[0] == date(2026, 2, 20)


def test_volatility_expires_thirty_days_before_the_standard_ones() -> None:
    assert expirations("volatility", MONDAY)[:2] == [date(2026, 1, 21), date(2026, 2, 18)]


@pytest.mark.parametrize(
    ("day", "is_one"),
    [
        (date(2026, 1, 16), True),
        (date(2026, 1, 9), False),
        (date(2026, 6, 18), True),
        (date(2026, 6, 19), False),
    ],
)
def test_the_standard_day_of_a_month(day: date, is_one: bool) -> None:
    assert is_standard(day) is is_one


def test_the_friday_of_a_week() -> None:
    assert friday_of(date(2026, 6, 15)) == friday_of(date(2026, 6, 19)) == date(2026, 6, 19)
