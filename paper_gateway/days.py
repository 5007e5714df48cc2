"""How the gateway's days begin, at midnight in New York: what ends, and what starts anew.

Day orders end, yesterday's done orders and executions leave the lists, expired positions end,
futures are settled in cash, and the day's profit and loss begins at zero. A gateway that was away
at midnight begins the day when it starts.
"""

from datetime import datetime, timedelta

from paper_gateway.hub import Hub
from paper_gateway.store import KEPT_DAYS, Store
from paper_gateway.times import ZONE, local_time

_DAY_SECONDS = 86_400


def day_start(now: float) -> float:
    """The midnight in New York that began today."""
    return local_time(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def follow_days(hub: Hub, store: Store) -> None:
    """Begin the day if the last one seen is another, and plan the next beginning."""
    now = hub.clock()
    today = local_time(now).date()
    seen = store.fact("day")
    store.forget_before(now - KEPT_DAYS * _DAY_SECONDS)
    if seen != today.isoformat():
        if seen is not None:
            _begin_day(hub, store, now)
        store.save_fact("day", today.isoformat())
    store.commit()
    tomorrow = datetime.combine(today + timedelta(days=1), datetime.min.time(), ZONE)
    hub.timers.at(tomorrow.timestamp(), lambda: follow_days(hub, store))


def _begin_day(hub: Hub, store: Store, now: float) -> None:
    hub.exchange.start_day()
    hub.exchange.settle_expired()
    hub.counters.orders.clear()
    hub.counters.lost.clear()
    for account in hub.accounts:
        for con_id in account.start_day(now):
            store.delete_position(account.name, con_id)
        store.save_account(account)
