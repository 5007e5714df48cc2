"""Answers to requests for history: bars, bars kept up to date, real-time bars, head time stamps.

May not make prices: bars come from the same path as the quotes. Intraday times are written in
US/Eastern, daily bars carry the market's own (UTC) date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from paper_gateway import replies
from paper_gateway.bars import BAR_SIZES, Bar, bars
from paper_gateway.contracts import ContractDefinition
from paper_gateway.data_requests import find_contract
from paper_gateway.replies import BarRow
from paper_gateway.requests import Request
from paper_gateway.session import Session
from paper_gateway.times import ib_time, local_time, parse_instant

KEPT_BARS = "bars kept up to date"
REALTIME_BARS = "real-time bars"
UPDATE_SECONDS = 5.0
# The day the synthetic history is said to begin with (it has no real beginning).
HEAD = datetime(2004, 1, 2, 14, 30, tzinfo=UTC)
HEAD_TEXT = "20040102-14:30:00"
EPOCH_FORMAT = 2
_DAILY = frozenset({"1 day", "1 week", "1 month"})
# Adjusted prices equal the traded ones: synthetic contracts have no splits and no dividends.
_SAME_AS_TRADES = frozenset({"ADJUSTED_LAST", "SCHEDULE"})
_END_HELP = (
    "End Date/Time: The date, time, or time-zone entered is invalid. The correct format is "
    "yyyymmdd hh:mm:ss xx/xxxx where yyyymmdd and xx/xxxx are optional. "
    "E.g.: 20031126 15:59:00 US/Eastern"
)


@dataclass(frozen=True, slots=True)
class History:
    """What one reqHistoricalData asks for, after its contract was found."""

    req_id: int
    definition: ContractDefinition
    duration: str
    bar_size: str
    what: str
    in_epoch: bool

    def date(self, bar: Bar) -> str:
        if self.bar_size in _DAILY:
            return f"{datetime.fromtimestamp(bar.start, UTC):%Y%m%d}"
        return str(int(bar.start)) if self.in_epoch else ib_time(bar.start)

    def row(self, bar: Bar) -> BarRow:
        return (
            self.date(bar), bar.open, bar.high, bar.low, bar.close, bar.volume, bar.wap, bar.count,
        )  # fmt: skip


def req_historical_data(session: Session, request: Request) -> None:
    req_id, keeps_up = request["req_id"], request["keep_up_to_date"]
    definition = find_contract(session, req_id, request["contract"])
    if definition is None:
        return
    now = session.hub.clock()
    try:
        end = min(parse_instant(request["end"]) or now, now)
    except ValueError:
        session.send_error(req_id, 10314, _END_HELP)
        return
    if keeps_up and request["end"]:
        session.refuse(req_id, "End time is not allowed with keepUpToDate")
        return
    if request["what"] == "SCHEDULE":
        _send_schedule(session, req_id, definition, end)
        return
    history = History(
        req_id,
        definition,
        request["duration"],
        request["bar_size"],
        "TRADES" if request["what"] in _SAME_AS_TRADES else request["what"],
        request["format_date"] == EPOCH_FORMAT,
    )
    if _send_history(session, history, end) and keeps_up:
        update = partial(_update, session, history)
        session.every((KEPT_BARS, req_id), UPDATE_SECONDS, update)


def _send_history(session: Session, history: History, end: float) -> bool:
    try:
        # History has a beginning: nothing is known before it.
        found = _bars(session, history, max(end, 0.0), history.duration)
        found = found if end >= HEAD.timestamp() else []
    except ValueError as error:
        session.refuse(history.req_id, str(error))
        return False
    if not found:
        text = "Historical Market Data Service error message:HMDS query returned no data: "
        name = f"{history.definition.symbol}@{history.definition.exchange} {history.what}"
        session.send_error(history.req_id, 162, text + name)
        return False
    rows = [history.row(bar) for bar in found]
    start_text, end_text = ib_time(found[0].start), ib_time(end)
    session.send(replies.historical_data(history.req_id, start_text, end_text, rows))
    return True


def _bars(session: Session, history: History, end: float, duration: str) -> list[Bar]:
    con_id = history.definition.con_id
    return bars(session.hub.market, con_id, end, duration, history.bar_size, history.what)


def _update(session: Session, history: History) -> None:
    """The bar in progress, told again until it closes."""
    now = session.hub.clock()
    size = BAR_SIZES[history.bar_size]
    duration = f"{max(size, 1)} S" if size < 86_400 else f"{size // 86_400} D"
    latest = _bars(session, history, now, duration)
    if latest:
        session.send(replies.historical_data_update(history.req_id, history.row(latest[-1])))


def _send_schedule(
    session: Session, req_id: int, definition: ContractDefinition, end: float
) -> None:
    """One session: the day of ``end``, open around the clock as the market is."""
    day = f"{local_time(end):%Y%m%d}"
    span = (f"{day}-00:00:00", f"{day}-23:59:00")
    row = (*span, day)
    session.send(replies.historical_schedule(req_id, span, definition.time_zone_id, [row]))


def cancel_historical_data(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if session.stop((KEPT_BARS, req_id)):
        session.send_error(req_id, 162, f"API historical data query cancelled: {req_id}")
    else:
        text = f"No historical data query found for ticker id:{req_id}"
        session.send_error(req_id, 366, text)


def req_realtime_bars(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    definition = find_contract(session, req_id, request["contract"])
    if definition is None:
        return
    history = History(req_id, definition, "5 S", "5 secs", request["what"], in_epoch=True)
    try:
        _bars(session, history, session.hub.clock(), history.duration)
    except ValueError as error:
        session.send_error(req_id, 420, f"Invalid Real-time Query:{error}")
        return
    push = partial(_push_realtime_bar, session, history)
    session.every((REALTIME_BARS, req_id), UPDATE_SECONDS, push)


def _push_realtime_bar(session: Session, history: History) -> None:
    end = session.hub.clock() // UPDATE_SECONDS * UPDATE_SECONDS
    found = _bars(session, history, end, history.duration)
    if found:
        bar = found[-1]
        session.send(replies.realtime_bar(history.req_id, int(bar.start), history.row(bar)))


def cancel_realtime_bars(session: Session, request: Request) -> None:
    session.stop((REALTIME_BARS, request["req_id"]))


def req_head_timestamp(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if find_contract(session, req_id, request["contract"]) is None:
        return
    in_epoch = request["format_date"] == EPOCH_FORMAT
    text = str(int(HEAD.timestamp())) if in_epoch else HEAD_TEXT
    session.send(replies.head_timestamp(req_id, text))


HANDLERS = {
    20: req_historical_data,
    25: cancel_historical_data,
    50: req_realtime_bars,
    51: cancel_realtime_bars,
    87: req_head_timestamp,
}
