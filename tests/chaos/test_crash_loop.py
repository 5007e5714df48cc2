"""Killed at random moments, the desk sends every order at most once and knows where each stands.

`make chaos KILLS=1000` is the long form.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.crash_loop import duplicates_in_lag, run
from tests.chaos.killed_world import KilledWorld

SEED = 1
LONG = 600  # seconds, for a machine that has other things to do


@pytest.mark.failure("F06")
@pytest.mark.timeout(LONG)
def test_fifty_kills_duplicate_nothing_and_lose_nothing() -> None:
    finished = run(50, SEED)
    assert finished.verdict.problems == {}, str(finished)
    assert finished.tally.kills.total() == 50
    # Else nothing was at stake.
    assert finished.verdict.lost_answers > 50
    assert finished.verdict.states["not_placed"] > 0


@pytest.mark.failure("F62", "F66", "F68")
@pytest.mark.timeout(LONG)
def test_forty_kills_of_relay_agent_and_desk_lose_nothing() -> None:
    finished = run(40, SEED, victim=KilledWorld)
    assert finished.verdict.problems == {}, str(finished)
    assert set(finished.tally.kills) == {"relay kills", "agent kills", "desk kills"}
    assert finished.verdict.booked > 200


@pytest.mark.failure("F06")
@pytest.mark.timeout(LONG)
def test_without_journal_and_client_id_the_same_kills_show_duplicates(tmp_path: Path) -> None:
    """The check above can fail: this is what it looks like."""
    assert duplicates_in_lag(tmp_path, 2, SEED, has_fence=False)


@pytest.mark.failure("F06")
@pytest.mark.timeout(LONG)
def test_with_both_a_gateway_that_lags_shows_none(tmp_path: Path) -> None:
    assert duplicates_in_lag(tmp_path, 1, SEED, has_fence=True) == []
