"""The stage of a chain that finds out which options exist, and which of them are shown."""

from __future__ import annotations

import ib_async

from ib.market_data.chain_definitions import ChainDefinitions, Definitions
from ib.market_data.chain_progress import ChainProgress
from ib.market_data.chain_state import NO_DEFINITIONS, ChainState
from ib.wire import Wire
from trading.ib_errors import CodeTable
from trading.options import around, shown_strikes
from trading.refusals import NotFound

STAGE = "definitions"


class Defining:
    """Of the expiry that `state` holds."""

    def __init__(
        self,
        known: ChainDefinitions,
        codes: CodeTable,
        wire: Wire,
        state: ChainState,
        progress: ChainProgress,
    ) -> None:
        assert state.expiry is not None and state.contract is not None
        self._known = known
        self._codes = codes
        self._wire = wire
        self._state = state
        self._progress = progress
        self._expiry = state.expiry
        self._contract: ib_async.Contract = state.contract

    async def at_once(self) -> None:
        """All options of the expiry, kept or with one question."""
        state, expiry = self._state, self._expiry
        kept = self._known.kept(self._contract, expiry)
        if kept:
            state.definitions = kept
            return
        expected = 2 * len(expiry.of.strikes)

        def count(found: int) -> None:
            text = f"Options that expire on {expiry.expiry}: {found}"
            self._progress.count(STAGE, text, found, max(found, expected))

        count(0)
        state.definitions = Definitions()
        await self._known.wildcard(
            self._wire, self._contract, expiry, state.definitions, count, self._say
        )

    async def the_rest(self, strikes: int) -> None:
        """Choose the rows, and ask for their options one by one where that question failed."""
        state, listed = self._state, self._expiry.of.strikes
        price = state.price.price if state.price else None
        if state.definitions.is_whole:
            state.strikes = shown_strikes(listed, state.definitions.strikes, price, strikes)
            return
        state.strikes = around({*listed, *state.definitions.strikes}, price, strikes)
        self._note()
        await self._singly()
        if state.definitions.unanswered:
            state.is_partial = True
            state.say(NO_DEFINITIONS, "Ask again")
        if not state.definitions.found:
            raise NotFound(
                f"IB knows none of the options on {self._contract.symbol} that expire on "
                f"{self._expiry.expiry}",
                code=200,
            )

    async def _singly(self) -> None:
        state = self._state
        wanted = [key for key in state.from_the_money() if key not in state.definitions.found]

        def count(done: int) -> None:
            text = f"Definitions {done} of {len(wanted)}"
            self._progress.count(STAGE, text, done, len(wanted))

        await self._known.singly(
            self._wire, self._contract, self._expiry, state.definitions, wanted, count
        )

    def _note(self) -> None:
        """Why the question for all of them was of no use."""
        if self._state.definitions.note is None:
            return
        code, text = self._state.definitions.note
        if code:
            self._state.note(self._codes, code, text)
        else:
            self._state.say(text, "Each option was asked for by itself")
        self._say(f"{text}. Asking for each option by itself")

    def _say(self, text: str) -> None:
        self._progress.tell(STAGE, text)
