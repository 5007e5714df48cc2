"""A wire that answers what a chain asks, as a test says, in a loop without real time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import ib_async
from ib_async.wrapper import RequestError

from ib.wire import HeardRows, Line

TODAY = datetime.now(UTC).date()
EXPIRY = f"{TODAY + timedelta(days=20):%Y%m%d}"
STRIKES = [90.0, 95.0, 100.0, 105.0, 110.0]
PRICE = 101.0
STOCK = ib_async.Contract(
    conId=1, symbol="XYZ", secType="STK", exchange="SMART", primaryExchange="NYSE", currency="USD"
)


def options(strikes: list[float] = STRIKES) -> list[ib_async.ContractDetails]:
    return [
        ib_async.ContractDetails(
            contract=ib_async.Contract(
                conId=1000 + int(strike) * 2 + (right == "P"),
                symbol="XYZ",
                secType="OPT",
                strike=strike,
                right=right,
                exchange="SMART",
                currency="USD",
                localSymbol=f"XYZ {right}{strike:g}",
            )
        )
        for strike in strikes
        for right in "CP"
    ]


def classes(strikes: list[float] = STRIKES) -> list[ib_async.OptionChain]:
    return [ib_async.OptionChain("SMART", 1, "XYZ", "100", [EXPIRY], strikes)]


class ChainWire:
    """Each kind of question is answered with `answers[kind]`, or with its error; silence is None.

    Kinds are details, classes, wildcard, single, price, quote and interest.
    """

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {
            "details": [ib_async.ContractDetails(contract=STOCK, timeZoneId="UTC")],
            "classes": classes(),
            "wildcard": options(),
            "single": True,
            "price": {"last": PRICE},
            "quote": {"bid": 1.0, "ask": 1.1, "volume": 5.0, "close": 1.05},
            "interest": 77.0,
        } | answers
        self.client = self
        self.MaxRequests = 45
        self.asked: list[str] = []
        self.data_types: list[int] = []
        self.cancelled = 0
        self.open = 0
        self.most_open = 0
        self._req_id = 0

    def count(self, kind: str) -> int:
        return self.asked.count(kind)

    def isConnected(self) -> bool:
        return True

    def messages_sent(self) -> int:
        return 0

    def seconds_until_room(self, limit: int) -> float:
        return 0.0

    def reqMarketDataType(self, kind: int) -> None:
        self.data_types.append(kind)

    async def reqContractDetailsAsync(self, contract: ib_async.Contract) -> Any:
        if contract.secType == "STK":
            return await self._answer("details")
        await self._answer("single")
        key = (contract.strike, contract.right)
        return [one for one in options() if (one.contract.strike, one.contract.right) == key]  # type: ignore[union-attr]

    async def reqSecDefOptParamsAsync(self, *question: Any) -> Any:
        return await self._answer("classes")

    def ask_details(
        self, contract: ib_async.Contract, hear: Callable[[int], None]
    ) -> tuple[HeardRows, asyncio.Future[Any]]:
        rows = HeardRows(hear)

        async def tell() -> None:
            for row in await self._answer("wildcard"):
                if row is None:  # and then it is silent
                    await asyncio.Event().wait()
                rows.append(row)

        return rows, asyncio.ensure_future(tell())

    def open_line(
        self, contract: ib_async.Contract, generic_ticks: str = "", *, snapshot: bool = False
    ) -> Line:
        self._req_id += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        kind = "interest" if generic_ticks else "quote" if contract.conId >= 1000 else "price"
        ticker = ib_async.Ticker(contract=contract)
        end = asyncio.ensure_future(self._tick(kind, ticker))
        return Line(self._req_id, ticker, end)

    def close_line(self, req_id: int, *, is_over: bool = False) -> None:
        self.open -= 1
        self.cancelled += not is_over

    async def _tick(self, kind: str, ticker: ib_async.Ticker) -> None:
        ticks = await self._answer(kind)
        if kind == "interest":
            ticker.callOpenInterest = ticker.putOpenInterest = ticks
        else:
            for name, value in ticks.items():
                setattr(ticker, name, value)
            greeks = ib_async.OptionComputation(0, 0.25, 0.5, 1.05, None, 0.01, 0.1, -0.1, PRICE)
            ticker.modelGreeks = greeks if kind == "quote" else None
        ticker.updateEvent.emit(ticker)
        if kind == "interest":
            await asyncio.Event().wait()  # a stream goes on

    async def _answer(self, kind: str) -> Any:
        self.asked.append(kind)
        await asyncio.sleep(0.01)
        answer = self.answers[kind]
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, int) and not isinstance(answer, bool):
            raise RequestError(0, answer, f"IB's text of {answer}")
        return answer
