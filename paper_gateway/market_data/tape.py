"""The tape: single trades, quotes and midpoints of one contract, step by step of its price path.

May not know clients. In every step of 250 ms with volume there is one trade of all of it, at the
last price. Sizes of quotes change with every step. A trade of less than a round lot of a stock has
the condition I; where the market has hours, the first trade of the regular ones has O and the last
one 6 (codes of the consolidated tape: odd lot, opening and closing print). Beside them there are
trades that are not reported to the tape, of which only AllLast tells; their W (average price) and
how many there are is a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paper_gateway.bars import step_of
from paper_gateway.contracts import ContractDefinition
from paper_gateway.market import STEPS_PER_SECOND, Market, PricePath
from paper_gateway.market_replies import MidpointTick, QuoteTick, TradeTick
from paper_gateway.price_path import LEAF_STEPS, Leaf

_ROUND_LOT = 100
# Venues of US stocks in the words of the tape.
_VENUES = ("NASDAQ", "NYSE", "ARCA", "BATS", "EDGX", "IEX", "MEMX", "DRCTEDGE")
# One step in so many has a trade that is not reported.
_UNREPORTED_EVERY = 16

Steps = tuple[int, int]
"""From a step up to, not including, another one."""


@dataclass(frozen=True, slots=True)
class Tape:
    """The ticks of one contract, of all hours or of regular ones only."""

    market: Market
    con_id: int
    regular: bool = False

    @property
    def path(self) -> PricePath:
        return self.market.path(self.con_id)

    @property
    def definition(self) -> ContractDefinition:
        return self.path.definition

    def open_steps(self, start: float, end: float) -> list[Steps]:
        """The steps of [start, end) in which the contract trades."""
        spans = self.market.hours.spans(self.definition, start, end, self.regular)
        return [(step_of(first), step_of(last)) for first, last in spans]

    def trades(self, first: int, last: int) -> Iterator[TradeTick]:
        """The reported trades of the steps [first, last)."""
        if self.definition.sec_type != "CASH":
            for step, leaf, offset in self._steps(first, last):
                size = _volume(leaf, offset)
                if size:
                    yield self._trade(step, leaf, offset, size)

    def all_trades(self, first: int, last: int) -> Iterator[TradeTick]:
        """These and the trades that are not reported."""
        if self.definition.sec_type == "CASH":
            return
        for step, leaf, offset in self._steps(first, last):
            size, noise = _volume(leaf, offset), leaf.noise[offset]
            if size:
                yield self._trade(step, leaf, offset, size)
            if size and noise % _UNREPORTED_EVERY == 0:
                price = self.path.last(leaf.path[offset])
                time = step // STEPS_PER_SECOND
                yield TradeTick(time, price, 1 + noise // 4, "FINRA", "W", is_unreported=True)

    def quotes(self, first: int, last: int, ignore_size: bool = False) -> Iterator[QuoteTick]:
        """The changes of the best bid and ask, or of their prices alone."""
        told: tuple[float, ...] = ()
        for step, leaf, offset in self._steps(max(first - 1, 0), last):
            shown = self._quote(leaf, offset)
            is_new = shown[:2] != told[:2] if ignore_size else shown != told
            told = shown
            if is_new and step >= first:
                yield QuoteTick(step // STEPS_PER_SECOND, *shown)

    def midpoints(self, first: int, last: int) -> Iterator[MidpointTick]:
        """The changes of the price between bid and ask."""
        told = None
        for step, leaf, offset in self._steps(max(first - 1, 0), last):
            price = self.path.midpoint(leaf.path[offset])
            if price != told and step >= first:
                yield MidpointTick(step // STEPS_PER_SECOND, price)
            told = price

    def _steps(self, first: int, last: int) -> Iterator[tuple[int, Leaf, int]]:
        for index in range(first // LEAF_STEPS, -(-last // LEAF_STEPS)):
            leaf, start = self.path.leaf(index), index * LEAF_STEPS
            for offset in range(max(first - start, 0), min(last - start, LEAF_STEPS)):
                yield start + offset, leaf, offset

    def _trade(self, step: int, leaf: Leaf, offset: int, size: int) -> TradeTick:
        price = self.path.last(leaf.path[offset])
        time, noise = step // STEPS_PER_SECOND, leaf.noise[offset]
        if self.definition.sec_type != "STK":
            return TradeTick(time, price, size, self.definition.exchange)
        auction = self._auction_print(step)
        if auction:
            return TradeTick(time, price, size, self.definition.primary_exchange, auction)
        conditions = "I" if size < _ROUND_LOT else ""
        return TradeTick(time, price, size, _VENUES[noise % len(_VENUES)], conditions)

    def _auction_print(self, step: int) -> str:
        hours = self.market.hours
        if hours.never_close(self.definition):
            return ""
        start, end = hours.latest_day(self.definition, step / STEPS_PER_SECOND).regular
        return {step_of(start): "O", step_of(end) - 1: "6"}.get(step, "")

    def _quote(self, leaf: Leaf, offset: int) -> tuple[float, float, float, float]:
        path, point = self.path, leaf.path[offset]
        bid_size, ask_size = path.sizes(leaf, offset)
        return path.bid(point), path.ask(point), bid_size, ask_size


def _volume(leaf: Leaf, offset: int) -> int:
    before = leaf.volumes[offset - 1] if offset else leaf.volume_before
    return leaf.volumes[offset] - before
