"""Answers to requests for live quotes: streams and snapshots of ticks.

May not make prices: they come from the market. Data is live (type 1) whatever type was asked for,
as TWS answers a subscriber, and frozen (2) out of hours for who asked for that; delayed data (3, 4)
is for who has not subscribed, which is a drill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from paper_gateway import replies
from paper_gateway.contracts import Ambiguous, ContractDefinition, ContractQuery
from paper_gateway.definition_faults import is_unknown
from paper_gateway.market import Quote
from paper_gateway.market_data.access import (
    DELAY_SECONDS,
    LIVE,
    TYPES,
    Access,
    access_of,
    shown_type,
)
from paper_gateway.market_data.generic_lists import parse_generic_list
from paper_gateway.market_data.generic_ticks import Facts, GenericLine
from paper_gateway.market_data.lines import count_streams, is_interrupted
from paper_gateway.option_ticks import option_ticks
from paper_gateway.requests import Request
from paper_gateway.rules import NO_DEFINITION
from paper_gateway.session import Session

TICKS = "ticks"
TICK_SECONDS = 0.25
BBO_EXCHANGE = "9c0001"
# IB's tick types.
BID_SIZE, BID, ASK, ASK_SIZE, LAST, LAST_SIZE, HIGH, LOW, VOLUME, CLOSE = range(10)
OPEN = 14
LAST_TIMESTAMP = 45
HALTED = 49
# The same of delayed data.
_DELAYED_KINDS = {
    BID: 66, ASK: 67, LAST: 68, BID_SIZE: 69, ASK_SIZE: 70, LAST_SIZE: 71, HIGH: 72, LOW: 73,
    VOLUME: 74, CLOSE: 75, OPEN: 76, LAST_TIMESTAMP: 88, HALTED: 90,
}  # fmt: skip
# A quote that may fill without a person: IB's canAutoExecute.
CAN_AUTO_EXECUTE = 1
# IB's price for "there is no quote".
NO_PRICE = -1.0

Ticks = Iterator[bytes]


@dataclass(slots=True)
class Subscription:
    """One client's line, with the quote and the market data type it was told last."""

    req_id: int
    definition: ContractDefinition
    asked_type: int = LIVE
    access: Access = field(default_factory=Access)
    generic: GenericLine | None = None
    told: Quote | None = None
    told_type: int = 0
    is_interrupted: bool = False

    def kind(self, kind: int) -> int:
        """The tick type under which this line tells a value."""
        return _DELAYED_KINDS[kind] if self.access.is_delayed else kind

    @property
    def has_trades(self) -> bool:
        return self.definition.sec_type != "CASH"

    @property
    def is_index(self) -> bool:
        """Nobody trades an index: it has no bid, no ask and no volume."""
        return self.definition.sec_type == "IND"


def find_contract(session: Session, req_id: int, query: ContractQuery) -> ContractDefinition | None:
    """The contract a data request means; when there is none the client has been told (200)."""
    found = session.hub.catalogue.resolve(query)
    if isinstance(found, Ambiguous):
        name = query.symbol or query.local_symbol
        text = f"The contract description specified for {name} is ambiguous."
        session.send_error(req_id, 200, text)
        return None
    if found is None or is_unknown(session.hub.drills, query, found):
        session.send_error(req_id, 200, NO_DEFINITION)
        return None
    return found


