"""Lists of contracts in a request: each once, never too many, and clear about what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from trading.contracts import parse_contract
from trading.price_requests import parse_contracts, parse_prices
from trading.refusals import Refused
from trading.typed_contracts import Isin


def test_symbols_are_what_people_type() -> None:
    asked = parse_prices({"symbols": ["AAPL", " EUR.USD", "AAPL", "US0378331005"]})
    assert [name for name, _ in asked] == ["AAPL", "EUR.USD", "US0378331005"]
    assert asked[0][1] == parse_contract({"symbol": "AAPL"})
    assert asked[2][1] == Isin("US0378331005")


def test_contracts_are_as_in_an_order_each_once() -> None:
    contracts = [{"conId": 7}, {"symbol": "AAPL"}, {"conId": 7}]
    assert [name for name, _ in parse_prices({"contracts": contracts})] == ["conId 7", "AAPL"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/symbols"),
        ({"symbols": ["A"], "contracts": [{"conId": 1}]}, "/symbols"),
        ({"symbols": "AAPL"}, "/symbols"),
        ({"symbols": []}, "/symbols"),
        ({"symbols": [f"S{n}" for n in range(1000)]}, "/symbols"),
        ({"symbols": ["AAPL", 7]}, "/symbols/1"),
        ({"symbols": ["AAPL", " "]}, "/symbols/1"),
        ({"symbols": ["AAPL\0"]}, "/symbols"),
        ({"contracts": [{"conId": 1}, {"conId": -1}]}, "/contracts/1"),
        ({"contracts": [7]}, "/contracts/0"),
        ({"contracts": {}}, "/contracts"),
    ],
)
def test_what_cannot_be_meant_is_named(body: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_prices(body)
    assert refused.value.fields[0].pointer == pointer


def test_a_page_watches_at_most_a_hundred() -> None:
    assert len(parse_contracts([{"conId": n} for n in range(1, 101)])) == 100
    with pytest.raises(Refused, match="at most 100: 101 were named"):
        parse_contracts([{"conId": n} for n in range(1, 102)])
