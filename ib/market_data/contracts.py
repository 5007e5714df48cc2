"""Which contract is meant: the one place that turns what a person names into IB's contract.

Each question is asked once however many want the answer, and within IB's pace: one symbol search
per second.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

import ib_async

from ib.market_data.asking import NO_ANSWER, Asking
from ib.single_flight import SingleFlight
from ib.wire import Wire
from trading.contracts import Contract
from trading.ib_objects import contract_to_ib
from trading.refusals import FieldError, NoAnswer, NotFound, Refused

SEARCH_PACING_SECONDS = 1.0
CONTRACT_KEPT_SECONDS = 3600.0


class Contracts:
    """Answers by question. It belongs to the reader's loop."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._contracts = SingleFlight[ib_async.ContractDetails](CONTRACT_KEPT_SECONDS)
        self._searches = SingleFlight[list[dict[str, Any]]](CONTRACT_KEPT_SECONDS)
        self._search_turn = asyncio.Lock()
        self._last_search = 0.0

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

    async def _details(self, wire: Wire, contract: Contract) -> ib_async.ContractDetails:
        asked = contract_to_ib(contract)
        listings: list[ib_async.ContractDetails] = await self._asking.answer(
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
            matches = await self._asking.answer(lambda: wire.reqMatchingSymbolsAsync(pattern))
        if matches is None:  # ib_async's word for a time-out of its own
            raise NoAnswer(NO_ANSWER)
        return [_match_row(match.contract) for match in matches]


def _match_row(contract: ib_async.Contract) -> dict[str, Any]:
    return {
        "conId": contract.conId,
        "symbol": contract.symbol,
        "secType": contract.secType,
        "primaryExchange": contract.primaryExchange,
        "currency": contract.currency,
        "description": contract.description,
    }
