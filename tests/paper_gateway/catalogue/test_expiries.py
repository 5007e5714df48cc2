"""Last trade dates by rule, against dates that the exchanges have published."""

from datetime import date

import pytest

from paper_gateway.catalogue.expiries import (
    LAST_TRADE_RULES,
    business_days_before,
    months_from,
    nth_weekday,
)


@pytest.mark.parametrize(
    ("rule", "month", "last"),
    [
        ("third friday", (2025, 3), date(2025, 3, 21)),
        # The third Friday of June 2026 is Juneteenth.
        ("third friday", (2026, 6), date(2026, 6, 18)),
        ("crude oil", (2025, 1), date(2024, 12, 19)),
        ("crude oil", (2025, 6), date(2025, 5, 20)),
        # The 25th of November 2029 is a Sunday, and the 22nd is Thanksgiving.
        ("crude oil", (2029, 12), date(2029, 11, 19)),
        ("micro crude oil", (2025, 6), date(2025, 5, 19)),
        ("natural gas", (2025, 1), date(2024, 12, 27)),
        ("natural gas", (2025, 6), date(2025, 5, 28)),
        ("last day before", (2025, 6), date(2025, 5, 30)),
        ("third last day", (2025, 2), date(2025, 2, 26)),
        ("third last day", (2029, 12), date(2029, 12, 27)),
        ("last day", (2025, 6), date(2025, 6, 30)),
        ("seventh day before last", (2025, 3), date(2025, 3, 20)),
        ("currency", (2025, 3), date(2025, 3, 17)),
        ("canadian dollar", (2025, 3), date(2025, 3, 18)),
        ("last friday", (2025, 1), date(2025, 1, 31)),
        ("volatility", (2025, 3), date(2025, 3, 18)),
        ("volatility", (2025, 1), date(2025, 1, 22)),
    ],
)
def test_the_last_trade_date_of_a_month(rule: str, month: tuple[int, int], last: date) -> None:
    assert LAST_TRADE_RULES[rule](*month) == last


def test_business_days_leave_out_weekends_and_holidays() -> None:
    monday = date(2026, 11, 30)
    assert business_days_before(monday, 1) == date(2026, 11, 27)
    assert business_days_before(monday, 2) == date(2026, 11, 25)
    assert business_days_before(date(2026, 11, 29), 0) == date(2026, 11, 27)


def test_weekdays_and_months_are_counted() -> None:
    assert nth_weekday(2026, 1, 4, 3) == date(2026, 1, 16)
    assert months_from(2026, 11, 3) == (2027, 2)
    assert months_from(2026, 1, -1) == (2025, 12)
