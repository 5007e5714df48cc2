"""What the checklist's own programs are started with."""

from __future__ import annotations

import stat
from pathlib import Path

import config
from checklist.own_programs import USUAL, Desks, free_port
from tests.checklist.conftest import plan_of


def test_every_setting_has_its_default_so_that_no_env_file_decides() -> None:
    loaded = config.load(USUAL, Path("no.env"))
    assert (loaded.relay_url, loaded.journal, loaded.read_only) == ("", "", False)
    assert loaded.ib_port is None


def test_the_engine_gets_the_account_and_pace_of_the_user_but_no_limit(tmp_path: Path) -> None:
    given = {"MAX_ORDER_QUANTITY": "1", "PAPER_SLEEP": "1,2,1", "ALLOWED_ACCOUNTS": "DU1,DU2"}
    desks = Desks(plan_of(tmp_path, 7497, **given), tmp_path / "work", 1234, "DU2")
    engine = desks._tws
    assert (engine["IB_PORT"], engine["IB_ACCOUNT"]) == ("1234", "DU2")
    assert (engine["PAPER_SLEEP"], engine["ALLOWED_ACCOUNTS"]) == ("1,2,1", "DU1,DU2")
    assert engine["IB_CLIENT_ID"] == "1099"
    assert "MAX_ORDER_QUANTITY" not in engine


def test_its_people_have_keys_and_its_folders_are_closed_to_others(tmp_path: Path) -> None:
    desks = Desks(plan_of(tmp_path, 7497), tmp_path / "work", 1234, "DU2")
    assert len({desks.key, desks.agent_key, desks.stranger_key}) == 3
    assert stat.S_IMODE((tmp_path / "work" / "desk").stat().st_mode) == 0o700


def test_free_ports_are_ports() -> None:
    assert 1024 < free_port() < 65536
