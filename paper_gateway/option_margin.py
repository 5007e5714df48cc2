"""What options need that cover one another: no more than they can lose together.

May not know accounts or prices in motion. Options on one underlying are looked at expiry by expiry,
the shorts of one with the longs that live at least as long: what such a group is worth at its worst
price on that day is the greatest loss (Regulation T for verticals, butterflies, condors, calendars
and boxes). The premium is in the cash already. Shorts without a long of their right beside them
need their own margin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from paper_gateway.contracts import ContractDefinition


class Option(NamedTuple):
    """A signed quantity, and what a short one needs by itself; nothing when it is long."""

    definition: ContractDefinition
    quantity: float
    alone: float

    def part(self, quantity: float) -> Option:
        return self._replace(quantity=quantity, alone=self.alone * quantity / self.quantity)

    def worth(self, under_price: float) -> float:
        """At expiry; a longer life makes it worth more."""
        definition = self.definition
        above = under_price - definition.strike
        intrinsic = max(0.0, above if definition.right == "C" else -above)
        return self.quantity * float(definition.multiplier or 1) * intrinsic


def needs(options: Iterable[Option]) -> dict[int, float]:
    """What each needs beside the others, by conId: the shorts share what their group needs."""
    found: dict[int, float] = {}
    for group in _groups(options):
        share = _share(group)
        found |= {option.definition.con_id: option.alone * share for option in group}
    return found


def _share(group: list[Option]) -> float:
    """How much of what the group's shorts need by themselves they need together."""
    alone = _alone(group)
    return min(1.0, _together(group) / alone) if alone else 0.0


def _together(group: list[Option]) -> float:
    uncovered = [short for right in "CP" for short in _uncovered(group, right)]
    prices = [0.0, *(option.definition.strike for option in group)]
    worst = min(_worth(group, price) - _worth(uncovered, price) for price in prices)
    return _alone(uncovered) + max(0.0, -worst)


def _uncovered(group: list[Option], right: str) -> Iterator[Option]:
    """The shorts that are more than the longs, those first that need the least."""
    same = [option for option in group if option.definition.right == right]
    missing = -sum(option.quantity for option in same)
    shorts = [option for option in same if option.quantity < 0]
    for short in sorted(shorts, key=lambda each: each.alone / -each.quantity):
        if missing > 0:
            yield short.part(-min(missing, -short.quantity))
        missing += short.quantity


def _alone(options: Iterable[Option]) -> float:
    return sum(option.alone for option in options)


def _worth(options: Iterable[Option], under_price: float) -> float:
    return sum(option.worth(under_price) for option in options)


def _groups(options: Iterable[Option]) -> Iterator[list[Option]]:
    """The shorts of each expiry with all longs that live as long and cover no later short."""
    for family in _sorted_groups(options, _family):
        group: list[Option] = []
        for expiry in reversed(list(_sorted_groups(family, _expiry))):
            group = [*group, *expiry]
            if any(option.quantity < 0 for option in expiry):
                yield group
                group = []
        yield group


def _sorted_groups(
    options: Iterable[Option], key: Callable[[Option], tuple[object, ...]]
) -> Iterator[list[Option]]:
    return (list(group) for _, group in groupby(sorted(options, key=key), key))


def _family(option: Option) -> tuple[int, str, str]:
    definition = option.definition
    return definition.under_con_id, definition.multiplier, definition.currency


def _expiry(option: Option) -> tuple[str]:
    return (option.definition.last_trade_date,)
