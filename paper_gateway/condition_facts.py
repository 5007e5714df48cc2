"""Whether order conditions hold now, and when they may do so next.

May not start or cancel orders. Several conditions are taken from left to right, each joined to the
next by its conjunction. A price condition holds while the last price is at its level or beyond, a
time condition from its instant on; both are known ahead, so the next look is planned exactly. The
others (margin cushion, executions, volume, change in percent) are looked at once a second.
"""

from collections.abc import Callable

from paper_gateway.account import Account
from paper_gateway.accounts import Accounts
from paper_gateway.book import Book
from paper_gateway.conditions import WITH_CONTRACT, Condition, Kind
from paper_gateway.contracts import Catalogue

LOOK_SECONDS = 1.0
# How far ahead the market's path is searched at a time.
SEARCH_SECONDS = 86_400.0


def unknown_contract(conditions: tuple[Condition, ...], catalogue: Catalogue) -> int | None:
    """The first conId that a condition names and the catalogue does not have."""
    for each in conditions:
        if each.kind in WITH_CONTRACT and catalogue.by_con_id(each.con_id) is None:
            return each.con_id
    return None


class Facts:
    """What conditions are about, now. Margin and executions are those of the order's account."""

    def __init__(self, accounts: Accounts, book: Book, clock: Callable[[], float]) -> None:
        self._accounts = accounts
        self._market = accounts.first.market
        self._book = book
        self._clock = clock

    def are_met(self, conditions: tuple[Condition, ...], since: float, account: str) -> bool:
        """Whether they hold now. Executions before ``since``, when the order came, do not count."""
        result, joins_with_and = True, True
        for each in conditions:
            holds = self._holds(each, since, self._accounts[account])
            result = (result and holds) if joins_with_and else (result or holds)
            joins_with_and = each.is_and
        return result

    def next_look(self, conditions: tuple[Condition, ...], since: float, account: str) -> float:
        """The first instant at which one that does not hold now may do so."""
        now = self._clock()
        looks = [
            self._may_hold_at(each, now)
            for each in conditions
            if not self._holds(each, since, self._accounts[account])
        ]
        return min(looks, default=now + LOOK_SECONDS)

    def _may_hold_at(self, condition: Condition, now: float) -> float:
        if condition.kind is Kind.TIME:
            # A time that must not be over, and is, comes no more.
            return condition.value if condition.is_more else now + SEARCH_SECONDS
        if condition.kind is not Kind.PRICE:
            return now + LOOK_SECONDS
        until = now + SEARCH_SECONDS
        touch = self._market.first_touch(
            condition.con_id, now, until, condition.value, condition.is_more
        )
        return until if touch is None else touch

    def _holds(self, condition: Condition, since: float, account: Account) -> bool:
        if condition.kind is Kind.EXECUTION:
            return self._has_executed(condition, since, account)
        actual = self._actual(condition, account)
        return actual >= condition.value if condition.is_more else actual <= condition.value

    def _actual(self, condition: Condition, account: Account) -> float:
        """The number that the condition compares with its value."""
        now = self._clock()
        if condition.kind is Kind.TIME:
            return now
        if condition.kind is Kind.MARGIN:
            figures = account.figures(now)
            worth = figures.net_liquidation
            return 100 * figures.excess_liquidity / worth if worth else 0.0
        if condition.kind is Kind.PRICE:
            return self._market.mark(condition.con_id, now)
        quote = self._market.quote(condition.con_id, now)
        if condition.kind is Kind.VOLUME:
            return float(quote.volume)
        return 100 * (quote.last / quote.close - 1)

    def _has_executed(self, condition: Condition, since: float, account: Account) -> bool:
        positions = account.positions
        return any(
            execution.time >= since
            and execution.account == account.name
            and (position := positions.get(execution.con_id)) is not None
            and position.definition.symbol == condition.symbol
            and position.definition.sec_type == condition.sec_type
            and condition.exchange in {"", "SMART", execution.exchange}
            for execution in self._book.executions
        )
