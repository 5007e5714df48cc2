"""A desk starts a run: one at a time, and it ends when the desk does."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklist import files
from checklist.asking import until
from checklist.starting import Starter

# Says how it was asked, then lives until its standard input closes.
CHILD = "import sys; print(sys.argv[1:], flush=True); sys.stdin.read(); print('ended')"


def ended(starter: Starter) -> bool:
    """Close its standard input, as the end of the desk does."""
    assert starter._child is not None
    assert starter._child.stdin is not None
    starter._child.stdin.close()
    return until(lambda: not starter.is_running(), 10)


def test_a_run_is_a_program_that_ends_with_the_desk(tmp_path: Path) -> None:
    starter = Starter(tmp_path / "checklists", ("-c", CHILD))
    assert not starter.is_running()
    name = starter.start("MSFT")
    assert starter.is_running()
    assert starter.last_words() == ""
    with pytest.raises(files.AlreadyRunning):
        starter.start("AAPL")
    assert ended(starter)
    assert starter.last_words() == "ended"
    said = (tmp_path / "checklists" / f"{name}.log").read_text()
    assert f"'--name', '{name}', '--symbol', 'MSFT', '--until-stdin-closes'" in said


def test_a_run_of_the_command_line_counts(tmp_path: Path) -> None:
    starter = Starter(tmp_path, ("-c", CHILD))
    with files.only_run(tmp_path), pytest.raises(files.AlreadyRunning):
        starter.start("AAPL")
    assert not starter.is_running()
    assert starter.last_words() == ""


def test_a_run_whose_report_tells_its_end_has_no_more_to_say(tmp_path: Path) -> None:
    starter = Starter(tmp_path, ("-c", CHILD))
    name = starter.start("MSFT")
    report = tmp_path / f"{name}.json"
    files.save(report, '{"state": "running"}')
    assert ended(starter)
    assert starter.last_words() == "ended"  # it was broken off
    files.save(report, '{"state": "done"}')
    assert starter.last_words() == ""
