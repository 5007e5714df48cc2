"""Which profit is meant, or why none can be."""

from __future__ import annotations

import pytest

from trading.profit_question import ProfitQuestion, parse_profit_question
from trading.refusals import Refused


@pytest.mark.parametrize(
    "given",
    [
        {"from": "today"},
        {"to": "2026-13-01"},
        {"from": "2026-11-20", "to": "2026-11-19"},
        {"currency": "dollars"},
        {"currency": "US1"},
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        parse_profit_question(given)
    assert caught.value.fields[0].pointer.strip("/") in given


def test_a_question_is_told_again() -> None:
    given = {"account": "DU1", "from": "2026-11-01", "to": "2026-11-20", "currency": "USD"}
    assert parse_profit_question(given).to_payload() == given
    assert ProfitQuestion().to_payload() == {}
