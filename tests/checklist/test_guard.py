"""A live account is refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checklist.findings import CannotRun
from checklist.guard import look_at_settings, look_at_tws, why_not
from checklist.own_programs import free_port
from checklist.plan import Plan
from store.journal import Batch, Journal
from tests.checklist.conftest import plan_of
from tests.conftest import PaperGateway
from tests.fakes import NOW
from tests.store.journal_for_tests import write
from trading.snapshots import ConnectionStatus


def status(*accounts: str, state: str = "connected") -> ConnectionStatus:
    return ConnectionStatus("probe", 1, state, NOW, accounts=accounts)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"TRADING_MODE": "live"}, "TRADING_MODE is live"),
        ({"READ_ONLY": "1"}, "READ_ONLY=1 forbids"),
        ({"IB_ACCOUNT": "U1234567"}, "IB_ACCOUNT=U1234567 is no paper account"),
        ({"DENIED_SYMBOLS": "AAPL"}, "AAPL is not a symbol that may be traded"),
        ({"ALLOWED_SYMBOLS": "MSFT"}, "AAPL is not a symbol that may be traded"),
    ],
)
def test_settings_that_forbid_it_are_named(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    with pytest.raises(CannotRun, match=said):
        look_at_settings(plan_of(tmp_path, 7497, **settings))


def test_a_frozen_desk_is_not_traded_on(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, 7497)
    journal = Journal(plan.settings.journal_path)
    write(journal, Batch(switches=(("freeze", "alice"),)))
    journal.close()
    with pytest.raises(CannotRun, match="frozen \\(by alice\\)"):
        look_at_settings(plan)


def test_paper_settings_pass(tmp_path: Path) -> None:
    look_at_settings(plan_of(tmp_path, 7497, IB_ACCOUNT="DU1234567", ALLOWED_SYMBOLS="AAPL"))


@pytest.mark.parametrize("port", [7496, 4001, 7497])
def test_only_proven_paper_accounts_pass_at_any_port(port: int) -> None:
    assert why_not(status("DU1234567", "DF7654321"), port) is None
    assert "U1234567, which is no paper account" in str(why_not(status("DU1", "U1234567"), port))
    assert "not proven to be paper" in str(why_not(status(), port))


def test_a_live_port_is_named_when_no_account_is() -> None:
    assert "the port of a live TWS" in str(why_not(status(), 7496))
    assert "the port of a live IB Gateway" in str(why_not(status(), 4001))


def test_a_tws_that_is_away_is_told_with_what_to_do(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(CannotRun, match="Start TWS or IB Gateway"):
        look_at_tws(plan_of(tmp_path, port), "127.0.0.1", port)


@pytest.mark.parametrize("wanted", ["", "DU9990001", "DU9990002"])
def test_the_wanted_account_must_be_there(tmp_path: Path, wanted: str) -> None:
    gateway = PaperGateway(tmp_path / "gateway", account="DU9990001")
    gateway.start()
    try:
        plan: Plan = plan_of(tmp_path, gateway.port, IB_ACCOUNT=wanted)
        if wanted == "DU9990002":
            with pytest.raises(CannotRun, match="is not an account of this TWS"):
                look_at_tws(plan, "127.0.0.1", gateway.port)
        else:
            found = look_at_tws(replace(plan), "127.0.0.1", gateway.port)
            assert found.accounts == ("DU9990001",)
        assert gateway.received(3) == 0  # no order
    finally:
        gateway.stop()
