"""What the reader knows that matters to an order: its contract's rules, the position, the money.

It asks TWS about a contract once in a connection's life and keeps what TWS pushes about positions
and accounts. It may not judge an order: that is `trading/risk.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import ib_async

from ib.market_data.contracts import Contracts
from ib.market_data.quotes import Quotes
from ib.single_flight import SingleFlight
from ib.wire import Wire
from trading.account_words import plain_tag
from trading.contracts import Contract
from trading.ib_objects import number
from trading.price_rules import PriceRule
from trading.refusals import TradingError
from trading.risk import OrderFacts

T = TypeVar("T")
Quote = dict[str, Any]

FACTS_SECONDS = 3.0  # for everything together: an order waits for it
RULE_PART = 2 / 3  # of it; a market rule that TWS does not know stays without an answer
KEPT = float("inf")
# A combination has no contract details of its own.
WITHOUT_DETAILS = frozenset({"BAG"})
NET_LIQUIDATION, EXCHANGE_RATE = "NetLiquidation", "ExchangeRate"
# How old a quote is when it arrives. IB delays by 15 minutes or more; a frozen quote is the last
# one before the close, whenever that was.
DELAY_SECONDS = {"live": 0.0, "delayed": 900.0}


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What TWS says about one contract on one exchange."""

    con_id: int
    symbol: str
    currency: str
    price_rule: PriceRule | None
    size_increment: Decimal | None
    multiplier: Decimal | None


@dataclass(slots=True)
class Heard:
    """Everything heard on one connection. A new connection begins a new one, so that a thread that
    reads it never sees half of it emptied."""

    accounts: tuple[str, ...] = ()  # whose positions TWS has listed
    contracts: dict[Hashable, ContractFacts] = field(default_factory=dict)
    positions: dict[tuple[str, int], Decimal] = field(default_factory=dict)  # account, conId
    net_liquidation: dict[str, tuple[Decimal | None, str]] = field(default_factory=dict)
    rates: dict[tuple[str, str], Decimal | None] = field(default_factory=dict)  # to the base
    daily_pnl: dict[str, Decimal | None] = field(default_factory=dict)

    def account(self, name: str | None) -> str | None:
        """The account that is meant, if its positions are known; a lone one need not be named."""
        if name is None and len(self.accounts) == 1:
            return self.accounts[0]
        return name if name in self.accounts else None


class KnownFacts:
    """Facts by contract and account. `known` may be called in any thread, all else in the loop."""

    def __init__(
        self,
        contracts: Contracts,
        quotes: Quotes,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: float = FACTS_SECONDS,
    ) -> None:
        self._contracts = contracts
        self._quotes = quotes
        self._now = now
        self._seconds = seconds
        self._heard = Heard()
        self._rules = SingleFlight[PriceRule | None](KEPT)

    # The connection's life.

    def begin(self) -> None:
        """Forget the last connection: from now on nothing is known."""
        self._heard = Heard()
        self._rules.forget()

    def on_listed(self, accounts: tuple[str, ...]) -> None:
        """TWS has listed all positions: what is not among them is zero."""
        self._heard.accounts = accounts

    def on_position(self, position: ib_async.Position) -> None:
        size = _decimal(position.position) or Decimal(0)
        self._heard.positions[position.account, position.contract.conId] = size

    def on_value(self, value: ib_async.AccountValue) -> None:
        amount = _decimal(value.value)
        if value.tag == NET_LIQUIDATION:
            self._heard.net_liquidation[value.account] = amount, value.currency
        elif plain_tag(value.tag) == EXCHANGE_RATE:
            self._heard.rates[value.account, value.currency] = amount

    def on_pnl(self, pnl: ib_async.PnL) -> None:
        self._heard.daily_pnl[pnl.account] = _decimal(pnl.dailyPnL)

    # Facts.

    def known(self, contract: Contract, account: str | None) -> OrderFacts | None:
        """The facts without a quote, at once; None while TWS was not asked about the contract."""
        heard = self._heard
        about = heard.contracts.get(_key(contract))
        return _facts(heard, contract, account, about, None, None) if about else None

    async def ask(
        self, wire: Wire, contract: Contract, account: str | None, wants_quote: bool
    ) -> OrderFacts:
        """All facts that can be had within three seconds; everything else is None."""
        heard, quote = self._heard, None
        about = heard.contracts.get(_key(contract))
        if contract.sec_type not in WITHOUT_DETAILS and (wants_quote or about is None):
            deadline = asyncio.get_running_loop().time() + self._seconds
            about, quote = await asyncio.gather(
                _in_time(deadline, self._learn(wire, contract, heard)),
                _in_time(deadline, self._quote(wire, contract, wants_quote)),
            )
        return _facts(heard, contract, account, about, quote, self._age(quote))

    async def _learn(self, wire: Wire, contract: Contract, heard: Heard) -> ContractFacts:
        about = heard.contracts.get(_key(contract))
        if about is not None:
            return about
        details = await self._contracts.details(wire, contract)
        found = details.contract
        assert found is not None
        rule_id = _rule_id(details, contract.exchange or found.exchange)
        about = ContractFacts(
            con_id=found.conId,
            symbol=found.symbol,
            currency=found.currency,
            price_rule=await self._rule(wire, rule_id) if rule_id else None,
            size_increment=_positive(details.sizeIncrement),
            multiplier=_positive(found.multiplier) if found.multiplier else Decimal(1),
        )
        heard.contracts[_key(contract)] = about
        return about

    async def _rule(self, wire: Wire, rule_id: int) -> PriceRule | None:
        return await self._rules.ask(rule_id, lambda: self._fetch_rule(wire, rule_id))

    async def _fetch_rule(self, wire: Wire, rule_id: int) -> PriceRule | None:
        try:
            async with asyncio.timeout(self._seconds * RULE_PART):
                rows = await wire.fetch_market_rule(rule_id)
        except (TimeoutError, ConnectionError):
            return None
        return PriceRule.from_rows((row.lowEdge, row.increment) for row in rows)

    async def _quote(self, wire: Wire, contract: Contract, is_wanted: bool) -> Quote | None:
        if not is_wanted:
            return None
        resolved = await self._contracts.resolve(wire, contract)
        return await self._quotes.quote(wire, resolved)

    def _age(self, quote: Quote | None) -> float | None:
        """How many seconds ago the quote was true."""
        delay = DELAY_SECONDS.get(quote["marketDataType"]) if quote else None
        if quote is None or delay is None:
            return None
        age = (self._now() - datetime.fromisoformat(quote["time"])).total_seconds()
        return age + delay if age >= 0 else None  # the clock was set back: nobody knows


