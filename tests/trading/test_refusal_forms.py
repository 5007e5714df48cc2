"""An error means the same at the agent, the relay and the desk."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from trading.refusal_forms import STATUSES, from_form, status_of, to_form
from trading.refusals import (
    AgentNotConnected,
    Busy,
    FieldError,
    LimitExceeded,
    NotConnected,
    Refused,
    RejectedByIB,
    TradingError,
)

ERRORS = [
    Refused("Contract symbol is required", FieldError("/contract/symbol", "is required")),
    Refused("The body is not JSON", FieldError("", "no"), malformed=True),
    Refused("Several", FieldError("", "no"), choices=[{"conId": 1}, {"conId": 2}]),
    RejectedByIB("IB error 201: No", sent="yes", code=201, text="No", order_id=7),
    NotConnected("TWS closed the connection", sent="unknown", code="broker_link_down"),
    AgentNotConnected(),
    LimitExceeded("Too large", code="risk_max_order_quantity"),
    Busy("Too many", 3),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_survives_the_way(error: TradingError) -> None:
    back = from_form(orjson.loads(orjson.dumps(to_form(error))))
    assert type(back) is type(error)
    assert (str(back), vars(back)) == (str(error), vars(error))
    assert status_of(back) == status_of(error)


@pytest.mark.parametrize("kind", STATUSES, ids=lambda kind: kind.__name__)
def test_every_kind_of_error_survives_the_way(kind: type[TradingError]) -> None:
    assert type(from_form(to_form(kind("Something")))) is kind


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "KeyboardInterrupt"},
        {"kind": None},
        {"sentence": 5},
        {"code": [1]},
    ],
)
def test_what_is_no_error_form_claims_nothing(change: dict[str, Any]) -> None:
    back = from_form(to_form(ERRORS[2]) | change)
    assert (type(back), back.sent, status_of(back)) == (TradingError, "unknown", 500)


def test_a_form_without_its_fields_claims_nothing() -> None:
    assert from_form({}).sent == "unknown"


def test_a_made_up_sent_is_unknown() -> None:
    assert from_form(to_form(ERRORS[2]) | {"sent": "maybe"}).sent == "unknown"
