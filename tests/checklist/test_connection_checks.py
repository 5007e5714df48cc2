"""The boxes about the connection and the relay, and what they say when it goes wrong."""

from __future__ import annotations

import pytest

from checklist import connection_checks
from checklist.asking import Answer
from checklist.connection_checks import CHECKS
from tests.checklist.conftest import Stage
from trading.refusals import AGENT_NOT_CONNECTED


def test_all_of_them_are_ok(stage: Stage) -> None:
    found = stage.found(*CHECKS)
    assert {key: one.verdict for key, one in found.items()} == dict.fromkeys(CHECKS, "ok")
    assert '503 "IB not connected"' in found["4.5b"].seen
    assert AGENT_NOT_CONNECTED in found["4.6c"].seen


def test_a_list_of_positions_that_never_ends_is_red_after_the_reconnect(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_checks, "READ_SECONDS", 2.0)
    stage.drill(omit_ends=["positions"])
    found = stage.found("4.5a", "4.5c")
    assert [one.verdict for one in found.values()] == ["ok", "failed"]
    assert found["4.5c"].seen == "The positions cannot be read"
    stage.drill(clear=True)
    stage.gateway.drop_connections()  # or the read connection waits for the old list


def test_another_sentence_is_red(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Answer(503, {"error": "Something else"})
    monkeypatch.setattr(stage.stand.desk, "get", lambda path: wrong)
    assert stage.found("4.5a")["4.5a"].detail == "HTTP 503 Something else"
