"""The arguments of a request, parsed at the agent's door: it does not trust the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trading.bars import DEFAULTS, BarQuestion, parse_bar_question
from trading.contracts import Contract, parse_contract
from trading.fields import parse_text
from trading.options import (
    CHAIN_ID,
    MOST_STRIKES,
    USUAL_STRIKES,
    WRONG_CHAIN_ID,
    ChainQuestion,
    parse_expiry,
)
from trading.orders import CLIENT_ORDER_ID
from trading.profit import ProfitQuestion, parse_profit_question
from trading.refusals import FieldError, NotFound, Refused

Arguments = Mapping[str, Any]

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


def chain_question(given: Arguments) -> ChainQuestion:
    expiry, strikes = optional_text(given, "expiry") or "", given.get("strikes", USUAL_STRIKES)
    try:
        if expiry:
            parse_expiry(expiry)
    except ValueError:
        raise refused("expiry", "expiry must be a date such as 20261218") from None
    if type(strikes) is not int or not 1 <= strikes <= MOST_STRIKES:
        raise refused("strikes", f"strikes must be from 1 to {MOST_STRIKES}")
    trading_class = optional_text(given, "tradingClass") or ""
    return ChainQuestion(contract(given), expiry, strikes, trading_class)


def chain_id(given: Arguments) -> str:
    value = given.get("id")
    if not isinstance(value, str) or not CHAIN_ID.fullmatch(value):
        raise refused("id", WRONG_CHAIN_ID)
    return value


def bar_question(given: Arguments) -> BarQuestion:
    return parse_bar_question(
        contract(given), {name: optional_text(given, name) for name in DEFAULTS}
    )


def profit_question(given: Arguments) -> ProfitQuestion:
    names = ("account", "from", "to", "currency")
    return parse_profit_question({name: optional_text(given, name) for name in names})


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


def changes(given: Arguments) -> Mapping[str, Any]:
    value = given.get("changes")
    if not isinstance(value, Mapping) or not value:
        raise refused("changes", "The body must name what to change, as in an order")
    return value


def refused(name: str, sentence: str) -> Refused:
    return Refused(sentence, FieldError(f"/{name}", sentence))
