"""The agent's doctor: each line says what is so, and how to repair what is not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from aiohttp import web

from agent import doctor as doctor_module
from agent.doctor import examine
from agent.policy import AgentPolicy, parse_policy
from engine.checks import Finding
from tests.agent.conftest import KEY, agent_settings
from tests.agent.fake_relay import FakeRelay
from tests.conftest import PaperGateway, wait_until
from tests.processes import free_port


def findings(folder: Path, policy: str = "", **given: str) -> list[Finding]:
    found = list(examine(agent_settings(folder, **given), parse_policy(policy)))
    assert not [finding for finding in found if KEY in finding.about]
    return found


def about(found: list[Finding], part: str) -> Finding:
    return next(finding for finding in found if part in finding.about)


def test_all_is_well(tmp_path: Path, relay: FakeRelay, gateway: PaperGateway) -> None:
    (tmp_path / "agent.toml").write_text('owner = "alice"')
    found = findings(tmp_path, 'owner = "alice"', RELAY_URL=relay.url, IB_PORT=str(gateway.port))
    assert {finding.word for finding in found} == {"ok"}
    for part in ("Python", "can be written", "greets", "answers without TLS", "accepts AGENT_KEY"):
        assert about(found, part)
    wait_until(lambda: relay.visits[0].is_over)
    assert relay.visits[0].hello is None  # nobody was registered


def test_a_refused_key_is_a_fail_with_what_to_do(tmp_path: Path, relay: FakeRelay) -> None:
    relay.refuses = web.Response(status=401)
    assert about(findings(tmp_path, RELAY_URL=relay.url), "AGENT_KEY").word == "FAIL"


def test_a_relay_that_is_not_there_is_a_fail(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert about(findings(tmp_path, RELAY_URL=url), "Cannot reach the relay").word == "FAIL"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("RELAY_URL", "", "RELAY_URL is not set"), ("RELAY_URL", "http://example.com", "has no TLS")],
)
def test_settings_that_are_missing_are_a_fail(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    assert about(findings(tmp_path, **{name: value}), words).word == "FAIL"


def test_what_is_not_set_in_the_policy_is_a_warning(tmp_path: Path, relay: FakeRelay) -> None:
    found = findings(tmp_path, RELAY_URL=relay.url, TRADING_MODE="live")
    assert about(found, "There is no policy file").word == "warn"
    assert about(found, "names no owner").word == "warn"
    assert about(found, "allows paper only").word == "warn"


def test_the_policy_is_shown_in_a_line(tmp_path: Path, relay: FakeRelay) -> None:
    (tmp_path / "agent.toml").touch()
    policy = 'accounts = ["DU1"]\nshare_quotes = true\nfeed = "x feed"\n[limits]\nread_only = true'
    shown = about(findings(tmp_path, policy, RELAY_URL=relay.url), "The policy file")
    assert shown.about.endswith("paper only, DU1, 1 limits, quotes shared as x feed")


def test_clocks_that_are_apart_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    [near] = doctor_module._clock("Sun, 09 Sep 2001 01:46:45 GMT")
    [far] = doctor_module._clock("Sun, 09 Sep 2001 02:46:40 GMT")
    assert (near.word, far.word) == ("ok", "warn")
    assert "3600 s apart" in far.about
    assert doctor_module._clock("") == []


def test_the_default_policy_is_enough(tmp_path: Path) -> None:
    found = list(examine(agent_settings(tmp_path), AgentPolicy()))
    assert [one.about for one in found if one.word == "FAIL"] == [
        "RELAY_URL is not set: where is the relay? Such as https://relay.example.com"
    ]
