"""Generic ticks: what a client asks for by number beside the quotes of a line.

May not know quotes' own ticks. Figures that no price path has (open interest, option volume, shares
to borrow) are made up from the seed and the day. Numbers that are legal and not in the table of
readers are taken and bring no tick: fundamentals, dividends, bond factors, ETF net asset values,
IPO prices.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from paper_gateway import replies
from paper_gateway.market import Market, PricePath, Quote
from paper_gateway.market_data.auctions import auction_figures
from paper_gateway.market_data.generic_lists import NEWS, GenericList
from paper_gateway.market_data.news import headline_frames, stories
from paper_gateway.market_data.volatility import historical_volatility, implied_volatility
from paper_gateway.noise import noise_bytes

_DAY = 86_400
_SLOW_SECONDS = 60.0

PRICE, SIZE, GENERIC, STRING = range(4)
_SEND: dict[int, Callable[[int, int, float | str], bytes]] = {
    PRICE: lambda req_id, kind, value: replies.tick_price(req_id, kind, float(value), 0),
    SIZE: lambda req_id, kind, value: replies.tick_size(req_id, kind, float(value)),
    GENERIC: lambda req_id, kind, value: replies.tick_generic(req_id, kind, float(value)),
    STRING: lambda req_id, kind, value: replies.tick_string(req_id, kind, str(value)),
}

Tick = tuple[int, int, float | str]
"""How it is sent, IB's tick type, and the value."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the readers look at: the market at ``at``, and the quote that was shown before."""

    market: Market
    path: PricePath
    at: float
    quote: Quote
    told: Quote | None


@dataclass(slots=True)
class GenericLine:
    """The generic ticks of one line; only what changes is told again."""

    wanted: GenericList
    told: dict[int, float | str] = field(default_factory=dict)
    slow_minute: float = -1.0
    news_until: float | None = None

    def frames(self, req_id: int, facts: Facts) -> list[bytes]:
        minute = facts.at // _SLOW_SECONDS
        is_new_minute, self.slow_minute = minute != self.slow_minute, minute
        ticks = [
            tick
            for number in self.wanted.numbers
            if number in _READERS and (is_new_minute or number not in _SLOW)
            for tick in _READERS[number](facts)
        ]
        found = [
            _SEND[form](req_id, kind, value)
            for form, kind, value in ticks
            if self.told.get(kind) != value
        ]
        self.told |= {kind: value for _, kind, value in ticks}
        if NEWS in self.wanted.numbers:
            since, self.news_until = self.news_until or facts.at - _DAY, facts.at
            told = stories(facts.market.seed, facts.path.definition, since, facts.at)
            found += headline_frames(req_id, reversed(list(told)), self.wanted.providers)
        return found


# Readers


def _made_up(facts: Facts, what: str, lowest: float, highest: float) -> int:
    """A number of the day, between two that are thousandths of the contract's daily volume."""
    definition = facts.path.definition
    day = math.floor(facts.at / _DAY)
    (byte,) = noise_bytes(facts.market.seed, definition.con_id, what, day, 1)
    share = lowest + (highest - lowest) * byte / 255
    return round(max(definition.average_volume, 1000) * share / 1000)


def _option_volume(facts: Facts) -> list[Tick]:
    part = facts.at % _DAY / _DAY
    return [
        (SIZE, 29, round(part * _made_up(facts, "call volume", 8, 16))),
        (SIZE, 30, round(part * _made_up(facts, "put volume", 5, 12))),
    ]


def _open_interest(facts: Facts) -> list[Tick]:
    return [
        (SIZE, 27, _made_up(facts, "call interest", 60, 90)),
        (SIZE, 28, _made_up(facts, "put interest", 40, 70)),
    ]


def _ranges(facts: Facts) -> list[Tick]:
    """Low and high of 13, 26 and 52 weeks, and the average volume of 90 days in hundreds."""
    path, today = facts.path, math.floor(facts.at / _DAY)
    ticks: list[Tick] = []
    for kind, weeks in ((15, 13), (17, 26), (19, 52)):
        days = [path.node(0, today - ago) for ago in range(1, 7 * weeks + 1)]
        low = min(facts.quote.low, path.last(min(day[3] for day in days)))
        high = max(facts.quote.high, path.last(max(day[2] for day in days)))
        ticks += [(PRICE, kind, low), (PRICE, kind + 1, high)]
    volumes = [path.node(0, today - ago)[5] for ago in range(1, 91)]
    return [*ticks, (SIZE, 21, round(sum(volumes) / len(volumes) / 100))]


