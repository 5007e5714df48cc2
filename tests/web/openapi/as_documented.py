"""The document as tests use it, and a desk that answers as the document's examples do."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from tests.fakes import NOW, FakeOrderDesk, FakeReader, order_result
from tests.web.schema_checks import faults
from tests.web.visitors import World, data
from trading.orders import OrderPreview, OrderRequest, OrderResult
from trading.refusals import NoAnswer, TradingError
from trading.snapshots import Rows
from web.openapi import examples
from web.openapi import exit_examples as exits
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
NEEDED = {"contracts": "?query=app", "bars": "?symbol=AAPL", "stock-quote": "?symbol=AAPL"}


class ExampleReader(FakeReader):
    """A Reader that answers as the document's examples do."""

    def executions(self) -> Future[Rows]:
        return self.answer(lambda: Rows(NOW, (readings.EXECUTION,)), "executions")


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
        quote_payload=readings.QUOTE,
        found=tuple(readings.FOUND_CONTRACTS["contracts"]),
    )
    order_desk = ExampleOrderDesk(
        state="live",
        fields=fields(examples.LIVE),
        cancel_fields=fields(examples.CANCELLED),
    )
    world = World(folder, reader=reader, order_desk=order_desk)
    world.order_desk.knows(examples.NAME, "live", **fields(examples.LIVE))
    return world


def fields(order: dict[str, Any]) -> dict[str, Any]:
    """An example order without what the fake desk fills in."""
    return {name: order[name] for name in order if name not in ("clientOrderId", "state")}


def operation_of(method: str, path: str) -> dict[str, Any]:
    path = path.partition("?")[0].replace(f"orders/{examples.NAME}", "orders/{clientOrderId}")
    operation: dict[str, Any] = DOCUMENT["paths"][path][method.lower()]
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
    path = path.replace("{clientOrderId}", examples.NAME)
    return path + NEEDED.get(path.rpartition("/")[2], "")


def scope(operation: dict[str, Any]) -> str:
    name: str = operation["security"][0]["bearer"][0]
    return name


def example_body(operation: dict[str, Any]) -> Any:
    """The first body that the document shows, or None."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return next((shown["value"] for shown in content.get("examples", {}).values()), None)
