"""The figures of an account at one instant, in one currency. They add up: over positions, over
currencies once converted, over accounts.

May not look anything up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from paper_gateway.margin import STOCK_INITIAL

BUYING_POWER_FACTOR = 1 / STOCK_INITIAL


class Figures(NamedTuple):
    """Amounts of one currency.

    ``futures_pnl`` is what futures have gained since they were last settled in cash. The margins
    of the commodities segment are part of the whole ones.
    """

    cash: float = 0.0
    stock_value: float = 0.0
    option_value: float = 0.0
    futures_pnl: float = 0.0
    gross_value: float = 0.0
    initial_margin: float = 0.0
    maintenance_margin: float = 0.0
    commodities_initial: float = 0.0
    commodities_maintenance: float = 0.0
    unrealized: float = 0.0
    realized: float = 0.0
    daily: float = 0.0

    def plus(self, other: Figures) -> Figures:
        return Figures(*(mine + its for mine, its in zip(self, other, strict=True)))

    def minus(self, other: Figures) -> Figures:
        return Figures(*(mine - its for mine, its in zip(self, other, strict=True)))

    def times(self, rate: float) -> Figures:
        """The same in another currency."""
        return Figures(*(mine * rate for mine in self))

    @property
    def net_liquidation(self) -> float:
        return self.equity_with_loan + self.option_value

    @property
    def equity_with_loan(self) -> float:
        """What margin is measured against: options are no security for a loan."""
        return self.cash + self.stock_value + self.futures_pnl

    @property
    def available_funds(self) -> float:
        return self.equity_with_loan - self.initial_margin

    @property
    def excess_liquidity(self) -> float:
        return self.equity_with_loan - self.maintenance_margin

    @property
    def buying_power(self) -> float:
        """The value of stocks that could be bought."""
        return max(0.0, self.available_funds * BUYING_POWER_FACTOR)

    @property
    def commodities(self) -> Figures:
        """The -C segment. IB moves cash between the segments as margins need it; here exactly so
        much that the segment has its initial margin (a guess)."""
        return Figures(
            cash=self.commodities_initial - self.futures_pnl,
            futures_pnl=self.futures_pnl,
            initial_margin=self.commodities_initial,
            maintenance_margin=self.commodities_maintenance,
        )

    @property
    def securities(self) -> Figures:
        """The -S segment: all that is not in the other one."""
        return self.minus(self.commodities)


def total(figures: Iterable[Figures]) -> Figures:
    """The sum; zeros of nothing."""
    return Figures(*map(sum, zip(*figures, strict=True)))
