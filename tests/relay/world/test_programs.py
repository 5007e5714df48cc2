"""The small world's programs: started with a log each, watched, and ended together."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from relay.world.programs import Programs, WorldFailed

WAITS = "import time; print('here', flush=True); time.sleep(60)"


def test_a_program_is_waited_for_and_ended(tmp_path: Path) -> None:
    with closing(Programs(tmp_path)) as programs:
        programs.start("one", {}, "-c", WAITS)
        programs.wait_for("one", lambda: programs.said("one", "here"))
    with pytest.raises(WorldFailed, match="one has ended"):
        programs.look()


def test_a_program_that_ends_is_named_with_its_last_words(tmp_path: Path) -> None:
    with closing(Programs(tmp_path)) as programs:
        programs.start("one", {}, "-c", "raise SystemExit('no port')")
        with pytest.raises(WorldFailed, match=r"one has ended \(1\): no port"):
            programs.wait_for("one", lambda: False)


def test_nothing_of_our_environment_reaches_a_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_KEY", "somebody's")
    show = "import os; print(os.environ.get('AGENT_KEY'), os.environ['GIVEN'], flush=True)"
    with closing(Programs(tmp_path)) as programs:
        programs.start("one", {"GIVEN": "1"}, "-c", f"{show}; {WAITS}")
        programs.wait_for("one", lambda: programs.said("one", "None 1"))


def test_one_is_stopped_and_started_again(tmp_path: Path) -> None:
    with closing(Programs(tmp_path, shields=True)) as programs:
        for _ in range(2):
            programs.start("one", {}, "-c", WAITS)
            programs.wait_for("one", lambda: programs.said("one", "here"))
            programs.stop("one")
        programs.stop("one")  # it does not run: nothing happens
        programs.look()


def test_a_shielded_program_is_not_of_our_terminal(tmp_path: Path) -> None:
    show = f"import os; print('alone', os.getsid(0) != {os.getsid(0)}, flush=True); {WAITS}"
    with closing(Programs(tmp_path, shields=True)) as programs:
        programs.start("one", {}, "-c", show)
        programs.wait_for("one", lambda: programs.said("one", "alone True"))
