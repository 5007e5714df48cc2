"""The clock that says how old an order is."""

from __future__ import annotations

import time

from relay.clock import steady_seconds


def test_seconds_of_sleep_count() -> None:
    """CLOCK_BOOTTIME is CLOCK_MONOTONIC with the time that the machine was suspended."""
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    now = steady_seconds()
    assert before <= now <= time.clock_gettime(time.CLOCK_BOOTTIME)
