"""One look at a contract's prices, within the budget of lines and the pace.

A snapshot is over when TWS says so, or when nothing more has come for a while after a first price:
IB collects its ticks for up to eleven seconds, and a closed market has fewer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import ib_async
from ib_async.wrapper import RequestError

from ib.market_data.lines import Lines
from ib.market_data.pace import Pace
from ib.market_data.quote_rows import DELAYED, has_price
from ib.market_data.quotes import NO_PRICE
from ib.wire import Wire
from trading.data_codes import effect_of
from trading.ib_errors import CodeTable
from trading.refusals import Busy, NoAnswer, NotConnected, RejectedByIB, TradingError

SNAPSHOT_SECONDS = 5.0
ENOUGH_SECONDS = 1.5  # after a first price the rest is on its heels
LOOK_SECONDS = 0.25
PAUSE_SECONDS = 0.2  # before the one more try for delayed data


class BriefLines:
    """It belongs to the reader's loop."""

    def __init__(self, codes: CodeTable, lines: Lines, pace: Pace) -> None:
        self._codes = codes
        self._lines = lines
        self._pace = pace

    async def take(
        self,
        wire: Wire,
        contract: ib_async.Contract,
        generic_ticks: str = "",
        is_enough: Callable[[ib_async.Ticker], bool] = has_price,
    ) -> ib_async.Ticker:
        """The prices of the contract now. What is not subscribed is asked for once more, delayed.

        With generic ticks it is a stream, because IB takes none with a snapshot: it ends as soon
        as `is_enough` says so. Raises NoAnswer, NotConnected, Busy, or RejectedByIB with IB's code.
        """
        async with self._lines.borrowed():
            try:
                return await self._once(wire, contract, generic_ticks, is_enough)
            except RequestError as error:
                if effect_of(error.code) != "delayed":
                    raise self._refusal(error) from error
            await asyncio.sleep(PAUSE_SECONDS)
            await self._pace.turn(wire)
            wire.reqMarketDataType(DELAYED)
            try:
                return await self._once(wire, contract, generic_ticks, is_enough)
            except RequestError as error:
                raise self._refusal(error) from error

    async def _once(
        self,
        wire: Wire,
        contract: ib_async.Contract,
        generic_ticks: str,
        is_enough: Callable[[ib_async.Ticker], bool],
    ) -> ib_async.Ticker:
        await self._pace.turn(wire)
        try:
            req_id, ticker = wire.open_line(contract, generic_ticks, snapshot=not generic_ticks)
        except ConnectionError as error:
            raise NotConnected(str(error)) from error
        ended = wire.wrapper.startReq(req_id, contract)
        is_over = False
        try:
            await self._until_enough(ended, ticker, is_enough if generic_ticks else None)
            is_over = ended.done()
        except ConnectionError as error:
            raise NotConnected(str(error)) from error
        except RequestError:
            is_over = True
            raise
        finally:
            wire.close_line(req_id, is_over=is_over)
        return ticker

    async def _until_enough(
        self,
        ended: asyncio.Future[None],
        ticker: ib_async.Ticker,
        is_enough: Callable[[ib_async.Ticker], bool] | None,
    ) -> None:
        """Until TWS ends it, or there is a price and nothing more came for a while."""
        loop = asyncio.get_running_loop()
        last = loop.time() + SNAPSHOT_SECONDS
        while not ended.done() and loop.time() < last and not (is_enough and is_enough(ticker)):
            await asyncio.wait({ended}, timeout=LOOK_SECONDS)
            if has_price(ticker):
                last = min(last, loop.time() + ENOUGH_SECONDS)
        if ended.done():
            ended.result()
        elif not has_price(ticker):
            raise NoAnswer(NO_PRICE)

    def _refusal(self, error: RequestError) -> TradingError:
        sentence = self._codes.sentence(error.code, error.message)
        if effect_of(error.code) == "full":
            self._lines.on_full()
            return Busy(sentence)
        return RejectedByIB(sentence, code=error.code, text=error.message)
