"""Combinations (secType BAG): several contracts that are traded as one order.

May not book or price anything in motion. A combination's price is the sum of its legs' prices, each
times its ratio, negative for a leg that is sold: a price below zero is a credit for the buyer. A
ratio counts the leg's own units, whatever their multipliers are.
"""

from zlib import crc32

from paper_gateway.contracts import Catalogue, ContractDefinition, Leg
from paper_gateway.tickets import OrderTicket
from paper_gateway.wire import FieldError, parse_int

# IB's conId of every combination in US dollars; which legs it has is told beside it.
COMBO_CON_ID = 28812380
# Under what an execution of a combination is remembered.
_FIRST_KEY = 2_000_000_000
_KEYS = 100_000_000
_SIGNS = {"BUY": 1, "SELL": -1}
_LEG_WIDTH = 8
_MAX_LEGS = 8
COMBO_ORDER_TYPES = "ALERT,COND,DAY,GAT,GTC,GTD,IOC,LIT,LMT,MIT,MKT,OCA,STP,STPLMT,TRAIL,TRAILLMT"


def combo_of(ticket: OrderTicket, catalogue: Catalogue) -> ContractDefinition | None:
    """The combination a ticket names; None when a leg is unknown, has no side or no ratio."""
    legs = _legs(ticket.blocks.get("A", []), catalogue)
    if not legs:
        return None
    query = ticket.contract
    symbol = query.symbol or ",".join(sorted({leg.definition.symbol for leg in legs}))
    combo = ContractDefinition(
        con_id=COMBO_CON_ID,
        symbol=symbol,
        sec_type="BAG",
        exchange=query.exchange or "SMART",
        primary_exchange="",
        currency=query.currency or legs[0].definition.currency,
        local_symbol=symbol,
        trading_class="COMB",
        long_name="",
        min_tick=min(leg.definition.min_tick for leg in legs),
        stock_type="",
        industry="",
        category="",
        subcategory="",
        isin="",
        valid_exchanges="SMART",
        order_types=COMBO_ORDER_TYPES,
        market_name="COMB",
        time_zone_id="US/Eastern",
        min_size="1",
        size_increment="1",
        suggested_size_increment="1",
        market_rule_ids="",
        reference_price=0.0,
        volatility=0.0,
        average_volume=0,
        legs=legs,
    )
    return catalogue.remember(combo_key(combo), combo)


def combo_key(combo: ContractDefinition) -> int:
    """A number for the combination of these legs, the same in every process."""
    legs = [(leg.definition.con_id, leg.ratio, leg.exchange) for leg in combo.legs]
    text = f"{combo.symbol} {combo.currency} {combo.exchange} {legs}"
    return _FIRST_KEY + crc32(text.encode()) % _KEYS


def execution_key(definition: ContractDefinition) -> int:
    """The conId that an execution of this contract is booked under."""
    return combo_key(definition) if definition.legs else definition.con_id


def _legs(block: list[str], catalogue: Catalogue) -> tuple[Leg, ...]:
    """The legs of placeOrder's block A; none of them when one cannot be used."""
    try:
        count = parse_int(block[0]) if block else 0
        legs = [_leg(block[1 + n * _LEG_WIDTH :], catalogue) for n in range(count)]
    except FieldError:
        return ()
    if count > _MAX_LEGS or any(leg is None for leg in legs):
        return ()
    return tuple(leg for leg in legs if leg is not None)


def _leg(row: list[str], catalogue: Catalogue) -> Leg | None:
    definition = catalogue.by_con_id(parse_int(row[0]))
    ratio, sign = parse_int(row[1]), _SIGNS.get(row[2])
    if definition is None or definition.legs or sign is None or ratio <= 0:
        return None
    return Leg(definition, sign * ratio, row[3])
