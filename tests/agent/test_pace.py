"""How many events a second the relay is told."""

from __future__ import annotations

from agent.pace import BURST, PER_SECOND, Pace
from tests.fakes import FakeClock


def spent(pace: Pace) -> int:
    count = 0
    while pace.is_open():
        pace.take()
        count += 1
    return count


def test_a_burst_passes_and_then_so_many_a_second() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    assert spent(pace) == BURST
    assert 0 < pace.seconds() <= 1 / PER_SECOND
    clock.pass_by(0.5)
    assert spent(pace) == PER_SECOND / 2
    clock.pass_by(3600)
    assert pace.is_open()
    assert pace.seconds() == 0
    assert spent(pace) == BURST
