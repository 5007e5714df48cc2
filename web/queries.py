"""Values of the query string, parsed at the door."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask import request

from trading.bars import DEFAULTS, BarQuestion, parse_bar_question
from trading.contracts import Contract, parse_contract
from trading.fields import parse_text
from trading.refusals import FieldError, Refused

CONTRACT_TEXTS = (
    "symbol",
    "secType",
    "lastTradeDateOrContractMonth",
    "right",
    "multiplier",
    "exchange",
    "primaryExchange",
    "currency",
    "localSymbol",
    "tradingClass",
)
BAR_TERMS = tuple(DEFAULTS)


def text(name: str) -> str | None:
    """The value of `name`, or None. Naming it twice is refused: which one would count?"""
    values = request.args.getlist(name)
    if not values:
        return None
    if len(values) > 1:
        raise refused(name, f"{name} is given twice")
    try:
        return parse_text(values[0])
    except ValueError as error:
        raise refused(name, f"{name} {error}") from None


def one_of(name: str, allowed: frozenset[str] | tuple[str, ...], default: str) -> str:
    value = text(name) or default
    if value not in allowed:
        raise refused(name, f"{name} must be one of {', '.join(sorted(allowed))}")
    return value


def whole(name: str, default: int, least: int, most: int) -> int:
    value = _number(name, int)
    if value is None:
        return default
    if not least <= value <= most:
        raise refused(name, f"{name} must be from {least} to {most}")
    return int(value)


def contract() -> Contract:
    """The contract that the query names: at least `symbol`, `conId` or `localSymbol`."""
    raw: dict[str, Any] = {name: text(name) for name in CONTRACT_TEXTS}
    raw["conId"] = _number("conId", int)
    raw["strike"] = _number("strike", Decimal)
    return parse_contract({name: value for name, value in raw.items() if value is not None})


def bar_question() -> BarQuestion:
    """Which bars the query asks for."""
    return parse_bar_question(contract(), {name: text(name) for name in BAR_TERMS})


def refused(name: str, sentence: str) -> Refused:
    return Refused(sentence, FieldError(f"/{name}", sentence))


def _number(name: str, kind: type[int] | type[Decimal]) -> int | Decimal | None:
    value = text(name)
    if value is None:
        return None
    try:
        return kind(value)
    except (ValueError, InvalidOperation):
        raise refused(name, f"{name} must be a number") from None
