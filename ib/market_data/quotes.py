"""Live quotes: one line per contract however many look at it, within the budget of lines.

A look is a lease of 60 seconds, renewed by asking again; what nobody looks at is cancelled on the
wire. Held positions keep their lines. Delayed data is asked for (type 3): TWS answers with live
data where the account has it and says which it is. What a refusal means for a line stands in
`trading/data_codes.py`; no old price is ever shown as a new one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Set
from time import monotonic
from typing import NoReturn

import ib_async

from ib.market_data.line_errors import LineErrors
from ib.market_data.lines import Lines
from ib.market_data.quote_lines import ALL_IN_USE, QuoteLines
from ib.market_data.quote_rows import DATA_TYPES, Row
from ib.market_data.subscription import Subscription
from ib.market_data.troubles import Trouble, error_of
from ib.wire import Wire
from trading.ib_errors import CodeTable
from trading.refusals import Busy, NoAnswer, NotConnected, TradingError

NO_PRICE = "TWS sent no price in time; the market may be closed"
FIRST_TICK_SECONDS = 5.0
LIVE = 1
SHOWS_DELAYED = 10167


class Quotes:
    """It belongs to the reader's loop.

    A line is lent while only other users of the relay have wanted it: it gives way first, never
    takes an own line's place, and its changes are nobody's here.
    """

    def __init__(
        self,
        codes: CodeTable,
        lines: Lines | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.lines = lines or Lines()
        self.news = asyncio.Event()  # something has changed that `take_changed` gives
        self._clock = clock
        self._all = QuoteLines(self.lines, clock)
        self._errors = LineErrors(codes, self._all, clock)
        self._changed: dict[Subscription, None] = {}

    def __contains__(self, con_id: int) -> bool:
        """Whether it is watched here; a lent line is not."""
        one = self._all.get(con_id)
        return one is not None and not one.is_lent

    @property
    def held(self) -> set[int]:
        return {one.con_id for one in self._all if one.is_held}

    # Looks.

    async def quote(self, wire: Wire, contract: ib_async.Contract, *, lent: bool = False) -> Row:
        """The newest quote; the first one is waited for.

        With prices from before and a trouble now it has both. Raises RejectedByIB, Busy or
        NoAnswer when there are no prices to show.
        """
        one = self._all.look(contract, lent=lent)
        if one.req_id is None:
            one.has_asked_delayed, one.trouble = False, None
            self._open(wire, one)
        if not one.is_fresh:
            await self._first_price(one)
        row = one.row()
        assert row is not None
        return row

    def watch(self, wire: Wire, contract: ib_async.Contract, *, lent: bool = False) -> Row | None:
        """A page shows it: renew the look. Its quote as far as it is known now.

        Raises Busy when no line is free, RejectedByIB when TWS gives nothing.
        """
        one = self._all.look(contract, lent=lent)
        if one.req_id is None and one.retry_at is None:
            self._open_soon(wire, one)
        row = one.row()
        if row is None and one.is_blocked:
            raise error_of(one.trouble)
        return row

    def fresh(self, con_id: int) -> Row | None:
        """The quote that a running line has brought; None when there is none."""
        one = self._all.get(con_id)
        return one.row() if one and one.is_fresh and not one.is_blocked else None

    def hold(self, contracts: Iterable[ib_async.Contract], magnifier: int = 1) -> None:
        """Held contracts keep their lines whether anybody looks or not."""
        for contract in contracts:
            one = self._all.get(contract.conId) or self._all.look(contract)
            one.is_held, one.is_lent, one.magnifier = True, False, magnifier
            self._mark(one)
            if one.req_id is None and one.retry_at is None:
                one.retry_at = self._clock()

    def release(self, held: Set[int]) -> None:
        """Nothing but these (conIds) is held any more: from now on the rest needs looks."""
        for one in self._all:
            if one.is_held and one.con_id not in held:
                one.is_held, one.looked_at = False, self._clock()

    # The connection's life.

    def clear(self, reason: str) -> None:
        """The connection is gone, and its lines with it. Looks outlive it, loans do not."""
        for one in self._all:
            if one.is_lent:
                self._all.forget(one)
            self._all.forget_line(one)
            one.shown = one.trouble = one.retry_at = None
            one.tell(NotConnected(reason))
        self._all.forget_ended()
        self._changed.clear()

    def resume(self) -> None:
        """A new connection, or TWS has forgotten all lines (1101): they are opened again."""
        self.lines.reset()
        for one in self._all:
            self._all.end_line(one)
            one.retry_at, one.has_asked_delayed = self._clock(), False

    def sweep(self, wire: Wire) -> list[Subscription]:
        """Several times a second: end what nobody looks at; gives what can be opened now."""
        now = self._clock()
        self._errors.look_again()
        self._all.close_ended(wire)
        due: list[Subscription] = []
        for one in self._all:
            if not one.is_wanted(now):
                self._all.end(wire, one)
            elif one.retry_at is not None and one.retry_at <= now:
                due.append(one)
        self.lines.stream_waits(len(due))
        due.sort(key=lambda each: not each.is_waited_for)
        return due[: self.lines.places]

    def open_due(self, wire: Wire, one: Subscription) -> ib_async.Ticker | None:
        """The Ticker of its new line, if it is still wanted; without a line it waits."""
        is_due = one.retry_at is not None and one.retry_at <= self._clock()
        if not is_due or self._all.get(one.con_id) is not one:
            return None
        if not self._all.open(wire, one, renews=not one.is_waited_for):
            self._errors.no_line(one)
        elif one.req_id is not None and not one.is_blocked:
            one.trouble = None
        return one.ticker if one.retry_at is None else None

    # What TWS says.

    def on_ticks(self, tickers: Iterable[ib_async.Ticker]) -> None:
        for ticker in tickers:
            one = self._all.of_ticker(ticker)
            if one is None:
                continue
            one.shown = ticker
            if one.is_blocked:  # the data is back
                one.trouble = one.retry_at = None
            if one.first_tick is not None and one.is_fresh:
                one.tell()
            self._changed[one] = None
        if self._changed:
            self.news.set()

    def on_data_type(self, req_id: int, kind: int) -> None:
        """TWS says which type of data the line brings from now on."""
        one = self._all.of_line(req_id)
        if one is None:
            return
        if kind == LIVE and one.trouble and one.trouble.code == SHOWS_DELAYED:
            one.trouble = None
        self._mark(one)

    def on_error(self, req_id: int, code: int, text: str) -> None:
        """TWS said something about a line: by the table it goes on, or is tried again, or ends."""
        one = self._all.of_line(req_id)
        if one is not None and self._errors.hear(one, code, text):
            self._mark(one)

    # What is told.

    def take_changed(self) -> list[tuple[Subscription, Row]]:
        """The own quotes that have changed since the last call."""
        changed, self._changed = self._changed, {}
        self.news.clear()
        own = (one for one in changed if not one.is_lent and self._all.get(one.con_id) is one)
        return [(one, row) for one in own if (row := one.row()) is not None]

    def received(self) -> Counter[str]:
        """How many lines bring which type of data now."""
        live = (one.shown for one in self._all if one.is_fresh and not one.is_blocked)
        return Counter(DATA_TYPES.get(t.marketDataType, "live") for t in live if t is not None)

    def trouble(self) -> Trouble | None:
        """What concerns all quotes: another session has them, or no line brings anything."""
        own = [one for one in self._all if not one.is_lent]
        blocked = [one.trouble for one in own if one.is_blocked and one.trouble]
        competing = [each for each in blocked if each.effect == "competing"]
        return next(iter(competing or (blocked if len(blocked) == len(own) else ())), None)

    def lines_payload(self) -> Row:
        held = sum(one.is_held and one.req_id is not None for one in self._all)
        return {"used": self.lines.used, "cap": self.lines.cap, "held": held}

    # Inside.

    async def _first_price(self, one: Subscription) -> None:
        """Wait for it. With a trouble, prices from before are enough: there are no new ones."""
        try:
            if one.is_blocked and one.req_id is not None:
                raise error_of(one.trouble)
            async with asyncio.timeout(FIRST_TICK_SECONDS):
                await asyncio.shield(one.next_tick())
        except (TimeoutError, TradingError) as error:
            has_ticked = one.shown is not None and one.shown is one.ticker
            if has_ticked or (one.shown is not None and one.is_blocked):
                return
            if isinstance(error, TradingError):
                raise
            raise (error_of(one.trouble) if one.trouble else NoAnswer(NO_PRICE)) from None

    def _open(self, wire: Wire, one: Subscription) -> None:
        """Now. Busy, and the look forgotten, when no line is free."""
        if not self._all.open(wire, one):
            self._refuse_look(one)

    def _open_soon(self, wire: Wire, one: Subscription) -> None:
        """By the next sweep, so that a page of a hundred contracts keeps to the pace."""
        if not self._all.has_room(wire, one, renews=True):
            self._refuse_look(one)
        one.retry_at = self._clock()

    def _refuse_look(self, one: Subscription) -> NoReturn:
        if not one.is_held:
            self._all.forget(one)
        raise Busy(ALL_IN_USE)

    def _mark(self, one: Subscription) -> None:
        self._changed[one] = None
        self.news.set()
