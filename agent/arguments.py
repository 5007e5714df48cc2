"""The arguments of a request, parsed at the agent's door: it does not trust the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trading.contracts import Contract, parse_contract
from trading.fields import parse_text
from trading.orders import CLIENT_ORDER_ID
from trading.refusals import FieldError, NotFound, Refused

Arguments = Mapping[str, Any]

MOST_SYMBOLS = 100
MOST_ROWS = 1000
MOST_OF_A_NOTE = 80


def optional_text(given: Arguments, name: str) -> str | None:
    """A text, or None where there is none."""
    value = given.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise refused(name, f"{name} must be a string")
    try:
        return parse_text(value)
    except ValueError as error:
        raise refused(name, f"{name} {error}") from None


def text(given: Arguments, name: str) -> str:
    value = optional_text(given, name)
    if value is None:
        raise refused(name, f"{name} is required")
    return value


def note(given: Arguments, name: str) -> str:
    """Words for people: for the journal alone, never for TWS. Empty where there are none."""
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > MOST_OF_A_NOTE or not value.isprintable():
        raise refused(name, f"{name} must be a text of at most {MOST_OF_A_NOTE} characters")
    return value


def flag(given: Arguments, name: str, default: bool = False) -> bool:
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise refused(name, f"{name} must be true or false")
    return value


def contract(given: Arguments) -> Contract:
    return parse_contract(given.get("contract", {}))


def client_order_id(given: Arguments, name: str = "clientOrderId") -> str:
    """A name that an order can have; another one is nobody's."""
    value = given.get(name)
    if not isinstance(value, str) or not CLIENT_ORDER_ID.fullmatch(value):
        raise NotFound("There is no order of that clientOrderId")
    return value


def cursor(given: Arguments) -> str | None:
    """The order before which to go on; None: from the newest."""
    return client_order_id(given, "before") if given.get("before") is not None else None


def row_limit(given: Arguments) -> int:
    value = given.get("limit", MOST_ROWS)
    if type(value) is not int or not 1 <= value <= MOST_ROWS:
        raise refused("limit", f"limit must be from 1 to {MOST_ROWS}")
    return value


def symbols(given: Arguments) -> list[str]:
    """At most 100, each once, in the order of their coming."""
    value = given.get("symbols")
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise refused("symbols", "symbols must be a list of symbols")
    once = list(dict.fromkeys(value))
    if len(once) > MOST_SYMBOLS:
        raise refused("symbols", f"symbols must be at most {MOST_SYMBOLS}")
    return once


def changes(given: Arguments) -> Mapping[str, Any]:
    value = given.get("changes")
    if not isinstance(value, Mapping) or not value:
        raise refused("changes", "The body must name what to change, as in an order")
    return value


def refused(name: str, sentence: str) -> Refused:
    return Refused(sentence, FieldError(f"/{name}", sentence))
