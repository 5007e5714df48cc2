"""Which orders depend on each other: brackets and one-cancels-all groups.

May not cancel, change or report anything.

The orders of a group (ocaGroup) belong together across clients. ocaType 1 cancels the others at the
first execution of one; 2 and 3 reduce them in proportion to what was filled and cancel them when
one is filled. The block of 1 and 2, at most one of them at the exchange at a time, changes nothing
here: two executions never happen at the same moment. Children of one parent that name no group are
one among themselves, of type 3, as TWS makes them.
"""

import math
from typing import TypeVar

from paper_gateway.orders import Order

CANCEL = 1
REDUCE_WITHOUT_BLOCK = 3
OCA_TYPES = frozenset({CANCEL, 2, REDUCE_WITHOUT_BLOCK})

FamilyKey = tuple[int, int]
"""clientId and the orderId of the parent."""
Key = TypeVar("Key")


class Groups:
    """The working orders that belong to others."""

    def __init__(self) -> None:
        self._named: dict[str, dict[int, Order]] = {}
        self._families: dict[FamilyKey, dict[int, Order]] = {}

    def join(self, order: Order) -> None:
        name, family = order.ticket.instructions.oca_group, _family(order)
        if name:
            self._named.setdefault(name, {})[order.perm_id] = order
        if family is not None:
            self._families.setdefault(family, {})[order.perm_id] = order

    def leave(self, order: Order) -> None:
        """With the terms it has joined with."""
        name, family = order.ticket.instructions.oca_group, _family(order)
        if name:
            _take_out(self._named, name, order)
        if family is not None:
            _take_out(self._families, family, order)

    def children(self, order: Order) -> list[Order]:
        if not self._families:
            return []
        return list(self._families.get((order.client_id, order.order_id), {}).values())

    def rivals(self, order: Order) -> list[Order]:
        """The orders that an execution of this one cancels or reduces."""
        name, family = order.ticket.instructions.oca_group, _family(order)
        if name:
            return _others(self._named.get(name, {}), order)
        if family is None:
            return []
        siblings = _others(self._families.get(family, {}), order)
        return [each for each in siblings if not each.ticket.instructions.oca_group]


def cancels_rivals(order: Order) -> bool:
    """Whether any execution of this order ends the others."""
    return order.remaining <= 0 or order.ticket.instructions.oca_type == CANCEL


def reduced_size(rival: Order, order: Order, shares: float) -> float:
    """The rival's new size after ``shares`` of the order were filled, in whole steps; it keeps
    what it has filled already."""
    share = shares / (order.remaining + shares)
    step = rival.definition.whole_step
    left = rival.remaining * (1 - share)
    return round(rival.filled + math.floor(left / step + 1e-6) * step, 8)


def _family(order: Order) -> FamilyKey | None:
    return (order.client_id, order.family_id) if order.family_id else None


def _others(group: dict[int, Order], order: Order) -> list[Order]:
    return [each for perm_id, each in group.items() if perm_id != order.perm_id]


def _take_out(groups: dict[Key, dict[int, Order]], key: Key, order: Order) -> None:
    group = groups.get(key)
    if group is not None and group.pop(order.perm_id, None) is not None and not group:
        del groups[key]
