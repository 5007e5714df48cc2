"""Errors of other users' agents."""

from __future__ import annotations

import pytest

from relay.answers import foreign_error
from trading.refusal_forms import STATUSES, from_form, to_form
from trading.refusals import Busy, NoAnswer, NotConnected, NotFound, Refused, TradingError

CANARY = "DU-canary"


@pytest.mark.parametrize("kind", ["TradingError", *(kind.__name__ for kind in STATUSES)])
def test_nothing_of_another_users_error_is_told(kind: str) -> None:
    form = {"kind": kind, "sentence": CANARY, "sent": "yes", "code": CANARY, "text": CANARY}
    more = {"fields": [{"pointer": CANARY, "detail": CANARY}], "malformed": False, "retryAfter": 1}
    error = from_form(form | more | {"orderId": 4711})
    told = to_form(foreign_error(error))
    assert CANARY not in repr(told) and "4711" not in repr(told)
    assert told["sent"] == "no"


@pytest.mark.parametrize(
    ("there", "here"),
    [
        (NotFound("x"), NotFound),
        (Refused("x", malformed=True), Refused),
        (Busy("x", 60), Busy),
        (NotConnected("x"), NoAnswer),
        (TradingError("x"), NoAnswer),
    ],
)
def test_whether_asking_again_would_help_is_told(
    there: TradingError, here: type[TradingError]
) -> None:
    assert type(foreign_error(there)) is here
