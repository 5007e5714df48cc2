"""Answers to requests for history in bars: bars, bars kept up to date, real-time bars.

May not make prices: bars come from the same path as the quotes. Intraday times are written in
US/Eastern, daily bars carry their trading day (UTC's where the market never closes).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from paper_gateway import replies
from paper_gateway.bars import BAR_SIZES, Bar, Series, series_bars
from paper_gateway.contracts import ContractDefinition
from paper_gateway.data_requests import find_contract
from paper_gateway.market_data.access import has_live_data, no_permission
from paper_gateway.market_data.lines import count_streams, is_interrupted
from paper_gateway.market_data.pacing import Asked
from paper_gateway.market_data.schedules import send_schedule
from paper_gateway.replies import BarRow
from paper_gateway.requests import Request
from paper_gateway.rules import Refusal, invalid
from paper_gateway.session import Session
from paper_gateway.times import ib_time, parse_instant

KEPT_BARS = "bars kept up to date"
REALTIME_BARS = "real-time bars"
UPDATE_SECONDS = 5.0
# IB's documented limit of simultaneous requests for history; its sentence is a guess.
MAX_KEPT = 50
EPOCH_FORMAT = 2
SCHEDULE = "SCHEDULE"
_DAILY = frozenset({"1 day", "1 week", "1 month"})
_MULTI_DAY = frozenset({"1 week", "1 month"})
# Adjusted prices equal the traded ones: synthetic contracts have no splits and no dividends.
_ADJUSTED = "ADJUSTED_LAST"
# How the errors of the history service begin.
_SERVICE = "Historical Market Data Service error message:"
_PACING = "Historical data request pacing violation"
# Code and rule are IB's, the sentence is a guess.
_DAILY_SCHEDULE = Refusal(10295, "SCHEDULE is available with a bar size of 1 day only")
_END_HELP = (
    "End Date/Time: The date, time, or time-zone entered is invalid. The correct format is "
    "yyyymmdd hh:mm:ss xx/xxxx where yyyymmdd and xx/xxxx are optional. "
    "E.g.: 20031126 15:59:00 US/Eastern"
)


@dataclass(frozen=True, slots=True)
class History:
    """What one reqHistoricalData asks for, after its contract was found."""

    req_id: int
    series: Series
    duration: str
    bar_size: str
    in_epoch: bool

    def date(self, bar: Bar) -> str:
        if self.bar_size in _DAILY:
            return f"{self._day_of(bar):%Y%m%d}"
        return str(int(bar.start)) if self.in_epoch else ib_time(bar.start)

    def _day_of(self, bar: Bar) -> datetime:
        """The day whose date the bar has: a session may begin on the evening before."""
        hours, definition = self.series.market.hours, self.series.definition
        if hours.never_close(definition):
            return datetime.fromtimestamp(bar.start, UTC)
        day = hours.latest_day(definition, bar.start).date
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    def row(self, bar: Bar) -> BarRow:
        return (
            self.date(bar), bar.open, bar.high, bar.low, bar.close, bar.volume, bar.wap, bar.count,
        )  # fmt: skip

    def bars(self, end: float, duration: str = "") -> list[Bar]:
        return series_bars(self.series, end, duration or self.duration, self.bar_size)


@dataclass(slots=True)
class RealtimeBars:
    """One client's stream of bars of five seconds."""

    req_id: int
    history: History
    is_interrupted: bool = False


def req_historical_data(session: Session, request: Request) -> None:
    req_id, keeps_up = request["req_id"], request["keep_up_to_date"]
    definition = find_contract(session, req_id, request.query)
    if definition is None:
        return
    now = session.hub.clock()
    try:
        end = min(parse_instant(request["end"]) or now, now)
    except ValueError:
        session.send_error(req_id, 10314, _END_HELP)
        return
    refusal = _refuse(session, request, definition)
    if refusal is not None:
        session.send_error(req_id, refusal.code, refusal.text)
        return
    what = "TRADES" if request["what"] == _ADJUSTED else request["what"]
    series = Series(session.hub.market, definition.con_id, what, request["use_rth"])
    if what == SCHEDULE:
        send_schedule(session, req_id, series, (max(end, 0.0), request["duration"]))
        return
    in_epoch = request["format_date"] == EPOCH_FORMAT
    history = History(req_id, series, request["duration"], request["bar_size"], in_epoch)
    if _send_history(session, history, end) and keeps_up:
        update = partial(_update, session, history)
        session.every((KEPT_BARS, req_id), UPDATE_SECONDS, update)


