"""The mission's first fault, shown and ruled out: an order that stays PendingSubmit for ever.

A connection hears TWS only while the loop that owns its socket runs. Placed from a request's
thread over a shared connection, the order leaves and fills, but nobody hears of it.
"""

from __future__ import annotations

import ast
import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import ib_async
import pytest

from order_handler import OrderHandler
from tests.conftest import DEADLINE, HOST, PaperGateway, request, wait_until

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
# Front-end libraries, what a running desk writes, and programs that measure or test.
NOT_THE_PRODUCT = {"node_modules", "var", "tests", "benchmarks", "tools"}
FOLDERS = [
    folder
    for folder in sorted(ROOT.iterdir())
    if folder.is_dir() and folder.name not in NOT_THE_PRODUCT and folder.name[0] != "."
]
SOURCES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text())
    for path in [*ROOT.glob("*.py"), *(each for f in FOLDERS for each in f.rglob("*.py"))]
}
BASELINE = "test_order.py"  # the stand-alone script, which has no thread but its own


class SharedConnection:
    """One connection for all: made in the loop of a thread that then does other things."""

    def __init__(self, port: int) -> None:
        self.ib = ib_async.IB()
        self._port = port
        self._loop = asyncio.new_event_loop()

    def run(self, seconds: float) -> None:
        """Let the owning loop run for a while, as it should have all along."""
        self._loop.run_until_complete(asyncio.wait({self._loop.create_future()}, timeout=seconds))

    def connect(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self.ib.connectAsync(HOST, self._port, clientId=999))

    def close(self) -> None:
        self.ib.disconnect()
        self.run(0.05)
        asyncio.set_event_loop(None)
        self._loop.close()


@pytest.fixture
def shared(gateway: PaperGateway) -> Iterator[SharedConnection]:
    shared = SharedConnection(gateway.port)
    shared.connect()
    yield shared
    shared.close()


def in_request_thread(work: Callable[[], T]) -> T:
    """Run the work as a web server does: in a thread that ends with the request."""

    def handle_request() -> T:
        try:
            return work()
        finally:
            # ib_async has made a loop for this thread; it dies with the thread.
            asyncio.get_event_loop_policy().get_event_loop().close()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(handle_request).result(DEADLINE)


def place_shared(shared: SharedConnection) -> ib_async.Trade:
    """What the first version of the desk did in a route."""
    order = ib_async.MarketOrder("BUY", 100, orderRef="shared", account="DU1234567", tif="DAY")
    trade = shared.ib.placeOrder(ib_async.Stock("AAPL", "SMART", "USD"), order)
    shared.ib.waitOnUpdate(timeout=0.2)  # runs this thread's loop, not the one with the socket
    return trade


def test_a_shared_connection_leaves_the_order_pending_while_it_is_filled(
    shared: SharedConnection, gateway: PaperGateway
) -> None:
    trade = in_request_thread(lambda: place_shared(shared))
    wait_until(lambda: gateway.orders("shared")[0]["status"] == "Filled")
    assert gateway.state()["positions"] == {"AAPL": 100}
    assert (trade.orderStatus.status, trade.isDone(), trade.fills) == ("PendingSubmit", False, [])
    assert [entry.status for entry in trade.log] == ["PendingSubmit"]


def test_another_request_thread_does_not_hear_of_it_either(
    shared: SharedConnection, gateway: PaperGateway
) -> None:
    trade = in_request_thread(lambda: place_shared(shared))
    wait_until(lambda: gateway.orders("shared")[0]["status"] == "Filled")
    in_request_thread(lambda: shared.ib.waitOnUpdate(timeout=0.2))
    assert trade.orderStatus.status == "PendingSubmit"


def test_the_answers_were_waiting_for_the_loop_that_owns_the_socket(
    shared: SharedConnection, gateway: PaperGateway
) -> None:
    trade = in_request_thread(lambda: place_shared(shared))
    wait_until(lambda: gateway.orders("shared")[0]["status"] == "Filled")
    shared.run(0.1)
    assert (trade.orderStatus.status, trade.filled()) == ("Filled", 100)


