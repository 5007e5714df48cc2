"""Following an order to its outcome, and answering those who wait for it.

Each order is followed by a task of its own, so the sleep workaround of one never delays another or
any message from TWS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

from ib.answers import Answer
from ib.order_log import OrderLog
from trading.order_book import OrderBook
from trading.orders import OrderRequest, OrderResult
from trading.policy import OrderPolicy
from trading.records import OrderRecord
from trading.statuses import ACKNOWLEDGED

Condition = Callable[[OrderRecord], bool]
Waiting = tuple[Condition, asyncio.Future[None]]

SETTLE_SECONDS = 0.25  # an acknowledged limit order that fills at once is answered as filled


class Following:
    """It belongs to the order connection's loop.

    `has_sleep_workaround` and `on_silent` are the engine's: whether the account needs the pauses,
    and what to do about an order that IB has said nothing of.
    """

    def __init__(
        self,
        book: OrderBook,
        policy: OrderPolicy,
        order_log: OrderLog,
        results: dict[str, OrderResult],
        has_sleep_workaround: Callable[[], bool],
        on_silent: Callable[[], None],
    ) -> None:
        self._book = book
        self._policy = policy
        self._log = order_log
        self._results = results
        self._has_sleep_workaround = has_sleep_workaround
        self._on_silent = on_silent
        self._waiting: dict[str, list[Waiting]] = {}  # who waits for what of which order
        self._answers: set[Answer] = set()  # not given yet
        self._tasks: set[asyncio.Task[None]] = set()  # asyncio itself keeps only weak references

    def answer_for(
        self, future: Future[OrderResult], record: OrderRecord, *, is_replay: bool
    ) -> Answer:
        answer = Answer(future, record, is_replay, self._results)
        self._answers.add(answer)
        future.add_done_callback(lambda _: self._answers.discard(answer))
        return answer

    def answer_all(self) -> None:
        """The process is about to end: whoever waits gets what is known now."""
        for answer in list(self._answers):
            answer.give()

    def wake(self, record: OrderRecord) -> None:
        """The record has changed: whoever waited for that goes on."""
        for condition, reached in self._waiting.get(record.client_order_id, ()):
            if condition(record):
                _end(reached)

    def follow(self, record: OrderRecord, request: OrderRequest, answer: Answer) -> None:
        """From the moment that the order has left; the answer leaves when its wait is over."""
        self.start(self._follow(record, request, answer))

    def watch(self, record: OrderRecord) -> None:
        """An attached order, which nobody waits for: it is unknown when IB says nothing of it."""
        self.start(self._watch(record))

    def rejoin(self, record: OrderRecord, request: OrderRequest, answer: Answer) -> None:
        """The same key again: wait for what the first request brings, send nothing."""
        self.start(self._rejoin(record, request, answer))

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def until(self, record: OrderRecord, condition: Condition, deadline: float) -> bool:
        """Wait for the condition on the record; False when the deadline comes first."""
        if condition(record):
            return True
        loop = asyncio.get_running_loop()
        reached: asyncio.Future[None] = loop.create_future()
        waiting = self._waiting.setdefault(record.client_order_id, [])
        waiting.append((condition, reached))
        timer = loop.call_at(deadline, _end, reached)
        try:
            await reached
        finally:
            timer.cancel()
            waiting.remove((condition, reached))
            if not waiting:
                self._waiting.pop(record.client_order_id, None)
        return condition(record)

    async def _follow(self, record: OrderRecord, request: OrderRequest, answer: Answer) -> None:
        deadline = asyncio.get_running_loop().time() + self._policy.order_timeout
        try:
            if request.wait == "none":
                answer.give()
            if request.wait == "ack":
                await self.until(record, is_heard, deadline)
                answer.give()
            await self._sleep_workaround(record)
            await self._judge(record, request, deadline)
        finally:
            answer.give()
        self._log.outcome(record, is_at_rest=request.may_rest)

    async def _watch(self, record: OrderRecord) -> None:
        deadline = asyncio.get_running_loop().time() + self._policy.order_timeout
        await self._expect_word(record, deadline)

    async def _expect_word(self, record: OrderRecord, deadline: float) -> bool:
        is_told = await self.until(record, is_heard, deadline)
        if not is_told:
            self._book.mark_silent(record, "No word from IB within the order timeout")
            self._on_silent()
        return is_told

    async def _judge(self, record: OrderRecord, request: OrderRequest, deadline: float) -> None:
        """The outcome: final, at rest, or unknown when IB has said nothing in time."""
        if await self._expect_word(record, deadline):
            settled = asyncio.get_running_loop().time() + SETTLE_SECONDS
            await self.until(record, is_final, settled if request.may_rest else deadline)

    async def _rejoin(self, record: OrderRecord, request: OrderRequest, answer: Answer) -> None:
        deadline = asyncio.get_running_loop().time() + self._policy.order_timeout
        try:
            if request.wait != "none":
                await self.until(record, is_heard, deadline)
            if request.wait == "outcome" and not request.may_rest:
                await self.until(record, is_final, deadline)
        finally:
            answer.give()

    async def _sleep_workaround(self, record: OrderRecord) -> None:
        """Paper trading validates orders slowly: its outcome is judged after three pauses.

        Process events, give TWS time to validate, process pending callbacks: all three are awaited,
        so every message and every other order goes on meanwhile.
        """
        if not self._has_sleep_workaround():
            return
        self._log.sleep_begins(record)
        for seconds in self._policy.paper_sleep:
            await asyncio.sleep(seconds)
        self._log.sleep_ends(record)


def _end(reached: asyncio.Future[None]) -> None:
    if not reached.done():
        reached.set_result(None)


def is_heard(record: OrderRecord) -> bool:
    """IB has said something about it that counts."""
    return record.state in ACKNOWLEDGED or record.is_final


def is_final(record: OrderRecord) -> bool:
    return record.is_final


def is_cancel_answered(record: OrderRecord) -> bool:
    return record.is_final or record.cancel_refused is not None


def is_modify_answered(record: OrderRecord) -> bool:
    return record.is_final or record.modification is None or not record.modification.is_pending
