"""Option chains: who asks for which one, who watches it, and who stops it.

Two who want the same chain at the same time share it, and for some seconds afterwards it comes from
memory. What a chain needs of TWS, and how long that takes, is told in `chain_run.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from ib.market_data.chain_definitions import ChainDefinitions
from ib.market_data.chain_interest import OpenInterest
from ib.market_data.chain_progress import ChainProgress
from ib.market_data.chain_run import ChainRun, ChainTools, looked_at
from ib.market_data.chain_state import ChainState
from ib.market_data.chain_underlying import Underlyings
from ib.market_data.contracts import Contracts
from ib.market_data.lines import Lines
from ib.market_data.pace import Pace
from ib.market_data.secdef_farm import SecdefFarm
from ib.market_data.snapshots import Snapshots
from ib.wire import Wire
from trading.ib_errors import CodeTable
from trading.options import ChainQuestion
from trading.ports import Publish
from trading.refusals import TradingError

KEPT_SECONDS = 5.0
CANCELLED = "The chain was cancelled: what had come by then is shown"

Key = tuple[ChainQuestion, bool]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and how that chain is called. Names are the asker's own: two may have the same."""

    owner: str
    chain_id: str


@dataclass(slots=True)
class Flight:
    """One chain under way, or a moment ago, and all who wait for it."""

    run: ChainRun
    task: asyncio.Task[None]
    waiting: dict[Asker, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    interest: asyncio.Task[None] | None = None
    watchers: set[Asker] = field(default_factory=set)
    ended_at: float = 0.0
    seconds: float | None = None  # how long it took

    @property
    def may_be_joined(self) -> bool:
        if not self.task.done():
            return not self.run.state.is_cancelled
        return bool(self.ended_at) and monotonic() - self.ended_at < KEPT_SECONDS

    def answer(self, asker: Asker) -> dict[str, Any]:
        seconds = self.run.progress.seconds if self.seconds is None else self.seconds
        return self.run.state.to_payload(asker.chain_id, seconds)


class Chains:
    """`data_type`: the market data type asked for otherwise. It belongs to the reader's loop."""

    def __init__(
        self,
        codes: CodeTable,
        publish: Publish,
        contracts: Contracts,
        lines: Lines,
        pace: Pace,
        data_type: Callable[[], int],
    ) -> None:
        self.farm = SecdefFarm()
        self._publish = publish
        self._snapshots = Snapshots(codes, lines, pace)
        self._interest = OpenInterest(self._snapshots)
        self._tools = ChainTools(
            codes,
            Underlyings(contracts, self._snapshots, pace, self.farm, data_type),
            ChainDefinitions(codes, pace, self.farm),
            self._snapshots,
        )
        self._flights: dict[Key, Flight] = {}

    async def fetch(
        self, wire: Wire, question: ChainQuestion, asker: Asker, *, lent: bool = False
    ) -> dict[str, Any]:
        """CHAIN, when it is done, cancelled or its time is up.

        `lent`: for another user of the relay, with few lines and without events.
        """
        key = (question, lent)
        flight = self._flights.get(key)
        if flight is None or not flight.may_be_joined:
            flight = self._begin(wire, key)
        self._stop_watching(asker.owner, flight)
        if not lent:
            flight.watchers.add(asker)
            flight.run.progress.ids.add(asker.chain_id)
        if flight.task.done():
            self._fetch_interest(wire, flight, lent)
            return flight.answer(asker)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        flight.waiting[asker] = answer
        return await answer

    def cancel(self, asker: Asker) -> bool:
        """Whether there was such a chain. Others who wait for the same one go on."""
        for flight in self._flights.values():
            if asker in flight.waiting:
                self._cancel(flight, asker)
                return True
            if asker in flight.watchers and flight.interest and not flight.interest.done():
                self._leave(flight, asker)
                return True
        return False

    def on_error(self, req_id: int, code: int, text: str) -> bool:
        """Whether a chain tells of it: a code that hundreds of options bring is said once."""
        self.farm.hear(code)
        return self._snapshots.on_error(req_id, code, text)

    def on_disconnected(self) -> None:
        """Nothing more can be asked, and prices of an old connection are not kept."""
        self.farm.begin()
        for flight in self._flights.values():
            flight.run.send_no_more()
        self._flights = {key: one for key, one in self._flights.items() if not one.task.done()}

    def _begin(self, wire: Wire, key: Key) -> Flight:
        question, lent = key
        symbol = question.underlying.symbol or question.underlying.local_symbol
        state = ChainState(symbol, self._interest.known)
        progress = ChainProgress(self._publish, monotonic())
        run = ChainRun(self._tools, wire, question, state, progress, lent=lent)
        flight = Flight(run, asyncio.get_running_loop().create_task(run.run()))
        self._flights[key] = flight
        flight.task.add_done_callback(lambda _: self._on_end(wire, key, flight))
        return flight

    def _on_end(self, wire: Wire, key: Key, flight: Flight) -> None:
        """Answer everybody who waits."""
        looked_at(flight.task)
        run, error = flight.run, None if flight.task.cancelled() else flight.task.exception()
        state = run.state
        state.end()
        flight.seconds = run.progress.seconds
        if error is not None:
            sentence = error.sentence if isinstance(error, TradingError) else str(error)
            run.progress.tell("failed", sentence)
        elif state.is_cancelled:
            run.progress.tell("cancelled", CANCELLED)
        else:
            run.progress.tell("done", state.summary())
        for asker, answer in flight.waiting.items():
            if answer.done():
                continue
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(flight.answer(asker))
        flight.waiting.clear()
        if error is None and not state.is_partial:
            flight.ended_at = monotonic()
        self._forget_old()
        if error is None and not state.is_cancelled:
            self._fetch_interest(wire, flight, lent=key[1])

    def _cancel(self, flight: Flight, asker: Asker) -> None:
        answer = flight.waiting[asker]
        if len(flight.waiting) == 1:
            flight.run.cancel()
            return
        del flight.waiting[asker]
        self._leave(flight, asker)
        if not answer.done():
            answer.set_result(flight.answer(asker) | {"cancelled": True, "partial": True})

    def _leave(self, flight: Flight, asker: Asker) -> None:
        """This one hears no more; the last one's open interest is not asked for any more."""
        flight.watchers.discard(asker)
        if asker.chain_id not in {one.chain_id for one in flight.watchers}:
            flight.run.progress.ids.discard(asker.chain_id)
        if not flight.watchers and flight.interest:
            flight.interest.cancel()

    def _stop_watching(self, owner: str, looks_at: Flight) -> None:
        """Whoever asks for a chain does not look at the open interest of another one any more."""
        for flight in list(self._flights.values()):
            if flight.task.done() and flight is not looks_at:
                for asker in [one for one in flight.watchers if one.owner == owner]:
                    self._leave(flight, asker)

    def _fetch_interest(self, wire: Wire, flight: Flight, lent: bool) -> None:
        is_running = flight.interest and not flight.interest.done()
        if lent or is_running or not flight.watchers:
            return
        run = flight.run
        self._interest.begin(run.today)
        flight.interest = asyncio.get_running_loop().create_task(
            self._interest.fetch(wire, run.state, run.progress)
        )
        flight.interest.add_done_callback(looked_at)

    def _forget_old(self) -> None:
        self._flights = {
            key: one
            for key, one in self._flights.items()
            if one.may_be_joined or (one.interest and not one.interest.done())
        }
