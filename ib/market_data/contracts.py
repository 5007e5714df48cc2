"""Which contract is meant: the one place that turns what a person names into IB's contract.

Each question is asked once however many want the answer, and within IB's pace: one symbol search
per second. What IB said is kept for a day, on disk too. A name that fits several contracts is
refused with the choices: nothing is ever guessed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import ib_async

from ib.market_data.asking import NO_ANSWER, Asking
from ib.market_data.contract_cache import ContractCache
from ib.market_data.secdef_farm import BROKEN, LASTS
from ib.single_flight import SingleFlight
from ib.wire import Wire
from trading.contracts import Contract
from trading.ib_objects import contract_row, contract_to_ib
from trading.refusals import FieldError, NoAnswer, NotFound, Refused
from trading.sessions import parse_sessions
from trading.typed_contracts import Isin, Meant, is_plain, typed_contracts

SEARCH_PACING_SECONDS = 1.0
SEARCH_KEPT_SECONDS = 3600.0
MOST_CHOICES = 60  # in a refusal; a symbol may name thousands of options
MOST_NAMED = 5  # in its sentence

Details = ib_async.ContractDetails


class Contracts:
    """Answers by question. It belongs to the reader's loop."""

    def __init__(self, asking: Asking, cache: ContractCache | None = None) -> None:
        self._asking = asking
        self.cache = cache or ContractCache()
        self.is_farm_broken: Callable[[], bool] = lambda: False
        self._questions = SingleFlight[list[Details]]()
        self._searches = SingleFlight[list[dict[str, Any]]](SEARCH_KEPT_SECONDS)
        self._search_turn = asyncio.Lock()
        self._last_search = 0.0

    def use(self, scope: str) -> None:
        """Whose answers count from now on: another TWS may know other contracts."""
        if self.cache.use(scope):
            self._searches.forget()

    def known(self, contract: Contract) -> Details | None:
        """What is known without asking TWS."""
        return self.cache.get(_question(contract))

    async def resolve(self, wire: Wire, contract: Contract) -> ib_async.Contract:
        """The one contract that is meant, with its conId.

        Raises NotFound when there is none, Refused with the choices when there are several.
        """
        details = await self.details(wire, contract)
        assert details.contract is not None
        return details.contract

    async def details(self, wire: Wire, contract: Contract) -> Details:
        """What TWS says about the one contract that is meant; raises as `resolve` does."""
        known = self.known(contract)
        if known is not None:
            return known
        name = contract.symbol or contract.local_symbol or f"conId {contract.con_id}"
        details = _only(name, await self.listings(wire, contract))
        if details is None:
            raise NotFound(f"IB knows no contract {name}", code=200)
        assert details.contract is not None
        if not contract.con_id or contract.exchange in details.validExchanges.split(","):
            details.contract.exchange = contract.exchange or details.contract.exchange
        self.cache.put(_question(contract), details)
        return details

    async def typed(self, wire: Wire, text: str, currency: str = "") -> Details:
        """The one contract that the text means; raises as `resolve` does.

        Of several kinds of contract (`trading/typed_contracts.py`) the first that IB knows counts.
        """
        question = f"typed {text.strip().upper()} {currency}"
        known = self.cache.get(question)
        if known is not None:
            return known
        for meant in typed_contracts(text, currency):
            details = _only(text, await self.listings(wire, meant))
            if details is not None:
                self.cache.put(question, details)
                return details
        raise NotFound(f"IB knows no contract {text.strip()}", code=200)

    async def listings(self, wire: Wire, meant: Meant) -> list[Details]:
        """Every contract that fits, each once; an empty list when IB knows none."""
        return await self._questions.ask(meant, lambda: self._listings(wire, meant))

    async def search(self, wire: Wire, pattern: str) -> list[dict[str, Any]]:
        """Rows {conId, symbol, secType, exchange, primaryExchange, validExchanges, currency,
        description, …}: what the text's form gives away first, then IB's own best matches."""
        key = pattern.strip().upper()
        return await self._searches.ask(key, lambda: self._search(wire, pattern))

    async def _listings(self, wire: Wire, meant: Meant) -> list[Details]:
        asked = _question_to_ib(meant)
        try:
            rows: list[Details] = await self._asking.answer(
                lambda: wire.reqContractDetailsAsync(asked)
            )
        except NotFound:
            if self.is_farm_broken():  # then every contract seems unknown
                raise NoAnswer(LASTS, code=BROKEN) from None
            return []
        found: dict[int, Details] = {}
        for row in rows:
            if row.contract:
                found.setdefault(row.contract.conId, row)
        return list(found.values())

    async def _search(self, wire: Wire, pattern: str) -> list[dict[str, Any]]:
        if not is_plain(pattern):
            found = [
                row for meant in typed_contracts(pattern) for row in await self._rows(wire, meant)
            ]
            if found:
                return found
        async with self._search_turn:
            await asyncio.sleep(max(0, self._last_search + SEARCH_PACING_SECONDS - monotonic()))
            self._last_search = monotonic()
            matches = await self._asking.answer(lambda: wire.reqMatchingSymbolsAsync(pattern))
        if matches is None:  # ib_async's word for a time-out of its own
            raise NoAnswer(NO_ANSWER)
        return [_match_row(match.contract) for match in matches]

    async def _rows(self, wire: Wire, meant: Meant) -> list[dict[str, Any]]:
        return [details_row(each) for each in (await self.listings(wire, meant))[:MOST_CHOICES]]


