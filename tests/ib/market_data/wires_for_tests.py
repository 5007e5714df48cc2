"""A wire that answers questions about contracts and their past as a test says."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Any

import ib_async

from trading.bars import BarQuestion
from trading.contracts import parse_contract

AAPL = parse_contract({"symbol": "AAPL"})


class FakeWire:
    """Answers each question with `answers[name]`, or raises it when it is an error."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {"details": [details(265598)], "symbols": [], "bars": []} | answers
        self.asked: list[tuple[str, Any]] = []
        self.req_id = 0
        self.ended: list[int] = []  # requests for bars that were cancelled
        self.forgotten: list[int] = []
        self.at_once = 0
        self.most_at_once = 0

    async def reqContractDetailsAsync(self, contract: ib_async.Contract) -> Any:
        return await self._answer("details", contract)

    async def reqMatchingSymbolsAsync(self, pattern: str) -> Any:
        return await self._answer("symbols", pattern)

    def new_bars(self) -> ib_async.BarDataList:
        bars = ib_async.BarDataList()
        self.req_id += 1
        bars.reqId = self.req_id
        return bars

    async def request_bars(
        self, bars: ib_async.BarDataList, contract: ib_async.Contract, question: BarQuestion
    ) -> ib_async.BarDataList:
        bars.extend(await self._answer("bars", (bars.reqId, contract, question)))
        return bars

    def end_bars(self, bars: ib_async.BarDataList) -> None:
        self.ended.append(bars.reqId)

    def forget_bars(self, bars: ib_async.BarDataList) -> None:
        self.forgotten.append(bars.reqId)

    async def _answer(self, name: str, question: Any) -> Any:
        self.asked.append((name, question))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.wait({asyncio.create_task(nothing())})
        self.at_once -= 1
        answer = self.answers[name]
        if isinstance(answer, asyncio.Future):
            answer = await answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    def count(self, name: str) -> int:
        return [each for each, _ in self.asked].count(name)


async def nothing() -> None:
    return


def details(con_id: int, **fields: Any) -> ib_async.ContractDetails:
    contract = ib_async.Contract(conId=con_id, symbol="AAPL", secType="STK", **fields)
    return ib_async.ContractDetails(contract=contract)


def bar(moment: date | datetime) -> ib_async.BarData:
    return ib_async.BarData(date=moment, open=1, high=3, low=0.5, close=2, volume=9)
