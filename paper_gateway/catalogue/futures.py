"""Futures by product: contract months, last trade dates, local symbols, and what they follow.

May not know prices in motion. A contract is made when somebody looks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from paper_gateway.catalogue import order_types
from paper_gateway.catalogue.con_ids import (
    FIRST_UNDERLYING,
    EarlierContract,
    earlier_con_ids,
    future_con_id,
    future_place,
)
from paper_gateway.catalogue.expiries import LAST_TRADE_RULES, MONTH_CODES, months_from
from paper_gateway.catalogue.instruments import plain
from paper_gateway.catalogue.market_rules import MARKET_RULES
from paper_gateway.catalogue.tables import Row, TableError, read_table
from paper_gateway.definitions import ContractDefinition, ContractQuery, Following

# IB tells of expired futures for two years (reqContractDetails with includeExpired).
_EXPIRED_MONTHS = 24
_INVERSE = "1/"
_MONTHS = re.compile(f"[{MONTH_CODES}]+:[1-9][0-9]*")
_CACHED = 1024


@dataclass(frozen=True, slots=True)
class Product:
    """One row of futures.tsv, with the contract that its price follows and its underlying."""

    row: Row
    number: int
    symbol: str
    trading_class: str
    exchange: str
    under: ContractDefinition
    following: Following
    price: float

    def last_trade_date(self, year: int, month: int) -> date:
        return LAST_TRADE_RULES[self.row["lastTrade"]](year, month)

    def listed_months(self, today: date) -> list[tuple[int, int]]:
        """The contract months that trade on a day, nearest first.

        A months column of ``GJ:4 MZ:12`` means the next 4 of G and J and the next 12 of M and Z.
        """
        found: set[tuple[int, int]] = set()
        for part in self.row["months"].split():
            codes, count = part.split(":")
            found.update(self._next_months(today, codes, int(count)))
        return sorted(found)

    def _next_months(self, today: date, codes: str, count: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        year, month = today.year, today.month
        while len(found) < count:
            if MONTH_CODES[month - 1] in codes and self.last_trade_date(year, month) >= today:
                found.append((year, month))
            year, month = months_from(year, month, 1)
        return found

    def past_months(self, today: date) -> list[tuple[int, int]]:
        """The contract months that have ended and that IB still tells of, oldest first."""
        codes = self.row["months"]
        ago = range(_EXPIRED_MONTHS, -2, -1)
        months = [months_from(today.year, today.month, -each) for each in ago]
        return [
            (year, month)
            for year, month in months
            if MONTH_CODES[month - 1] in codes and self.last_trade_date(year, month) < today
        ]


class Futures:
    """Every product, and its contracts as they are looked for."""

    def __init__(self, instruments: Iterable[ContractDefinition]) -> None:
        known = {(each.sec_type, each.local_symbol): each for each in instruments}
        self.underlyings: list[ContractDefinition] = []
        self._products: dict[int, Product] = {}
        for row in read_table("futures"):
            product = product_of(row, known)
            if product.number in self._products:
                raise TableError(f"{row.place}: the number {product.number} is there twice")
            self._products[product.number] = product
            if ("IND", product.under.local_symbol) not in known and product.under.sec_type == "IND":
                known["IND", product.under.local_symbol] = product.under
                self.underlyings.append(product.under)
        self._earlier = earlier_con_ids()
        self._places = {
            con_id: place
            for each in self._products.values()
            for con_id, place in _earlier_places(each, self._earlier)
        }
        self._contract = lru_cache(maxsize=_CACHED)(self._make)

    def by_con_id(self, con_id: int) -> ContractDefinition | None:
        """The contract of a conId that this module gave, expired or not."""
        place = self._places.get(con_id) or future_place(con_id)
        if place is None or place[0] not in self._products:
            return None
        product, year, month = place
        if MONTH_CODES[month - 1] not in self._products[product].row["months"]:
            return None
        return self._contract(product, year, month)

    def are_on(self, definition: ContractDefinition) -> bool:
        """Whether there are futures on a contract."""
        return any(each.under.con_id == definition.con_id for each in self._products.values())

    def of_month(self, symbol: str, year: int, month: int) -> ContractDefinition | None:
        """The contract of one month, expired or not; None when the product has no such month."""
        for product in self._products.values():
            if product.symbol == symbol and MONTH_CODES[month - 1] in product.row["months"]:
                return self._contract(product.number, year, month)
        return None

    def find(self, query: ContractQuery, today: date) -> Iterator[ContractDefinition]:
        """The listed contracts of the products that a query may mean, nearest month first."""
        for product in self._products.values():
            if not _may_mean(query, product):
                continue
            months = product.listed_months(today)
            if query.includes_expired:
                months = product.past_months(today) + months
            for year, month in months:
                yield self._contract(product.number, year, month)

    def _make(self, number: int, year: int, month: int) -> ContractDefinition:
        product = self._products[number]
        row = product.row
        ends = f"{product.last_trade_date(year, month):%Y%m%d}"
        earlier = self._earlier.get(EarlierContract(product.trading_class, ends))
        return plain(
            con_id=earlier or future_con_id(number, year, month),
            symbol=product.symbol,
            sec_type="FUT",
            exchange=product.exchange,
            local_symbol=f"{product.trading_class}{MONTH_CODES[month - 1]}{year % 10}",
            trading_class=product.trading_class,
            long_name=row["name"],
            min_tick=row.number("tick"),
            valid_exchanges=product.exchange,
            order_types=order_types.FUTURE_ORDER_TYPES,
            time_zone_id=row["zone"],
            market_rule_ids=row["rule"],
            reference_price=product.price,
            volatility=product.under.volatility,
            average_volume=int(row.number("thousands") * 1000),
            multiplier=row["multiplier"],
            last_trade_date=ends,
            last_trade_time=row["time"],
            contract_month=f"{year}{month:02d}",
            under_con_id=product.under.con_id,
            under_symbol=product.under.symbol,
            under_sec_type=product.under.sec_type,
            following=product.following,
        )


def product_of(row: Row, known: dict[tuple[str, str], ContractDefinition]) -> Product:
    """A row of futures.tsv; ``known``: contracts by secType and local symbol. Raises TableError."""
    if row["lastTrade"] not in LAST_TRADE_RULES or row.integer("rule") not in MARKET_RULES:
        raise TableError(f"{row.place}: there is no such last trade or market rule")
    if not all(_MONTHS.fullmatch(part) for part in row["months"].split()):
        raise TableError(f"{row.place}: months are letters, a colon and a count")
    text = row["follows"].removeprefix(_INVERSE)
    sec_type, _, name = text.partition(" ")
    followed = known.get((sec_type, name)) if text else None
    if text and followed is None:
        raise TableError(f"{row.place}: there is no {text}")
    is_inverse = row["follows"].startswith(_INVERSE)
    under = _underlying(row, followed)
    source = followed or under
    price = 1 / source.reference_price if is_inverse else source.reference_price
    return Product(
        row=row,
        number=row.integer("number"),
        symbol=row["symbol"],
        trading_class=row["class"],
        exchange=row["exchange"],
        under=under,
        following=Following(source.con_id, row.number("carry"), is_inverse),
        price=price,
    )


def _underlying(row: Row, followed: ContractDefinition | None) -> ContractDefinition:
    """What the contracts are on: the followed contract, or an index of the product's own name."""
    if followed is not None and (followed.sec_type != "IND" or followed.symbol == row["symbol"]):
        return followed
    price = row.number("price") if followed is None else followed.reference_price
    volatility = row.number("volatility") if followed is None else followed.volatility
    return plain(
        con_id=int(row["underConId"] or FIRST_UNDERLYING + row.integer("number")),
        symbol=row["symbol"],
        sec_type="IND",
        exchange=row["exchange"],
        local_symbol=row["symbol"],
        trading_class=row["class"],
        long_name=row["name"],
        min_tick=row.number("tick"),
        valid_exchanges=row["exchange"],
        order_types=order_types.INDEX_ORDER_TYPES,
        market_rule_ids=row["rule"],
        reference_price=price,
        volatility=volatility,
        average_volume=0,
        following=None if followed is None else Following(followed.con_id),
    )


def _earlier_places(
    product: Product, earlier: dict[EarlierContract, int]
) -> Iterator[tuple[int, tuple[int, int, int]]]:
    for contract, con_id in earlier.items():
        if contract.trading_class != product.trading_class or contract.right:
            continue
        year, month = int(contract.date[:4]), int(contract.date[4:6])
        # A contract ends in its own month or in the one before.
        for place in ((year, month), months_from(year, month, 1)):
            if f"{product.last_trade_date(*place):%Y%m%d}" == contract.date:
                yield con_id, (product.number, *place)


def _may_mean(query: ContractQuery, product: Product) -> bool:
    symbol, local = query.symbol.upper(), query.local_symbol.upper()
    if symbol or query.trading_class:
        return symbol in {"", product.symbol} and query.trading_class.upper() in {
            "",
            product.trading_class,
        }
    return bool(local) and local.startswith(product.trading_class)
