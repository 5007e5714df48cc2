"""The catalogue's tables as contract definitions.

May not decide which contract a query means: that is the catalogue's business.
"""

from typing import Any

from paper_gateway import catalogue
from paper_gateway.definitions import ContractDefinition


def everything() -> list[ContractDefinition]:
    """All contracts of the tables."""
    return [*_stocks(), *_pairs(), *_coins(), *_futures(), *_options()]


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


def _coins() -> list[ContractDefinition]:
    return [
        _plain(
            con_id=con_id,
            symbol=symbol,
            sec_type="CRYPTO",
            exchange=catalogue.CRYPTO_EXCHANGE,
            local_symbol=f"{symbol}.USD",
            trading_class=symbol,
            long_name=name,
            min_tick=min_tick,
            valid_exchanges=catalogue.CRYPTO_EXCHANGE,
            order_types=catalogue.CRYPTO_ORDER_TYPES,
            min_size="0.00000001",
            size_increment="0.00000001",
            suggested_size_increment="0.001",
            market_rule_ids=rule,
            reference_price=price,
            volatility=volatility,
            time_zone_id="US/Eastern",
        )
        for symbol, con_id, price, volatility, min_tick, rule, name in catalogue.COINS
    ]


def _futures() -> list[ContractDefinition]:
    return [
        _plain(
            con_id=con_id,
            symbol=symbol,
            sec_type="FUT",
            exchange=exchange,
            local_symbol=local_symbol,
            trading_class=symbol,
            long_name=name,
            min_tick=min_tick,
            valid_exchanges=exchange,
            order_types=catalogue.FUTURE_ORDER_TYPES,
            time_zone_id="US/Central",
            market_rule_ids=rule,
            reference_price=price,
            volatility=volatility,
            multiplier=multiplier,
            last_trade_date=local_date,
        )
        for (
            symbol, exchange, local_symbol, con_id, local_date, multiplier, price, volatility,
            min_tick, rule, name,
        ) in catalogue.FUTURES
    ]  # fmt: skip


def _options() -> list[ContractDefinition]:
    """The listed strikes of each underlying; conIds are made up, counted on in table order."""
    found: list[ContractDefinition] = []
    for symbol, under, names, rule, expirations, strikes, prices in catalogue.OPTIONS:
        # Later expirations lack every other strike, so the chain names more than there is.
        places = [
            (date, strike)
            for place, date in enumerate(expirations)
            for strike in (strikes[::2] if place else strikes)
        ]
        for date, strike in places:
            for right, price in zip("CP", prices[strike], strict=True):
                found.append(
                    _plain(
                        con_id=catalogue.FIRST_OPTION_CON_ID + len(found),
                        symbol=symbol,
                        sec_type="OPT",
                        exchange="SMART",
                        local_symbol=f"{symbol:<6}{date[2:]}{right}{round(strike * 1000):08d}",
                        trading_class=symbol,
                        long_name=names,
                        min_tick=0.01,
                        valid_exchanges=catalogue.OPTION_EXCHANGES,
                        order_types=catalogue.OPTION_ORDER_TYPES,
                        time_zone_id="US/Eastern",
                        market_rule_ids=",".join(
                            rule for _ in catalogue.OPTION_EXCHANGES.split(",")
                        ),
                        reference_price=price,
                        volatility=0.6,
                        multiplier="100",
                        last_trade_date=date,
                        strike=strike,
                        right=right,
                        under_con_id=under,
                    )
                )
    return found


def _plain(**fields: Any) -> ContractDefinition:
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
    }
    return ContractDefinition(**{**common, **fields})
