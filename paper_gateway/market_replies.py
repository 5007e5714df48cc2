"""Encoders of the replies about markets beyond plain ticks: depth, tick-by-tick, options, history.

May not decide what to send. A row is a named tuple; the flags that IB packs into a mask stand in it
one by one, because two messages count the same two bits from opposite ends.
"""

from collections.abc import Sequence
from typing import NamedTuple

from paper_gateway.wire import frame, frame_list, frame_text, number

# tickType of tickByTick
LAST, ALL_LAST, BID_ASK, MIDPOINT = 1, 2, 3, 4
# operation and side of market depth
INSERT, UPDATE, DELETE = 0, 1, 2
ASK_SIDE, BID_SIDE = 0, 1


class DepthRow(NamedTuple):
    """One change of a book. ``position`` counts from 0; maker and flag are told in L2 only."""

    position: int
    operation: int
    side: int
    price: float
    size: float
    market_maker: str = ""
    is_smart: bool = False


def market_depth(req_id: int, row: DepthRow) -> bytes:
    return frame_text(
        f"12\x001\0{req_id}\0{row.position}\0{row.operation}\0{row.side}\0{number(row.price)}\0"
        f"{number(row.size)}\0"
    )


def market_depth_l2(req_id: int, row: DepthRow) -> bytes:
    """A row with its market maker, or its exchange when the book is SMART's."""
    return frame_text(
        f"13\x001\0{req_id}\0{row.position}\0{row.market_maker}\0{row.operation}\0{row.side}\0"
        f"{number(row.price)}\0{number(row.size)}\0{int(row.is_smart)}\0"
    )


class OptionComputation(NamedTuple):
    """What a model says of one option; None is "not computed". Volatility 0.2 means 20 %."""

    implied_volatility: float | None
    delta: float | None
    price: float | None
    dividends: float | None
    """The present value of the dividends up to the expiration."""
    gamma: float | None
    vega: float | None
    theta: float | None
    under_price: float | None


# How IB writes "not computed", field by field: clients read these as None.
_NOT_COMPUTED = ("-1", "-2", "-1", "-1", "-2", "-2", "-2", "-1")


def tick_option(req_id: int, kind: int, computation: OptionComputation, basis: int = 0) -> bytes:
    """``kind``: 10 bid, 11 ask, 12 last, 13 model, 53 asked for; 80 to 83 the delayed ones.

    ``basis`` is IB's tickAttrib: 0 computed from returns, 1 from prices.
    """
    texts = [
        missing if value is None else number(value)
        for value, missing in zip(computation, _NOT_COMPUTED, strict=True)
    ]
    return frame(21, req_id, kind, basis, *texts)


class ExchangeForPhysical(NamedTuple):
    """The terms of a tickEFP; points are basis points, ``last_trade_date`` the future's."""

    points: float
    points_text: str
    total_dividends: float
    hold_days: int
    last_trade_date: str
    dividend_impact: float
    dividends_to_last_trade_date: float


def tick_efp(req_id: int, kind: int, terms: ExchangeForPhysical) -> bytes:
    """``kind`` is 38 to 44."""
    e = terms
    return frame_text(
        f"47\x006\0{req_id}\0{kind}\0{number(e.points)}\0{e.points_text}\0"
        f"{number(e.total_dividends)}\0{e.hold_days}\0{e.last_trade_date}\0"
        f"{number(e.dividend_impact)}\0{number(e.dividends_to_last_trade_date)}\0"
    )


def delta_neutral_validation(req_id: int, con_id: int, delta: float, price: float) -> bytes:
    return frame_text(f"56\x001\0{req_id}\0{con_id}\0{number(delta)}\0{number(price)}\0")


def reroute_market_data(req_id: int, con_id: int, exchange: str) -> bytes:
    """Market data of a CFD are those of its underlying: the client has to ask for that one."""
    return frame(91, req_id, con_id, exchange)


def reroute_market_depth(req_id: int, con_id: int, exchange: str) -> bytes:
    return frame(92, req_id, con_id, exchange)


# Single ticks, as they happen and of the past


class TradeTick(NamedTuple):
    """One trade. ``time`` is in epoch seconds."""

    time: int
    price: float
    size: float
    exchange: str
    conditions: str = ""
    is_past_limit: bool = False
    is_unreported: bool = False

    @property
    def mask(self) -> int:
        return self.is_past_limit | self.is_unreported << 1


class QuoteTick(NamedTuple):
    """One change of the best bid or ask. ``time`` is in epoch seconds."""

    time: int
    bid: float
    ask: float
    bid_size: float
    ask_size: float
    is_bid_past_low: bool = False
    is_ask_past_high: bool = False


class MidpointTick(NamedTuple):
    """One midpoint; TWS gives it the size 0."""

    time: int
    price: float
    size: float = 0


def tick_by_tick_trade(req_id: int, kind: int, tick: TradeTick) -> bytes:
    """``kind`` is LAST or ALL_LAST."""
    return frame_text(
        f"99\0{req_id}\0{kind}\0{tick.time}\0{number(tick.price)}\0{number(tick.size)}\0"
        f"{tick.mask}\0{tick.exchange}\0{tick.conditions}\0"
    )


def tick_by_tick_quote(req_id: int, tick: QuoteTick) -> bytes:
    mask = tick.is_bid_past_low | tick.is_ask_past_high << 1
    return frame_text(
        f"99\0{req_id}\0{BID_ASK}\0{tick.time}\0{number(tick.bid)}\0{number(tick.ask)}\0"
        f"{number(tick.bid_size)}\0{number(tick.ask_size)}\0{mask}\0"
    )


def tick_by_tick_midpoint(req_id: int, tick: MidpointTick) -> bytes:
    return frame_text(f"99\0{req_id}\0{MIDPOINT}\0{tick.time}\0{number(tick.price)}\0")


def historical_midpoints(req_id: int, ticks: Sequence[MidpointTick], is_done: bool = True) -> bytes:
    """The second field of a row is not used, in this message only."""
    rows = [(tick.time, 0, number(tick.price), number(tick.size)) for tick in ticks]
    return frame_list((96, req_id, len(rows)), [*rows, (int(is_done),)])


def historical_quotes(req_id: int, ticks: Sequence[QuoteTick], is_done: bool = True) -> bytes:
    """The mask's bits are the other way round than in tickByTick."""
    rows = [
        (
            tick.time,
            tick.is_ask_past_high | tick.is_bid_past_low << 1,
            *map(number, (tick.bid, tick.ask, tick.bid_size, tick.ask_size)),
        )
        for tick in ticks
    ]
    return frame_list((97, req_id, len(rows)), [*rows, (int(is_done),)])


def historical_trades(req_id: int, ticks: Sequence[TradeTick], is_done: bool = True) -> bytes:
    rows = [
        (t.time, t.mask, number(t.price), number(t.size), t.exchange, t.conditions) for t in ticks
    ]
    return frame_list((98, req_id, len(rows)), [*rows, (int(is_done),)])
