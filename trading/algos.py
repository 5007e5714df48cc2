"""IB's algorithms that a market or limit order can use, with their parameters by IB's own names.

Sources: https://interactivebrokers.github.io/tws-api/ibalgos.html and AvailableAlgoParams of IB's
own samples (strategy names and tags). IB runs the algorithm; nothing is calculated here.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, PlainValidator, TypeAdapter, ValidationInfo

from trading.fields import FieldSet, Number
from trading.times import TimeOfDay

Strategy = Literal["Adaptive", "Twap", "Vwap"]


class AdaptiveParams(FieldSet):
    """Better than the market price when there is time for it."""

    adaptive_priority: Literal["Urgent", "Normal", "Patient"]


class TwapParams(FieldSet):
    """In equal parts over the time."""

    strategy_type: Literal[
        "Marketable", "Matching Midpoint", "Matching Same Side", "Matching Last"
    ] = "Marketable"
    start_time: TimeOfDay | None = None
    end_time: TimeOfDay | None = None
    allow_past_end_time: bool = False


class VwapParams(FieldSet):
    """Near the day's average price by volume; `maxPctVol` is its greatest part of the volume."""

    # Exact numbers: 0.1 as a float is a little more than 0.1.
    max_pct_vol: Annotated[Number, Field(ge=Decimal("0.1"), le=Decimal("0.5"))]
    start_time: TimeOfDay | None = None
    end_time: TimeOfDay | None = None
    allow_past_end_time: bool = False
    no_take_liq: bool = False


Params = AdaptiveParams | TwapParams | VwapParams
PARAMS: dict[str, type[Params]] = {
    "Adaptive": AdaptiveParams,
    "Twap": TwapParams,
    "Vwap": VwapParams,
}
PARSERS: dict[str, TypeAdapter[Params]] = {name: TypeAdapter(kind) for name, kind in PARAMS.items()}
NUMBER = re.compile(r"\d*\.?\d+")
FLAGS = frozenset({"allowPastEndTime", "noTakeLiq"})


def parse_params(raw: object, info: ValidationInfo) -> Params:
    """The parameters of the strategy that the same order names."""
    strategy = info.data.get("algo_strategy")
    if strategy is None:
        raise ValueError("needs algoStrategy")
    return PARSERS[strategy].validate_python(raw, strict=True)


def params_payload(params: Params) -> dict[str, Any]:
    """By IB's tags, with what goes out to IB: also what the user left to its usual value."""
    return params.model_dump(mode="json", by_alias=True, exclude_none=True)


def tags(params: Params) -> dict[str, str]:
    """Values as IB's samples write them: a flag is 1 or 0."""
    return {name: _text(value) for name, value in params_payload(params).items()}


def told_params(told: dict[str, str]) -> dict[str, Any]:
    """The parameters as TWS reports them, in the types that a request has."""
    return {name: _value(name, text) for name, text in told.items() if text != ""}


AlgoParams = Annotated[Params, PlainValidator(parse_params), PlainSerializer(params_payload)]


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _value(name: str, text: str) -> object:
    """Foreign orders may have parameters of any kind; those stay as TWS writes them."""
    if name in FLAGS:
        return text == "1"
    is_number = name == "maxPctVol" and NUMBER.fullmatch(text)
    return float(text) if is_number else text
