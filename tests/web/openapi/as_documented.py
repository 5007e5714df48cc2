"""The document as tests use it, and a desk that answers as the document's examples do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from sqlalchemy import update
from werkzeug.test import TestResponse

from store.agents import Presence
from store.database import transaction
from store.tables import AGENT_KEYS, API_KEYS, SESSIONS
from store.tokens import prefix
from tests.fakes import NOW, FakeOrderDesk, FakeReader, order_result
from tests.web.schema_checks import faults
from tests.web.visitors import World, data
from trading.contracts import Contract
from trading.orders import OrderPreview, OrderRequest, OrderResult
from trading.price_requests import Asked
from trading.refusals import NoAnswer, TradingError
from trading.snapshots import Rows
from web.openapi import chain_examples as chains
from web.openapi import examples
from web.openapi import exit_examples as exits
from web.openapi import market_examples as market
from web.openapi import people_examples as people
from web.openapi import read_examples as readings
from web.openapi.document import document

ORDERS = "/api/v1/orders"
DOCUMENT = document("0.1.0", "ib_desk_x")
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (method, path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
CALLS = [(method.upper(), path) for method, path, _ in OPERATIONS]
NEEDED = {
    "contracts": "?query=app",
    "bars": "?symbol=AAPL",
    "stock-quote": "?symbol=AAPL",
    "fetch-chain": "?symbol=AAPL",
    "contracts/resolve": "?symbol=AAPL",
    "trading-sessions": "?symbol=AAPL",
    "test-futures": "?symbol=ES",
}


class ExampleReader(FakeReader):
    """A Reader that answers as the document's examples do."""

    def executions(self) -> Future[Rows]:
        return self.answer(lambda: Rows(NOW, (readings.EXECUTION,)), "executions")

    def prices(self, asked: Sequence[Asked], *, lent: bool = False) -> Future[dict[str, Any]]:
        return self.answer(lambda: market.PRICES, "prices", *asked)

    def watch(self, contracts: Sequence[Contract], *, lent: bool = False) -> Future[dict[str, Any]]:
        return self.answer(lambda: market.WATCHED, "watch", *contracts)

    def futures(self, symbol: str, exchange: str = "") -> Future[dict[str, Any]]:
        return self.answer(lambda: market.FUTURES, "futures", symbol)

    def contract_details(self, typed: str, currency: str = "") -> Future[dict[str, Any]]:
        return self.answer(lambda: market.RESOLVED, "contract_details", typed)

    def market_data(self) -> dict[str, Any] | None:
        return market.MARKET_DATA


class ExampleOrderDesk(FakeOrderDesk):
    """An OrderDesk whose previews and changes are the document's examples.

    `refuses` is raised for a new order; without `confirms_cancels` a cancel of all is not answered.
    """

    changed: dict[str, Any] = exits.CHANGED
    refuses: TradingError | None = None
    confirms_cancels: bool = True

    def submit(self, request: OrderRequest) -> Future[OrderResult]:
        if self.refuses:
            raise self.refuses
        return super().submit(request)

    def preview(self, request: OrderRequest) -> Future[OrderPreview]:
        return self.answer(lambda: OrderPreview(examples.PREVIEW), "preview", request)

    def modify(self, client_order_id: str, changes: Mapping[str, Any]) -> Future[OrderResult]:
        self.order(client_order_id)
        result = order_result(client_order_id, "live", **fields(self.changed))
        return self.answer(lambda: result, "modify", client_order_id)

    def cancel_all(self) -> Future[list[OrderResult]]:
        if not self.confirms_cancels:
            raise NoAnswer("late")
        return super().cancel_all()


def desk_of(world: World) -> ExampleOrderDesk:
    assert isinstance(world.order_desk, ExampleOrderDesk)
    return world.order_desk


def example_world(folder: Path) -> World:
    reader = ExampleReader(
        position_rows=(readings.POSITION,),
        chain_payload=chains.CHAIN,
        chains={chains.CHAIN_ID},
        quote_payload=market.QUOTE,
        found=tuple(readings.FOUND_CONTRACTS["contracts"]),
    )
    order_desk = ExampleOrderDesk(
        state="live",
        fields=fields(examples.LIVE),
        cancel_fields=fields(examples.CANCELLED),
    )
    world = World(folder, reader=reader, order_desk=order_desk)
    world.order_desk.knows(examples.NAME, "live", **fields(examples.LIVE))
    _add_people(world)
    return world


def _add_people(world: World) -> None:
    """The users, the session, the keys and the agent that the examples name."""
    bob = world.users.add("bob", "long enough to choose", "trader")
    world.people.agents.claim(bob, Presence("relay-1", "one", "bob-laptop", "0.4.0", "paper"))
    world.people.sessions.open(world.alice)
    secrets = {
        API_KEYS: world.people.keys.new(world.alice, "read"),
        AGENT_KEYS: world.people.agent_keys.new(world.alice),
    }
    with transaction(world.engine) as connection:
        connection.execute(update(SESSIONS).values(public_id=people.SESSION["id"]))
        for table, example in ((API_KEYS, people.KEY), (AGENT_KEYS, people.AGENT_KEY)):
            one = table.c.prefix == prefix(secrets[table])
            connection.execute(update(table).where(one).values(prefix=example["prefix"]))


def fields(order: dict[str, Any]) -> dict[str, Any]:
    """An example order without what the fake desk fills in."""
    return {name: order[name] for name in order if name not in ("clientOrderId", "state")}


def operation_of(method: str, path: str) -> dict[str, Any]:
    asked = path.partition("?")[0]
    template = next(t for t in DOCUMENT["paths"] if asked in (t, address(t).partition("?")[0]))
    operation: dict[str, Any] = DOCUMENT["paths"][template][method.lower()]
    return operation


def resolved(response: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in response:
        return response
    shared: dict[str, Any] = DOCUMENT["components"]["responses"][
        response["$ref"].rpartition("/")[2]
    ]
    return shared


def is_as_documented(answer: TestResponse, method: str, path: str) -> bool:
    """The status, the media type, the headers and the body are what the document says."""
    response = resolved(operation_of(method, path)["responses"][str(answer.status_code)])
    ((media, content),) = response["content"].items()
    assert answer.mimetype == media
    assert faults(data(answer), content["schema"], SCHEMAS) == []
    always = set(response.get("headers", ())) - {"Location", "Idempotent-Replayed"}
    return always <= {name for name, _ in answer.headers}


def address(path: str) -> str:
    """The path with the document's own examples for what stands in braces."""
    operation = next(iter(DOCUMENT["paths"][path].values()))
    query = NEEDED.get(path.removeprefix("/api/v1/"), "")
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
    return path + query


def scope(operation: dict[str, Any]) -> str:
    name: str = operation["security"][0]["bearer"][0]
    return name


def example_body(operation: dict[str, Any]) -> Any:
    """The first body that the document shows, or None."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return next((shown["value"] for shown in content.get("examples", {}).values()), None)
