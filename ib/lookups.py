"""Questions to TWS about contracts and their past: resolve, search, bars.

Each question is asked once however many want the answer, and within IB's pacing: no identical
history request within 15 seconds, one symbol search per second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from time import monotonic
from typing import Any

import ib_async
from ib_async.wrapper import RequestError

from ib.single_flight import SingleFlight
from ib.wire import Wire
from trading.contracts import Contract
from trading.ib_errors import CodeTable
from trading.ib_objects import contract_to_ib, number
from trading.refusals import FieldError, NoAnswer, NotConnected, NotFound, Refused, RejectedByIB

ANSWER_SECONDS = 10.0
HISTORY_PACING_SECONDS = 15.0
SEARCH_PACING_SECONDS = 1.0
CONTRACT_KEPT_SECONDS = 3600.0
NO_DEFINITION = 200
NO_ANSWER = "TWS did not answer in time"


class Lookups:
    """Answers by question. It belongs to the reader's loop."""

    def __init__(self, codes: CodeTable) -> None:
        self._codes = codes
        self._contracts = SingleFlight[ib_async.ContractDetails](CONTRACT_KEPT_SECONDS)
        self._searches = SingleFlight[list[dict[str, Any]]](CONTRACT_KEPT_SECONDS)
        self._bars = SingleFlight[list[dict[str, Any]]](HISTORY_PACING_SECONDS)
        self._search_turn = asyncio.Lock()
        self._last_search = 0.0

    def forget(self) -> None:
        """Prices of an old connection are not kept; contracts stay the same."""
        self._bars.forget()

    async def resolve(self, wire: Wire, contract: Contract) -> ib_async.Contract:
        """The one contract that is meant, with its conId.

        Raises NotFound when there is none, Refused with the choices when there are several.
        """
        details = await self.details(wire, contract)
        assert details.contract is not None
        return details.contract

    async def details(self, wire: Wire, contract: Contract) -> ib_async.ContractDetails:
        """What TWS says about the one contract that is meant; raises as `resolve` does."""
        return await self._contracts.ask(contract, lambda: self._details(wire, contract))

    async def search(self, wire: Wire, pattern: str) -> list[dict[str, Any]]:
        key = pattern.upper()
        return await self._searches.ask(key, lambda: self._search(wire, pattern))

    async def bars(
        self, wire: Wire, contract: Contract, bar_size: str, duration: str
    ) -> list[dict[str, Any]]:
        """Rows {time (epoch s), open, high, low, close, volume}, oldest first."""
        resolved = await self.resolve(wire, contract)
        key = (resolved.conId, bar_size, duration)
        return await self._bars.ask(key, lambda: self._history(wire, resolved, bar_size, duration))

    async def _details(self, wire: Wire, contract: Contract) -> ib_async.ContractDetails:
        asked = contract_to_ib(contract)
        listings: list[ib_async.ContractDetails] = await self.answer(
            lambda: wire.reqContractDetailsAsync(asked)
        )
        found = {listing.contract.conId: listing for listing in listings if listing.contract}
        if not found:
            raise NotFound(f"IB knows no contract {contract.symbol or contract.con_id}", code=200)
        if len(found) > 1:
            contracts = [listing.contract for listing in found.values() if listing.contract]
            choices = ", ".join(
                f"{c.localSymbol} {c.currency} (conId {c.conId})" for c in contracts
            )
            sentence = f"{contract.symbol} names several contracts: {choices}"
            raise Refused(sentence, FieldError("/contract", sentence))
        details = next(iter(found.values()))
        assert details.contract is not None
        details.contract.exchange = contract.exchange or details.contract.exchange
        return details

    async def _search(self, wire: Wire, pattern: str) -> list[dict[str, Any]]:
        async with self._search_turn:
            await asyncio.sleep(max(0, self._last_search + SEARCH_PACING_SECONDS - monotonic()))
            self._last_search = monotonic()
            matches = await self.answer(lambda: wire.reqMatchingSymbolsAsync(pattern))
        if matches is None:  # ib_async's word for a time-out of its own
            raise NoAnswer(NO_ANSWER)
        return [_match_row(match.contract) for match in matches]

    async def _history(
        self, wire: Wire, contract: ib_async.Contract, bar_size: str, duration: str
    ) -> list[dict[str, Any]]:
        what = "MIDPOINT" if contract.secType == "CASH" else "TRADES"
        bars = await self.answer(
            lambda: wire.reqHistoricalDataAsync(
                contract, "", duration, bar_size, what, useRTH=False, formatDate=2
            )
        )
        return [_bar_row(bar) for bar in bars or ()]

    async def answer(self, request: Callable[[], Awaitable[Any]]) -> Any:
        """Send the request and wait for TWS's answer with a deadline; its error becomes ours."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await request()
        except TimeoutError:
            raise NoAnswer(NO_ANSWER) from None
        except ConnectionError as error:
            raise NotConnected(str(error)) from error
        except RequestError as error:
            sentence = self._codes.sentence(error.code, error.message)
            kind = NotFound if error.code == NO_DEFINITION else RejectedByIB
            raise kind(sentence, code=error.code, text=error.message) from error


def _match_row(contract: ib_async.Contract) -> dict[str, Any]:
    return {
        "conId": contract.conId,
        "symbol": contract.symbol,
        "secType": contract.secType,
        "primaryExchange": contract.primaryExchange,
        "currency": contract.currency,
        "description": contract.description,
    }


def _bar_row(bar: ib_async.BarData) -> dict[str, Any]:
    prices = {name: number(getattr(bar, name)) for name in ("open", "high", "low", "close")}
    return {"time": _epoch(bar.date), **prices, "volume": number(bar.volume)}


def _epoch(moment: date | datetime) -> int:
    """Epoch seconds; a daily bar's date is midnight UTC of that day."""
    if isinstance(moment, datetime):
        return int(moment.timestamp())
    return (moment - date(1970, 1, 1)).days * 86_400
