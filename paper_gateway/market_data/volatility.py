"""Volatilities of a contract as fractions a year (0.25 = 25 %), from its own price path.

May not know options. The implied one is a guess that has the right size and moves slowly: most of
it is the contract's volatility in the catalogue, the rest what was realized.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from statistics import pstdev

from paper_gateway.market import PricePath

_DAY = 86_400
_DAYS = 30
_TRADING_DAYS_PER_YEAR = 252
_REALIZED_SHARE = 0.3


def historical_volatility(path: PricePath, at: float) -> float:
    """The realized volatility of the last 30 complete days."""
    today = math.floor(at / _DAY)
    closes = [path.last(path.node(0, today - ago)[1]) for ago in range(_DAYS + 1, 0, -1)]
    moves = [math.log(after / before) for before, after in pairwise(closes)]
    return round(pstdev(moves) * math.sqrt(_TRADING_DAYS_PER_YEAR), 6)


def implied_volatility(path: PricePath, at: float) -> float:
    """The volatility that 30-day options are said to imply, without a jump at midnight."""
    day, rest = divmod(at / _DAY, 1)
    before, after = (historical_volatility(path, (day + each) * _DAY) for each in (0, 1))
    realized = before + (after - before) * rest
    own = path.definition.volatility
    return round(own + _REALIZED_SHARE * (realized - own), 6)


VOLATILITIES: dict[str, Callable[[PricePath, float], float]] = {
    "HISTORICAL_VOLATILITY": historical_volatility,
    "OPTION_IMPLIED_VOLATILITY": implied_volatility,
}
