"""Short looks at market data: one line each while TWS counts it, and never faster than IB's pace.

TWS ends a snapshot when every field has come, after eleven seconds at the latest
(https://interactivebrokers.github.io/tws-api/md_request.html). What was sent keeps its line until
then, also when nobody wants its answer any more, unless TWS is told to end it. Generic ticks come
as streams only (error 414): those are always ended here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

import ib_async

from ib.market_data.asking import NO_ANSWER, Asking
from ib.market_data.lines import Lines
from ib.market_data.pace import MOST_A_SECOND, Pace, Turn
from ib.market_data.quote_rows import DELAYED, has_price
from ib.market_data.quotes import NO_PRICE
from ib.wire import Line, Wire
from trading.data_codes import effect_of
from trading.ib_errors import CodeTable
from trading.refusals import Busy, NoAnswer, NotConnected, TradingError

SNAPSHOT_SECONDS = 12.0  # TWS has ended it by then
PRICE_SECONDS = 5.0
ENOUGH_SECONDS = 1.5  # after a first price the rest is on its heels
PAUSE_SECONDS = 0.2  # before the one more try for delayed data
# So many of the lines at once for a chain that another user of the relay asks for.
MOST_LENT = 20


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for, and when it is enough: at TWS's own end, or earlier.

    `enough_seconds`: so long after a first price. With `is_enough` it ends as soon as that says so.
    """

    generic_ticks: str = ""
    seconds: float = SNAPSHOT_SECONDS
    enough_seconds: float | None = None
    is_enough: Callable[[ib_async.Ticker], bool] | None = None
    most_a_second: int = MOST_A_SECOND

    @property
    def is_ended_by_tws(self) -> bool:
        return not self.generic_ticks and self.seconds >= SNAPSHOT_SECONDS


WHOLE = Terms()


def price_terms(
    generic_ticks: str = "", is_enough: Callable[[ib_async.Ticker], bool] | None = None
) -> Terms:
    """For a price now: it need not be all that TWS will send."""
    return Terms(generic_ticks, PRICE_SECONDS, ENOUGH_SECONDS, is_enough)


class Snapshot:
    """One snapshot: it waits for its turn, is under way, or is over.

    `ticker` holds what has come so far, None before it was sent; `notices` what TWS said beside it;
    `error` why it brought nothing (more).
    """

    def __init__(self, contract: ib_async.Contract, terms: Terms = WHOLE) -> None:
        self.contract = contract
        self.terms = terms
        self.ticker: ib_async.Ticker | None = None
        self.notices: dict[int, str] = {}
        self.error: TradingError | None = None
        self.changed = asyncio.Event()  # something has come, or it is over
        self.task: asyncio.Task[None]  # set by whoever starts it

    @property
    def is_over(self) -> bool:
        return self.task.done()

    def give_up(self) -> None:
        """Nobody wants it any more. What was sent already runs on."""
        if self.ticker is None:
            self.task.cancel()


