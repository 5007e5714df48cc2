"""What the document says about a user's own pages is what the desk takes, refuses and answers."""

from __future__ import annotations

from typing import Any

import pytest

from store.watchlists import TOO_MANY, TWICE
from tests.fakes import ACCOUNT
from tests.web.openapi.as_documented import is_as_documented
from tests.web.schema_checks import every_schema
from tests.web.visitors import World, data
from web.openapi.own_operations import OWN_REQUESTS, WATCHLIST
from web.openapi.requests import REFUSALS
from web.watchlist import NOT_A_LIST, WITHOUT_ID

PUT = ("PUT", "/api/v1/watchlist")
ONE = WATCHLIST["contracts"][0]
# Each sentence of the document, and a body that earns it.
SENTENCES: dict[str, Any] = {
    "The body must be a JSON object": [],
    "hopefulPercent is not a field here": {"hopefulPercent": 1},
    NOT_A_LIST: {"contracts": {}},
    TOO_MANY: {"contracts": [ONE | {"conId": number} for number in range(1, 102)]},
    TWICE: {"contracts": [ONE, ONE]},
    WITHOUT_ID: {"contracts": [{"symbol": "AAPL"}]},
}


@pytest.mark.parametrize(("said", "body"), SENTENCES.items())
def test_a_refusal_has_exactly_the_documented_sentence(
    world: World, said: str, body: object
) -> None:
    answer = world.program("admin").call(*PUT, json=body)
    assert (answer.status_code, data(answer)["error"]) == (422, said)


def test_every_documented_sentence_is_tried_above() -> None:
    parts = (part for schema in OWN_REQUESTS.values() for part in every_schema(schema))
    said = {text for part in parts for text in part.get(REFUSALS, ())}
    assert said == SENTENCES.keys()


def test_the_watchlist_is_as_documented(world: World) -> None:
    answer = world.program("admin").call(*PUT, json=WATCHLIST)
    assert data(answer) == WATCHLIST
    assert is_as_documented(answer, *PUT)


def test_profit_is_as_documented(world: World) -> None:
    fill = {
        "execId": "a.1.01",
        "time": "2026-11-20T15:00:00.000Z",
        "account": ACCOUNT,
        "contract": {"symbol": "AAPL", "secType": "STK"},
        "shares": 100,
        "commission": 1.0,
        "commissionCurrency": "USD",
        "realizedPNL": None,
    }
    missing = fill | {"execId": "a.2.01", "commission": None, "time": None}
    worth = {"time": fill["time"], "account": ACCOUNT, "netLiquidation": 1.5, "currency": "USD"}
    world.order_desk.execution_rows = [fill, missing]
    world.order_desk.equity_rows = [worth]
    answer = world.program("read").get("/api/v1/profit?from=2026-11-01")
    assert [len(data(answer)[name]) for name in ("days", "symbols", "equity", "incomplete")] == [
        1,
        1,
        1,
        1,
    ]
    assert is_as_documented(answer, "GET", "/api/v1/profit")
