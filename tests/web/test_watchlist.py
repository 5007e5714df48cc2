"""The watchlist over the API: one's own, whole, and only what can be asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.visitors import Browser, World, data

LIST = "/api/v1/watchlist"
AAPL = {
    "conId": 265598,
    "symbol": "AAPL",
    "secType": "STK",
    "exchange": "SMART",
    "currency": "USD",
    "description": "APPLE INC",
}
MSFT = AAPL | {"conId": 272093, "symbol": "MSFT", "description": "MICROSOFT"}


def put(caller: Any, *contracts: Any) -> Any:
    return caller.call("PUT", LIST, json={"contracts": list(contracts)})


def test_a_list_is_kept_in_its_order(signed_in: Browser) -> None:
    assert data(signed_in.get(LIST)) == {"contracts": []}
    assert data(put(signed_in, MSFT, AAPL)) == {"contracts": [MSFT, AAPL]}
    assert data(signed_in.get(LIST)) == {"contracts": [MSFT, AAPL]}
    assert data(put(signed_in)) == {"contracts": []}


def test_it_is_the_callers_own(world: World, signed_in: Browser) -> None:
    put(signed_in, AAPL)
    assert data(world.program("read").get(LIST))["contracts"] == [AAPL]  # alice's key
    world.people.users.add("bob", "a sentence of bob", "viewer")
    bob = Browser(world.visitor())
    bob.sign_in("bob", "a sentence of bob")
    assert data(bob.get(LIST))["contracts"] == []
    assert data(put(bob, MSFT))["contracts"] == [MSFT]  # a viewer may: it moves nothing at IB
    assert data(signed_in.get(LIST))["contracts"] == [AAPL]


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("trade", 403), ("admin", 200)])
def test_a_key_changes_it_with_the_scope_admin_only(world: World, scope: str, status: int) -> None:
    assert put(world.program(scope), AAPL).status_code == status


@pytest.mark.parametrize(
    ("contract", "pointer"),
    [
        (AAPL | {"conId": 0}, "/contracts/0/conId"),
        ({"symbol": "AAPL"}, "/contracts/0/conId"),
        ({"conId": 1}, "/contracts/0/symbol"),
        (AAPL | {"conId": "265598"}, "/contract/conId"),
        (AAPL | {"conId": True}, "/contract/conId"),
        (AAPL | {"secType": "HOPE"}, "/contract/secType"),
        (AAPL | {"symbol": "A\u0000"}, "/contract/symbol"),
        (AAPL | {"price": 1}, "/price"),
        (AAPL | {"description": 7}, "/contracts/0/description"),
        ("AAPL", ""),
    ],
)
def test_what_is_no_contract_is_refused(signed_in: Browser, contract: Any, pointer: str) -> None:
    put(signed_in, MSFT)
    answer = put(signed_in, contract)
    assert answer.status_code == 422
    assert data(answer)["errors"][0]["pointer"] == pointer
    assert data(signed_in.get(LIST))["contracts"] == [MSFT]


@pytest.mark.parametrize(
    "body", [{}, {"contracts": {}}, {"contracts": [], "more": 1}, [], {"contracts": [AAPL, AAPL]}]
)
def test_a_body_that_is_no_list_is_refused(signed_in: Browser, body: Any) -> None:
    assert signed_in.call("PUT", LIST, json=body).status_code == 422


def test_a_list_has_at_most_a_hundred(signed_in: Browser) -> None:
    many = [AAPL | {"conId": number} for number in range(1, 102)]
    assert put(signed_in, *many).status_code == 422
    assert put(signed_in, *many[:100]).status_code == 200


def test_a_description_is_one_printable_line(signed_in: Browser) -> None:
    (kept,) = data(put(signed_in, AAPL | {"description": "NESTLÉ\n\u0007 " + "N" * 200}))[
        "contracts"
    ]
    assert kept["description"] == "NESTLÉ " + "N" * 113
