"""Bars that go on: one subscription (keepUpToDate) however many watch, while somebody does.

Whoever asks again renews the lease; a subscription that nobody looks at is cancelled at TWS. After
a reconnect, and when TWS has lost its subscriptions (1101), each that is still watched is asked for
once more, in its turn of IB's pacing, and tells what was missed.

Read in ib_async 2.1.0: its decoder takes historicalDataUpdate in IB's order (count, date, open,
close, high, low, average, volume); an error ends the request that waits, but leaves the
subscription in its tables, so that is ended here. Whether such bars use a market-data line at a
real TWS was not seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import ib_async

from ib.market_data.history import History, bar_row, epoch, priced
from ib.market_data.history_pace import PATIENCE_SECONDS, TOTAL_SECONDS
from ib.wire import Wire
from ib.wrapper import REQUEST_NOTICES
from trading.bars import YES_NO, BarQuestion
from trading.ib_errors import CodeTable
from trading.ib_objects import contract_row
from trading.refusals import NotConnected, TradingError

LEASE_SECONDS = 90.0
MOST_LIVE = 20  # of IB's 50 requests for history at once
# https://interactivebrokers.github.io/tws-api/historical_bars.html: live updates are for these.
MAY_BE_LIVE = frozenset({"TRADES", "MIDPOINT", "BID", "ASK"})
SHORTEST_LIVE = 5  # seconds of a bar

Key = tuple[int, str, str, bool]


@dataclass(slots=True, eq=False)
class Stream:
    """One subscription; `bars` is what TWS keeps up to date, None while it is being asked for.

    `wire` is the connection that it was asked on.
    """

    wire: Wire
    contract: ib_async.Contract
    question: BarQuestion
    looked_at: float
    opening: asyncio.Task[None] | None = None
    bars: ib_async.BarDataList | None = None
    news: dict[int, dict[str, Any]] = field(default_factory=dict)  # time -> bar, not told yet
    last_told: int = 0

    @property
    def payload(self) -> dict[str, Any]:
        return {
            "contract": contract_row(self.contract),
            "barSize": self.question.bar_size,
            "what": self.question.what,
            "rth": YES_NO[not self.question.is_regular],
        }


class BarStreams:
    """Subscriptions by contract, bar size, price and hours. It belongs to the reader's loop."""

    def __init__(
        self, history: History, codes: CodeTable, clock: Callable[[], float] = monotonic
    ) -> None:
        self._history = history
        self._codes = codes
        self._clock = clock
        self._streams: dict[Key, Stream] = {}
        self._troubles: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._streams)

    async def look(
        self, wire: Wire, contract: ib_async.Contract, question: BarQuestion
    ) -> tuple[dict[str, Any], ...] | None:
        """The bars from memory, and they go on from now; None when they are not (yet) live.

        Raises as `History.bars`.
        """
        question = priced(contract, question)
        key = (contract.conId, question.bar_size, question.what, question.is_regular)
        stream = self._streams.get(key)
        if stream is None:
            if len(self._streams) >= MOST_LIVE or not _may_be_live(question):
                return None
            stream = self._streams[key] = Stream(wire, contract, question, self._clock())
            self._open(stream, PATIENCE_SECONDS)
        stream.looked_at = self._clock()
        opening = stream.opening
        if stream.bars is None and opening is not None:
            # Not `await` alone: many wait for it, and who gives up must not end it for the others.
            done, _ = await asyncio.wait({opening}, timeout=2 * PATIENCE_SECONDS)
            if done and not opening.cancelled() and (error := opening.exception()):
                raise error
        if stream.bars is None or stream.question.duration != question.duration:
            return None
        return tuple(map(bar_row, stream.bars))

    def is_live(self, contract: ib_async.Contract, question: BarQuestion) -> bool:
        question = priced(contract, question)
        key = (contract.conId, question.bar_size, question.what, question.is_regular)
        return key in self._streams and self._streams[key].bars is not None

    # The connection's life.

    def lose(self) -> None:
        """TWS does not know the subscriptions any more; the leases go on."""
        for stream in self._streams.values():
            if stream.opening:
                stream.opening.cancel()
            stream.bars = stream.opening = None

    def renew(self, wire: Wire) -> None:
        """Ask again, once, for what is watched and lost; each waits for its turn."""
        for stream in self._streams.values():
            if stream.bars is None and stream.opening is None:
                stream.wire = wire
                self._open(stream, 2 * TOTAL_SECONDS)

    def end_unwatched(self) -> None:
        """Cancel what nobody has looked at for a lease."""
        oldest = self._clock() - LEASE_SECONDS
        for key, stream in list(self._streams.items()):
            if stream.looked_at > oldest:
                continue
            del self._streams[key]
            if stream.opening:
                stream.opening.cancel()
            if stream.bars is not None:
                self._history.end(stream.wire, stream.bars)

    # What TWS says.

    def on_update(self, bars: ib_async.BarDataList, has_new: bool) -> None:
        """The last bar has changed; with a new one, the one before it is finished."""
        stream = next((one for one in self._streams.values() if one.bars is bars), None)
        if stream is not None:
            self._tell(stream, bars[-2:] if has_new else bars[-1:])

    def on_error(self, req_id: int, code: int, text: str) -> None:
        """An error that names a subscription ends it; notices do not."""
        if code in REQUEST_NOTICES:
            return
        for key, stream in list(self._streams.items()):
            if stream.bars is not None and stream.bars.reqId == req_id:
                del self._streams[key]
                stream.wire.forget_bars(stream.bars)
                self._trouble(stream, code, text)

    def take_news(self) -> Iterator[dict[str, Any]]:
        """Payloads of `bar` events since the last call; `bar` is None when a trouble ends it."""
        for stream in self._streams.values():
            for row in stream.news.values():
                stream.last_told = row["time"]
                yield stream.payload | {"bar": row, "trouble": None}
            stream.news.clear()
        troubles, self._troubles = self._troubles, []
        yield from troubles

    def _open(self, stream: Stream, patience: float) -> None:
        stream.opening = asyncio.get_running_loop().create_task(
            self._opened(stream, patience), name="open bars"
        )
        stream.opening.add_done_callback(_looked_at)

    async def _opened(self, stream: Stream, patience: float) -> None:
        is_renewal, asked = stream.last_told > 0, (stream.contract, stream.question)
        try:
            bars, past = await self._history.fetch(stream.wire, *asked, patience)
        except NotConnected:
            # Renewed once TWS is back, unless it never began.
            if not is_renewal:
                self._drop(stream)
            raise
        except TradingError as error:
            self._drop(stream)
            if is_renewal:
                code = error.code if isinstance(error.code, int) else 0
                self._trouble(stream, code, error.text or error.sentence)
            raise
        if past.note is not None:
            self._drop(stream)
            return
        stream.bars = bars
        if is_renewal:
            self._tell(stream, [bar for bar in bars if epoch(bar.date) >= stream.last_told])
        else:
            stream.last_told = epoch(bars[-1].date) if bars else 1

    def _tell(self, stream: Stream, bars: list[ib_async.BarData]) -> None:
        for row in map(bar_row, bars):
            stream.news[row["time"]] = row

    def _drop(self, stream: Stream) -> None:
        self._streams = {key: one for key, one in self._streams.items() if one is not stream}

    def _trouble(self, stream: Stream, code: int, text: str) -> None:
        message = self._codes.message(code, text, datetime.now(UTC))
        trouble = {name: message[name] for name in ("code", "text", "meaning", "next")}
        self._troubles.append(stream.payload | {"bar": None, "trouble": trouble})


def _may_be_live(question: BarQuestion) -> bool:
    return question.what in MAY_BE_LIVE and question.bar_seconds >= SHORTEST_LIVE


def _looked_at(opening: asyncio.Task[None]) -> None:
    """Of a renewal nobody may be waiting: its error is not left unread."""
    if not opening.cancelled():
        opening.exception()
