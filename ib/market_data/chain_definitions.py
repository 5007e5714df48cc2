"""Which options of a chain exist: one wildcard question for all of them, single ones if need be.

A contract request without strike and right is answered with every option of that expiry
(https://interactivebrokers.github.io/tws-api/contract_details.html): one message instead of two for
each strike, and what it does not name does not exist. IB may refuse it (322) or not end it; then
each wanted option is asked for by itself, within the pace, and error 200 means: there is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import ib_async

from ib.market_data.asking import Asking
from ib.market_data.chain_progress import CellKey
from ib.market_data.pace import Pace
from ib.market_data.secdef_farm import SecdefFarm, Tell
from ib.wire import Wire
from trading.ib_errors import CodeTable
from trading.options import RIGHTS, Expiry, OptionClass
from trading.refusals import NoAnswer, NotConnected, NotFound, RejectedByIB, TradingError

# A whole chain may be told for longer than one answer may take, as long as rows keep coming.
IDLE_SECONDS = 8.0
SINGLE_SECONDS = 8.0
MOST_AT_ONCE = 40  # single questions under way

Count = Callable[[int], None]  # how many have come


@dataclass(slots=True)
class Definitions:
    """The options of one expiry by (strike, right). `is_whole`: what is not here does not exist."""

    found: dict[CellKey, ib_async.Contract] = field(default_factory=dict)
    is_whole: bool = False
    unanswered: int = 0  # single questions without an answer
    note: tuple[int | None, str] | None = None  # why the wildcard was of no use

    @property
    def strikes(self) -> set[float]:
        return {strike for strike, _ in self.found}

    def add(self, details: Iterable[ib_async.ContractDetails]) -> None:
        for each in details:
            contract = each.contract
            if contract and contract.right[:1] in RIGHTS:
                self.found[contract.strike, contract.right[:1]] = contract


class ChainDefinitions:
    """Classes and options by underlying, kept for the day. It belongs to the reader's loop."""

    def __init__(self, codes: CodeTable, pace: Pace, farm: SecdefFarm) -> None:
        self._asking = Asking(codes)
        self._singly = Asking(codes, SINGLE_SECONDS)
        self._pace = pace
        self._farm = farm
        self._day: date | None = None
        self._classes: dict[int, list[OptionClass]] = {}
        self._kept: dict[tuple[int, str, str], Definitions] = {}

    def begin(self, today: date) -> None:
        """What was learned on an earlier day does not count: expiries and strikes come and go."""
        if self._day is None or today > self._day:  # it is not the same day everywhere
            self._day = today
            self._classes.clear()
            self._kept.clear()

    async def classes(
        self, wire: Wire, underlying: ib_async.Contract, tell: Tell
    ) -> list[OptionClass]:
        """reqSecDefOptParams: every class, a superset of what exists. Raises NotFound for none."""
        known = self._classes.get(underlying.conId)
        if known:
            return known

        async def question() -> list[ib_async.OptionChain]:
            await self._pace.turn(wire)
            found: list[ib_async.OptionChain] = await self._asking.answer(
                lambda: wire.reqSecDefOptParamsAsync(
                    underlying.symbol, "", underlying.secType, underlying.conId
                )
            )
            if not found:
                raise NotFound(f"IB lists no options on {underlying.symbol}")
            return found

        classes = [
            OptionClass(
                each.exchange,
                each.tradingClass,
                each.multiplier,
                tuple(each.expirations),
                tuple(each.strikes),
            )
            for each in await self._farm.ask(question, tell)
        ]
        self._classes[underlying.conId] = classes
        return classes

    def kept(self, underlying: ib_async.Contract, expiry: Expiry) -> Definitions | None:
        return self._kept.get(_key(underlying, expiry))

    async def wildcard(
        self,
        wire: Wire,
        underlying: ib_async.Contract,
        expiry: Expiry,
        definitions: Definitions,
        count: Count,
        tell: Tell,
    ) -> None:
        """Fill the definitions with one question. What came before it failed stays in them.

        Raises NotConnected; anything else is in `definitions.note`.
        """

        async def question() -> None:
            await self._pace.turn(wire)
            await self._wildcard(wire, underlying, expiry, definitions, count)

        try:
            await self._farm.ask(question, tell)
        except NotConnected:
            raise
        except NotFound as error:
            definitions.note = (200, error.sentence)
        except (NoAnswer, RejectedByIB) as error:
            if self._farm.is_broken:
                raise
            definitions.note = (error.code if isinstance(error.code, int) else None, error.sentence)
        else:
            definitions.is_whole = True
            self._kept[_key(underlying, expiry)] = definitions

    async def _wildcard(
        self,
        wire: Wire,
        underlying: ib_async.Contract,
        expiry: Expiry,
        definitions: Definitions,
        count: Count,
    ) -> None:
        """Silence counts from the last row: a long answer may take its time."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(IDLE_SECONDS) as limit:

                def hear(rows: int) -> None:
                    limit.reschedule(loop.time() + IDLE_SECONDS)
                    count(rows)

                rows, end = wire.ask_details(option_of(underlying, expiry), hear)
                try:
                    await self._asking.answer_in_time(lambda: end)
                finally:
                    definitions.add(rows)
        except TimeoutError:
            raise NoAnswer("TWS did not finish the list of options in time") from None

    async def singly(
        self,
        wire: Wire,
        underlying: ib_async.Contract,
        expiry: Expiry,
        definitions: Definitions,
        wanted: Sequence[CellKey],
        count: Count,
    ) -> None:
        """Ask for each option by itself, in this order; each error 200 is a hole."""
        done, at_once = 0, asyncio.Semaphore(MOST_AT_ONCE)

        async def ask(key: CellKey) -> None:
            nonlocal done
            contract = option_of(underlying, expiry, *key)

            async def question() -> list[ib_async.ContractDetails]:
                await self._pace.turn(wire)
                details: list[ib_async.ContractDetails] = await wire.reqContractDetailsAsync(
                    contract
                )
                return details

            async with at_once:
                try:
                    definitions.add(await self._singly.answer(question))
                except NotFound:
                    pass
                except NotConnected:
                    raise
                except TradingError:
                    definitions.unanswered += 1
            done += 1
            count(done)

        tasks = [asyncio.create_task(ask(key)) for key in wanted]
        try:
            for task in tasks:
                await task
        finally:
            for task in tasks:
                task.cancel()


def option_of(
    underlying: ib_async.Contract, expiry: Expiry, strike: float = 0.0, right: str = ""
) -> ib_async.Contract:
    """What is asked for; without strike and right every option of the expiry."""
    return ib_async.Contract(
        symbol=underlying.symbol,
        secType="OPT",
        lastTradeDateOrContractMonth=expiry.expiry,
        strike=strike,
        right=right,
        multiplier=expiry.of.multiplier,
        exchange=expiry.of.exchange,
        currency=underlying.currency,
        tradingClass=expiry.of.trading_class,
    )


def _key(underlying: ib_async.Contract, expiry: Expiry) -> tuple[int, str, str]:
    return underlying.conId, expiry.expiry, expiry.of.trading_class
