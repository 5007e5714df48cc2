"""Contract definitions and how a query finds them, as TWS does it.

It may not know prices in motion, accounts or sockets: a catalogue is a fixed set of values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from paper_gateway import catalogue

MATCHING_SYMBOLS_LIMIT = 16
# TWS reports the current day and the next five.
_HOURS_DAYS = 6
# The old name of NASDAQ at IB, which clients still send.
_EXCHANGE_ALIASES = {"ISLAND": "NASDAQ"}
_TEXT_FIELDS = (
    "symbol",
    "sec_type",
    "last_trade_date",
    "right",
    "multiplier",
    "primary_exchange",
    "currency",
    "local_symbol",
    "trading_class",
)


@dataclass(frozen=True, slots=True)
class ContractDefinition:
    """One contract as reqContractDetails tells it, plus what the synthetic market needs.

    `exchange` is where orders go by default (SMART for stocks, IDEALPRO for currency pairs);
    `valid_exchanges`, `order_types` and `market_rule_ids` are IB's comma-separated lists, the
    last one with an entry per exchange. `volatility` is annual, `average_volume` in shares a day.
    """

    con_id: int
    symbol: str
    sec_type: str
    exchange: str
    primary_exchange: str
    currency: str
    local_symbol: str
    trading_class: str
    long_name: str
    min_tick: float
    stock_type: str
    industry: str
    category: str
    subcategory: str
    isin: str
    valid_exchanges: str
    order_types: str
    market_name: str
    time_zone_id: str
    min_size: str
    size_increment: str
    suggested_size_increment: str
    market_rule_ids: str
    reference_price: float
    volatility: float
    average_volume: int
    price_magnifier: int = 1
    multiplier: str = ""
    last_trade_date: str = ""
    strike: float = 0.0
    right: str = ""

    def trading_hours(self, day: date) -> str:
        """IB's hours text from `day` on, in `time_zone_id`.

        The paper gateway's market never closes, so every day is open around the clock.
        """
        days = (day + timedelta(days=offset) for offset in range(_HOURS_DAYS))
        return ";".join(f"{each:%Y%m%d}:0000-{each:%Y%m%d}:2359" for each in days)

    def liquid_hours(self, day: date) -> str:
        """The same as `trading_hours`: the synthetic market is equally liquid at all times."""
        return self.trading_hours(day)

    def trades_on(self, exchange: str) -> bool:
        """True when `exchange` (any spelling TWS accepts, or empty) is one of this contract's."""
        wanted = _exchange_name(exchange)
        return not wanted or wanted == self.exchange or wanted in self.valid_exchanges.split(",")


