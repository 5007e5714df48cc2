"""Conditions that an order waits for, as TWS knows them.

Source: https://interactivebrokers.github.io/tws-api/order_conditions.html. TWS watches them; this
module only says what they are.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from trading.fields import MAX_INT, FieldSet, Name, Number, OneOf
from trading.times import Time

Conjunction = Literal["a", "o"]
ConId = Annotated[int, Field(gt=0, le=MAX_INT)]
# 0 default, 1 double bid/ask, 2 last, 3 double last, 4 bid/ask, 7 last or bid/ask, 8 mid-point.
TriggerMethod = Annotated[Literal[0, 1, 2, 3, 4, 7, 8], OneOf]
MAX_CONDITIONS = 10


class ConditionFields(FieldSet):
    """`conjunction` joins a condition with the next one: a is and, o is or."""

    conjunction: Conjunction = "a"

    def to_payload(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)


class PriceCondition(ConditionFields):
    """The price of a contract is at or beyond `price`."""

    cond_type: Literal["price"]
    con_id: ConId
    exch: Name
    is_more: bool
    price: Number
    trigger_method: TriggerMethod = 0


class TimeCondition(ConditionFields):
    """It is later (or earlier) than `time`."""

    cond_type: Literal["time"]
    is_more: bool
    time: Time


class MarginCondition(ConditionFields):
    """The account's margin cushion is above (or below) `percent`."""

    cond_type: Literal["margin"]
    is_more: bool
    percent: Annotated[int, Field(ge=0, le=100)]


class ExecutionCondition(ConditionFields):
    """There is an execution in a symbol."""

    cond_type: Literal["execution"]
    sec_type: Name
    exch: Name
    symbol: Name


class VolumeCondition(ConditionFields):
    """The day's volume of a contract is above (or below) `volume`."""

    cond_type: Literal["volume"]
    con_id: ConId
    exch: Name
    is_more: bool
    volume: Annotated[int, Field(gt=0, le=MAX_INT)]


class PercentChangeCondition(ConditionFields):
    """A contract has moved by `changePercent` since the last close."""

    cond_type: Literal["percentChange"]
    con_id: ConId
    exch: Name
    is_more: bool
    change_percent: Number


AnyCondition = (
    PriceCondition
    | TimeCondition
    | MarginCondition
    | ExecutionCondition
    | VolumeCondition
    | PercentChangeCondition
)
CONDITION_TYPES = ("price", "time", "margin", "execution", "volume", "percentChange")
Condition = Annotated[AnyCondition, Field(discriminator="cond_type")]


def parse_list(value: object) -> tuple[Any, ...]:
    """A JSON list of 1 to 10 conditions; anything else is refused."""
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_CONDITIONS:
        raise ValueError(f"must be a list of 1 to {MAX_CONDITIONS}")
    return tuple(value)


Conditions = Annotated[tuple[Condition, ...], BeforeValidator(parse_list)]


def describe(conditions: tuple[AnyCondition, ...]) -> str:
    """`if price 265598 > 230 and time > …`, in the order in which they are joined."""
    words = [
        word for condition in conditions for word in (_words(condition), condition.conjunction)
    ]
    joined = {"a": "and", "o": "or"}
    return " ".join(["if", *(joined.get(word, word) for word in words[:-1])])


def _words(condition: AnyCondition) -> str:
    if isinstance(condition, ExecutionCondition):
        return f"execution in {condition.symbol}"
    limits = ("price", "time", "percent", "volume", "change_percent")
    limit = next(getattr(condition, name) for name in limits if hasattr(condition, name))
    contract = f" {con_id}" if (con_id := getattr(condition, "con_id", 0)) else ""
    return f"{condition.cond_type}{contract} {'>' if condition.is_more else '<'} {limit}"
