"""The synthetic market: quotes of every contract on seeded price paths, open around the clock.

Prices are made up. They never come from an exchange and say nothing about a strategy. The market
may not know orders, accounts or sockets; it is a pure function of (seed, contract, instant), so
any process that asks the same question gets the same answer, whatever was asked before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType

from paper_gateway.contracts import Catalogue
from paper_gateway.following_path import FollowingPath
from paper_gateway.market_data.activity import activity_of
from paper_gateway.market_data.hours import ALWAYS_OPEN
from paper_gateway.market_data.recordings import Recording
from paper_gateway.option_path import OptionPath
from paper_gateway.price_path import LEAF_STEPS
from paper_gateway.price_path import STEPS_PER_SECOND as STEPS_PER_SECOND
from paper_gateway.price_path import Node as Node
from paper_gateway.price_path import PricePath as PricePath
from paper_gateway.price_path import step_at as step_at

_DAY_SECONDS = 86_400
_LONGEST_SEARCH_DAYS = 400
_HISTORY_START = datetime(2004, 1, 2, 14, 30, tzinfo=UTC).timestamp()
_KEPT_PATHS = 1024


@dataclass(frozen=True, slots=True)
class Quote:
    """What the market shows at one instant.

    `time` is the epoch second of the step; open, high, low and volume are those of the UTC day
    so far, `close` is the previous day's last price. Sizes and volume are shares, or units of the
    first currency of a pair; a pair reports no trades, so its volume and last size are 0.
    """

    time: float
    bid: float
    ask: float
    last: float
    bid_size: int
    ask_size: int
    last_size: int
    volume: int
    open: float
    high: float
    low: float
    close: float


class Market:
    """Quotes of every contract in a catalogue, always open; a pure function of seed and time.

    An unknown conId raises KeyError. Prices are synthetic, or those of recorded bars by conId.
    """

    hours = ALWAYS_OPEN

    def __init__(
        self,
        catalogue: Catalogue,
        seed: int = 1,
        recordings: Mapping[int, Recording] = MappingProxyType({}),
    ) -> None:
        self.seed = seed
        self._catalogue = catalogue
        self._recordings = recordings
        # Paths are pure: only those somebody looked at lately are kept.
        self._paths = lru_cache(maxsize=_KEPT_PATHS)(self._make_path)
        self._rates = {
            currency: (each.con_id, each.currency == "USD")
            for each in catalogue.definitions
            if each.sec_type == "CASH" and "USD" in (each.symbol, each.currency)
            for currency in (each.symbol, each.currency)
            if currency != "USD"
        }

    def path(self, con_id: int) -> PricePath:
        return self._paths(con_id)

    def _make_path(self, con_id: int) -> PricePath:
        definition = self._catalogue.by_con_id(con_id)
        if definition is None or definition.legs:
            raise KeyError(con_id)
        recording = self._recordings.get(con_id)
        if definition.following is None or recording is not None:
            activity = activity_of(self.hours, definition)
            return PricePath(definition, self.seed, recording, activity)
        kind = OptionPath if definition.right else FollowingPath
        return kind(definition, self.seed, self.path(definition.following.con_id))

    def history_start(self, con_id: int) -> float:
        """The epoch second before which nothing is known of a contract.

        Synthetic history has no real beginning and is said to begin on one day; that of recorded
        bars begins with the first.
        """
        recording = self.path(con_id).recording
        return _HISTORY_START if recording is None else float(recording.start)

    def quote(self, con_id: int, at: float) -> Quote:
        """The quote in force at epoch second `at`."""
        path = self.path(con_id)
        step = step_at(at)
        index, offset = divmod(step, LEAF_STEPS)
        leaf = path.leaf(index)
        point = leaf.path[offset]
        volume = leaf.volumes[offset]
        before = leaf.volumes[offset - 1] if offset else leaf.volume_before
        bid_size, ask_size = path.sizes(leaf, offset)
        return Quote(
            time=step / STEPS_PER_SECOND,
            bid=path.bid(point),
            ask=path.ask(point),
            last=path.last(point),
            bid_size=bid_size,
            ask_size=ask_size,
            last_size=max(volume - before, 1) if volume else 0,
            volume=volume,
            open=path.last(leaf.day_first),
            high=path.last(leaf.highs[offset]),
            low=path.last(leaf.lows[offset]),
            close=path.last(leaf.previous_last),
        )

    def mark(self, con_id: int, at: float) -> float:
        """The price that values a position: the last price, which lies within bid and ask."""
        path = self.path(con_id)
        index, offset = divmod(step_at(at), LEAF_STEPS)
        return path.last(path.leaf(index).path[offset])

    def next_change(self, con_id: int, at: float) -> float:
        """The epoch second of the first step after `at`; all contracts share one 250 ms clock."""
        self.path(con_id)
        return (step_at(at) + 1) / STEPS_PER_SECOND

    def first_touch(
        self, con_id: int, since: float, until: float, price: float, above: bool
    ) -> float | None:
        """The first step in (since, until] whose last price is >= `price` (<= when not above).

        Whole days, hours and minutes that never reach the price are skipped, so the cost is one
        look per day; no more than the last 400 days before `until` are searched.
        """
        path = self.path(con_id)
        since = max(since, until - _LONGEST_SEARCH_DAYS * _DAY_SECONDS)
        point = path.point_at_least(price) if above else path.point_at_most(price)
        step = path.first_reaching(step_at(since) + 1, step_at(until) + 1, point, above)
        return None if step is None else step / STEPS_PER_SECOND

    def rate(self, currency: str, at: float) -> float:
        """US dollars for one unit of `currency`; KeyError when no pair with the dollar is known."""
        if currency == "USD":
            return 1.0
        con_id, is_quoted_in_dollars = self._rates[currency]
        price = self.mark(con_id, at)
        return price if is_quoted_in_dollars else 1.0 / price
