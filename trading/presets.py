"""A preset of the order ticket: a named set of defaults for one kind of contract.

It has no side, no price and no contract, and it sends nothing: the ticket takes it over, and what
a person types afterwards counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ValidationError, model_validator

from trading.algos import Strategy
from trading.contracts import SecType
from trading.fields import FieldSet, Positive, parse_name, refuse, refused
from trading.order_types import ORDER_TYPES, TIFS, Tif

MOST_PRESETS = 30
LONGEST_NAME = 40
NOT_A_LIST = "presets must be a list of presets"
TOO_MANY = f"There are at most {MOST_PRESETS} presets"
SAME_NAME = "Two presets have the same name"
TWO_DEFAULTS = "Two presets are the default of one kind of contract"
NO_OBJECT = "A preset must be an object"
WRONG_TIF = "The order type of this preset does not have its tif"
WRONG_ALGO = "Only MKT and LMT have an algoStrategy"


def parse_label(value: object) -> str:
    name = parse_name(value)
    if len(name) > LONGEST_NAME:
        raise ValueError(f"must have at most {LONGEST_NAME} characters")
    return name


def parse_type(value: object) -> object:
    if value not in ORDER_TYPES:
        raise ValueError(f"must be one of {', '.join(ORDER_TYPES)}")
    return value


class Preset(FieldSet):
    """`target_by`, `stop_by`: how far a bracket's prices are from the order's own, by
    `distance_unit`; `size` is in `size_unit`. None is not set."""

    name: Annotated[str, BeforeValidator(parse_label)]
    sec_type: SecType
    is_default: bool = False
    size: Positive | None = None
    size_unit: Literal["shares", "notional", "percentOfNetLiquidation", "closePercent"] = "shares"
    order_type: Annotated[str, BeforeValidator(parse_type)]
    algo_strategy: Strategy | None = None
    tif: Tif = "DAY"
    outside_rth: bool = False
    target_by: Positive | None = None
    stop_by: Positive | None = None
    distance_unit: Literal["price", "percent"] = "price"

    @model_validator(mode="after")
    def _go_together(self) -> Preset:
        if self.tif not in TIFS[self.order_type]:
            raise ValueError(WRONG_TIF)
        if self.algo_strategy and self.order_type not in ("MKT", "LMT"):
            raise ValueError(WRONG_ALGO)
        return self

    def to_payload(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)


def parse_presets(rows: object) -> tuple[Preset, ...]:
    """All presets of a user, in their order; Refused (field by field) when they are none."""
    if not isinstance(rows, list):
        raise refused("/presets", NOT_A_LIST)
    if len(rows) > MOST_PRESETS:
        raise refused("/presets", TOO_MANY)
    presets = tuple(_preset(row, f"/presets/{place}") for place, row in enumerate(rows))
    if len({one.name for one in presets}) < len(presets):
        raise refused("/presets", SAME_NAME)
    if _has_two_defaults(presets):
        raise refused("/presets", TWO_DEFAULTS)
    return presets


def _preset(row: object, pointer: str) -> Preset:
    if not isinstance(row, Mapping):
        raise refused(pointer, NO_OBJECT)
    try:
        return Preset.model_validate(dict(row), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise refused(pointer, str(first["ctx"]["error"])) from error
        refuse(error, pointer, {})


def _has_two_defaults(presets: Sequence[Preset]) -> bool:
    kinds = [one.sec_type for one in presets if one.is_default]
    return len(set(kinds)) < len(kinds)
