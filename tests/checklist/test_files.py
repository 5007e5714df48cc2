"""Reports on disk, and that one run has the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklist import files


def test_one_run_has_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PAUSE_SECONDS", 0)
    assert not files.is_running(tmp_path)
    with files.only_run(tmp_path):
        assert files.is_running(tmp_path)
        with pytest.raises(files.AlreadyRunning), files.only_run(tmp_path):
            raise AssertionError("two of them")
    assert not files.is_running(tmp_path)


def test_a_name_is_a_time_and_sorts_as_one(tmp_path: Path) -> None:
    assert files.NAME.fullmatch(files.new_name())
    for name in ("20261128-143000", "20261129-080000", "notes"):
        files.save(tmp_path / f"{name}.json", '{"a": 1}')
    assert files.names(tmp_path) == ["20261129-080000", "20261128-143000"]
    assert files.read(tmp_path, "20261128-143000") == {"a": 1}


@pytest.mark.parametrize("name", ["20200101-000000", "../desk", "notes"])
def test_what_is_no_report_reads_as_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.json").write_text("{}")
    assert files.read(tmp_path, name) is None


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_broken_file_is_no_report(tmp_path: Path, text: str) -> None:
    files.save(tmp_path / "20261128-143000.json", text)
    assert files.read(tmp_path, "20261128-143000") is None
