"""When a future's holders move on to the next month: a rule of ours, stated here.

IB tells the last trade date and nothing about rolling. The rule, after what exchanges publish:

- equity index futures (third Friday of the month): eight days before, the Thursday of the week
  before, by custom the day on which the volume moves on;
- all others: five weekdays before the last trade date. First notice of a delivery may be earlier,
  and a broker's own close-out date counts first: neither is told by IB's API.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

INDEX_DAYS = 8
OTHER_WEEKDAYS = 5
FRIDAY = 4
EXPIRY = re.compile(r"(\d{8})( |$)")


def expiry_of(text: str) -> date | None:
    """IB's lastTradeDateOrContractMonth as a day; None for a month alone or anything else."""
    found = EXPIRY.match(text)
    try:
        return datetime.strptime(found[1], "%Y%m%d").date() if found else None
    except ValueError:
        return None


def roll_date(expiry: date) -> date:
    """The day to roll on. A third Friday is taken for an equity index's."""
    is_third_friday = expiry.weekday() == FRIDAY and 15 <= expiry.day <= 21
    if is_third_friday:
        return expiry - timedelta(days=INDEX_DAYS)
    day = expiry
    for _ in range(OTHER_WEEKDAYS):
        day -= timedelta(days=3 if day.weekday() == 0 else 2 if day.weekday() == 6 else 1)
    return day
