"""The wiring: what the first run makes, and what the factory starts."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

import app_simple
import config
from app_simple import CannotStart


def settings(var_dir: Path, **given: str) -> config.Settings:
    return config.load({"VAR_DIR": str(var_dir), "IB_PORT": "7497", **given}, Path("none"))


def test_the_first_run_prints_a_password_once(tmp_path: Path) -> None:
    first = app_simple.prepare(settings(tmp_path))
    second = app_simple.prepare(settings(tmp_path))
    assert "user admin, password " in first
    assert "password as before" in second


def test_a_given_password_is_never_printed(tmp_path: Path) -> None:
    greeting = app_simple.prepare(settings(tmp_path, ADMIN_PASSWORD="correct horse battery"))
    assert "correct horse battery" not in greeting
    assert "password as in ADMIN_PASSWORD" in greeting


def test_the_secret_key_is_for_its_owner_only(tmp_path: Path) -> None:
    app_simple.prepare(settings(tmp_path))
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="Set VAR_DIR to a folder that you own"):
        app_simple.prepare(settings(tmp_path / "file" / "var"))
