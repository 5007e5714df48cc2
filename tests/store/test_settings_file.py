"""The `.env` that a page writes: whole or not at all, and what people wrote into it stays."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

import config
from config import SettingsError
from store.errors import StoreError
from store.settings_file import SettingsFile, check

HAND_WRITTEN = """# My desk
IB_PORT=7497   # TWS, paper
export LOG_LEVEL=DEBUG

#MAX_ORDER_QUANTITY=
ADMIN_PASSWORD='canary horse'
"""


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    (tmp_path / ".env").write_text(HAND_WRITTEN)
    return SettingsFile(tmp_path / ".env", {})


def test_other_lines_and_comments_stay_as_they_were(file: SettingsFile) -> None:
    assert file.save({"MAX_ORDER_QUANTITY": "500"}) == ["MAX_ORDER_QUANTITY"]
    assert file.path.read_text() == HAND_WRITTEN + "MAX_ORDER_QUANTITY=500\n"
    file.save({"IB_PORT": "4002"})
    lines = file.path.read_text().splitlines()
    assert lines[1] == "IB_PORT=4002"
    assert lines[2:] == [*HAND_WRITTEN.splitlines()[2:], "MAX_ORDER_QUANTITY=500"]


def test_what_was_saved_is_what_the_next_start_reads(file: SettingsFile) -> None:
    texts = {
        "IB_HOST": "ib-gateway_1.lan",
        "ALLOWED_SYMBOLS": "BRK B,AAPL",
        "RESTART_WINDOW": "23:45-00:10 America/New_York",
        "READ_ONLY": "1",
    }
    assert set(file.save(texts)) == texts.keys()
    settings = config.load({}, file.path)
    assert settings.ib_host == "ib-gateway_1.lan"
    assert settings.allowed_symbols == {"BRK B", "AAPL"}
    assert settings.read_only
    assert settings.admin_password == "canary horse"
    assert file.settings()["RESTART_WINDOW"].saved == texts["RESTART_WINDOW"]


def test_a_default_is_not_written_and_what_is_the_same_is_no_change(file: SettingsFile) -> None:
    assert file.save({"IB_PORT": "7497", "TRADING_MODE": "paper"}) == []
    assert not (file.path.parent / ".env.bak").exists()
    assert file.save({"IB_PORT": ""}) == ["IB_PORT"]
    assert "IB_PORT" not in file.path.read_text()


@pytest.mark.parametrize("text", ["false", "no", "No", "''"])
def test_a_switch_that_is_off_in_other_words_is_off(tmp_path: Path, text: str) -> None:
    (tmp_path / ".env").write_text(f"READ_ONLY={text}\nMAX_OPEN_ORDERS=\n")
    file = SettingsFile(tmp_path / ".env", {})
    read_only = file.settings()["READ_ONLY"]
    assert (read_only.in_force, read_only.saved, read_only.waits) == ("0", "0", False)
    assert file.save({"READ_ONLY": "0", "MAX_OPEN_ORDERS": ""}) == []
    assert file.save({"READ_ONLY": "1"}) == ["READ_ONLY"]
    assert config.load({}, file.path).read_only


def test_the_old_file_is_kept_beside_and_both_are_for_their_owner_only(file: SettingsFile) -> None:
    file.path.chmod(0o644)
    copy = file.path.with_name(".env.bak")
    copy.touch(0o644)
    file.save({"IB_PORT": "4002"})
    assert copy.read_text() == HAND_WRITTEN
    assert {stat.S_IMODE(one.stat().st_mode) for one in (file.path, copy)} == {0o600}
    assert {one.name for one in file.path.parent.iterdir()} == {".env", ".env.bak"}


def test_a_first_file_is_made_for_its_owner_only(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / ".env", {})
    file.save({"IB_PORT": "4002"})
    assert file.path.read_text() == "IB_PORT=4002\n"
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_what_the_next_start_would_refuse_is_not_saved(file: SettingsFile) -> None:
    with pytest.raises(SettingsError, match="MAX_DAILY_LOSS"):
        file.save({"IB_PORT": "4002", "MAX_DAILY_LOSS": "-5"})
    assert file.path.read_text() == HAND_WRITTEN
    assert [one.name for one in file.path.parent.iterdir()] == [".env"]


def test_a_line_that_somebody_spoiled_meanwhile_is_named(file: SettingsFile) -> None:
    file.path.write_text("THREADS=many\n")
    with pytest.raises(SettingsError, match="THREADS='many' is not a whole number"):
        file.save({"IB_PORT": "4002"})


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("IB_PORT=7497\n")
    link = tmp_path / ".env"
    link.symlink_to("kept")
    SettingsFile(link, {}).save({"IB_PORT": "4002"})
    assert link.is_symlink()
    assert (tmp_path / "kept").read_text() == "IB_PORT=4002\n"


def test_a_folder_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "none" / ".env", {})
    with pytest.raises(StoreError, match="cannot be written: No such file or directory"):
        file.save({"IB_PORT": "4002"})


def test_a_file_that_is_no_text_is_one_sentence(file: SettingsFile) -> None:
    file.path.write_bytes(b"IB_PORT=\xff\n")
    for act in (file.settings, lambda: file.save({"IB_PORT": "4002"})):
        with pytest.raises(StoreError, match="it is not UTF-8 text"):
            act()


def test_what_is_in_force_stays_what_the_desk_started_with(file: SettingsFile) -> None:
    file.save({"IB_PORT": "4002"})
    port = file.settings()["IB_PORT"]
    assert (port.in_force, port.saved, port.waits) == ("7497", "4002", True)
    assert not file.settings()["LOG_LEVEL"].waits
    again = SettingsFile(file.path, {})
    assert not again.settings()["IB_PORT"].waits


def test_the_environment_wins_and_that_is_said(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / ".env", {"IB_PORT": "7496"})
    file.save({"IB_PORT": "4002"})
    port = file.settings()["IB_PORT"]
    assert (port.saved, port.is_overridden, port.waits) == ("7496", True, False)


def test_secrets_are_masked(file: SettingsFile) -> None:
    assert "canary" not in str(file.settings())


def test_the_words_of_a_refusal_are_those_of_the_start() -> None:
    assert check("IB_PORT", "7497") == ""
    assert check("IB_PORT", "tws") == "'tws' is not a whole number"
    assert check("IB_HOST", "a b") == "'a b' is not a host name or an IP address such as 127.0.0.1"
