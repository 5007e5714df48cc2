"""An order engine in a process of its own, to be killed at a chosen moment.

`python -m tests.faults.engine_child DEED PORT JOURNAL NAME…` connects, says so, does the deed with
the orders of these names (BUY 100 AAPL MKT) and stays until it is killed.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from order_handler import OrderHandler
from tests.conftest import NO_SLEEP, ORDERS, Publications, endpoint, request, wait_until
from trading.ib_errors import CodeTable
from trading.policy import OrderPolicy

SLOW_PACE = 6  # messages a second: one order leaves, the others wait for their turn

Deed = Callable[[OrderHandler, list[str]], None]


def place(handler: OrderHandler, names: list[str]) -> None:
    """Let all of them leave, or wait for their turn."""
    for name in names:
        handler.submit(request(name))


def stand_still_before_the_bytes(handler: OrderHandler, names: list[str]) -> None:
    """Save the order as `sending`, and hold the loop before it hears that it is saved."""
    everything_is_asked, never = threading.Event(), threading.Event()
    handler.thread.hand_over(everything_is_asked.wait)
    place(handler, names)
    handler.thread.hand_over(never.wait)
    everything_is_asked.set()


DEEDS: dict[str, Deed] = {
    "place": place,
    "place_slowly": place,
    "stand_still_before_the_bytes": stand_still_before_the_bytes,
}


def main(deed: str, port: str, journal: str, *names: str) -> None:
    pace = {"requests_per_second": SLOW_PACE} if deed == "place_slowly" else {}
    handler = OrderHandler(
        endpoint(int(port), ORDERS, **pace),
        OrderPolicy(paper_sleep=NO_SLEEP),
        CodeTable(),
        Publications(),
        Path(journal),
    )
    handler.start()
    wait_until(lambda: handler.blockers() == [])
    os.write(1, b"connected\n")
    DEEDS[deed](handler, list(names))
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
