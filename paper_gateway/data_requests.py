"""Answers to requests for live quotes: streams and snapshots of ticks.

May not make prices: they come from the market. All data is live data (type 1), whatever type was
asked for, as TWS answers a subscriber; there are no delayed or frozen prices here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from paper_gateway import replies
from paper_gateway.contracts import Ambiguous, ContractDefinition, ContractQuery
from paper_gateway.market import Quote
from paper_gateway.option_ticks import option_ticks
from paper_gateway.requests import Request
from paper_gateway.rules import NO_DEFINITION
from paper_gateway.session import Session

TICKS = "ticks"
TICK_SECONDS = 0.25
# The market-data lines of an account without extra packs.
MAX_LINES = 100
LIVE = 1
BBO_EXCHANGE = "9c0001"
# IB's tick types.
BID_SIZE, BID, ASK, ASK_SIZE, LAST, LAST_SIZE, HIGH, LOW, VOLUME, CLOSE = range(10)
OPEN = 14
LAST_TIMESTAMP = 45
HALTED = 49
# A quote that may fill without a person: IB's canAutoExecute.
CAN_AUTO_EXECUTE = 1

Ticks = Iterator[bytes]


@dataclass(slots=True)
class Subscription:
    """One client's line, with the quote it was told last."""

    req_id: int
    definition: ContractDefinition
    told: Quote | None = None


def find_contract(session: Session, req_id: int, query: ContractQuery) -> ContractDefinition | None:
    """The contract a data request means; when there is none the client has been told (200)."""
    found = session.hub.catalogue.resolve(query)
    if isinstance(found, Ambiguous):
        name = query.symbol or query.local_symbol
        text = f"The contract description specified for {name} is ambiguous."
        session.send_error(req_id, 200, text)
        return None
    if found is None:
        session.send_error(req_id, 200, NO_DEFINITION)
    return found


def req_market_data(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if session.has_stream((TICKS, req_id)):
        session.send_error(req_id, 102, "Duplicate ticker ID.")
        return
    if request["snapshot"] and request["generic_ticks"]:
        text = "Snapshot market data subscription is not applicable to generic ticks."
        session.send_error(req_id, 414, text)
        return
    if len(session.streams(TICKS)) >= MAX_LINES:
        session.send_error(req_id, 101, "Max number of tickers has been reached.")
        return
    definition = find_contract(session, req_id, request["contract"])
    if definition is None:
        return
    subscription = Subscription(req_id, definition)
    session.send(replies.market_data_type(req_id, LIVE))
    session.send(replies.tick_parameters(req_id, definition.min_tick, BBO_EXCHANGE))
    _tick(session, subscription)
    if request["snapshot"] or request["regulatory"]:
        session.send(replies.tick_snapshot_end(req_id))
        return
    session.every((TICKS, req_id), TICK_SECONDS, partial(_tick, session, subscription))


def cancel_market_data(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if not session.stop((TICKS, req_id)):
        session.send_error(req_id, 300, f"Can't find EId with tickerId:{req_id}")


def req_market_data_type(session: Session, request: Request) -> None:
    if request["kind"] not in {1, 2, 3, 4}:
        session.refuse(-1, "Invalid market data type")


def _tick(session: Session, subscription: Subscription) -> None:
    """Send what changed since the quote that was told last; everything the first time."""
    quote = session.hub.market.quote(subscription.definition.con_id, session.hub.clock())
    told, subscription.told = subscription.told, quote
    if told is not None and told.time == quote.time:
        return
    has_trades = subscription.definition.sec_type != "CASH"
    frames = list(_price_ticks(subscription.req_id, quote, told, has_trades))
    if told is None:
        frames.append(replies.tick_generic(subscription.req_id, HALTED, 0))
    frames += _day_ticks(subscription.req_id, quote, told, has_trades)
    frames += option_ticks(session.hub.market, subscription.definition, subscription.req_id, quote)
    if frames:
        session.send(b"".join(frames))


def _price_ticks(req_id: int, new: Quote, old: Quote | None, has_trades: bool) -> Ticks:
    """Price with its size, then the size once more on its own, as TWS does."""
    mask = CAN_AUTO_EXECUTE
    if old is None or (new.bid, new.bid_size) != (old.bid, old.bid_size):
        yield replies.tick_price(req_id, BID, new.bid, new.bid_size, mask)
        yield replies.tick_size(req_id, BID_SIZE, new.bid_size)
    if old is None or (new.ask, new.ask_size) != (old.ask, old.ask_size):
        yield replies.tick_price(req_id, ASK, new.ask, new.ask_size, mask)
        yield replies.tick_size(req_id, ASK_SIZE, new.ask_size)
    if not has_trades:
        return
    if old is None or new.last != old.last or new.volume != old.volume:
        yield replies.tick_string(req_id, LAST_TIMESTAMP, str(int(new.time)))
        yield replies.tick_price(req_id, LAST, new.last, new.last_size)
        yield replies.tick_size(req_id, LAST_SIZE, new.last_size)
    if old is None or new.volume != old.volume:
        yield replies.tick_size(req_id, VOLUME, new.volume)


_DAY_PRICES: tuple[tuple[int, Callable[[Quote], float]], ...] = (
    (HIGH, lambda quote: quote.high),
    (LOW, lambda quote: quote.low),
    (CLOSE, lambda quote: quote.close),
    (OPEN, lambda quote: quote.open),
)


def _day_ticks(req_id: int, new: Quote, old: Quote | None, has_trades: bool) -> Ticks:
    for kind, read in _DAY_PRICES:
        # TWS shows no open for currency pairs.
        if (has_trades or kind != OPEN) and (old is None or read(new) != read(old)):
            yield replies.tick_price(req_id, kind, read(new), 0)


HANDLERS = {
    1: req_market_data,
    2: cancel_market_data,
    59: req_market_data_type,
}
