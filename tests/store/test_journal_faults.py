"""Real faults, in processes of their own: kill -9, a full disk, a second engine, another user."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from store.journal import Batch, Journal, JournalLocked
from tests.processes import ROOT
from tests.store.journal_child import NOBODY
from tests.store.journal_for_tests import numbers, order, write

KILLS = 20
SEED = 20261120


@contextmanager
def child(deed: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.journal_child", deed, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


def said(deed: str, path: Path) -> list[str]:
    """Everything that the child says until it ends by itself."""
    with child(deed, path) as process:
        lines = process.communicate(timeout=60)[0].splitlines()
    assert process.returncode == 0
    return lines


def acknowledged_before_a_kill(path: Path, count: int) -> list[str]:
    """Kill a writing process with SIGKILL once it has acknowledged `count` orders or more."""
    with child("write_for_ever", path) as process:
        assert process.stdout
        keys = [process.stdout.readline().strip() for _ in range(count)]
        process.kill()
        return keys + process.stdout.read().splitlines()


def test_what_was_acknowledged_survives_kill_9_at_any_moment(tmp_path: Path) -> None:
    path, chosen = tmp_path / "orders.db", random.Random(SEED)
    acknowledged: list[str] = []
    for _ in range(KILLS):
        acknowledged += acknowledged_before_a_kill(path, chosen.randrange(1, 400))
        with closing(Journal(path)) as journal:  # checks the whole file
            assert journal.verify() is None
            assert {row.key for row in journal.since("")} >= set(acknowledged)
            heard = [numbers(journal.lines(key)) for key in acknowledged[-100:]]
            assert all(seqs in ([1, 2], [*range(1, 12)]) for seqs in heard)


@pytest.mark.failure("F11")
def test_a_second_process_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    with child("hold", path) as process:
        assert process.stdout and process.stdin
        pid = process.stdout.readline().strip()
        with pytest.raises(JournalLocked, match=rf"already running \(pid {pid}\)"):
            Journal(path)
        assert int(pid) == process.pid
        process.stdin.close()
        assert process.wait(10) == 0
    Journal(path).close()


def test_a_killed_engine_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    with child("hold", path) as process:
        assert process.stdout and process.stdout.readline()
        process.kill()
        process.wait(10)
        Journal(path).close()


@pytest.mark.failure("F08")
def test_a_disk_that_fails_and_recovers_loses_nothing_that_waited(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    refused, flushed, failure, *recovered = said("fill_the_disk", path)
    assert "cannot be written: disk I/O error. Check its disk" in refused
    assert flushed == "False"
    assert "disk I/O error" in failure
    assert recovered == ["True", "None", "None", "None"]
    with closing(Journal(path)) as journal:
        assert {row.key for row in journal.since("")} == {"big", "later"}
        assert journal.get("big") == order("big")


def test_a_disk_that_fails_under_a_checkpoint_is_told(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    failure, after = said("fill_the_disk_under_a_checkpoint", path)
    assert "disk I/O error" in failure
    assert after == "None"
    with closing(Journal(path)) as journal:
        assert journal.get("after") == order("after")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder outside pytest's own, which other users cannot enter, with a journal in it."""
    with tempfile.TemporaryDirectory() as name:
        with closing(Journal(Path(name) / "orders.db")) as journal:
            write(journal, Batch(new=(order(),)))
        (Path(name) / "orders.db.lock").chmod(0o666)
        Path(name).chmod(0o777)
        yield Path(name)


def give_away(path: Path) -> None:
    """Make it the file of the user as whom the child opens it."""
    os.chown(path, NOBODY if os.getuid() == 0 else os.getuid(), -1)


@pytest.mark.failure("F09")
def test_a_read_only_journal_is_refused_with_what_to_do(open_folder: Path) -> None:
    for path in open_folder.iterdir():
        give_away(path)
    (open_folder / "orders.db").chmod(0o444)
    (sentence,) = said("open_as_nobody", open_folder / "orders.db")
    assert sentence.startswith("JournalUnavailable: The order journal")
    assert "readonly database. Make the file and its folder writable" in sentence


def test_a_folder_that_may_not_be_written_is_refused_with_what_to_do(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    (sentence,) = said("open_as_nobody", open_folder / "new.db")
    assert "cannot be opened: Permission denied. Set VAR_DIR to a folder" in sentence
