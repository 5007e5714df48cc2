"""Answers to reqMktDepth: the ten best prices on each side, kept up to date.

May not make the best price: that is the quote's. Behind it every row is one price step further
away; sizes are made up from the seed and the second. SMART depth, and NASDAQ's, comes with the
exchange or market maker of every row (message 13), other exchanges' without (12).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from paper_gateway import market_replies, replies
from paper_gateway.contracts import ContractDefinition
from paper_gateway.data_requests import find_contract
from paper_gateway.definitions import exchange_name
from paper_gateway.market import Market
from paper_gateway.market_data.access import has_live_data, no_permission
from paper_gateway.market_data.lines import is_interrupted
from paper_gateway.market_replies import ASK_SIDE, BID_SIDE, DELETE, INSERT, UPDATE, DepthRow
from paper_gateway.noise import noise_bytes
from paper_gateway.requests import Request
from paper_gateway.rules import Refusal, invalid
from paper_gateway.session import Session
from paper_gateway.ticks import tick_at, tick_decimals

DEPTH = "market depth"
PUSH_SECONDS = 0.25
MAX_ROWS = 10
# With the hundred lines of an account without extra packs.
MAX_SUBSCRIPTIONS = 3
_UNSET = 2147483647

# exchange, secType, listing exchange, service data type, aggregation group
DEPTH_EXCHANGES = (
    ("NASDAQ", "STK", "", "Deep2", _UNSET),
    ("ARCA", "STK", "", "Deep", _UNSET),
    ("NYSE", "STK", "", "Deep", _UNSET),
    ("BATS", "STK", "", "Deep", _UNSET),
    ("IEX", "STK", "", "Deep", _UNSET),
    ("IDEALPRO", "CASH", "", "Deep", 4),
    ("CME", "FUT", "", "Deep", _UNSET),
    ("COMEX", "FUT", "", "Deep", _UNSET),
    ("NYMEX", "FUT", "", "Deep", _UNSET),
    ("PAXOS", "CRYPTO", "", "Deep", _UNSET),
)
# bit number, exchange, letter
SMART_EXCHANGES = (
    (0, "NASDAQ", "Q"),
    (1, "NYSE", "N"),
    (2, "ARCA", "P"),
    (3, "AMEX", "A"),
    (4, "BATS", "Z"),
    (5, "IEX", "V"),
    (6, "EDGX", "K"),
)
_MAKERS = ("NSDQ", "ARCA", "BATS", "NITE", "CDRG", "GSCO")
_SMART_DEPTH = ("NASDAQ", "ARCA", "BATS", "NYSE", "IEX")
_TOP_ONLY = "; ".join(("BYX", "AMEX", "PEARL", "MEMX", "EDGEA", "CHX", "NYSENAT", "PSX", "LTSE"))
# As real gateways list them with a SMART book.
_EXCHANGES = Refusal(2152, f"Exchanges - Depth: {'; '.join(_SMART_DEPTH)}; Top: {_TOP_ONLY}; ")
_UNSUPPORTED = Refusal(
    10092, "Deep market data is not supported for this combination of security type/exchange"
)
_TOO_MANY = Refusal(
    309, f"Max number ({MAX_SUBSCRIPTIONS}) of market depth requests has been reached."
)
_RESET = Refusal(
    317,
    "Market depth data has been RESET. Please empty deep book contents before applying any new "
    "entries.",
)

Row = tuple[float, float, str]
"""price, size and the name of the maker or exchange"""
Sides = dict[int, list[Row]]


@dataclass(slots=True)
class Subscription:
    """One client's book, with what it was told of each side."""

    req_id: int
    definition: ContractDefinition
    rows: int
    names: tuple[str, ...]
    is_smart: bool
    resets: int
    told: Sides = field(default_factory=dict)
    is_interrupted: bool = False


def book(
    market: Market, definition: ContractDefinition, at: float, names: tuple[str, ...]
) -> Sides:
    """Ten rows of each side, the best first; fewer where prices would not be positive."""
    quote = market.quote(definition.con_id, at)
    tick = tick_at(definition, quote.bid)
    noise = noise_bytes(market.seed, definition.con_id, "depth", int(quote.time), 4 * MAX_ROWS)
    lot = market.path(definition.con_id).lot
    sides: Sides = {}
    best = {ASK_SIDE: (quote.ask, quote.ask_size), BID_SIDE: (quote.bid, quote.bid_size)}
    for side, (price, size) in best.items():
        away = tick if side == ASK_SIDE else -tick
        rows = []
        for row in range(MAX_ROWS):
            amount, maker = noise[4 * row + 2 * side : 4 * row + 2 * side + 2]
            level = round(price + row * away, tick_decimals(tick))
            shown = size if row == 0 else lot * (1 + row + amount % 32)
            rows.append((level, float(shown), names[maker % len(names)] if names else ""))
        sides[side] = [each for each in rows if each[0] > 0]
    return sides


