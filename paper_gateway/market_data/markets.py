"""Which market the settings ask for, and where its clock begins.

May not know orders, accounts or sockets.
"""

from paper_gateway.clock import VirtualClock
from paper_gateway.contracts import Catalogue
from paper_gateway.market import Market
from paper_gateway.market_data.bar_files import BarFileError, read_bar_files
from paper_gateway.market_data.exchange_market import ExchangeMarket
from paper_gateway.market_data.hours import HOURS
from paper_gateway.market_data.recordings import Recording
from paper_gateway.settings import Settings
from paper_gateway.timers import Clock
from paper_gateway.times import parse_instant


def build_market(
    settings: Settings, catalogue: Catalogue, clock: Clock, not_before: float = 0.0
) -> tuple[Market, Clock]:
    """The market and the clock to use with it: with bars it begins where the bars do, and goes on
    as the given one does. ``not_before`` is the last instant that the state folder knows.

    Raises BarFileError.
    """
    kind = Market if settings.hours == "always" else ExchangeMarket
    if settings.bars is None:
        return kind(catalogue, settings.seed), clock
    recordings = read_bar_files(settings.bars, catalogue, HOURS[settings.hours])
    market = kind(catalogue, settings.seed, recordings)
    start = _start(settings.bars_start, list(recordings.values()))
    return market, clock if start is None else _beginning_at(max(start, not_before), clock)


def _start(text: str, recordings: list[Recording]) -> float | None:
    """The instant at which the clock is to begin; None for that of the given clock."""
    if text == "first":
        return float(min(recording.start for recording in recordings))
    if text == "now":
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise BarFileError(f"the start of the bars: {error}") from error


def _beginning_at(start: float, clock: Clock) -> Clock:
    if isinstance(clock, VirtualClock):
        clock.begin_at(start)
        return clock
    offset = start - clock()
    return lambda: clock() + offset
