"""How the rooms of a paper gateway are put together.

May not open sockets: what is built here runs on any clock.
"""

from collections.abc import Sequence

from paper_gateway.account import Account
from paper_gateway.accounts import FIRST_ACCOUNT, MASTER_PREFIX, Accounts, account_names
from paper_gateway.book import Book
from paper_gateway.contracts import FIRST_DAY, Catalogue, Today
from paper_gateway.days import day_start, follow_days
from paper_gateway.drills import Drills
from paper_gateway.exchange import Exchange
from paper_gateway.hub import Hub
from paper_gateway.market import Market
from paper_gateway.market_data.markets import build_market
from paper_gateway.matching import Matching, Pace
from paper_gateway.portfolio import Entry, endow, read_portfolio
from paper_gateway.settings import Settings
from paper_gateway.store import Names, StateError, Store
from paper_gateway.timers import Clock, Timers
from paper_gateway.times import local_time


def open_store(settings: Settings, today: Today = lambda: FIRST_DAY) -> tuple[Store, list[Entry]]:
    """The state file, and what its accounts begin with if they are new.

    ``today`` decides which contracts of a portfolio have expired.

    Raises AccountsError, PortfolioError or StateError, and then has changed nothing.
    """
    names = _wanted_names(settings)
    entries: list[Entry] = []
    if settings.portfolio is not None:
        holders = [name for name in names or (FIRST_ACCOUNT,) if not _is_master(name)]
        entries = read_portfolio(settings.portfolio, Catalogue.default(today), holders)
    store = Store(settings.state, names, settings.reset)
    if entries and not store.is_new:
        store.close()
        raise StateError(
            f"the state folder {settings.state} already holds an account: a portfolio is for a new "
            "one (--reset begins anew)"
        )
    return store, entries


def build_hub(
    settings: Settings,
    store: Store,
    clock: Clock,
    market: Market | None = None,
    portfolio: Sequence[Entry] = (),
) -> Hub:
    """Everything but the sockets, with what the store remembers; ``market`` replaces the prices.

    Raises BarFileError when the settings name bars that cannot be served.
    """
    # The clock is looked up when the day is asked for: bars may bring another one.
    catalogue = Catalogue.default(lambda: local_time(clock()).date())
    if market is None:
        market, clock = build_market(settings, catalogue, clock, store.latest_instant())
    timers = Timers(clock)
    drills = Drills()
    accounts = _accounts(store, market)
    for account in accounts:
        endow(account, portfolio, clock())
        store.load_account(account, catalogue)
    first = accounts.first.name
    book = Book(store.load_book(first, catalogue, day_start(clock())))
    pace = Pace(settings.latency_seconds, settings.part_gap_seconds, settings.latency_seconds)
    matching = Matching(accounts, book, timers, store, drills, pace)
    exchange = Exchange(accounts, catalogue, matching, book, store, drills)
    hub = Hub(exchange, market, timers, drills, settings.master_client_id)
    follow_days(hub, store)
    exchange.resume()
    return hub


def _accounts(store: Store, market: Market) -> Accounts:
    master = next((name for name in store.names if _is_master(name)), "")
    holders = [name for name in store.names if name != master]
    return Accounts([Account(name, market) for name in holders], master)


def _wanted_names(settings: Settings) -> Names | None:
    """None when the settings ask for no accounts in particular."""
    if settings.account is None and settings.accounts is None and not settings.is_advisor:
        return None
    first = settings.account or FIRST_ACCOUNT
    count = 1 if settings.accounts is None else settings.accounts
    return account_names(first, count, settings.is_advisor)


def _is_master(name: str) -> bool:
    return name.startswith(MASTER_PREFIX)
