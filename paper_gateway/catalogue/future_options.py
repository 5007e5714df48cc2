"""Options on futures (secType FOP): those that end with their future, at its last trading instant.

May not know prices in motion. A contract is made when somebody looks for it. Weekly and month-end
options on futures are not modelled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from paper_gateway.catalogue import order_types
from paper_gateway.catalogue.con_ids import RIGHTS, OptionPlace, option_con_id, option_place
from paper_gateway.catalogue.expiries import MONTH_CODES
from paper_gateway.catalogue.futures import Futures
from paper_gateway.catalogue.instruments import plain
from paper_gateway.catalogue.market_rules import MARKET_RULES
from paper_gateway.catalogue.option_classes import strikes_of
from paper_gateway.catalogue.option_expirations import friday_of
from paper_gateway.catalogue.options import Chain
from paper_gateway.catalogue.tables import Row, TableError, read_table
from paper_gateway.definitions import ContractDefinition, ContractQuery, Following

_CACHED = 4096


@dataclass(frozen=True, slots=True)
class FutureOptionClass:
    """One row of future_option_classes.tsv."""

    slot: int
    trading_class: str
    symbol: str
    strikes: tuple[float, ...]
    market_rule: str
    volume: int


class FutureOptions:
    """Every class, and its contracts as they are looked for."""

    def __init__(self, futures: Futures) -> None:
        self._futures = futures
        self._classes = {
            each.slot: each for each in map(_class_of, read_table("future_option_classes"))
        }
        self._contract = lru_cache(maxsize=_CACHED)(self._make)

    def by_con_id(self, con_id: int) -> ContractDefinition | None:
        """The contract of a conId that this module gave, expired or not."""
        place = option_place(con_id)
        found = None if place is None else self._classes.get(place.slot)
        if place is None or found is None or place.strike >= len(found.strikes):
            return None
        future = self._futures.of_month(found.symbol, place.friday.year, place.friday.month)
        if future is None or friday_of(_last_day(future)) != place.friday:
            return None
        return self._contract(found.slot, future, place.strike, place.right)

    def find(self, query: ContractQuery, today: date) -> Iterator[ContractDefinition]:
        """The options that a query may mean, by future, strike and right."""
        rights = [each for each in RIGHTS if query.right[:1].upper() in {"", each}]
        for found in self._classes.values():
            if not _may_mean(query, found):
                continue
            for future in self._listed(found, today):
                if not query.names_date(future.last_trade_date, future.contract_month):
                    continue
                for number, strike in enumerate(found.strikes):
                    if query.strike and query.strike != strike:
                        continue
                    for right in rights:
                        yield self._contract(found.slot, future, number, right)

    def chains(self, future_con_id: int, exchange: str, today: date) -> list[Chain]:
        """The classes on one future; an empty exchange means any."""
        return [
            Chain(found.trading_class, future.multiplier, (future.exchange,),
                  [future.last_trade_date], list(found.strikes))
            for found in self._classes.values()
            for future in self._listed(found, today)
            if future.con_id == future_con_id and exchange in {"", future.exchange}
        ]  # fmt: skip

    def _listed(self, found: FutureOptionClass, today: date) -> Iterator[ContractDefinition]:
        return self._futures.find(ContractQuery(symbol=found.symbol), today)

    def _make(
        self, slot: int, future: ContractDefinition, number: int, right: str
    ) -> ContractDefinition:
        found, month = self._classes[slot], int(future.contract_month[4:])
        strike, year = found.strikes[number], future.contract_month[3]
        place = OptionPlace(slot, friday_of(_last_day(future)), number, right)
        return plain(
            con_id=option_con_id(place),
            symbol=found.symbol,
            sec_type="FOP",
            exchange=future.exchange,
            # How IB writes these names is from memory.
            local_symbol=f"{found.trading_class}{MONTH_CODES[month - 1]}{year} {right}{strike:g}",
            trading_class=found.trading_class,
            long_name=future.long_name,
            min_tick=min(step for _, step in MARKET_RULES[int(found.market_rule)]),
            valid_exchanges=future.exchange,
            order_types=order_types.FUTURE_ORDER_TYPES,
            time_zone_id=future.time_zone_id,
            market_rule_ids=found.market_rule,
            reference_price=future.reference_price // 20,
            volatility=future.volatility,
            average_volume=found.volume,
            multiplier=future.multiplier,
            last_trade_date=future.last_trade_date,
            last_trade_time=future.last_trade_time,
            contract_month=future.contract_month,
            strike=strike,
            right=right,
            under_con_id=future.con_id,
            under_symbol=future.local_symbol,
            under_sec_type="FUT",
            # The price of a future is its own forward.
            following=Following(future.con_id),
        )


def _class_of(row: Row) -> FutureOptionClass:
    try:
        strikes = strikes_of(row["strikes"])
    except ValueError as error:
        raise TableError(f"{row.place}: {error}") from error
    return FutureOptionClass(
        slot=row.integer("number"),
        trading_class=row["class"],
        symbol=row["symbol"],
        strikes=strikes,
        market_rule=row["rule"],
        volume=row.integer("contracts"),
    )


def _last_day(future: ContractDefinition) -> date:
    return datetime.strptime(future.last_trade_date, "%Y%m%d").date()


def _may_mean(query: ContractQuery, found: FutureOptionClass) -> bool:
    symbol, name = query.symbol.upper(), query.trading_class.upper()
    is_named = bool(symbol or name) and query.currency.upper() in {"", "USD"}
    return is_named and symbol in {"", found.symbol} and name in {"", found.trading_class}
