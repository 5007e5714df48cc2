"""Order conditions as placeOrder writes them.

May not know whether they hold: see condition_facts.
"""

from dataclasses import dataclass
from enum import IntEnum

from paper_gateway.times import parse_instant
from paper_gateway.wire import FieldError, parse_bool, parse_float, parse_int


class Kind(IntEnum):
    """IB's numbers of condition types."""

    PRICE = 1
    TIME = 3
    MARGIN = 4
    EXECUTION = 5
    VOLUME = 6
    CHANGE = 7


# The fields of each kind after type and conjunction. ``value`` is a price, an instant, a percentage
# or a number of shares; ``method`` says which price triggers, and there is one price here.
FIELDS = {
    Kind.PRICE: ("is_more", "value", "con_id", "exchange", "method"),
    Kind.TIME: ("is_more", "instant"),
    Kind.MARGIN: ("is_more", "value"),
    Kind.EXECUTION: ("sec_type", "exchange", "symbol"),
    Kind.VOLUME: ("is_more", "value", "con_id", "exchange"),
    Kind.CHANGE: ("is_more", "value", "con_id", "exchange"),
}
WITH_CONTRACT = frozenset({Kind.PRICE, Kind.VOLUME, Kind.CHANGE})


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; ``is_and`` joins it to the next one."""

    kind: Kind
    is_and: bool
    is_more: bool = True
    value: float = 0.0
    con_id: int = 0
    exchange: str = ""
    sec_type: str = ""
    symbol: str = ""


def parse_conditions(texts: list[str]) -> tuple[Condition, ...]:
    """The conditions of placeOrder's block, without its two last fields. Raises FieldError."""
    found: list[Condition] = []
    fields = iter(texts[:-2])
    for text in fields:
        kind = Kind(parse_int(text))
        is_and = next(fields) == "a"
        values = {name: next(fields) for name in FIELDS[kind]}
        found.append(
            Condition(
                kind,
                is_and,
                is_more=parse_bool(values.get("is_more", "1")),
                value=_value(values),
                con_id=parse_int(values.get("con_id", "")),
                exchange=values.get("exchange", ""),
                sec_type=values.get("sec_type", ""),
                symbol=values.get("symbol", ""),
            )
        )
    return tuple(found)


def _value(values: dict[str, str]) -> float:
    if "instant" not in values:
        return parse_float(values.get("value", "")) or 0.0
    try:
        instant = parse_instant(values["instant"])
    except ValueError as error:
        raise FieldError(str(error)) from error
    if instant is None:
        raise FieldError("a time condition without a time")
    return instant
