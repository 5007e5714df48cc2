"""Values of the query string."""

from __future__ import annotations

import pytest
from flask import Flask

from trading.refusals import Refused
from web import queries


@pytest.mark.parametrize(("query", "value"), [("", None), ("a=", ""), ("a=x", "x"), ("a=+x+", "x")])
def test_a_text_is_trimmed(query: str, value: str | None) -> None:
    with Flask("test").test_request_context(f"/?{query}"):
        assert queries.text("a") == value


def test_a_refusal_points_at_the_value() -> None:
    with Flask("test").test_request_context("/?a=1&a=2"), pytest.raises(Refused) as caught:
        queries.text("a")
    assert caught.value.fields[0].pointer == "/a"


def test_bars_are_asked_for_by_name() -> None:
    query = "symbol=AAPL&barSize=5 mins&duration=2 D&rth=yes"
    with Flask("test").test_request_context(f"/?{query}"):
        question = queries.bar_question()
    assert (question.contract.symbol, question.bar_size, question.duration) == (
        "AAPL",
        "5 mins",
        "2 D",
    )
    assert question.is_regular


def test_an_option_can_be_named_in_full() -> None:
    query = "symbol=AAPL&secType=OPT&strike=225.5&right=C&lastTradeDateOrContractMonth=20270115"
    with Flask("test").test_request_context(f"/?{query}"):
        contract = queries.contract()
    assert (str(contract.strike), contract.right) == ("225.5", "C")
