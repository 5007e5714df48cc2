"""Which subscriptions have a line: opened within the budget and the pace, and who gives way.

It knows no prices and no codes; `quotes.py` decides what is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import ib_async

from ib.market_data.lines import Lines
from ib.market_data.quote_rows import DELAYED
from ib.market_data.subscription import Subscription
from ib.wire import Wire
from trading.ib_objects import contract_row
from trading.refusals import Busy, NotConnected

# So many lines may be for others: then the user's own page and positions never go without.
MAX_LENT = 30
ALL_IN_USE = "Every line of market data that this feed has is in use"
# A page renews its looks every 20 seconds; who has missed that gives way to another page's look.
RENEWED_SECONDS = 25.0
MOST_QUEUED = 3  # messages that may wait at IB's pace; then a new line waits outside


class QuoteLines:
    """Subscriptions by conId, least recently looked at first. It belongs to the reader's loop."""

    def __init__(self, lines: Lines, clock: Callable[[], float]) -> None:
        self.lines = lines
        lines.give_way = self._give_way
        self._clock = clock
        self._over: list[int] = []  # lines that TWS has ended and nobody has closed here yet
        self._ones: dict[int, Subscription] = {}
        self._by_id: dict[int, Subscription] = {}
        self._by_ticker: dict[ib_async.Ticker, Subscription] = {}

    def __iter__(self) -> Iterator[Subscription]:
        return iter(list(self._ones.values()))

    def get(self, con_id: int) -> Subscription | None:
        return self._ones.get(con_id)

    def of_line(self, req_id: int) -> Subscription | None:
        return self._by_id.get(req_id)

    def of_ticker(self, ticker: ib_async.Ticker) -> Subscription | None:
        """None for the late ticks of a line that is closed."""
        return self._by_ticker.get(ticker)

    def look(self, contract: ib_async.Contract, *, lent: bool = False) -> Subscription:
        """The contract's subscription, looked at now."""
        one, now = self._ones.pop(contract.conId, None), self._clock()
        if one is None:
            one = Subscription(contract, contract_row(contract), now, is_lent=lent)
        self._ones[contract.conId] = one  # at the end: it is the most recent
        one.looked_at, one.is_lent = now, one.is_lent and lent
        return one

    def open(self, wire: Wire, one: Subscription, *, renews: bool = False) -> bool:
        """Open its line now, or soon when every one is in use for a moment; False: none is free.

        `renews`: only what has missed its renewal gives way.
        """
        if not self.has_room(wire, one, renews=renews):
            return False
        one.retry_at = self._clock()  # the next sweep tries again
        if wire.queue_length() <= MOST_QUEUED:
            self._open(wire, one)
        return True

    def end(self, wire: Wire, one: Subscription) -> None:
        """Nobody wants it, or another has its place: cancelled on the wire."""
        req_id = one.req_id
        self.forget(one)
        one.tell(Busy(ALL_IN_USE))
        if req_id is not None:
            wire.close_line(req_id)

    def forget(self, one: Subscription) -> None:
        self.forget_line(one)
        self._ones.pop(one.con_id, None)

    def forget_line(self, one: Subscription) -> None:
        """It is closed, or the connection is gone."""
        if self._detach(one):
            self.lines.give_back()

    def end_line(self, one: Subscription) -> None:
        """TWS has ended it: it is to be closed here as well."""
        self._over += [] if one.req_id is None else [one.req_id]
        self.forget_line(one)

    def close_ended(self, wire: Wire) -> None:
        over, self._over = self._over, []
        for req_id in over:
            wire.close_line(req_id, is_over=True)

    def forget_ended(self) -> None:
        """The connection is gone: in the next one their numbers are those of others."""
        self._over = []

    def _detach(self, one: Subscription) -> bool:
        """Whether it had a line; that still counts as used."""
        if one.req_id is None or one.ticker is None:
            return False
        del self._by_id[one.req_id], self._by_ticker[one.ticker]
        one.req_id = one.ticker = None
        return True

    def _give_way(self, wire: Wire, lent: bool) -> bool:
        """A snapshot takes a stream's line; it is opened again when one is free.

        It is the one that was looked at least recently, lent ones first; no held one, and none
        whose first price is waited for. A snapshot for others takes no own stream's line.
        """
        may = [
            one
            for one in self._ones.values()
            if one.req_id is not None
            and not (one.is_held or one.is_waited_for or (lent and not one.is_lent))
        ]
        if not may:
            return False
        victim = next((one for one in may if one.is_lent), may[0])
        req_id = victim.req_id
        assert req_id is not None
        self._detach(victim)
        wire.close_line(req_id)
        victim.retry_at = self._clock()
        return True

    def _open(self, wire: Wire, one: Subscription) -> None:
        if one.req_id is not None:  # another session had the data: a new request for it
            req_id = one.req_id
            self.forget_line(one)
            wire.close_line(req_id)
        if not self.lines.take():
            return
        try:
            if one.has_asked_delayed:
                wire.reqMarketDataType(DELAYED)
            line = wire.open_line(one.contract)
        except ConnectionError as error:
            self.lines.give_back()
            raise NotConnected(str(error)) from error
        one.req_id, one.ticker = line.req_id, line.ticker
        self._by_id[line.req_id] = self._by_ticker[line.ticker] = one
        one.retry_at = None

    def has_room(self, wire: Wire, one: Subscription, *, renews: bool) -> bool:
        """Whether a line is free, or soon will be; the least recently looked at gives way."""
        if one.req_id is not None:
            return True
        has_many = self._has_many(one)
        if self.lines.has_room and not has_many:
            return True
        victim = None if one.is_held and has_many else next(self._victims(one, renews), None)
        if victim is not None:
            self.end(wire, victim)
        is_soon = self.lines.streams < self.lines.cap  # snapshots have the rest
        return victim is not None or (is_soon and not has_many)

    def _has_many(self, one: Subscription) -> bool:
        """Whether its kind has all the lines that it may have."""
        streams = [each for each in self._ones.values() if each.req_id is not None]
        if one.is_lent:
            return sum(each.is_lent for each in streams) >= MAX_LENT
        return one.is_held and sum(each.is_held for each in streams) >= self.lines.most_held

    def _victims(self, one: Subscription, renews: bool) -> Iterator[Subscription]:
        """Whose line ends first: a lent one, then the least recently looked at that is not held.

        Whoever waits for a first price keeps a lent line, unless the user here needs it.
        """
        others = [
            each for each in self._ones.values() if each.req_id is not None and each is not one
        ]
        yield from (
            each for each in others if each.is_lent and not (one.is_lent and each.is_waited_for)
        )
        if not one.is_lent:
            latest = self._clock() - (RENEWED_SECONDS if renews else 0)
            yield from (
                each
                for each in others
                if not each.is_lent and not each.is_held and each.looked_at <= latest
            )