def req_market_depth(session: Session, request: Request) -> None:
    req_id, is_smart = request["req_id"], request["smart_depth"]
    if session.has_stream((DEPTH, req_id)):
        session.send_error(req_id, 102, "Duplicate ticker ID.")
        return
    definition = find_contract(session, req_id, request["contract"])
    if definition is None:
        return
    exchange = exchange_name(request["contract"].exchange or definition.exchange)
    refusal = _refuse(session, request, definition, exchange)
    if refusal is not None:
        session.send_error(req_id, refusal.code, refusal.text)
        return
    if is_smart:
        session.send_error(req_id, _EXCHANGES.code, _EXCHANGES.text)
    names = _SMART_DEPTH if is_smart else _MAKERS if exchange == "NASDAQ" else ()
    rows = min(request["rows"], MAX_ROWS)
    resets = session.hub.depth_resets
    subscription = Subscription(req_id, definition, rows, names, is_smart, resets)
    _push(session, subscription)
    session.every((DEPTH, req_id), PUSH_SECONDS, partial(_push, session, subscription))


def _refuse(
    session: Session, request: Request, definition: ContractDefinition, exchange: str
) -> Refusal | None:
    if request["rows"] < 1:
        return invalid("The number of market depth rows must be positive")
    known = {(row[0], row[1]) for row in DEPTH_EXCHANGES}
    is_smart_stock = request["smart_depth"] and definition.sec_type == "STK"
    if not is_smart_stock and (exchange, definition.sec_type) not in known:
        return _UNSUPPORTED
    if not has_live_data(session.hub.drills):
        return Refusal(354, f"Requested market data is not subscribed.{no_permission(definition)}")
    # Each client may have its three.
    return _TOO_MANY if len(session.streams(DEPTH)) >= MAX_SUBSCRIPTIONS else None


def _push(session: Session, subscription: Subscription) -> None:
    """Send the rows that have changed; all of them the first time and after a reset."""
    hub = session.hub
    if is_interrupted(session, subscription):
        return
    if subscription.resets != hub.depth_resets:
        subscription.resets = hub.depth_resets
        subscription.told.clear()
        session.send_error(subscription.req_id, _RESET.code, _RESET.text)
    sides = book(hub.market, subscription.definition, hub.clock(), subscription.names)
    for side, rows in sides.items():
        shown = rows[: subscription.rows]
        for row in _changes(side, subscription.told.get(side, []), shown):
            session.send(_frame(subscription, row))
        subscription.told[side] = shown


def _changes(side: int, old: list[Row], new: list[Row]) -> list[DepthRow]:
    rows = [
        DepthRow(place, UPDATE if place < len(old) else INSERT, side, *row)
        for place, row in enumerate(new)
        if place >= len(old) or row != old[place]
    ]
    # From the end, so that no deletion moves the rows of the others.
    gone = range(len(old) - 1, len(new) - 1, -1)
    return [*rows, *(DepthRow(place, DELETE, side, 0.0, 0.0) for place in gone)]


def _frame(subscription: Subscription, row: DepthRow) -> bytes:
    if not subscription.names:
        return market_replies.market_depth(subscription.req_id, row)
    return market_replies.market_depth_l2(
        subscription.req_id, row._replace(is_smart=subscription.is_smart)
    )


def cancel_market_depth(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if not session.stop((DEPTH, req_id)):
        text = f"Can't find the subscribed market depth with tickerId:{req_id}"
        session.send_error(req_id, 310, text)


def req_depth_exchanges(session: Session, _request: Request) -> None:
    session.send(replies.depth_exchanges(DEPTH_EXCHANGES))


def req_smart_components(session: Session, request: Request) -> None:
    session.send(replies.smart_components(request["req_id"], SMART_EXCHANGES))


HANDLERS = {
    10: req_market_depth,
    11: cancel_market_depth,
    82: req_depth_exchanges,
    83: req_smart_components,
}
