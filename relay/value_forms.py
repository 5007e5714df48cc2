"""What an operation answers, as JSON and back: one pair of functions for each kind of value.

The agent makes the forms, the desk reads them. A form that is not what it must be is a NoAnswer:
what an agent says is never trusted to have a shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from trading.orders import OrderResult
from trading.price_rules import PriceRule
from trading.refusals import NoAnswer
from trading.sizing import OrderFacts
from trading.snapshots import AccountSummary, ConnectionStatus, Farm, Rows, iso

T = TypeVar("T")

NOT_A_VALUE = "Your agent's answer cannot be read. Its version may be another one than the relay's."
DECIMALS = frozenset(
    {
        "size_increment",
        "multiplier",
        "bid",
        "ask",
        "last",
        "position",
        "net_liquidation",
        "daily_pnl",
    }
)


def read(form: Any, reader: Callable[[Any], T]) -> T:
    """The value in a form, or NoAnswer."""
    try:
        return reader(form)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise NoAnswer(NOT_A_VALUE) from error


def rows_form(rows: Rows) -> dict[str, Any]:
    return rows.to_payload("rows")


def rows_of(form: Any) -> Rows:
    return Rows(moment_of(form["asOf"]), _dicts(form["rows"]), bool(form["stale"]))


def bars_of(form: Any) -> dict[str, Any]:
    """Bars as the agent's reader gave them, with what a page needs of their shape."""
    answer = _dict(form)
    moment_of(answer["asOf"])
    _text(answer["what"])
    for name in ("bars", "sessions"):
        _dicts(answer[name])
    _dict(answer["budget"])
    return answer


def profit_form_of(form: Any) -> dict[str, Any]:
    """The agent's own answer, with what a page and the CSV need of its shape."""
    answer = _dict(form)
    moment_of(answer["asOf"])
    for name in ("days", "symbols", "equity", "incomplete"):
        _dicts(answer[name])
    return answer


def account_form(summary: AccountSummary) -> dict[str, Any]:
    return {
        "asOf": iso(summary.as_of),
        "stale": summary.stale,
        "account": summary.account,
        "values": list(summary.values),
    }


def account_of(form: Any) -> AccountSummary:
    account = _text(form["account"])
    values = tuple({str(k): str(v) for k, v in row.items()} for row in _dicts(form["values"]))
    return AccountSummary(moment_of(form["asOf"]), account, values, bool(form["stale"]))


def order_form(result: OrderResult) -> dict[str, Any]:
    return {
        "clientOrderId": result.client_order_id,
        "state": result.state,
        "sent": result.sent,
        "orderId": result.order_id,
        "isFinal": result.is_final,
        "payload": result.payload,
    }


def order_of(form: Any) -> OrderResult:
    order_id = form["orderId"]
    if order_id is not None and type(order_id) is not int:
        raise TypeError("orderId")
    state, sent = _text(form["state"]), _text(form["sent"])
    name, payload = _text(form["clientOrderId"]), _dict(form["payload"])
    return OrderResult(name, state, sent, order_id, form["isFinal"] is True, payload)


def orders_form(results: list[OrderResult]) -> list[dict[str, Any]]:
    return [order_form(result) for result in results]


def orders_of(form: Any) -> list[OrderResult]:
    return [order_of(one) for one in _list(form)]


def dicts_of(form: Any) -> list[dict[str, Any]]:
    return list(_dicts(form))


def facts_form(facts: OrderFacts) -> dict[str, Any]:
    """Decimals as text: they must come back digit for digit."""
    named = {field.name: getattr(facts, field.name) for field in fields(facts)}
    rules = facts.min_tick_rules
    bands = [[str(low), str(step)] for low, step in rules.bands] if rules else None
    texts = {name: str(named[name]) for name in DECIMALS if named[name] is not None}
    return named | texts | {"min_tick_rules": bands}


def facts_of(form: Any) -> OrderFacts:
    values = _dict(form)
    numbers = {name: Decimal(_text(values[name])) for name in DECIMALS if values[name] is not None}
    if not all(number.is_finite() for number in numbers.values()):
        raise ValueError("a fact is not a number")
    bands = values["min_tick_rules"]
    return OrderFacts(**values | numbers | {"min_tick_rules": _rule(bands) if bands else None})


def connection_of(
    form: Any, accounts: tuple[str, ...], farms: tuple[Farm, ...]
) -> ConnectionStatus:
    """A connection in the status, with the accounts and farms that the status names beside it."""
    return ConnectionStatus(
        name=_text(form["name"]),
        client_id=int(form["clientId"]),
        state=_text(form["state"]),
        since=moment_of(form["since"]),
        reason=form["reason"],
        server_version=form["serverVersion"],
        accounts=accounts,
        last_message_at=_optional_moment(form["lastMessageAt"]),
        reconnects=int(form["reconnects"]),
        broker_link=_text(form["brokerLink"]),
        next_retry_at=_optional_moment(form["nextRetryAt"]),
        farms=farms,
    )


def farms_of(form: Any) -> tuple[Farm, ...]:
    return tuple(
        Farm(_text(f["name"]), _text(f["kind"]), _text(f["state"]), moment_of(f["since"]))
        for f in _dicts(form)
    )


def moment_of(text: Any) -> datetime:
    return datetime.fromisoformat(_text(text))


def _optional_moment(text: Any) -> datetime | None:
    return None if text is None else moment_of(text)


def _rule(bands: Any) -> PriceRule:
    return PriceRule(tuple((Decimal(low), Decimal(step)) for low, step in bands))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError("not an object")
    return dict(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _dicts(value: Any) -> tuple[dict[str, Any], ...]:
    return tuple(_dict(row) for row in _list(value))