def _facts(
    heard: Heard,
    contract: Contract,
    account: str | None,
    about: ContractFacts | None,
    quote: Quote | None,
    quote_age: float | None,
) -> OrderFacts:
    name = heard.account(account)
    prices = quote or {}
    return OrderFacts(
        con_id=about.con_id if about else None,
        min_tick_rules=about.price_rule if about else None,
        size_increment=about.size_increment if about else None,
        multiplier=about.multiplier if about else None,
        bid=_decimal(prices.get("bid")),
        ask=_decimal(prices.get("ask")),
        last=_decimal(prices.get("last")),
        quote_age=quote_age,
        position=_position(heard, name, about.con_id if about else contract.con_id),
        net_liquidation=_worth(heard, name, about.currency if about else contract.currency),
        daily_pnl=heard.daily_pnl.get(name) if name else None,
        symbol=about.symbol if about else None,
    )


def _position(heard: Heard, account: str | None, con_id: int) -> Decimal | None:
    return heard.positions.get((account, con_id), Decimal(0)) if account and con_id else None


def _worth(heard: Heard, account: str | None, currency: str) -> Decimal | None:
    """The account's net liquidation in this currency; None without an exchange rate for it.

    TWS tells each rate as the worth of one unit of the currency in the account's base currency.
    """
    amount, base = heard.net_liquidation.get(account or "", (None, ""))
    if amount is None or base == currency:
        return amount
    rate = heard.rates.get((account or "", currency))
    return amount / rate if rate else None


def _key(contract: Contract) -> Hashable:
    """A contract's rules depend on the exchange too."""
    return (contract.con_id, contract.exchange) if contract.con_id else contract


def _rule_id(details: ib_async.ContractDetails, exchange: str) -> int | None:
    """The market rules stand in the order of the exchanges (IB's ContractDetails)."""
    exchanges, rules = details.validExchanges.split(","), details.marketRuleIds.split(",")
    rule = dict(zip(exchanges, rules, strict=False)).get(exchange, "")
    return int(rule) if rule.isdecimal() else None


async def _in_time(deadline: float, answer: Awaitable[T]) -> T | None:
    """The answer, or None when it cannot be had or comes too late."""
    try:
        async with asyncio.timeout_at(deadline):
            return await answer
    except (TimeoutError, ConnectionError, TradingError):
        return None


def _decimal(value: Any) -> Decimal | None:
    """A finite number that IB has set, as it prints; else None."""
    try:
        known = number(float(value)) if value not in (None, "") else None
    except ValueError:
        return None
    return None if known is None else Decimal(str(value))


def _positive(value: Any) -> Decimal | None:
    known = _decimal(value)
    return known if known and known > 0 else None
