"""What may be asked of a contract's past."""

from __future__ import annotations

import pytest

from trading.bars import BAR_SIZES, BarQuestion, bars_payload, parse_bar_question, usual_price
from trading.contracts import parse_contract
from trading.refusals import Refused

AAPL = parse_contract({"symbol": "AAPL"})


def test_nothing_named_is_a_day_of_minutes() -> None:
    question = parse_bar_question(AAPL, {})
    assert question == BarQuestion(AAPL, "1 min", "1 D")
    assert question.is_intraday


@pytest.mark.parametrize("size", BAR_SIZES)
def test_ibs_bar_sizes_are_allowed(size: str) -> None:
    assert parse_bar_question(AAPL, {"barSize": size, "duration": "600 S"}).bar_size == size


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("barSize", "7 mins"),
        ("duration", "1"),
        ("duration", "0 D"),
        ("duration", "1 d"),
        ("duration", "99999 Y"),
        ("duration", "86401 S"),
        ("duration", "13 M"),
        ("what", "trades"),
        ("rth", "true"),
        ("live", "1"),
    ],
)
def test_what_ib_would_not_take_is_refused_with_its_name(name: str, value: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_bar_question(AAPL, {name: value})
    assert caught.value.fields[0].pointer == f"/{name}"


def test_more_bars_than_a_chart_can_hold_are_refused_with_their_number() -> None:
    with pytest.raises(Refused, match=r"some 374,400 bars; at most 20,000"):
        parse_bar_question(AAPL, {"barSize": "1 min", "duration": "1 Y"})


@pytest.mark.parametrize(
    ("sec_type", "what"), [("STK", "TRADES"), ("OPT", "TRADES"), ("CASH", "MIDPOINT")]
)
def test_a_currency_has_no_trades(sec_type: str, what: str) -> None:
    assert usual_price(sec_type) == what


def test_a_question_is_told_again_without_what_is_usual() -> None:
    assert BarQuestion(AAPL).to_payload() == {"barSize": "1 min", "duration": "1 D"}
    question = BarQuestion(AAPL, "5 mins", "2 D", "BID", is_regular=True, is_live=True)
    assert parse_bar_question(AAPL, question.to_payload()) == question


def test_an_answer_says_what_was_asked() -> None:
    payload = bars_payload(BarQuestion(AAPL, is_regular=True), {"what": "TRADES", "bars": []})
    assert payload["contract"]["symbol"] == "AAPL"
    assert (payload["rth"], payload["what"], payload["bars"]) == ("yes", "TRADES", [])
