"""The handlers of every request for market data, in one table.

May not handle anything itself.
"""

from collections.abc import Callable

from paper_gateway import bar_requests, data_requests
from paper_gateway.market_data import (
    depth,
    head_timestamps,
    histograms,
    historical_ticks,
    news,
    scanner,
    tick_by_tick,
)
from paper_gateway.requests import Request
from paper_gateway.session import Session

HANDLERS: dict[int, Callable[[Session, Request], None]] = {
    **data_requests.HANDLERS,
    **bar_requests.HANDLERS,
    **depth.HANDLERS,
    **head_timestamps.HANDLERS,
    **histograms.HANDLERS,
    **historical_ticks.HANDLERS,
    **news.HANDLERS,
    **scanner.HANDLERS,
    **tick_by_tick.HANDLERS,
}
# What TWS forgets when it says that data were lost (1101).
STREAMS = frozenset(
    {
        bar_requests.KEPT_BARS,
        bar_requests.REALTIME_BARS,
        data_requests.TICKS,
        depth.DEPTH,
        scanner.SCANS,
        tick_by_tick.TICK_BY_TICK,
    }
)
