"""One contract that somebody looks at: who wants it, its line, its prices, its trouble."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import ib_async

from ib.market_data.quote_rows import Row, has_price, price_of, quote_row
from ib.market_data.troubles import Trouble

LEASE_SECONDS = 60.0


@dataclass(slots=True, eq=False)
class Subscription:
    """`ticker` is of the line that is open; `shown` is the one whose prices are the newest.

    A line that is opened again has a new Ticker: until it ticks the old prices are shown, with
    their old time. `retry_at` is when to open the line again, in seconds of the monotonic clock.
    `magnifier`: so many times the contract's currency are its prices (100 where they are cents).
    """

    contract: ib_async.Contract
    contract_row: Row
    looked_at: float
    is_held: bool = False
    is_lent: bool = False
    magnifier: int = 1
    req_id: int | None = None
    ticker: ib_async.Ticker | None = None
    shown: ib_async.Ticker | None = None
    trouble: Trouble | None = None
    retry_at: float | None = None
    has_asked_delayed: bool = False
    first_tick: asyncio.Future[None] | None = None

    @property
    def con_id(self) -> int:
        return self.contract.conId

    @property
    def is_fresh(self) -> bool:
        """Whether the open line has brought a price."""
        return self.ticker is not None and self.shown is self.ticker and has_price(self.ticker)

    @property
    def is_blocked(self) -> bool:
        """Whether its trouble keeps all prices from it."""
        return self.trouble is not None and not self.trouble.is_partial

    @property
    def price(self) -> float | None:
        """To value a position with, in the contract's currency; None when its line brings none
        now: an old price would take the place of TWS's own valuation."""
        is_running = self.is_fresh and not self.is_blocked
        price = price_of(self.shown) if is_running and self.shown else None
        return None if price is None else price / self.magnifier

    @property
    def is_waited_for(self) -> bool:
        return self.first_tick is not None and not self.first_tick.done()

    def is_wanted(self, now: float) -> bool:
        """Held positions need no look."""
        return self.is_held or self.is_waited_for or now - self.looked_at < LEASE_SECONDS

    def row(self) -> Row | None:
        """The quote as the API shows it; None while there has been no tick at all."""
        if self.shown is None:
            return None
        trouble = self.trouble.to_payload() if self.trouble else None
        return quote_row(self.shown, self.contract_row, trouble=trouble)

    def next_tick(self) -> asyncio.Future[None]:
        """Ends with the first price of the open line, or with why there is none."""
        if self.first_tick is None or self.first_tick.done():
            self.first_tick = asyncio.get_running_loop().create_future()
        return self.first_tick

    def tell(self, error: Exception | None = None) -> None:
        """Whoever waits for the first tick is told."""
        waiting, self.first_tick = self.first_tick, None
        if waiting is None or waiting.done():
            return
        if error is None:
            waiting.set_result(None)
        else:
            waiting.set_exception(error)
            waiting.exception()  # looked at: nobody may be waiting any more