def _refuse(session: Session, request: Request, definition: ContractDefinition) -> Refusal | None:
    """Why a request whose fields are right by themselves is not answered."""
    what, has_end = request["what"], bool(request["end"])
    if session.has_stream((KEPT_BARS, request["req_id"])):
        return _unprocessed("Duplicate ticker ID for API historical data query")
    if request["keep_up_to_date"] and len(session.streams(KEPT_BARS)) >= MAX_KEPT:
        return _unprocessed(f"Only {MAX_KEPT} simultaneous historical data queries are allowed")
    if request["keep_up_to_date"] and has_end:
        return invalid("End date not supported with live updates (keepUpToDate)")
    if what == _ADJUSTED and has_end:
        return invalid("End date not supported with adjusted last")
    if what == _ADJUSTED and request["bar_size"] in _MULTI_DAY:
        return invalid("Multi day bar size not supported with adjusted last")
    if what == SCHEDULE and request["bar_size"] != "1 day":
        return _DAILY_SCHEDULE
    return _refuse_access(session, request, definition)


def _unprocessed(cause: str) -> Refusal:
    return Refusal(322, f"Error processing request.-'bN' : cause - {cause}")


def _refuse_access(
    session: Session, request: Request, definition: ContractDefinition
) -> Refusal | None:
    """The drills: data that is not subscribed, and requests that come too fast."""
    drills = session.hub.drills
    if drills.data_access == "none":
        return Refusal(162, _SERVICE + no_permission(definition))
    if not drills.history_pacing:
        return None
    terms = tuple(
        request[name] for name in ("end", "bar_size", "duration", "use_rth", "what", "format_date")
    )
    asked = Asked(session.hub.clock(), terms, definition.con_id, request["what"])
    if session.hub.history_pacing.admits(asked):
        return None
    return Refusal(162, _SERVICE + _PACING)


def _send_history(session: Session, history: History, end: float) -> bool:
    series = history.series
    start = series.market.history_start(series.con_id)
    try:
        found = history.bars(max(end, 0.0))
    except ValueError as error:
        session.refuse(history.req_id, str(error))
        return False
    # History has a beginning: nothing is known before it.
    found = [bar for bar in found if bar.start >= start]
    if not found:
        name = f"{series.definition.symbol}@{series.definition.exchange} {series.what}"
        text = f"{_SERVICE}HMDS query returned no data: {name}"
        session.send_error(history.req_id, 162, text)
        return False
    rows = [history.row(bar) for bar in found]
    start_text, end_text = ib_time(found[0].start), ib_time(end)
    session.send(replies.historical_data(history.req_id, start_text, end_text, rows))
    return True


def _update(session: Session, history: History) -> None:
    """The bar in progress, told again until it closes; nothing while the market is closed."""
    now, series = session.hub.clock(), history.series
    if not series.market.hours.is_open(series.definition, now, series.regular):
        return
    size = BAR_SIZES[history.bar_size]
    duration = f"{max(size, 1)} S" if size < 86_400 else f"{size // 86_400} D"
    latest = history.bars(now, duration)
    if latest:
        session.send(replies.historical_data_update(history.req_id, history.row(latest[-1])))


def cancel_historical_data(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if session.stop((KEPT_BARS, req_id)):
        session.send_error(req_id, 162, f"API historical data query cancelled: {req_id}")
    else:
        text = f"No historical data query found for ticker id:{req_id}"
        session.send_error(req_id, 366, text)


def req_realtime_bars(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if session.has_stream((REALTIME_BARS, req_id)):
        session.send_error(req_id, 102, "Duplicate ticker ID.")
        return
    if count_streams(session.hub, REALTIME_BARS) >= session.hub.drills.data_lines:
        refusal = _unprocessed("Max number of real time requests has been reached.")
        session.send_error(req_id, refusal.code, refusal.text)
        return
    definition = find_contract(session, req_id, request["contract"])
    if definition is None:
        return
    series = Series(session.hub.market, definition.con_id, request["what"], request["use_rth"])
    history = History(req_id, series, "5 S", "5 secs", in_epoch=True)
    try:
        if not has_live_data(session.hub.drills):
            raise ValueError(no_permission(definition))
        history.bars(session.hub.clock())
    except ValueError as error:
        session.send_error(req_id, 420, f"Invalid Real-time Query:{error}")
        return
    push = partial(_push_realtime_bar, session, RealtimeBars(req_id, history))
    session.every((REALTIME_BARS, req_id), UPDATE_SECONDS, push)


def _push_realtime_bar(session: Session, line: RealtimeBars) -> None:
    if is_interrupted(session, line):
        return
    end = session.hub.clock() // UPDATE_SECONDS * UPDATE_SECONDS
    history, series = line.history, line.history.series
    if not series.market.hours.is_open(series.definition, end - UPDATE_SECONDS, series.regular):
        return
    found = history.bars(end)
    if found:
        bar = found[-1]
        session.send(replies.realtime_bar(history.req_id, int(bar.start), history.row(bar)))


def cancel_realtime_bars(session: Session, request: Request) -> None:
    session.stop((REALTIME_BARS, request["req_id"]))


HANDLERS = {
    20: req_historical_data,
    25: cancel_historical_data,
    50: req_realtime_bars,
    51: cancel_realtime_bars,
}
