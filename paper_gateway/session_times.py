"""When the exchange's day has its auctions, and what a client's order times mean.

May not know orders. Where the market is open around the clock, on every day, its auctions are held
at the hours of the US stock exchanges, 9:30 and 16:00 in New York.
"""

from datetime import datetime, time, timedelta

from paper_gateway.times import ZONE, local_time, parse_instant

AUCTIONS = {"open": time(9, 30), "close": time(16, 0)}
_CLOCK_FORMS = ("%H:%M:%S", "%H:%M")


def next_auction(kind: str, now: float) -> float:
    """The epoch second of the next auction of that kind; one that is held now has passed."""
    today = local_time(now)
    at = datetime.combine(today.date(), AUCTIONS[kind], ZONE)
    if at.timestamp() <= now:
        at = datetime.combine(today.date() + timedelta(days=1), AUCTIONS[kind], ZONE)
    return at.timestamp()


def start_instant(text: str, now: float) -> float:
    """What goodAfterTime means: a date begins at midnight. Raises ValueError."""
    instant = parse_instant(_with_date(text, now))
    if instant is None:
        raise ValueError("there is no time")
    return instant


def end_instant(text: str, now: float) -> float:
    """What goodTillDate means: a date without a time ends at midnight. Raises ValueError."""
    instant = start_instant(text, now)
    if ":" in text:
        return instant
    return (local_time(instant) + timedelta(days=1)).timestamp() - 1


def _with_date(text: str, now: float) -> str:
    """IB lets the date be left out: then today's is meant."""
    first = text.split(" ")[0]
    for form in _CLOCK_FORMS:
        try:
            moment = datetime.strptime(first, form)
        except ValueError:
            continue
        rest = text[len(first) :]
        return f"{local_time(now):%Y%m%d} {moment:%H:%M:%S}{rest}"
    return text