class Snapshots:
    """It belongs to the reader's loop."""

    def __init__(self, codes: CodeTable, lines: Lines, pace: Pace) -> None:
        self._asking = Asking(codes)
        self._lines = lines
        self._pace = pace
        self._lent = asyncio.Semaphore(MOST_LENT)
        self._under_way: dict[int, Snapshot] = {}  # by reqId
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, wire: Wire, contract: ib_async.Contract, *, lent: bool = False) -> Snapshot:
        """Ask as soon as there is a line and room. Snapshots leave in the order of their start."""
        snapshot = Snapshot(contract)
        snapshot.task = asyncio.get_running_loop().create_task(self._run(wire, snapshot, lent))
        self._tasks.add(snapshot.task)
        snapshot.task.add_done_callback(self._tasks.discard)
        return snapshot

    async def once(self, wire: Wire, contract: ib_async.Contract, terms: Terms) -> ib_async.Ticker:
        """What came. Raises NoAnswer when it was not enough, or as `take`."""
        snapshot = Snapshot(contract, terms)
        async with self._lines.borrowed(wire):
            return await self._asked(wire, snapshot)

    async def take(
        self, wire: Wire, contract: ib_async.Contract, terms: Terms, *, lent: bool = False
    ) -> ib_async.Ticker:
        """The prices of the contract now. What is not subscribed is asked for once more, delayed.

        Raises NoAnswer, NotConnected, Busy, NotFound or RejectedByIB with IB's code.
        """
        async with self._lines.borrowed(wire, lent=lent):
            try:
                return await self._asked(wire, Snapshot(contract, terms))
            except TradingError as error:
                if not isinstance(error.code, int) or effect_of(error.code) != "delayed":
                    raise
            await asyncio.sleep(PAUSE_SECONDS)
            await self._pace.turn(wire)
            wire.reqMarketDataType(DELAYED)
            return await self._asked(wire, Snapshot(contract, terms))

    def on_error(self, req_id: int, code: int, text: str) -> bool:
        """Whether it is about a snapshot, whose owner then tells it."""
        snapshot = self._under_way.get(req_id)
        if snapshot is not None:
            snapshot.notices[code] = text
        return snapshot is not None

    async def _run(self, wire: Wire, snapshot: Snapshot, lent: bool) -> None:
        try:
            async with self._lent if lent else nullcontext(), self._lines.borrowed(wire, lent=lent):
                await self._ask(wire, snapshot)
        finally:
            snapshot.changed.set()

    async def _asked(self, wire: Wire, snapshot: Snapshot) -> ib_async.Ticker:
        await self._ask(wire, snapshot)
        ticker, error, terms = snapshot.ticker, snapshot.error, snapshot.terms
        if isinstance(error, NoAnswer) and terms.enough_seconds is not None:
            if ticker is not None and has_price(ticker):
                return ticker
            error = NoAnswer(NO_PRICE)
        if error is not None:
            raise error
        assert ticker is not None
        return ticker

    async def _ask(self, wire: Wire, snapshot: Snapshot) -> None:
        """Until it is over or enough; what became of it is in the snapshot."""
        terms = snapshot.terms
        turn = await self._pace.turn(wire, most=terms.most_a_second)
        try:
            line = wire.open_line(
                snapshot.contract, terms.generic_ticks, snapshot=not terms.generic_ticks
            )
        except ConnectionError as error:
            snapshot.error = NotConnected(str(error))
            return
        snapshot.ticker = line.ticker
        self._under_way[line.req_id] = snapshot
        enough = _enough(snapshot, turn)
        is_over = False
        try:
            either = asyncio.FIRST_COMPLETED
            await asyncio.wait({line.end, enough}, timeout=terms.seconds, return_when=either)
            snapshot.error = await self._error(line, enough)
            is_over = line.end.done() or terms.is_ended_by_tws
            turn.answered()
            if not is_over:
                await self._pace.turn(wire, most=terms.most_a_second)  # for the cancel
        finally:
            enough.cancel()
            del self._under_way[line.req_id]
            wire.close_line(line.req_id, is_over=is_over or line.end.done())

    async def _error(self, line: Line, enough: asyncio.Future[None]) -> TradingError | None:
        if not line.end.done():
            return None if enough.done() else NoAnswer(NO_ANSWER)
        try:
            await self._asking.answer_in_time(lambda: line.end)
        except TradingError as error:
            if isinstance(error.code, int) and effect_of(error.code) == "full":
                self._lines.on_full()
                return Busy(error.sentence)
            return error
        return None


def _enough(snapshot: Snapshot, turn: Turn) -> asyncio.Future[None]:
    """Ends when the ticks that have come are enough by the snapshot's terms."""
    loop, terms, ticker = asyncio.get_running_loop(), snapshot.terms, snapshot.ticker
    assert ticker is not None
    enough: asyncio.Future[None] = loop.create_future()
    timers: list[asyncio.TimerHandle] = []

    def end() -> None:
        if not enough.done():
            enough.set_result(None)

    def on_ticks(_ticker: ib_async.Ticker) -> None:
        turn.answered()
        snapshot.changed.set()
        if terms.is_enough and terms.is_enough(ticker):
            end()
        elif terms.enough_seconds is not None and not timers and has_price(ticker):
            timers.append(loop.call_later(terms.enough_seconds, end))

    ticker.updateEvent.connect(on_ticks, keep_ref=True)

    def stop(_enough: asyncio.Future[None]) -> None:
        for timer in timers:
            timer.cancel()

    enough.add_done_callback(stop)
    return enough
