"""A contract's past: bars, asked for within IB's pacing and kept for as long as they are news."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any

import ib_async

from ib.market_data.asking import Asking
from ib.market_data.history_pace import IDENTICAL_SECONDS, PATIENCE_SECONDS, HistoryPace, Terms
from ib.single_flight import SingleFlight
from ib.wire import Wire
from trading.bars import BarQuestion, usual_price
from trading.ib_objects import number
from trading.refusals import Busy, NoAnswer, RejectedByIB
from trading.sessions import parse_sessions, sessions_since

# IB's limit is 50 requests at once; the rest of them may be live (`ib/market_data/bar_streams.py`).
MOST_AT_ONCE = 30
# A third of a bar is no news for a chart; nothing is kept longer than five minutes.
LONGEST_KEPT_SECONDS = 300.0
# IB answers 162 for everything that history may lack; its text tells them apart.
SERVICE_ERROR = 162
NO_SUCH_REQUEST = 366  # the answer to a cancel that came too late
NO_DATA, TOO_FAST = "no data", "pacing violation"
# Shading further back would be a guess about too many holidays.
LONGEST_PROJECTED = timedelta(days=15)
PACED = "IB says that history was asked for too fast"


@dataclass(frozen=True, slots=True)
class Past:
    """Rows {time (epoch s), open, high, low, close, volume}, oldest first; `note` is IB's text
    when it answered that there are none."""

    rows: tuple[dict[str, Any], ...]
    note: str | None = None


class History:
    """Answers by question. It belongs to the reader's loop."""

    def __init__(self, asking: Asking, pace: HistoryPace) -> None:
        self._asking = asking
        self._pace = pace
        self._known = SingleFlight[Past]()
        self._refused: dict[tuple[object, ...], tuple[float, RejectedByIB]] = {}  # until when
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._cancelled: deque[int] = deque(maxlen=200)

    async def bars(self, wire: Wire, contract: ib_async.Contract, question: BarQuestion) -> Past:
        """The bars of a resolved contract; what is known already, or one request to TWS.

        Raises Busy with the seconds to wait when IB's pacing allows none soon, else as `Asking`.
        """
        question = priced(contract, replace(question, is_live=False))

        async def ask() -> Past:
            async with self._places:
                return (await self.fetch(wire, contract, question))[1]

        return await self._known.ask(_key(contract, question), ask, kept_seconds(question))

    async def fetch(
        self,
        wire: Wire,
        contract: ib_async.Contract,
        question: BarQuestion,
        patience: float = PATIENCE_SECONDS,
    ) -> tuple[ib_async.BarDataList, Past]:
        """One request, when its turn has come; the answer is known from then on. As `bars`."""
        key = _key(contract, question)
        self._refuse_again(key)
        await self._pace.turn(Terms(key, contract.conId, question.what), patience)
        try:
            bars, past = await self._ask(wire, contract, question)
        except RejectedByIB as error:
            self._refused[key] = monotonic() + IDENTICAL_SECONDS, error
            raise
        self._known.put(key, past, kept_seconds(question))
        return bars, past

    def end(self, wire: Wire, bars: ib_async.BarDataList) -> None:
        """Cancel the request at TWS, which answers with 162."""
        self._cancelled.append(bars.reqId)
        with suppress(ConnectionError):  # TWS is away: it knows the request no more
            wire.end_bars(bars)

    def is_own_cancel(self, req_id: int, code: int) -> bool:
        """Whether an error only confirms what was cancelled here: no news for anybody."""
        return code in (SERVICE_ERROR, NO_SUCH_REQUEST) and req_id in self._cancelled

    def _refuse_again(self, key: tuple[object, ...]) -> None:
        """What IB refused a moment ago may not be asked yet: its reason is told again."""
        now = monotonic()
        self._refused = {k: known for k, known in self._refused.items() if known[0] > now}
        if key in self._refused:
            known = self._refused[key][1]
            raise RejectedByIB(known.sentence, code=known.code, text=known.text)

    async def _ask(
        self, wire: Wire, contract: ib_async.Contract, question: BarQuestion
    ) -> tuple[ib_async.BarDataList, Past]:
        bars = wire.new_bars()

        def request() -> Awaitable[Any]:
            return wire.request_bars(bars, contract, question)

        try:
            await self._asking.answer(request)
        except (NoAnswer, asyncio.CancelledError):
            self.end(wire, bars)
            raise
        except RejectedByIB as error:
            wire.forget_bars(bars)
            return bars, self._nothing(error)
        return bars, Past(tuple(map(bar_row, bars)))

    def _nothing(self, error: RejectedByIB) -> Past:
        """162 that there is no data is an answer; raises what is none."""
        text = (error.text or "").lower()
        if error.code == SERVICE_ERROR and NO_DATA in text:
            return Past((), error.text)
        if error.code == SERVICE_ERROR and TOO_FAST in text:
            self._pace.on_violation()
            raise Busy(PACED, int(IDENTICAL_SECONDS)) from error
        raise error


def priced(contract: ib_async.Contract, question: BarQuestion) -> BarQuestion:
    """The question with the price that the contract usually has, when none is named."""
    return replace(question, what=question.what or usual_price(contract.secType))


def kept_seconds(question: BarQuestion) -> float:
    return max(IDENTICAL_SECONDS + 1, min(question.bar_seconds / 3, LONGEST_KEPT_SECONDS))


def bar_row(bar: ib_async.BarData) -> dict[str, Any]:
    """What IB has not sent is None; it sends -1 for the volume of bars that are no trades."""
    prices = {name: number(getattr(bar, name)) for name in ("open", "high", "low", "close")}
    volume = number(bar.volume)
    is_known = volume is not None and volume >= 0
    return {"time": epoch(bar.date), **prices, "volume": volume if is_known else None}


def shown_sessions(
    details: ib_async.ContractDetails, question: BarQuestion, rows: tuple[dict[str, Any], ...]
) -> list[dict[str, Any]]:
    """When the contract trades: as IB says it, and under bars within a day also for their days."""
    zone = details.timeZoneId
    sessions = parse_sessions(details.tradingHours, details.liquidHours, zone)
    if question.is_intraday and rows:
        first = datetime.fromtimestamp(rows[0]["time"], UTC)
        since = max(first, datetime.fromtimestamp(rows[-1]["time"], UTC) - LONGEST_PROJECTED)
        sessions = sessions_since(sessions, since, zone)
    return [session.to_payload() for session in sessions]


def epoch(moment: date | datetime) -> int:
    """Epoch seconds; a daily bar's date is midnight UTC of that day."""
    if isinstance(moment, datetime):
        return int(moment.timestamp())
    return (moment - date(1970, 1, 1)).days * 86_400


def _key(contract: ib_async.Contract, question: BarQuestion) -> tuple[object, ...]:
    asked = (question.bar_size, question.duration, question.what, question.is_regular)
    return (contract.conId, *asked)
