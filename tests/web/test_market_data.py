"""Prices of many, months of a future, what a page watches, and which contract is meant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.visitors import Program, World, data
from trading.refusals import Busy, FieldError, NoAnswer, NotConnected, NotFound, Refused

API = "/api/v1"
AAPL = {"conId": 265598, "exchange": "SMART"}


def reader_asked(world: World) -> list[tuple[Any, ...]]:
    return world.reader.asked


def test_prices_of_what_people_type(world: World, program: Program) -> None:
    answer = program.post(f"{API}/fetch-prices", {"symbols": ["AAPL", "EUR.USD"]})
    assert answer.status_code == 200
    assert [quote["symbol"] for quote in data(answer)["quotes"]] == ["AAPL", "EUR.USD"]
    assert reader_asked(world) == [("prices", "AAPL", "EUR.USD")]


def test_a_thousand_symbols_are_refused_before_tws_is_asked(world: World, program: Program) -> None:
    answer = program.post(f"{API}/fetch-prices", {"symbols": [f"S{n}" for n in range(1000)]})
    assert answer.status_code == 422
    assert data(answer)["error"] == "symbols must be at most 200: 1000 were named"
    assert reader_asked(world) == []


def test_a_page_says_what_it_shows(world: World, program: Program) -> None:
    answer = program.post(f"{API}/watching", {"contracts": [AAPL]})
    assert (answer.status_code, data(answer)["failed"]) == (200, [])
    ((name, contract),) = reader_asked(world)
    assert (name, contract.con_id) == ("watch", 265598)


def test_months_of_a_future(world: World, program: Program) -> None:
    answer = program.get(f"{API}/test-futures?symbol=es&exchange=CME")
    assert data(answer)["symbol"] == "ES"
    assert reader_asked(world) == [("futures", "ES", "CME")]


def test_a_contract_by_what_a_person_types(world: World, program: Program) -> None:
    answer = program.get(f"{API}/contracts/resolve?symbol=aapl&currency=USD")
    assert (answer.status_code, data(answer)["contract"]["conId"]) == (200, 265598)
    assert reader_asked(world) == [("contract_details", "aapl", "USD")]


def test_an_ambiguous_name_is_answered_with_the_choices(world: World, program: Program) -> None:
    choices = [{"conId": 1, "currency": "USD"}, {"conId": 2, "currency": "CAD"}]
    sentence = "SHOP names several contracts"
    world.reader.fails_with = Refused(sentence, FieldError("/contract", sentence), choices=choices)
    answer = program.get(f"{API}/contracts/resolve?symbol=SHOP")
    assert (answer.status_code, data(answer)["choices"]) == (422, choices)
    assert "choices" not in data(program.get(f"{API}/contracts/resolve"))


@pytest.mark.parametrize("path", ["/contracts/resolve", "/test-futures", "/test-futures?symbol="])
def test_nothing_is_asked_for_nothing(world: World, program: Program, path: str) -> None:
    answer = program.get(f"{API}{path}")
    assert (answer.status_code, data(answer)["error"]) == (422, "symbol is required")
    assert reader_asked(world) == []


CALLS = [
    ("GET", "/test-futures?symbol=ES", None),
    ("GET", "/contracts/resolve?symbol=AAPL", None),
    ("POST", "/fetch-prices", {"symbols": ["AAPL"]}),
    ("POST", "/watching", {"contracts": [AAPL]}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotConnected("TWS is away"), 503),
        (NoAnswer("late"), 504),
        (NotFound("IB knows no contract", code=200), 404),
        (Busy("Every line is in use"), 429),
    ],
)
def test_what_goes_wrong_is_said(
    world: World, method: str, path: str, body: Any, error: Exception, status: int
) -> None:
    world.reader.fails_with = error
    answer = world.program("read").call(method, f"{API}{path}", json=body)
    assert answer.status_code == status
    assert data(answer)["error"]


def test_the_status_tells_about_market_data(program: Program) -> None:
    shown = data(program.get(f"{API}/status"))["marketData"]
    assert shown["lines"] == {"used": 1, "cap": 100, "held": 1}
    assert (shown["requested"], shown["trouble"]) == ("delayed", None)