def test_the_order_handler_fills_the_same_order_from_a_request_thread(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    results = []

    def handle_request() -> None:
        results.append(handler.submit(request("same")).result(DEADLINE))

    thread = threading.Thread(target=handle_request)
    thread.start()
    thread.join(DEADLINE)
    assert [(r.state, r.payload["status"]) for r in results] == [("filled", "Filled")]
    assert gateway.orders("same")[0]["filled"] == 100


def test_a_request_thread_may_die_before_its_order_fills(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    gateway.drill(fill_delay_ms=50)
    thread = threading.Thread(target=lambda: handler.submit(request("same")))
    thread.start()
    thread.join(DEADLINE)
    wait_until(lambda: handler.orders() and handler.order("same").state == "filled")


# Who may touch a connection, as the source says it


def owns_connections(name: str) -> bool:
    return name.startswith("ib/") or name == "ib_session.py"


def names_in(tree: ast.AST) -> set[str]:
    """Every dotted name that the source reads or imports, as it is written."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found.add(ast.unparse(node))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


CONNECTIONS = {f"ib_async.{name}" for name in ("IB", "Client", "Wrapper", "client", "wrapper")}
# Whatever has an asynchronous twin blocks, and so do these.
BLOCKING = {name.removesuffix("Async") for name in dir(ib_async.IB) if name.endswith("Async")} | {
    "sleep", "run", "schedule", "timeRange", "waitUntil", "waitOnUpdate", "loopUntil", "startLoop",
}  # fmt: skip
RECEIVERS = {"ib", "_ib", "wire", "_wire", "ib_async", "util"}
LOOP_PATCHES = {"nest_asyncio", "patchAsyncio"}


def touched_connections(name: str) -> set[str]:
    """What a module has of ib_async's connection classes, or of our Wire."""
    names = names_in(SOURCES[name])
    made = {n for n in names if n == "ib.wire.Wire" or n.startswith(tuple(CONNECTIONS))}
    if name.startswith("paper_gateway/"):  # its own wire is the format of messages
        return made
    return made | {n for n in names if {"wire", "_wire"} & set(n.split(".")[1:])}


def blocking_calls(name: str) -> set[str]:
    """Calls of ib_async that drive the caller's own loop, and patches that allow them."""
    calls = {ast.unparse(n.func) for n in ast.walk(SOURCES[name]) if isinstance(n, ast.Call)}
    patches = {n for n in names_in(SOURCES[name]) if LOOP_PATCHES & set(n.split("."))}
    return patches | {
        call
        for call in calls
        if call.rpartition(".")[2] in BLOCKING and RECEIVERS & set(call.split(".")[:-1])
    }


def offenders(find: Callable[[str], set[str]], names: Iterable[str]) -> dict[str, set[str]]:
    return {name: found for name in names if (found := find(name))}


def test_the_search_sees_the_whole_project_and_what_it_looks_for() -> None:
    assert {"order_handler.py", "ib/wire.py", "web/api.py", "trading/orders.py"} <= set(SOURCES)
    assert "ib.wire.Wire" in touched_connections("ib_session.py")
    assert "self.session.wire" in touched_connections("ib/order_engine.py")
    assert {"ib.sleep", "ib.connect", "ib.waitOnUpdate"} <= blocking_calls(BASELINE)


def test_nobody_else_touches_a_connection() -> None:
    others = [n for n in SOURCES if not owns_connections(n) and n != BASELINE]
    assert offenders(touched_connections, others) == {}


def test_nobody_calls_what_blocks_a_loop() -> None:
    assert offenders(blocking_calls, [n for n in SOURCES if n != BASELINE]) == {}


def test_the_web_layer_knows_neither_ib_async_nor_asyncio() -> None:
    foreign = {"ib_async", "asyncio", "eventkit", "ib", "ib_session", "loop_thread"}
    web = [name for name in SOURCES if name.startswith("web/")]
    assert (
        offenders(lambda n: {each.split(".")[0] for each in names_in(SOURCES[n])} & foreign, web)
        == {}
    )
