"""Seconds that only go on, and go on while the machine sleeps.

`time.monotonic` stands still then on Linux and macOS: an order that reached a closed laptop's
socket would be as young as before when the lid is opened, and be placed at a later price.
"""

from __future__ import annotations

import time

# CLOCK_BOOTTIME is Linux's; on macOS CLOCK_MONOTONIC counts sleep (clock_gettime(3)), on Windows
# time.monotonic does.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def steady_seconds() -> float:
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)
