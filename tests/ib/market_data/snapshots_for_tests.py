"""A wire that answers snapshots and questions about contracts as a test says."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import ib_async
from ib_async.wrapper import RequestError

from ib.wire import Line
from tests.ib.market_data.quotes_for_tests import NOW, LineWire

Answer = dict[str, Any] | Exception | None


class SnapshotWire(LineWire):
    """`prices[conId]`: the answers in their order, the last one again and again: fields of the
    Ticker, an error, or None for silence. `endless`: TWS sends the fields and no end."""

    def __init__(self, *details: ib_async.ContractDetails) -> None:
        super().__init__()
        self.client = self
        self.MaxRequests = 0
        self.prices: dict[int, list[Answer]] = defaultdict(lambda: [{"last": 5.0}])
        self.endless = False
        self.details = list(details)
        self.asked_details = 0
        self.generic: list[str] = []
        self.over: list[bool] = []

    def messages_sent(self) -> int:
        return 0

    def seconds_until_room(self, limit: int) -> float:
        return 0.0

    def open_line(
        self, contract: ib_async.Contract, generic_ticks: str = "", *, snapshot: bool = False
    ) -> Line:
        assert not (snapshot and generic_ticks)  # IB refuses both together
        self.generic.append(generic_ticks)
        line = super().open_line(contract, generic_ticks, snapshot=snapshot)
        self._answer(line, contract.conId)
        return line

    def close_line(self, req_id: int, *, is_over: bool = False) -> None:
        self.over.append(is_over)
        super().close_line(req_id, is_over=is_over)

    def _answer(self, line: Line, con_id: int) -> None:
        answers = self.prices[con_id]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            line.end.set_exception(answer)
            line.end.exception()
        elif answer is not None:
            for name, value in ({"time": NOW} | answer).items():
                setattr(line.ticker, name, value)
            asyncio.get_running_loop().call_soon(line.ticker.updateEvent.emit, line.ticker)
            if not self.endless:
                line.end.set_result(None)

    async def reqContractDetailsAsync(self, contract: ib_async.Contract) -> Any:
        self.asked_details += 1
        await asyncio.sleep(0)
        return [each for each in self.details if _fits(each, contract)]


def refusal(code: int) -> RequestError:
    return RequestError(1, code, "IB's text")


def _fits(details: ib_async.ContractDetails, asked: ib_async.Contract) -> bool:
    found = details.contract
    assert found is not None
    if asked.conId:
        return found.conId == asked.conId
    same_exchange = asked.exchange in ("", "SMART", found.exchange)
    return (found.symbol, found.secType) == (asked.symbol, asked.secType) and same_exchange
