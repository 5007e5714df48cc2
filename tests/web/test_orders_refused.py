"""Order requests that are refused at the door: each field by its name, and nothing is sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.visitors import BODY, ORDER, Program, World, data

ORDERS = "/api/v1/orders"


def with_order(**fields: object) -> dict[str, Any]:
    return BODY | {"order": ORDER | fields}


@pytest.mark.parametrize(
    ("order", "pointer"),
    [
        ({"totalQuantity": 0}, "totalQuantity"),  # A01
        ({"totalQuantity": -1}, "totalQuantity"),
        ({"totalQuantity": "1e309"}, "totalQuantity"),  # A02
        ({"totalQuantity": True}, "totalQuantity"),  # A03
        ({"totalQuantity": "5"}, "totalQuantity"),
        ({"totalQuantity": [5]}, "totalQuantity"),
        ({"totalQuantity": {}}, "totalQuantity"),
        ({"totalQuantity": 10**22}, "totalQuantity"),  # A04
        ({"orderType": "LMT"}, "lmtPrice"),  # A06
        ({"orderType": "LMT", "lmtPrice": 0}, "lmtPrice"),
        ({"orderType": "LMT", "lmtPrice": -2}, "lmtPrice"),
        ({"lmtPrice": 228.1}, "lmtPrice"),
        ({"tif": "DAY\0\0VICTIM"}, "tif"),  # A09
        ({"action": "Buy"}, "action"),  # A14
        ({"action": "buy "}, "action"),
        ({"action": "HOLD"}, "action"),
        ({"orderType": "HOPE"}, "orderType"),
        ({"transmit": False}, "transmit"),  # A17
        ({"parentId": 1}, "parentId"),
        ({"orderId": 1}, "orderId"),
        ({"clientId": 1}, "clientId"),
        ({"faGroup": "x"}, "faGroup"),
        ({"overridePercentageConstraints": True}, "overridePercentageConstraints"),
    ],
)
def test_a_wrong_order_field_is_named_and_nothing_is_sent(
    world: World, program: Program, order: dict[str, Any], pointer: str
) -> None:
    answer = program.post(ORDERS, with_order(**order))
    assert answer.status_code == 422
    assert f"/order/{pointer}" in [error["pointer"] for error in data(answer)["errors"]]
    assert data(answer)["sent"] == "no"
    assert world.order_desk.submitted == []


@pytest.mark.parametrize(
    "contract",
    [
        {"symbol": ""},  # A07
        {"symbol": "   "},
        {"symbol": "A" * 60_000},
        {"symbol": "AAPL\0STK"},  # A08
        {"symbol": "AAPL\r\n"},  # A10
        {"symbol": "AA\tPL"},
        {"symbol": "\x1b[31mAAPL"},
        {"symbol": "ААРL"},
        {"symbol": "\u202eLPAA"},
        {"symbol": "AA\u200bPL"},
        {"symbol": "\U0001f680"},
        {"symbol": "AAPL", "secType": "HOPE"},  # A14
        {"symbol": "AAPL", "secType": "OPT"},  # A15
        {"symbol": "AAPL", "secType": "OPT", "lastTradeDateOrContractMonth": "20261399"},
    ],
)
def test_a_wrong_contract_is_refused_and_nothing_is_sent(
    world: World, program: Program, contract: dict[str, Any]
) -> None:
    answer = program.post(ORDERS, BODY | {"contract": contract})
    assert answer.status_code == 422
    assert data(answer)["errors"][0]["pointer"].startswith("/contract")
    assert world.order_desk.submitted == []


def test_the_missions_sentences_are_exact(program: Program) -> None:
    no_symbol = program.post(ORDERS, BODY | {"contract": {}})
    assert data(no_symbol)["error"] == "Contract symbol is required"
    nothing = program.post(ORDERS, with_order(totalQuantity=0))
    assert data(nothing)["error"] == "Order totalQuantity must be positive"


@pytest.mark.parametrize(
    "symbol", ["<script>", '"><img onerror>', "{{7*7}}", "${jndi}", "' OR 1=1"]
)
def test_a_symbol_that_looks_like_code_is_only_text(
    world: World, program: Program, symbol: str
) -> None:
    program.post(ORDERS, BODY | {"contract": {"symbol": symbol}})
    assert world.order_desk.submitted[0].contract.symbol == symbol
