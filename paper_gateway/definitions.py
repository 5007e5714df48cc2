"""What a contract is, and what a client sends to name one.

May not know the catalogue or prices in motion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from paper_gateway.market_data.hours import ALWAYS_OPEN, Hours

# The old name of NASDAQ at IB, which clients still send.
EXCHANGE_ALIASES = {"ISLAND": "NASDAQ"}


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a combination: how many units one combination buys (negative: sells)."""

    definition: ContractDefinition
    ratio: int
    exchange: str


@dataclass(frozen=True, slots=True)
class Following:
    """Whose price a contract's price is made from: that of ``con_id``, or its inverse.

    ``carry`` is what a year until the last trading instant adds to it (0.04 is 4 %).
    """

    con_id: int
    carry: float = 0.0
    is_inverse: bool = False


@dataclass(frozen=True, slots=True)
class Bond:
    """What only a bond has. ``coupon`` is in percent a year, dates are YYYYMMDD."""

    cusip: str
    coupon: float
    maturity: str
    issued: str
    ratings: str
    kind: str


@dataclass(frozen=True, slots=True)
class ContractDefinition:
    """One contract as reqContractDetails tells it, plus what the synthetic market needs.

    `exchange` is where orders go by default (SMART for stocks, IDEALPRO for currency pairs);
    `valid_exchanges`, `order_types` and `market_rule_ids` are IB's comma-separated lists, the
    last one with an entry per exchange. `volatility` is annual, `average_volume` in shares a day.
    `last_trade_date` is YYYYMMDD, `contract_month` YYYYMM, `last_trade_time` HH:MM in
    `time_zone_id`. `market_share` is how strongly the price moves with the whole market, a
    correlation.
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
    under_con_id: int = 0
    under_symbol: str = ""
    under_sec_type: str = ""
    contract_month: str = ""
    last_trade_time: str = ""
    market_share: float = 0.0
    following: Following | None = None
    bond: Bond | None = None
    legs: tuple[Leg, ...] = ()
    """Only a combination (BAG) has legs."""

    @property
    def expires_at(self) -> float:
        """The epoch second of the last trading instant; infinity when there is none."""
        if not self.last_trade_date:
            return math.inf
        day = datetime.strptime(self.last_trade_date, "%Y%m%d").date()
        at = time.fromisoformat(self.last_trade_time or "23:59")
        return datetime.combine(day, at, ZoneInfo(self.time_zone_id)).timestamp()

    @property
    def whole_step(self) -> float:
        """The step of order sizes: the API takes no fractions of shares."""
        return 1.0 if self.sec_type == "STK" else float(self.size_increment)

    def trading_hours(self, day: date, hours: Hours = ALWAYS_OPEN) -> str:
        """IB's hours text from `day` on, in `time_zone_id`."""
        return hours.texts(self, day)[0]

    def liquid_hours(self, day: date, hours: Hours = ALWAYS_OPEN) -> str:
        """The regular hours among them; the same where the market never closes."""
        return hours.texts(self, day)[1]

    def trades_on(self, exchange: str) -> bool:
        """True when `exchange` (any spelling TWS accepts, or empty) is one of this contract's."""
        wanted = exchange_name(exchange)
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
    includes_expired: bool = False
    """Expired futures are found too; without it, like expired options, they do not exist."""

    def names_date(self, last_trade_date: str, contract_month: str) -> bool:
        """True when the query's date is empty, this date, or - six digits - this month."""
        wanted = self.last_trade_date
        return not wanted or wanted == (contract_month if len(wanted) == 6 else last_trade_date)


def exchange_name(exchange: str) -> str:
    name = exchange.upper()
    return EXCHANGE_ALIASES.get(name, name)
