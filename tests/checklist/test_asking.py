"""Asking a program over HTTP, and waiting for a condition."""

from __future__ import annotations

import pytest

from checklist.asking import Answer, Asker, until
from checklist.findings import Failed
from checklist.own_programs import free_port
from tests.checklist.conftest import Stage


def test_an_answer_is_said_in_a_line() -> None:
    assert str(Answer(503, {"error": "IB not connected"})) == "HTTP 503 IB not connected"
    assert str(Answer(201, {"state": "live"})) == "HTTP 201 live"


def test_a_program_that_is_not_there_is_a_failure() -> None:
    asker = Asker(free_port())
    assert not asker.is_there("/healthz")
    with pytest.raises(Failed, match="does not answer"):
        asker.get("/healthz")


def test_a_key_opens_and_no_key_does_not(stage: Stage) -> None:
    assert stage.stand.desk.get("/api/v1/accounts").status == 200
    assert Asker(stage.stand.desk.port).get("/api/v1/accounts").status == 401


def test_what_is_no_object_reads_as_empty(stage: Stage) -> None:
    assert stage.stand.desk.get("/metrics").body == {}


def test_waiting_ends_with_the_last_value() -> None:
    values = iter([0, 0, 7])
    assert until(lambda: next(values), 5) == 7
    assert until(lambda: 0, 0) == 0
