"""The relay's clock as the agent estimates it."""

from __future__ import annotations

import time

import pytest

from agent.clock import KEEP_SECONDS, RelayClock


class Own:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_it_goes_on_from_what_was_heard() -> None:
    own = Own()
    clock = RelayClock(5_000, own)
    own.seconds += 2
    assert clock.now() == 7_000


def test_the_quickest_word_is_the_best_one() -> None:
    own = Own()
    clock = RelayClock(5_000, own)  # came 300 ms late
    own.seconds += 1
    clock.hear(6_300)
    assert clock.now() == 6_300
    own.seconds += 1
    clock.hear(6_000)  # came very late: the estimate does not go back
    assert clock.now() == 7_300


def test_it_never_runs_ahead_of_a_relay_whose_words_take_their_time() -> None:
    own = Own()
    clock = RelayClock(5_000, own)
    for delay in (200, 50, 900):
        own.seconds += 1
        clock.hear(int(own.seconds * 1000) - 95_000 - delay)
        assert clock.now() <= own.seconds * 1000 - 95_000


def test_what_was_heard_long_ago_is_forgotten() -> None:
    own = Own()
    relay_ms = 10_000
    clock = RelayClock(relay_ms, own)
    for _ in range(3):  # the relay's clock goes slower than ours: 1 s in each of these times
        own.seconds += KEEP_SECONDS
        relay_ms += int(KEEP_SECONDS * 1000) - 1_000
        clock.hear(relay_ms)
    assert clock.now() == relay_ms + 1_000


@pytest.mark.failure("F71")
def test_a_jump_of_the_wall_clock_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = RelayClock(5_000)
    before = clock.now()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert before <= clock.now() < before + 60_000
