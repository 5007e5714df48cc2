"""The wiring: what the first run makes, and what the factory starts."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

import app_simple
import config
from app_simple import CannotStart
from store.first_run import FirstRun
from tests.relay.fake_relay import TOKEN, FakeRelay
from trading.refusals import NotConnected


def settings(var_dir: Path, **given: str) -> config.Settings:
    return config.load({"VAR_DIR": str(var_dir), "IB_PORT": "7497", **given}, Path("none"))


def test_the_first_run_prints_a_password_once(tmp_path: Path) -> None:
    first = app_simple.prepare(settings(tmp_path))
    second = app_simple.prepare(settings(tmp_path))
    assert "user admin, password " in first
    assert "password as before" in second


def test_the_password_that_the_desk_made_is_remembered_by_a_mark_only(tmp_path: Path) -> None:
    greeting = app_simple.prepare(settings(tmp_path))
    password = greeting.partition("user admin, password ")[2].split()[0]
    kept = (tmp_path / "first_run.json").read_text()
    assert password not in kept
    assert FirstRun(tmp_path).has_made_password


def test_a_given_password_is_never_printed(tmp_path: Path) -> None:
    greeting = app_simple.prepare(settings(tmp_path, ADMIN_PASSWORD="correct horse battery"))
    assert "correct horse battery" not in greeting
    assert "password as in ADMIN_PASSWORD" in greeting


def test_a_password_that_is_given_after_the_first_run_is_not_said_to_count(tmp_path: Path) -> None:
    app_simple.prepare(settings(tmp_path))
    later = app_simple.prepare(settings(tmp_path, ADMIN_PASSWORD="correct horse battery"))
    assert "password as in ADMIN_PASSWORD" not in later
    assert "password as before  (ADMIN_PASSWORD counts on the first run only; forgotten?" in later


def test_a_given_password_that_still_opens_the_desk_is_named_at_each_start(tmp_path: Path) -> None:
    given = settings(tmp_path, ADMIN_PASSWORD="correct horse battery")
    assert app_simple.prepare(given) == app_simple.prepare(given)


def test_the_secret_key_is_for_its_owner_only(tmp_path: Path) -> None:
    app_simple.prepare(settings(tmp_path))
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="Set VAR_DIR to a folder that you own"):
        app_simple.prepare(settings(tmp_path / "file" / "var"))


# Relay mode.


def relay_settings(var_dir: Path, url: str = "http://127.0.0.1:9") -> config.Settings:
    given = {"VAR_DIR": str(var_dir), "RELAY_URL": url, "RELAY_TOKEN": TOKEN}
    return config.load(given, Path("none"))


def test_the_greeting_of_relay_mode_says_where_the_relay_is(tmp_path: Path) -> None:
    greeting = app_simple.prepare(relay_settings(tmp_path))
    assert "(relay mode)" in greeting
    assert "relay http://127.0.0.1:9" in greeting
    assert "paper gateway" not in greeting
    assert TOKEN not in greeting


def test_a_desk_in_relay_mode_starts_no_engine_and_ends(tmp_path: Path) -> None:
    app_simple.prepare(relay_settings(tmp_path))
    with FakeRelay() as relay:
        desk, running = app_simple.relay_mode(relay_settings(tmp_path, relay.url), connects=True)
        before = {thread.name for thread in threading.enumerate()}
        running.start()
        started = {thread.name for thread in threading.enumerate()} - before
        assert started == {"RelayLink"}
        assert desk.seats is not None
        assert desk.seats.blockers() == []
        running.drain()
        running.stop()
        desk.people.close()
    assert "RelayLink" not in {thread.name for thread in threading.enumerate()}


def test_before_anybody_is_signed_in_the_desk_is_nobodys(tmp_path: Path) -> None:
    app_simple.prepare(relay_settings(tmp_path))
    with FakeRelay() as relay:
        desk, running = app_simple.relay_mode(relay_settings(tmp_path, relay.url), connects=True)
        running.start()
        assert (desk.account, desk.mode) == (None, None)
        for ask in (desk.order_desk.orders, desk.order_desk.executions, desk.order_desk.is_frozen):
            with pytest.raises(NotConnected):
                ask()
        with pytest.raises(NotConnected):
            desk.reader.positions().result(5)
        running.stop()
        desk.people.close()
    assert relay.asked == []


# Commands.


def test_a_command_that_only_looks_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    app = app_simple.create_app(settings(tmp_path / "var"))
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert "no database yet" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_command_about_people_makes_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    app = app_simple.create_app(settings(tmp_path / "var"))
    assert app.test_cli_runner().invoke(args=["user", "list"]).exit_code == 0
    assert stat.S_IMODE((tmp_path / "var" / "desk.db").stat().st_mode) == 0o600
