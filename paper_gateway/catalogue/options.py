"""Options as contracts: found by what a query says of them, and made when somebody looks.

May not know prices in motion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from paper_gateway.catalogue import order_types
from paper_gateway.catalogue.con_ids import (
    RIGHTS,
    EarlierContract,
    earlier_con_ids,
    option_con_id,
    option_place,
)
from paper_gateway.catalogue.instruments import per_exchange, plain
from paper_gateway.catalogue.market_rules import MARKET_RULES
from paper_gateway.catalogue.option_classes import OptionClass, read_option_classes
from paper_gateway.definitions import ContractDefinition, ContractQuery, Following

_CACHED = 8192
_MULTIPLIER = "100"
_LAST_TRADE_TIME = "16:00"
# OCC's name of an option: class padded to 6, YYMMDD, C or P, 1000 times the strike in 8 digits.
_OCC_LENGTH = 21
_CLASS_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Chain:
    """What reqSecDefOptParams tells of one class: a superset of what exists together."""

    trading_class: str
    multiplier: str
    exchanges: tuple[str, ...]
    expirations: list[str]
    strikes: list[float]


class Options:
    """Every class, and its contracts as they are looked for."""

    def __init__(self, instruments: Iterable[ContractDefinition]) -> None:
        classes = read_option_classes(instruments)
        self._by_symbol: dict[str, list[OptionClass]] = {}
        for each in classes:
            self._by_symbol.setdefault(each.symbol, []).append(each)
        self._by_name = {each.trading_class: each for each in classes}
        self._by_slot = {
            slot: each for each in classes for slot in range(each.number, each.number + each.slots)
        }
        self._earlier = {
            contract: con_id for contract, con_id in earlier_con_ids().items() if contract.right
        }
        self._earlier_by_con_id = {con_id: each for each, con_id in self._earlier.items()}
        self._contract = lru_cache(maxsize=_CACHED)(self._make)

    def by_con_id(self, con_id: int) -> ContractDefinition | None:
        """The contract of a conId that this module gave, expired or not."""
        earlier = self._earlier_by_con_id.get(con_id)
        if earlier is not None:
            day = _day(earlier.date)
            return self._contract(earlier.trading_class, day, earlier.strike, earlier.right)
        place = option_place(con_id)
        option_class = None if place is None else self._by_slot.get(place.slot)
        if place is None or option_class is None:
            return None
        found = option_class.expiration_and_strike(place)
        if found is None:
            return None
        return self._contract(option_class.trading_class, *found, place.right)

    def find(self, query: ContractQuery, today: date) -> Iterator[ContractDefinition]:
        """The listed options that a query may mean, by expiration, strike and right."""
        query = _by_local_symbol(query)
        for option_class in self._classes(query):
            name = option_class.trading_class
            rights = [each for each in RIGHTS if query.right[:1].upper() in {"", each}]
            for day, is_regular in self._expirations(option_class, today).items():
                if not query.names_date(f"{day:%Y%m%d}", f"{day:%Y%m}"):
                    continue
                for strike in [query.strike] if query.strike else option_class.strikes:
                    is_listed = is_regular and option_class.lists(day, strike, today)
                    for right in rights:
                        if is_listed or self._earlier_con_id(name, day, strike, right):
                            yield self._contract(name, day, strike, right)

    def chains(self, under_con_id: int, today: date) -> list[Chain]:
        """The classes of an underlying, each with all its expirations and strikes."""
        return [
            Chain(
                trading_class=each.trading_class,
                multiplier=_MULTIPLIER,
                exchanges=tuple(each.exchanges.split(",")),
                expirations=[f"{day:%Y%m%d}" for day in self._expirations(each, today)],
                strikes=list(each.strikes),
            )
            for classes in self._by_symbol.values()
            for each in classes
            if each.under.con_id == under_con_id
        ]

    def are_on(self, definition: ContractDefinition) -> bool:
        """Whether there are options on a contract."""
        classes = self._by_symbol.get(definition.symbol, ())
        return any(each.under.con_id == definition.con_id for each in classes)

    def _classes(self, query: ContractQuery) -> list[OptionClass]:
        """The classes that fit in all but the option itself: no chain is searched in vain."""
        name = query.trading_class.upper()
        named = self._by_name.get(name)
        if query.symbol:
            found = self._by_symbol.get(query.symbol.upper(), [])
        else:
            found = [] if named is None else [named]
        is_plain = query.currency.upper() in {"", "USD"} and query.multiplier in {"", _MULTIPLIER}
        return [
            each
            for each in found
            if is_plain and not query.primary_exchange and name in {"", each.trading_class}
        ]

    def _expirations(self, option_class: OptionClass, today: date) -> dict[date, bool]:
        """The expirations, nearest first, and whether the class lists them by its rule: otherwise
        only the options of earlier versions have them."""
        regular = option_class.expirations(today)
        name = option_class.trading_class
        earlier = {_day(each.date) for each in self._earlier if each.trading_class == name}
        days = sorted({*regular, *(day for day in earlier if day >= today)})
        return {day: day in regular for day in days}

    def _earlier_con_id(self, name: str, day: date, strike: float, right: str) -> int | None:
        return self._earlier.get(EarlierContract(name, f"{day:%Y%m%d}", strike, right))

    def _make(self, name: str, day: date, strike: float, right: str) -> ContractDefinition:
        option_class = self._by_name[name]
        under = option_class.under
        con_id = self._earlier_con_id(name, day, strike, right)
        return plain(
            con_id=con_id or option_con_id(option_class.place(day, strike, right)),
            symbol=under.symbol,
            sec_type="OPT",
            exchange="SMART",
            local_symbol=f"{name:<6}{day:%y%m%d}{right}{round(strike * 1000):08d}",
            trading_class=name,
            long_name=under.long_name,
            industry=under.industry,
            category=under.category,
            subcategory=under.subcategory,
            min_tick=min(step for _, step in MARKET_RULES[int(option_class.market_rule)]),
            valid_exchanges=option_class.exchanges,
            order_types=order_types.OPTION_ORDER_TYPES,
            market_rule_ids=per_exchange(option_class.market_rule, option_class.exchanges),
            reference_price=max(under.reference_price / 20, 1.0),
            volatility=under.volatility,
            average_volume=option_class.volume,
            multiplier=_MULTIPLIER,
            last_trade_date=f"{day:%Y%m%d}",
            last_trade_time=_LAST_TRADE_TIME,
            contract_month=f"{day:%Y%m}",
            strike=strike,
            right=right,
            under_con_id=under.con_id,
            under_symbol=under.symbol,
            under_sec_type=under.sec_type,
            following=Following(under.con_id, option_class.carry),
        )


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()


def is_option_name(local_symbol: str) -> bool:
    """Whether this has the form of OCC's name of an option."""
    rest = local_symbol[_CLASS_LENGTH:]
    return (
        len(local_symbol) == _OCC_LENGTH
        and rest[:6].isdecimal()
        and rest[6] in RIGHTS
        and rest[7:].isdecimal()
    )


def _by_local_symbol(query: ContractQuery) -> ContractQuery:
    """The query with what its local symbol says, as far as it says nothing else itself."""
    name = query.local_symbol.upper()
    if not is_option_name(name):
        return query
    rest = name[_CLASS_LENGTH:]
    return replace(
        query,
        trading_class=query.trading_class or name[:_CLASS_LENGTH].strip(),
        last_trade_date=query.last_trade_date or f"20{rest[:6]}",
        right=query.right or rest[6],
        strike=query.strike or int(rest[7:]) / 1000,
    )