def req_market_data(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if _is_refused(session, request):
        return
    definition = find_contract(session, req_id, request["contract"])
    if definition is None:
        return
    subscription = _subscription(session, request, definition)
    if subscription is None:
        return
    _tell_type(session, subscription)
    session.send(replies.tick_parameters(req_id, definition.min_tick, BBO_EXCHANGE))
    _tick(session, subscription)
    if request["snapshot"]:
        if not session.hub.drills.data_silent:
            session.send(replies.tick_snapshot_end(req_id))
        return
    session.every((TICKS, req_id), TICK_SECONDS, partial(_tick, session, subscription))


def _is_refused(session: Session, request: Request) -> bool:
    """What TWS refuses before it looks at the contract."""
    req_id, drills = request["req_id"], session.hub.drills
    if session.has_stream((TICKS, req_id)):
        session.send_error(req_id, 102, "Duplicate ticker ID.")
    elif request["snapshot"] and request["generic_ticks"]:
        text = "Snapshot market data subscription is not applicable to generic ticks."
        session.send_error(req_id, 414, text)
    elif request["regulatory"]:
        # A guess: what a real TWS says without the permission is not known.
        session.refuse(req_id, "Regulatory snapshots are not permitted for a paper account")
    elif count_streams(session.hub, TICKS) >= drills.data_lines:
        session.send_error(req_id, 101, "Max number of tickers has been reached.")
    else:
        return False
    return True


def _subscription(
    session: Session, request: Request, definition: ContractDefinition
) -> Subscription | None:
    """The line that a request opens; when there is none the client has been told why."""
    req_id = request["req_id"]
    try:
        wanted = parse_generic_list(request["generic_ticks"], definition.sec_type)
    except ValueError as error:
        session.refuse(req_id, str(error))
        return None
    asked = session.market_data_type
    access, notice = access_of(session.hub.drills, definition, asked)
    if notice is not None:
        session.send_error(req_id, notice.code, notice.text)
    if access is None:
        return None
    access = replace(access, has_quotes=access.has_quotes and wanted.has_quotes)
    generic = GenericLine(wanted) if wanted.numbers else None
    return Subscription(req_id, definition, asked, access, generic)


def cancel_market_data(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if not session.stop((TICKS, req_id)):
        session.send_error(req_id, 300, f"Can't find EId with tickerId:{req_id}")


def req_market_data_type(session: Session, request: Request) -> None:
    """The type that later subscriptions ask for."""
    if request["kind"] in TYPES:
        session.market_data_type = request["kind"]
    else:
        session.refuse(-1, "Invalid market data type")


def _tell_type(session: Session, subscription: Subscription) -> None:
    """The type of the data, when it is not what was told last."""
    now, hours = session.hub.clock(), session.hub.market.hours
    is_open = hours.is_open(subscription.definition, now)
    kind = shown_type(subscription.access, subscription.asked_type, is_open)
    if kind != subscription.told_type:
        subscription.told_type = kind
        session.send(replies.market_data_type(subscription.req_id, kind))


def _tick(session: Session, subscription: Subscription) -> None:
    """Send what changed since the quote that was told last; everything the first time."""
    if session.hub.drills.data_silent:
        return
    if is_interrupted(session, subscription):
        subscription.told, subscription.told_type = None, 0
        return
    _tell_type(session, subscription)
    quote, at = _shown_quote(session, subscription)
    told, subscription.told = subscription.told, quote
    if told == quote:
        return
    frames: list[bytes] = []
    if subscription.access.has_quotes:
        frames += _price_ticks(subscription, quote, told)
        if told is None:
            halted = subscription.kind(HALTED)
            frames.append(replies.tick_generic(subscription.req_id, halted, 0))
        frames += _day_ticks(subscription, quote, told)
        frames += _option_ticks(session, subscription, quote)
    if subscription.generic is not None:
        market = session.hub.market
        path = market.path(subscription.definition.con_id)
        facts = Facts(market, path, at, quote, told)
        frames += subscription.generic.frames(subscription.req_id, facts)
    if frames:
        session.send(b"".join(frames))


def _option_ticks(session: Session, line: Subscription, quote: Quote) -> Ticks:
    market, is_delayed = session.hub.market, line.access.is_delayed
    return option_ticks(market, line.definition, line.req_id, quote, is_delayed)


def _shown_quote(session: Session, subscription: Subscription) -> tuple[Quote, float]:
    """The quote of this line, and the instant that it is of.

    Out of hours there is no bid and no ask, except for who asked for frozen data.
    """
    market, definition = session.hub.market, subscription.definition
    at = session.hub.clock() - (DELAY_SECONDS if subscription.access.is_delayed else 0.0)
    quote = market.quote(definition.con_id, at)
    is_frozen = subscription.told_type in {2, 4}
    if is_frozen or market.hours.is_open(definition, at):
        return quote, at
    return replace(quote, bid=NO_PRICE, ask=NO_PRICE, bid_size=0, ask_size=0), at


def _price_ticks(line: Subscription, new: Quote, old: Quote | None) -> Ticks:
    """Price with its size, then the size once more on its own, as TWS does."""
    req_id, kind = line.req_id, line.kind
    if line.is_index:
        if old is None or new.last != old.last:
            yield replies.tick_string(req_id, kind(LAST_TIMESTAMP), str(int(new.time)))
            yield replies.tick_price(req_id, kind(LAST), new.last, 0)
        return
    mask = CAN_AUTO_EXECUTE
    if old is None or (new.bid, new.bid_size) != (old.bid, old.bid_size):
        yield replies.tick_price(req_id, kind(BID), new.bid, new.bid_size, mask)
        yield replies.tick_size(req_id, kind(BID_SIZE), new.bid_size)
    if old is None or (new.ask, new.ask_size) != (old.ask, old.ask_size):
        yield replies.tick_price(req_id, kind(ASK), new.ask, new.ask_size, mask)
        yield replies.tick_size(req_id, kind(ASK_SIZE), new.ask_size)
    if not line.has_trades:
        return
    if old is None or new.last != old.last or new.volume != old.volume:
        yield replies.tick_string(req_id, kind(LAST_TIMESTAMP), str(int(new.time)))
        yield replies.tick_price(req_id, kind(LAST), new.last, new.last_size)
        yield replies.tick_size(req_id, kind(LAST_SIZE), new.last_size)
    if old is None or new.volume != old.volume:
        yield replies.tick_size(req_id, kind(VOLUME), new.volume)


_DAY_PRICES: tuple[tuple[int, Callable[[Quote], float]], ...] = (
    (HIGH, lambda quote: quote.high),
    (LOW, lambda quote: quote.low),
    (CLOSE, lambda quote: quote.close),
    (OPEN, lambda quote: quote.open),
)


def _day_ticks(line: Subscription, new: Quote, old: Quote | None) -> Ticks:
    for kind, read in _DAY_PRICES:
        # TWS shows no open for currency pairs.
        if (line.has_trades or kind != OPEN) and (old is None or read(new) != read(old)):
            yield replies.tick_price(line.req_id, line.kind(kind), read(new), 0)


HANDLERS = {
    1: req_market_data,
    2: cancel_market_data,
    59: req_market_data_type,
}
