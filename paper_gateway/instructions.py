"""What a ticket says beyond side, size, type and prices: parsed once, None or empty when unset.

May not judge it. Most orders say nothing of the kind: they all share one value, PLAIN.
"""

from dataclasses import dataclass

from paper_gateway.conditions import Condition, parse_conditions
from paper_gateway.wire import parse_bool, parse_float, parse_int

_NAMES = (
    "ocaGroup",
    "goodAfterTime",
    "goodTillDate",
    "algoStrategy",
    "cashQty",
    "trailStopPrice",
    "trailingPercent",
    "lmtPriceOffset",
    "percentOffset",
)
_NO_FLAG = frozenset({"", "0"})


@dataclass(frozen=True, slots=True)
class Instructions:
    """One order's. ``good_after`` and ``good_till`` are the client's texts; an algorithm's
    parameters stay in the ticket's block F, the legs of a combination in block A."""

    oca_group: str = ""
    oca_type: int = 0
    good_after: str = ""
    good_till: str = ""
    algo: str = ""
    cash_quantity: float | None = None
    trail_stop: float | None = None
    trailing_percent: float | None = None
    limit_offset: float | None = None
    percent_offset: float | None = None
    is_all_or_none: bool = False
    conditions: tuple[Condition, ...] = ()
    cancels_on_conditions: bool = False


PLAIN = Instructions()


def read_instructions(values: dict[str, str], blocks: dict[str, list[str]]) -> Instructions:
    """From the fields and blocks of placeOrder. Raises FieldError."""
    conditions = blocks.get("H")
    is_plain = conditions is None and values["allOrNone"] in _NO_FLAG
    if is_plain and not any(map(values.__getitem__, _NAMES)):
        return PLAIN
    return Instructions(
        oca_group=values["ocaGroup"],
        oca_type=parse_int(values["ocaType"]),
        good_after=values["goodAfterTime"],
        good_till=values["goodTillDate"],
        algo=values["algoStrategy"],
        cash_quantity=parse_float(values["cashQty"]) or None,
        trail_stop=parse_float(values["trailStopPrice"]),
        trailing_percent=parse_float(values["trailingPercent"]),
        limit_offset=parse_float(values["lmtPriceOffset"]),
        percent_offset=parse_float(values["percentOffset"]),
        is_all_or_none=parse_bool(values["allOrNone"]),
        conditions=parse_conditions(conditions) if conditions else (),
        cancels_on_conditions=parse_bool(conditions[-1]) if conditions else False,
    )
