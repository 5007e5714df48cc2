"""Stocks, funds, indices, currency pairs, cryptocurrencies and bonds: the tables as contracts.

May not decide which contract a query means, nor know futures and options, which come by rule.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from paper_gateway.catalogue import order_types
from paper_gateway.catalogue.isins import is_isin, own_isin
from paper_gateway.catalogue.tables import Row, TableError, read_table
from paper_gateway.definitions import Bond, ContractDefinition

# How strongly a contract follows the market-wide noise (a correlation, by stock type).
_MARKET_SHARE = {"COMMON": 0.7, "ETF": 0.9}


def plain(**fields: Any) -> ContractDefinition:
    """A contract of no sector, in dollars and whole units unless something else is given."""
    common = {
        "primary_exchange": "",
        "currency": "USD",
        "stock_type": "",
        "industry": "",
        "category": "",
        "subcategory": "",
        "isin": "",
        "market_name": fields["trading_class"],
        "min_size": "1",
        "size_increment": "1",
        "suggested_size_increment": "1",
        "average_volume": 50_000,
        "time_zone_id": "US/Eastern",
    }
    return ContractDefinition(**{**common, **fields})


def per_exchange(rule: str, exchanges: str) -> str:
    """IB's list of market rules: one for every exchange."""
    return ",".join(rule for _ in exchanges.split(","))


@lru_cache(maxsize=1)
def instruments() -> tuple[ContractDefinition, ...]:
    """Every contract that has a row of its own; the files are read once. Raises TableError."""
    sectors = {row["sector"]: row for row in read_table("sectors")}
    currencies = {row["code"]: row["name"] for row in read_table("currencies")}
    us, canada = order_types.US_EXCHANGES, order_types.CANADIAN_EXCHANGES
    tables: tuple[tuple[str, Callable[[Row], ContractDefinition]], ...] = (
        ("stocks", lambda row: stock(row, sectors, "COMMON", ("USD", us))),
        ("funds", lambda row: stock(row, sectors, "ETF", ("USD", us))),
        ("canadian_stocks", lambda row: stock(row, sectors, "COMMON", ("CAD", canada))),
        ("pairs", lambda row: _pair(row, currencies)),
        ("coins", _coin),
        ("indices", _index),
        ("bonds", _bond),
    )
    return tuple(build(row) for name, build in tables for row in read_table(name))


def stock(
    row: Row, sectors: dict[str, Row], stock_type: str, listing: tuple[str, str]
) -> ContractDefinition:
    """A row of stocks.tsv or of its like, listed in (currency, exchanges). Raises TableError."""
    symbol, primary = row["symbol"], row["primaryExchange"]
    currency, exchanges = listing
    # IB names the class of NASDAQ listings NMS and that of the others by their symbol.
    trading_class = "NMS" if primary == "NASDAQ" else symbol
    isin = row["ISIN"] or own_isin(symbol)
    sector = sectors.get(row["sector"])
    if sector is None:
        raise TableError(f"{row.place}: there is no sector {row['sector']!r}")
    if not is_isin(isin):
        raise TableError(f"{row.place}: {isin!r} is not an ISIN")
    return plain(
        con_id=row.integer("conId"),
        symbol=symbol,
        sec_type="STK",
        exchange="SMART",
        primary_exchange=primary,
        currency=currency,
        local_symbol=symbol,
        trading_class=trading_class,
        long_name=row["name"],
        min_tick=0.01,
        stock_type=stock_type,
        industry=sector["industry"],
        category=sector["category"],
        subcategory=sector["subcategory"],
        isin=isin,
        valid_exchanges=exchanges,
        order_types=order_types.STOCK_ORDER_TYPES,
        min_size="0.0001",
        size_increment="0.0001",
        suggested_size_increment="100",
        market_rule_ids=per_exchange("26", exchanges),
        reference_price=row.number("price"),
        volatility=row.number("volatility"),
        average_volume=int(row.number("millions") * 1_000_000),
        market_share=_MARKET_SHARE[stock_type],
    )


def _pair(row: Row, currencies: dict[str, str]) -> ContractDefinition:
    name = f"{row['symbol']}.{row['currency']}"
    return plain(
        con_id=row.integer("conId"),
        symbol=row["symbol"],
        sec_type="CASH",
        exchange=order_types.CURRENCY_EXCHANGE,
        currency=row["currency"],
        local_symbol=name,
        trading_class=name,
        long_name=currencies[row["symbol"]],
        min_tick=row.number("tick"),
        valid_exchanges=order_types.CURRENCY_EXCHANGE,
        order_types=order_types.CURRENCY_ORDER_TYPES,
        min_size="0.01",
        size_increment="0.01",
        suggested_size_increment="0.01",
        market_rule_ids=row["rule"],
        reference_price=row.number("price"),
        volatility=row.number("volatility"),
        average_volume=0,
    )


def _coin(row: Row) -> ContractDefinition:
    return plain(
        con_id=row.integer("conId"),
        symbol=row["symbol"],
        sec_type="CRYPTO",
        exchange=order_types.CRYPTO_EXCHANGE,
        local_symbol=f"{row['symbol']}.USD",
        trading_class=row["symbol"],
        long_name=row["name"],
        min_tick=row.number("tick"),
        valid_exchanges=order_types.CRYPTO_EXCHANGE,
        order_types=order_types.CRYPTO_ORDER_TYPES,
        min_size="0.00000001",
        size_increment="0.00000001",
        suggested_size_increment="0.001",
        market_rule_ids=row["rule"],
        reference_price=row.number("price"),
        volatility=row.number("volatility"),
    )


def _index(row: Row) -> ContractDefinition:
    return plain(
        con_id=row.integer("conId"),
        symbol=row["symbol"],
        sec_type="IND",
        exchange=row["exchange"],
        local_symbol=row["symbol"],
        trading_class=row["symbol"],
        long_name=row["name"],
        min_tick=0.01,
        valid_exchanges=row["exchange"],
        order_types=order_types.INDEX_ORDER_TYPES,
        market_rule_ids="245",
        reference_price=row.number("price"),
        volatility=row.number("volatility"),
        average_volume=0,
        market_share=row.number("share"),
    )


def _bond(row: Row) -> ContractDefinition:
    name = f"{row['symbol']} {row['coupon']} {row['maturity']}"
    return plain(
        con_id=row.integer("conId"),
        symbol=row["symbol"],
        sec_type="BOND",
        exchange="SMART",
        local_symbol=name,
        trading_class=row["symbol"],
        long_name=row["name"],
        min_tick=0.01,
        valid_exchanges="SMART",
        order_types=order_types.BOND_ORDER_TYPES,
        isin=own_isin(row["cusip"]),
        # Prices are percentages of a face value of 1,000 dollars.
        multiplier="10",
        market_rule_ids="243",
        reference_price=row.number("price"),
        volatility=row.number("volatility"),
        average_volume=2_000,
        bond=Bond(
            row["cusip"],
            row.number("coupon"),
            row["maturity"],
            row["issued"],
            row["ratings"],
            row["kind"],
        ),
    )