def _shortable(facts: Facts) -> list[Tick]:
    """Above 2.5: at least 1000 shares may be sold short."""
    return [(GENERIC, 46, 3.0), (SIZE, 89, _made_up(facts, "inventory", 50, 900))]


def _trade_volume(kind: int) -> Callable[[Facts], list[Tick]]:
    """Price, size, milliseconds, volume, average price and whether it was one trade."""

    def read(facts: Facts) -> list[Tick]:
        new, old = facts.quote, facts.told
        if not new.volume or (old is not None and old.volume == new.volume):
            return []
        average = round((new.open + new.high + new.low + new.last) / 4, 4)
        milliseconds = round(new.time * 1000)
        text = f"{new.last};{new.last_size};{milliseconds};{new.volume};{average};true"
        return [(STRING, kind, text)]

    return read


def _per_minute(kind: int, per_unit: int) -> Callable[[Facts], list[Tick]]:
    """What traded in the last minute, divided by the units per trade."""

    def read(facts: Facts) -> list[Tick]:
        return [(GENERIC, kind, _traded(facts, 60) // per_unit)]

    return read


def _traded(facts: Facts, seconds: int) -> int:
    path, last = facts.path, math.floor(facts.at * 4)
    nodes = [node for _, _, node in path.pieces(last - 4 * seconds, last)]
    return sum(node[5] - node[4] for node in nodes)


def _last_regular(facts: Facts) -> list[Tick]:
    """The last trade of regular hours, which are all hours of a market that never closes."""
    hours, definition = facts.market.hours, facts.path.definition
    if hours.never_close(definition) or hours.is_open(definition, facts.at, regular=True):
        return [(PRICE, 57, facts.quote.last)]
    day = hours.latest_day(definition, facts.at)
    if facts.at < day.regular[0]:
        day = hours.latest_day(definition, day.open[0] - 1)
    return [(PRICE, 57, facts.market.mark(definition.con_id, day.regular[1] - 0.25))]


def _futures_interest(facts: Facts) -> list[Tick]:
    if facts.path.definition.sec_type != "FUT":
        return []
    return [(SIZE, 86, _made_up(facts, "interest", 900, 1100))]


def _mark(kind: int) -> Callable[[Facts], list[Tick]]:
    return lambda facts: [(PRICE, kind, facts.quote.last)]


_READERS: dict[int, Callable[[Facts], list[Tick]]] = {
    100: _option_volume,
    101: _open_interest,
    104: lambda facts: [(GENERIC, 23, historical_volatility(facts.path, facts.at))],
    105: lambda facts: [(SIZE, 87, _made_up(facts, "average options", 14, 22))],
    106: lambda facts: [(GENERIC, 24, implied_volatility(facts.path, facts.at))],
    165: _ranges,
    221: _mark(78),
    225: lambda facts: [
        (PRICE if kind == 35 else SIZE, kind, value)
        for kind, value in auction_figures(
            facts.market.seed, facts.path.definition, facts.quote, facts.at
        )
    ],
    232: _mark(37),
    233: _trade_volume(48),
    236: _shortable,
    293: lambda facts: [(GENERIC, 54, facts.quote.volume // 100)],
    294: _per_minute(55, 100),
    295: _per_minute(56, 1),
    318: _last_regular,
    375: _trade_volume(77),
    411: lambda facts: [(GENERIC, 58, historical_volatility(facts.path, facts.at))],
    588: _futures_interest,
    595: lambda facts: [
        (SIZE, kind, _traded(facts, 60 * minutes)) for kind, minutes in ((63, 3), (64, 5), (65, 10))
    ],
    619: _mark(79),
}
# Looked at once a minute.
_SLOW = frozenset({100, 101, 104, 105, 106, 165, 236, 294, 295, 411, 588, 595})
