"""What the callers of the order engine wait for."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

from trading.orders import OrderResult
from trading.record_forms import result_of
from trading.records import OrderRecord


class Answer:
    """What one caller waits for: a picture of the order, given once, whatever happened to it."""

    def __init__(
        self,
        future: Future[OrderResult],
        record: OrderRecord,
        is_replay: bool,
        results: dict[str, OrderResult],
    ) -> None:
        self._future = future
        self._record = record
        self._results = results  # whoever has the answer finds at least that picture here
        self._is_replay = is_replay

    def give(self) -> None:
        if self._future.done():
            return
        result = result_of(self._record)
        self._results[result.client_order_id] = result
        if self._is_replay:
            result = replace(result, payload=result.payload | {"replayed": True})
        self._future.set_result(result)
