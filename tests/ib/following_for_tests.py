"""A following with a book of its own, callers that wait, and messages that a test lets it hear."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from ib.following import Following
from ib.order_log import OrderLog
from tests.trading.orders_for_tests import World, a_body
from trading.orders import OrderRequest, OrderResult, parse_order_request
from trading.policy import OrderPolicy
from trading.records import OrderRecord

DEADLINE = 10.0
HOUR = 3600.0
KEY = "ui-1"
RESTING: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 100}


def a_request(wait: str = "outcome", **order: Any) -> OrderRequest:
    return parse_order_request(a_body(**order) | {"clientOrderId": KEY, "wait": wait})


@dataclass
class Room:
    """A following, the book it looks at, and the answers it has given."""

    timeout: float = HOUR
    sleeps: tuple[float, float, float] | None = None
    world: World = field(default_factory=World)
    results: dict[str, OrderResult] = field(default_factory=dict)
    silences: int = 0
    silence_fails_with: Exception | None = None

    def __post_init__(self) -> None:
        policy = OrderPolicy(order_timeout=self.timeout, paper_sleep=self.sleeps or (0, 0, 0))
        self.following = Following(
            self.world.book,
            policy,
            OrderLog(),
            self.results,
            lambda: self.sleeps is not None,
            self._note_silence,
        )

    def _note_silence(self) -> None:
        self.silences += 1
        if self.silence_fails_with:
            raise self.silence_fails_with

    def send(self, request: OrderRequest) -> tuple[OrderRecord, Future[OrderResult]]:
        """The order has left; its caller waits."""
        record = self.world.place()
        return record, self.join(record, request, self.following.follow, is_replay=False)

    def join(
        self,
        record: OrderRecord,
        request: OrderRequest,
        how: Callable[..., None],
        *,
        is_replay: bool = True,
    ) -> Future[OrderResult]:
        future: Future[OrderResult] = Future()
        how(record, request, self.following.answer_for(future, record, is_replay=is_replay))
        return future

    def hear(self, record: OrderRecord, status: str) -> None:
        filled = 100.0 if status == "Filled" else 0.0
        self.world.status(status, filled=filled)
        self.following.wake(record)


async def answer_to(future: Future[OrderResult]) -> OrderResult:
    async with asyncio.timeout(DEADLINE):
        return await asyncio.wrap_future(future)


async def rounds(count: int = 10) -> None:
    """Let everybody else in this loop go on for some rounds."""
    loop = asyncio.get_running_loop()
    for _ in range(count):
        passed: asyncio.Future[None] = loop.create_future()
        loop.call_soon(passed.set_result, None)
        await passed
