"""The agent's name stays, its run does not."""

from __future__ import annotations

import stat
from pathlib import Path

from agent.instance import FILE, this_instance


def test_the_name_stays_and_every_start_is_another_run(tmp_path: Path) -> None:
    first, second = this_instance(tmp_path), this_instance(tmp_path)
    assert first.name == second.name
    assert first.run != second.run
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_file_that_a_killed_start_left_empty_gets_a_name(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    assert len(this_instance(tmp_path).name) == 32


def test_two_folders_are_two_instances(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert this_instance(tmp_path).name != this_instance(tmp_path / "other").name