@dataclass(frozen=True, slots=True)
class ContractQuery:
    """What a client sent as its contract; an empty or zero field matches anything."""

    con_id: int = 0
    symbol: str = ""
    sec_type: str = ""
    last_trade_date: str = ""
    strike: float = 0.0
    right: str = ""
    multiplier: str = ""
    exchange: str = ""
    primary_exchange: str = ""
    currency: str = ""
    local_symbol: str = ""
    trading_class: str = ""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A query that fits several contracts: TWS refuses it with error 200."""

    definitions: tuple[ContractDefinition, ...]


class Catalogue:
    """All contracts the paper gateway knows, in a fixed order."""

    def __init__(self, definitions: Iterable[ContractDefinition]) -> None:
        self._definitions = tuple(definitions)
        self._by_con_id = {each.con_id: each for each in self._definitions}
        if len(self._by_con_id) != len(self._definitions):
            raise ValueError("every conId must be unique")

    @classmethod
    def default(cls) -> Catalogue:
        """US stocks and ETFs, two Canadian listings, and dollar pairs on IDEALPRO."""
        return cls((*_stocks(), *_pairs()))

    @property
    def definitions(self) -> tuple[ContractDefinition, ...]:
        return self._definitions

    def by_con_id(self, con_id: int) -> ContractDefinition | None:
        return self._by_con_id.get(con_id)

    def find(self, query: ContractQuery) -> list[ContractDefinition]:
        """Every contract that agrees with all non-empty fields; text is compared in upper case.

        A conId is not enough when another field contradicts it: then nothing matches, so an
        order for the wrong contract is refused rather than guessed.
        """
        candidates = self._definitions
        if query.con_id:
            definition = self.by_con_id(query.con_id)
            candidates = () if definition is None else (definition,)
        wanted = _wanted(query)
        return [
            each
            for each in candidates
            if each.trades_on(query.exchange)
            and (not query.strike or query.strike == each.strike)
            and all(getattr(each, field).upper() == text for field, text in wanted)
        ]

    def rows(self, query: ContractQuery) -> list[tuple[ContractDefinition, str]]:
        """The (contract, exchange) rows of reqContractDetails.

        One row for a conId or a named exchange; one row per valid exchange for a stock without
        an exchange, as TWS answers it.
        """
        found = self.find(query)
        if query.exchange:
            return [(each, _exchange_name(query.exchange)) for each in found]
        if query.con_id:
            return [(each, each.exchange) for each in found]
        return [
            (each, exchange)
            for each in found
            for exchange in (
                each.valid_exchanges.split(",") if each.sec_type == "STK" else [each.exchange]
            )
        ]

    def resolve(self, query: ContractQuery) -> ContractDefinition | Ambiguous | None:
        """The one contract that an order or a subscription means; None is error 200."""
        found = self.find(query)
        if not found:
            return None
        return found[0] if len(found) == 1 else Ambiguous(tuple(found))

    def matching(self, pattern: str) -> list[ContractDefinition]:
        """Up to 16 contracts for reqMatchingSymbols.

        The exact symbol first, then symbols that begin with the pattern, then names that contain
        it. An empty pattern matches nothing.
        """
        wanted = pattern.strip().upper()
        if not wanted:
            return []
        ranked = [(rank, each) for each in self._definitions if (rank := _rank(each, wanted)) < 3]
        ranked.sort(key=lambda pair: pair[0])
        return [each for _, each in ranked[:MATCHING_SYMBOLS_LIMIT]]


def market_rule(rule_id: int) -> list[tuple[float, float]] | None:
    """The (low edge, price increment) steps of a market rule; None when there is no such rule."""
    steps = catalogue.MARKET_RULES.get(rule_id)
    return None if steps is None else list(steps)


def on_tick(definition: ContractDefinition, price: float) -> bool:
    """True when `price` is a whole number of minimum ticks (to within float noise)."""
    ticks = price / definition.min_tick
    return abs(ticks - round(ticks)) < 1e-6


def round_to_tick(definition: ContractDefinition, price: float) -> float:
    """The nearest price on the tick, as the shortest decimal that names it."""
    ticks = round(price / definition.min_tick)
    return round(ticks * definition.min_tick, tick_decimals(definition.min_tick))


@lru_cache(maxsize=64)
def tick_decimals(min_tick: float) -> int:
    """How many decimals a price on this tick has: 0.01 -> 2, 0.00005 -> 5."""
    exponent = Decimal(str(min_tick)).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _exchange_name(exchange: str) -> str:
    name = exchange.upper()
    return _EXCHANGE_ALIASES.get(name, name)


def _wanted(query: ContractQuery) -> list[tuple[str, str]]:
    wanted = []
    for field in _TEXT_FIELDS:
        text = getattr(query, field).upper()
        if field == "primary_exchange":
            text = _EXCHANGE_ALIASES.get(text, text)
        if text:
            wanted.append((field, text))
    return wanted


def _rank(definition: ContractDefinition, wanted: str) -> int:
    names = (definition.symbol, definition.local_symbol)
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    return 2 if wanted in definition.long_name.upper() else 3


def _stocks() -> list[ContractDefinition]:
    us, fund, canada = (
        ("USD", "COMMON", catalogue.US_EXCHANGES),
        ("USD", "ETF", catalogue.US_EXCHANGES),
        ("CAD", "COMMON", catalogue.CANADIAN_EXCHANGES),
    )
    tables = (
        (catalogue.STOCKS, us),
        (catalogue.FUNDS, fund),
        (catalogue.CANADIAN_STOCKS, canada),
    )
    return [
        _stock(line, *listing) for table, listing in tables for line in table.strip().splitlines()
    ]


def _stock(line: str, currency: str, stock_type: str, exchanges: str) -> ContractDefinition:
    symbol, con_id, isin, primary, sector, price, volatility, millions, name = line.split(None, 8)
    # IB names the class of NASDAQ listings NMS and that of the others by their symbol.
    trading_class = "NMS" if primary == "NASDAQ" else symbol
    industry, category, subcategory = catalogue.SECTORS[sector]
    return ContractDefinition(
        con_id=int(con_id),
        symbol=symbol,
        sec_type="STK",
        exchange="SMART",
        primary_exchange=primary,
        currency=currency,
        local_symbol=symbol,
        trading_class=trading_class,
        long_name=name,
        min_tick=0.01,
        stock_type=stock_type,
        industry=industry,
        category=category,
        subcategory=subcategory,
        isin=isin,
        valid_exchanges=exchanges,
        order_types=catalogue.STOCK_ORDER_TYPES,
        market_name=trading_class,
        time_zone_id="US/Eastern",
        min_size="0.0001",
        size_increment="0.0001",
        suggested_size_increment="100",
        market_rule_ids=",".join("26" for _ in exchanges.split(",")),
        reference_price=float(price),
        volatility=float(volatility),
        average_volume=int(float(millions) * 1_000_000),
    )


def _pairs() -> list[ContractDefinition]:
    return [_pair(*row) for row in catalogue.CURRENCY_PAIRS]


def _pair(
    symbol: str, currency: str, con_id: int, price: float, volatility: float, min_tick: float
) -> ContractDefinition:
    name = f"{symbol}.{currency}"
    return ContractDefinition(
        con_id=con_id,
        symbol=symbol,
        sec_type="CASH",
        exchange="IDEALPRO",
        primary_exchange="",
        currency=currency,
        local_symbol=name,
        trading_class=name,
        long_name=catalogue.CURRENCY_NAMES[symbol],
        min_tick=min_tick,
        stock_type="",
        industry="",
        category="",
        subcategory="",
        isin="",
        valid_exchanges=catalogue.CURRENCY_EXCHANGES,
        order_types=catalogue.CURRENCY_ORDER_TYPES,
        market_name=name,
        time_zone_id="US/Eastern",
        min_size="0.01",
        size_increment="0.01",
        suggested_size_increment="0.01",
        market_rule_ids="240" if currency == "JPY" else "239",
        reference_price=price,
        volatility=volatility,
        average_volume=0,
    )
