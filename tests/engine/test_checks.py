"""The checks that desk and agent share. What they find at a desk is in tests/web/test_doctor.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import config
from engine import checks
from engine.checks import Finding


def words(found: Iterator[Finding]) -> list[str]:
    return [finding.word for finding in found]


def settings(var_dir: Path, **given: str) -> config.Settings:
    return config.load({"VAR_DIR": str(var_dir), **given}, Path("none"))


def test_a_fresh_folder_has_all_that_an_engine_needs(tmp_path: Path) -> None:
    fresh = settings(tmp_path)
    found = [
        *checks.python(),
        *checks.known_settings(),
        *checks.var_dir(fresh),
        *checks.journal(fresh),
    ]
    assert {finding.word for finding in found} == {"ok"}
    assert len(found) == 4


def test_a_folder_that_cannot_be_written_fails(tmp_path: Path) -> None:
    (tmp_path / "file").touch()  # root may write anywhere else
    assert words(checks.var_dir(settings(tmp_path / "file" / "var"))) == ["FAIL"]


def test_a_folder_that_the_first_start_makes_is_not_made_now(tmp_path: Path) -> None:
    assert words(checks.var_dir(settings(tmp_path / "more" / "var"))) == ["warn"]
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_is_none_fails(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"no database at all" * 100)
    assert words(checks.journal(settings(tmp_path))) == ["FAIL"]
