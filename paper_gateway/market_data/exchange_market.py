"""The market that keeps the hours of exchanges: outside them every price stands still.

May not know orders. Behind a closing the synthetic path goes on unseen, so the next opening comes
with a gap, as overnight in reality. Day figures are those of the trading day: of its pre-market
until the regular opening, of its regular hours from then on; the volume is that of the whole day.
"""

from __future__ import annotations

from dataclasses import replace

from paper_gateway.contracts import ContractDefinition
from paper_gateway.market import STEPS_PER_SECOND, Market, Quote, step_at
from paper_gateway.market_data.hours import EXCHANGE_HOURS, TradingDay

_STEP = 1 / STEPS_PER_SECOND
_LONGEST_SEARCH_DAYS = 400


class ExchangeMarket(Market):
    """A market whose contracts trade at the hours of ``hours.US_SESSIONS`` only."""

    hours = EXCHANGE_HOURS

    def quote(self, con_id: int, at: float) -> Quote:
        """The quote in force; outside the hours that of the last instant in them."""
        definition = self.path(con_id).definition
        if self.hours.never_close(definition):
            return super().quote(con_id, at)
        day = self.hours.latest_day(definition, at)
        shown = self._shown(day, at)
        return self._with_day(super().quote(con_id, shown), definition, day, shown)

    def mark(self, con_id: int, at: float) -> float:
        definition = self.path(con_id).definition
        if not self.hours.never_close(definition):
            at = self._shown(self.hours.latest_day(definition, at), at)
        return super().mark(con_id, at)

    def first_touch(
        self, con_id: int, since: float, until: float, price: float, above: bool
    ) -> float | None:
        """As of a market that is always open, in regular hours only."""
        definition = self.path(con_id).definition
        since = max(since, until - _LONGEST_SEARCH_DAYS * 86_400)
        for start, end in self.hours.spans(definition, since, until + _STEP, regular=True):
            # An opening is the first instant of a span; one that was searched from is not.
            first = start if start == since else start - _STEP
            touch = super().first_touch(con_id, first, end - _STEP, price, above)
            if touch is not None:
                return touch
        return None

    def _shown(self, day: TradingDay, at: float) -> float:
        return min(at, day.open[1] - _STEP)

    def _with_day(
        self, quote: Quote, definition: ContractDefinition, day: TradingDay, shown: float
    ) -> Quote:
        path, stop = self.path(definition.con_id), step_at(shown) + 1
        is_regular = shown >= day.regular[0]
        start, end = day.regular if is_regular else day.open
        first, last = step_at(start), min(stop, step_at(end))
        nodes = [node for _, _, node in path.pieces(first, last)]
        traded = [node for _, _, node in path.pieces(step_at(day.open[0]), stop)]
        before = self.hours.latest_day(definition, day.open[0] - 1)
        return replace(
            quote,
            open=path.last(nodes[0][0]),
            high=path.last(max(node[2] for node in nodes)),
            low=path.last(min(node[3] for node in nodes)),
            close=super().mark(definition.con_id, before.regular[1] - _STEP),
            volume=sum(node[5] - node[4] for node in traded),
        )