def details_row(details: Details) -> dict[str, Any]:
    """A contract to choose: its fields, where it trades, and what it is called."""
    assert details.contract is not None
    return contract_row(details.contract) | {
        "validExchanges": details.validExchanges or None,
        "description": details.longName or details.contract.localSymbol,
    }


def rules_row(details: Details) -> dict[str, Any]:
    """What GET /contracts/resolve shows beside the contract."""
    assert details.contract is not None
    return {
        "contract": contract_row(details.contract),
        "minTick": details.minTick or None,
        "longName": details.longName,
        "validExchanges": details.validExchanges or None,
        "tradingHours": details.tradingHours,
        "liquidHours": details.liquidHours,
        "timeZoneId": details.timeZoneId,
    }


def hours_row(details: Details) -> dict[str, Any]:
    """What GET /trading-sessions shows: the sessions that IB tells, today's first."""
    assert details.contract is not None
    told = parse_sessions(details.tradingHours, details.liquidHours, details.timeZoneId)
    return {
        "conId": details.contract.conId,
        "sessions": [session.to_payload() for session in told],
    }


def _only(name: str, listings: Sequence[Details]) -> Details | None:
    """The one that was found; Refused with the choices when there are several."""
    if len(listings) <= 1:
        return next(iter(listings), None)
    contracts = [each.contract for each in listings[:MOST_NAMED] if each.contract]
    choices = ", ".join(
        f"{c.localSymbol} {c.primaryExchange or c.exchange} {c.currency} (conId {c.conId})"
        for c in contracts
    )
    more = len(listings) - len(contracts)
    sentence = f"{name} names several contracts: {choices}{f' and {more} more' if more else ''}"
    rows = [details_row(each) for each in listings[:MOST_CHOICES]]
    raise Refused(sentence, FieldError("/contract", sentence), choices=rows)


def _question(contract: Contract) -> str:
    return contract.model_dump_json(exclude_defaults=True)


def _question_to_ib(meant: Meant) -> ib_async.Contract:
    """A conId says it all: the fields beside it may be no more than defaults, which would not fit
    an option or a future."""
    if isinstance(meant, Isin):
        return ib_async.Contract(
            secType="STK", exchange="SMART", secIdType="ISIN", secId=meant.code
        )
    return ib_async.Contract(conId=meant.con_id) if meant.con_id else contract_to_ib(meant)


def _match_row(contract: ib_async.Contract) -> dict[str, Any]:
    """IB's search names neither the exchange nor where else it trades."""
    return {
        "conId": contract.conId,
        "symbol": contract.symbol,
        "secType": contract.secType,
        "exchange": None,
        "primaryExchange": contract.primaryExchange,
        "validExchanges": None,
        "currency": contract.currency,
        "description": contract.description,
    }
