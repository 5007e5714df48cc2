"""The underlying of a chain: which contract it is, and its price. Live testing 3.1, step by step.

1. The contract is resolved first (conId, primaryExchange).
2. Its price is asked for with the resolved contract.
3. When that fails, it is asked for by symbol, SMART and currency.
4. On error 200 it is asked for once more with delayed data; then the usual type holds again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ib_async

from ib.market_data.asking import NO_DEFINITION
from ib.market_data.contracts import Contracts
from ib.market_data.pace import Pace
from ib.market_data.quote_rows import DATA_TYPES, DELAYED
from ib.market_data.secdef_farm import SecdefFarm, Tell
from ib.market_data.snapshots import Snapshot, Snapshots
from ib.wire import Wire
from trading.contracts import Contract
from trading.ib_objects import contract_row, number
from trading.options import SMART
from trading.refusals import NoAnswer, NotConnected, Refused, TradingError
from trading.snapshots import iso

PRICE_SECONDS = 6.0
NO_PRICE = "TWS sent no price of the underlying in time"


@dataclass(frozen=True, slots=True)
class UnderlyingPrice:
    """`came_from` is last, mid or close; `price` None when TWS has none of them now."""

    price: float | None
    came_from: str | None
    data_type: str | None
    time: datetime

    def to_payload(self) -> dict[str, Any]:
        return {
            "price": self.price,
            "priceFrom": self.came_from,
            "marketDataType": self.data_type,
            "time": iso(self.time),
        }


class Underlyings:
    """`data_type` is the market data type that this connection asks for otherwise."""

    def __init__(
        self,
        contracts: Contracts,
        snapshots: Snapshots,
        pace: Pace,
        farm: SecdefFarm,
        data_type: Callable[[], int],
    ) -> None:
        self._contracts = contracts
        self._snapshots = snapshots
        self._pace = pace
        self._farm = farm
        self._data_type = data_type

    async def details(self, wire: Wire, contract: Contract, tell: Tell) -> ib_async.ContractDetails:
        """Step 1. Raises NotFound (error 200), NoAnswer, Refused when there are several."""

        async def question() -> ib_async.ContractDetails:
            turn = await self._pace.turn(wire)
            try:
                return await self._contracts.details(wire, contract)
            finally:
                turn.answered()

        return await self._farm.ask(question, tell)

    async def price(
        self, wire: Wire, resolved: ib_async.Contract | None, contract: Contract
    ) -> UnderlyingPrice:
        """Steps 2 to 4; `resolved` is None when step 1 failed."""
        named = _named(contract, resolved)
        error: TradingError = NoAnswer(NO_PRICE)
        codes = set()
        for asked in (resolved, named):
            if asked is None:
                continue
            try:
                return await self._price(wire, asked)
            except (NotConnected, Refused):
                raise
            except TradingError as failed:
                error = failed
                codes.add(failed.code)
        again = resolved or named
        if NO_DEFINITION not in codes or again is None:
            raise error
        return await self._delayed_price(wire, again)

    async def _delayed_price(self, wire: Wire, contract: ib_async.Contract) -> UnderlyingPrice:
        """Step 4: an account may have delayed and no real-time data of the stock."""
        await self._pace.turn(wire)
        wire.reqMarketDataType(DELAYED)
        try:
            return await self._price(wire, contract)
        finally:
            if wire.isConnected():
                wire.reqMarketDataType(self._data_type())

    async def _price(self, wire: Wire, contract: ib_async.Contract) -> UnderlyingPrice:
        """The first price that comes; its snapshot may run on for seconds."""
        snapshot = self._snapshots.start(wire, contract)
        try:
            async with asyncio.timeout(PRICE_SECONDS):
                while not snapshot.is_over and not _is_enough(snapshot):
                    snapshot.changed.clear()
                    await snapshot.changed.wait()
        except TimeoutError:
            pass  # a close alone will do
        finally:
            snapshot.give_up()
        found = price_of(snapshot)
        if found.price is None and snapshot.error:
            raise snapshot.error
        if found.price is None and not snapshot.is_over:
            raise NoAnswer(NO_PRICE)
        return found


def price_of(snapshot: Snapshot) -> UnderlyingPrice:
    """Last, else the middle of bid and ask, else the last close."""
    ticker, now = snapshot.ticker, datetime.now(UTC)
    if ticker is None:
        return UnderlyingPrice(None, None, None, now)
    data_type = DATA_TYPES.get(ticker.marketDataType, "live")
    last, close = _positive(ticker.last), _positive(ticker.close)
    bid, ask = _positive(ticker.bid), _positive(ticker.ask)
    middle = (bid + ask) / 2 if bid and ask else None
    for price, came_from in ((last, "last"), (middle, "mid"), (close, "close")):
        if price:
            return UnderlyingPrice(round(price, 6), came_from, data_type, now)
    return UnderlyingPrice(None, None, data_type, now)


def underlying_row(
    contract: ib_async.Contract | None, price: UnderlyingPrice | None
) -> dict[str, Any]:
    """CHAIN's `underlying`; what is not known is None."""
    nothing = dict.fromkeys(("price", "priceFrom", "marketDataType", "time"))
    shown = {"contract": contract_row(contract) if contract else None}
    return shown | (price.to_payload() if price else nothing)


def for_data(contract: ib_async.Contract) -> ib_async.Contract:
    """The resolved contract as market data is asked for: a stock at SMART, by its conId."""
    return ib_async.Contract(
        conId=contract.conId,
        symbol=contract.symbol,
        secType=contract.secType,
        exchange=SMART if contract.secType == "STK" else contract.exchange,
        primaryExchange=contract.primaryExchange,
        currency=contract.currency,
    )


def _named(contract: Contract, resolved: ib_async.Contract | None) -> ib_async.Contract | None:
    """By symbol, exchange and currency, as somebody types it; None when nobody named a symbol."""
    symbol = contract.symbol or (resolved.symbol if resolved else "")
    if not symbol:
        return None
    exchange = SMART if contract.sec_type == "STK" else contract.exchange
    return ib_async.Contract(
        symbol=symbol, secType=contract.sec_type, exchange=exchange, currency=contract.currency
    )


def _is_enough(snapshot: Snapshot) -> bool:
    return price_of(snapshot).came_from in ("last", "mid")


def _positive(value: float) -> float | None:
    found = number(value)
    return float(found) if found and found > 0 else None
