"""One chain from nothing: underlying, classes, definitions, quotes. What was got is kept.

Messages it needs: 1 details + 1 parameters + 1 price + 1 wildcard + N snapshots (N = strikes x 2).
IB's pace lets 45 of them leave in any second, so from an empty window it takes

    ceil(messages / 45) - 1 seconds        (100 strikes x 2 rights: 204 messages, 4 seconds)

and the time of the last answer. Classes and definitions are kept for the day: then it is the price
and the N snapshots. Open interest needs two messages more for each option (`chain_interest.py`) and
comes after the answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import ib_async

from ib.market_data.chain_defining import Defining
from ib.market_data.chain_definitions import ChainDefinitions
from ib.market_data.chain_progress import ChainProgress
from ib.market_data.chain_quotes import ask_quotes, note_errors
from ib.market_data.chain_state import PARTIAL, ChainState
from ib.market_data.chain_underlying import Underlyings, for_data
from ib.market_data.secdef_farm import BROKEN
from ib.market_data.snapshots import Snapshots
from ib.wire import Wire
from trading.ib_errors import CodeTable
from trading.options import (
    ChainQuestion,
    choose_expiry,
    expiries_of,
)
from trading.refusals import (
    FieldError,
    NoAnswer,
    NotConnected,
    Refused,
    TradingError,
)

DEADLINE_SECONDS = 35.0
OPTIONABLE = frozenset({"STK", "IND"})
ONLY_OPTIONABLE = "Option chains are of stocks and indices: secType must be STK or IND"


@dataclass(frozen=True, slots=True)
class ChainTools:
    """What every chain uses."""

    codes: CodeTable
    underlyings: Underlyings
    definitions: ChainDefinitions
    snapshots: Snapshots


class ChainRun:
    """`run()` once; `state` is what is known so far."""

    def __init__(
        self,
        tools: ChainTools,
        wire: Wire,
        question: ChainQuestion,
        state: ChainState,
        progress: ChainProgress,
        *,
        lent: bool = False,
    ) -> None:
        self.question = question
        self.state = state
        self.progress = progress
        self._tools = tools
        self._wire = wire
        self._lent = lent
        self._stage = "resolving"
        self.today = date.min
        self._work: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """To the end, to the deadline or to a cancel; what is in `state` then is the answer.

        Raises the TradingError when there is nothing to show.
        """
        self._work = asyncio.create_task(self._work_through())
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await asyncio.shield(self._work)
        except TimeoutError:
            await self._end()
            if self.state.expiry is None:
                raise NoAnswer("TWS did not answer in time: the chain is not known") from None
            self.state.is_partial = True
            self.state.say(PARTIAL, "Ask again: what is known already is not asked again")
        except asyncio.CancelledError:
            if not self.state.is_cancelled:
                await self._end()
                raise
        finally:
            self.send_no_more()
            note_errors(self.state, self._tools.codes)

    def cancel(self) -> None:
        """Send nothing more; `run` ends with what there is."""
        self.state.is_cancelled = self.state.is_partial = True
        if self._work:
            self._work.cancel()

    def send_no_more(self) -> None:
        """The connection is gone: what has not left will not leave."""
        for snapshot in self.state.snapshots.values():
            snapshot.give_up()

    async def _end(self) -> None:
        if self._work:
            self._work.cancel()
            await asyncio.wait({self._work})
            looked_at(self._work)

    async def _work_through(self) -> None:
        try:
            await self._stages()
        except ConnectionError as error:
            raise NotConnected(str(error)) from error

    async def _stages(self) -> None:
        contract = await self._resolve()
        price = asyncio.create_task(self._price(contract))
        price.add_done_callback(looked_at)
        try:
            await self._choose_expiry(contract)
            defining = self._defining()
            await defining.at_once()
            await price
        finally:
            price.cancel()
        await defining.the_rest(self.question.strikes)
        self._stage = "quotes"
        await ask_quotes(self._tools.snapshots, self._wire, self.state, self.progress, self._lent)

    # The underlying, as live testing 3.1 says.

    async def _resolve(self) -> ib_async.Contract:
        asked, tools = self.question.underlying, self._tools
        if asked.sec_type not in OPTIONABLE:
            raise Refused(ONLY_OPTIONABLE, FieldError("/secType", ONLY_OPTIONABLE))
        self._tell("resolving", f"Looking up {self.state.symbol}")
        try:
            details = await tools.underlyings.details(self._wire, asked, self._say)
        except (NotConnected, Refused):
            raise
        except TradingError as error:
            details = await self._resolve_by_name(error)
        contract = details.contract
        assert contract is not None
        self.state.contract, self.state.symbol = contract, contract.symbol
        self.today = today_of(details)
        tools.definitions.begin(self.today)
        return contract

    async def _resolve_by_name(self, error: TradingError) -> ib_async.ContractDetails:
        """The price by symbol, SMART and currency; if there is one, the contract does exist."""
        if error.code == BROKEN:  # nobody knows anything by its name then
            raise error
        self._tell("underlying", f"{error.sentence}. Asking for its price by symbol")
        try:
            self.state.price = await self._tools.underlyings.price(
                self._wire, None, self.question.underlying
            )
        except NotConnected:
            raise
        except TradingError:
            raise error from None
        return await self._tools.underlyings.details(
            self._wire, self.question.underlying, self._say
        )

    async def _price(self, contract: ib_async.Contract) -> None:
        if self.state.price is not None:
            return
        self._tell("underlying", f"Asking for the price of {contract.symbol}")
        try:
            self.state.price = await self._tools.underlyings.price(
                self._wire, for_data(contract), self.question.underlying
            )
        except NotConnected:
            raise
        except TradingError as error:
            code = error.code if isinstance(error.code, int) else 0
            if code:
                self.state.note(self._tools.codes, code, error.text or error.sentence)
            self.state.say(
                f"There is no price of {contract.symbol}: the strikes are from the middle of the "
                "list",
                error.sentence,
            )

    # What there is.

    async def _choose_expiry(self, contract: ib_async.Contract) -> None:
        state = self.state
        classes = await self._tools.definitions.classes(self._wire, contract, self._say)
        state.expiries = expiries_of(classes, contract.symbol, self.today)
        state.expiry = choose_expiry(state.expiries, self.question, self.today)

    def _defining(self) -> Defining:
        """Which options exist, of the expiry that was chosen."""
        tools = self._tools
        return Defining(tools.definitions, tools.codes, self._wire, self.state, self.progress)

    # Progress.

    def _tell(self, stage: str, text: str, done: int = 0, total: int = 0) -> None:
        self._stage = stage
        self.progress.tell(stage, text, done, total)

    def _say(self, text: str) -> None:
        """About the stage that it is in, as when the farm is down."""
        self.progress.tell(self._stage, text)


def looked_at(task: asyncio.Task[None]) -> None:
    """Its error, if any, has been seen: asyncio need not warn of it."""
    if not task.cancelled():
        task.exception()


def today_of(details: ib_async.ContractDetails) -> date:
    """The date where the underlying trades."""
    try:
        zone = ZoneInfo(details.timeZoneId or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return datetime.now(UTC).astimezone(zone).date()
