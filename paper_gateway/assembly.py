"""How the rooms of a paper gateway are put together, and how its days begin.

May not open sockets: what is built here runs on any clock.
"""

from datetime import datetime, timedelta

from paper_gateway.account import Account
from paper_gateway.book import Book
from paper_gateway.contracts import Catalogue
from paper_gateway.drills import Drills
from paper_gateway.exchange import Exchange
from paper_gateway.hub import Hub
from paper_gateway.market import Market
from paper_gateway.market_data.markets import build_market
from paper_gateway.matching import Matching, Pace
from paper_gateway.settings import Settings
from paper_gateway.store import KEPT_DAYS, Store
from paper_gateway.timers import Clock, Timers
from paper_gateway.times import ZONE, local_time


def build_hub(settings: Settings, store: Store, clock: Clock, market: Market | None = None) -> Hub:
    """Everything but the sockets, with what the store remembers; ``market`` replaces the prices.

    Raises BarFileError when the settings name bars that cannot be served.
    """
    # The clock is looked up when the day is asked for: bars may bring another one.
    catalogue = Catalogue.default(lambda: local_time(clock()).date())
    if market is None:
        market, clock = build_market(settings, catalogue, clock)
    timers = Timers(clock)
    drills = Drills()
    account = Account(store.account_name, market)
    store.load_account(account, catalogue)
    store.forget_before(clock() - KEPT_DAYS * 86_400)
    book = Book(store.load_book(account.name, catalogue, _day_start(clock())))
    pace = Pace(settings.latency_seconds, settings.part_gap_seconds, settings.latency_seconds)
    matching = Matching(account, book, timers, store, drills, pace)
    exchange = Exchange(account, catalogue, matching, book, store, drills)
    hub = Hub(exchange, market, timers, drills, settings.master_client_id)
    _follow_days(hub, store)
    exchange.resume()
    return hub


def _day_start(now: float) -> float:
    """The midnight in New York that began today."""
    return local_time(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _follow_days(hub: Hub, store: Store) -> None:
    """Begin the day if the last one seen is another, and plan the next beginning."""
    now = hub.clock()
    today = local_time(now).date()
    seen = store.fact("day")
    if seen != today.isoformat():
        if seen is not None:
            hub.exchange.start_day()
            hub.counters.orders.clear()
            for con_id in hub.account.start_day(now):
                store.delete_position(con_id)
            for position in hub.account.positions.values():
                store.save_position(position)
        store.save_fact("day", today.isoformat())
        store.commit()
    tomorrow = datetime.combine(today + timedelta(days=1), datetime.min.time(), ZONE)
    hub.timers.at(tomorrow.timestamp(), lambda: _follow_days(hub, store))
