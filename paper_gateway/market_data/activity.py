"""How busy a market that keeps hours is over its day: where a day's volume falls.

May not know prices or volumes. Nothing trades while the exchange is closed; the first and last half
hour of regular hours are busier than the middle, pre-market and evening far quieter. The figures
are rough ones of US stocks; currencies and futures are equally busy in all their hours.
"""

from __future__ import annotations

from paper_gateway.definitions import ContractDefinition
from paper_gateway.market_data.hours import Hours, Span

_BUSY_SECONDS = 1800.0
# Against the middle of regular hours.
_BUSY, _MIDDLE, _QUIET = 2.5, 1.0, 0.02
_UNEVEN = frozenset({"STK", "OPT"})


def activity_of(hours: Hours, definition: ContractDefinition) -> Activity | None:
    """The activity of a contract; None when it never closes and all hours are alike."""
    return None if hours.never_close(definition) else Activity(hours, definition)


class Activity:
    """The activity of one contract that keeps hours."""

    def __init__(self, hours: Hours, definition: ContractDefinition) -> None:
        self._hours = hours
        self._definition = definition
        self._is_uneven = definition.sec_type in _UNEVEN

    def of(self, start: float, seconds: float, count: int) -> list[float]:
        """How much of the activity falls in each of so many equally long parts from an instant on,
        in seconds of the middle of a day."""
        end = start + count * seconds
        rates = [
            rate
            for day in self._hours.days(self._definition, start, end)
            for rate in self._rates(day.open, day.regular)
        ]
        parts = ((start + part * seconds, start + (part + 1) * seconds) for part in range(count))
        return [sum(rate * _overlap(span, part) for span, rate in rates) for part in parts]

    def _rates(self, whole: Span, regular: Span) -> list[tuple[Span, float]]:
        if not self._is_uneven:
            return [(whole, _MIDDLE)]
        opens, closes = regular
        return [
            ((whole[0], opens), _QUIET),
            ((opens, opens + _BUSY_SECONDS), _BUSY),
            ((opens + _BUSY_SECONDS, closes - _BUSY_SECONDS), _MIDDLE),
            ((closes - _BUSY_SECONDS, closes), _BUSY),
            ((closes, whole[1]), _QUIET),
        ]


def _overlap(one: Span, other: Span) -> float:
    return max(min(one[1], other[1]) - max(one[0], other[0]), 0.0)
