"""What an answer of the relay that is no result means, as the TradingError that the desk raises."""

from __future__ import annotations

from typing import Any

import orjson

from trading.refusal_forms import from_form
from trading.refusals import ORDER_TIMEOUT, NoAnswer, NotConnected, TradingError

UNREADABLE = "The relay's answer cannot be read. Its version may be another one than the desk's."
WRONG_TOKEN = (
    "The relay does not accept this desk. Give both the same RELAY_TOKEN, and set both clocks."
)


def parsed(body: bytes) -> Any:
    """The JSON of an answer; None when it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def error_in(status: int, body: bytes, *, is_order: bool) -> TradingError:
    """The error in an answer. `sent` is "no" only where the relay or the agent says so itself.

    Anything else (a proxy's own page, a broken text) proves nothing about an order.
    """
    found = parsed(body)
    problem: dict[str, Any] = found if isinstance(found, dict) else {}
    form = problem.get("form")
    if isinstance(form, dict):
        return from_form(form)
    if status == 202:
        return NoAnswer(ORDER_TIMEOUT, sent="unknown")
    if 400 <= status < 500 and problem.get("sent") == "no":
        return NotConnected(_why_denied(status, problem), code="relay_refuses")
    return NoAnswer(UNREADABLE, sent="unknown" if is_order else "no")


def _why_denied(status: int, problem: dict[str, Any]) -> str:
    return WRONG_TOKEN if status == 401 else f"The relay refuses: {problem.get('error', status)}"
