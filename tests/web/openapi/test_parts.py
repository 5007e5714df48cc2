"""The errors that operations share: the desk says exactly what the document shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FakeReader
from tests.web.visitors import BODY, World, data
from trading.refusals import NoAnswer, NotConnected
from web.openapi import examples
from web.openapi.parts import CONTRACT, PROBLEMS
from web.queries import CONTRACT_TEXTS

ORDERS = "/api/v1/orders"
POSITIONS = "/api/v1/positions"


def example(status: int) -> Any:
    shown = PROBLEMS[status].examples
    assert shown is not None
    return shown["answer"]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"a": 1, "a": 2}', "application/json"),
        (413, b"[" * 70_000, "application/json"),
        (415, b"{}", "text/plain"),
    ],
)
def test_a_refused_body_reads_as_shown(world: World, status: int, body: bytes, kind: str) -> None:
    answer = world.program().call("POST", ORDERS, data=body, content_type=kind)
    assert data(answer) == example(status)


def test_a_stranger_is_told_as_shown(world: World) -> None:
    assert data(world.visitor().get(POSITIONS)) == example(401)


def test_a_key_to_read_is_told_as_shown(world: World) -> None:
    assert data(world.program("read").post(ORDERS, BODY)) == example(403)


def test_a_query_that_cannot_be_meant_reads_as_shown(world: World) -> None:
    answer = world.program().get("/api/v1/stock-quote?symbol=A&symbol=B")
    assert data(answer) == example(422)


def test_a_full_desk_says_so_as_shown(tmp_path: Path) -> None:
    world = World(
        tmp_path / "full",
        {"THREADS": "8", "MAX_STREAMS": "0", "MAX_WAITING_ORDERS": "0"},
        reader=FakeReader(holds=True),
    )
    assert data(world.program().get(POSITIONS)) == example(429)
    world.close()


def test_a_desk_without_tws_says_why_as_shown(world: World) -> None:
    world.reader.fails_with = NotConnected(examples.NOT_CONNECTED["detail"])
    assert data(world.program().get(POSITIONS)) == example(503)


def test_a_silent_tws_reads_as_shown(world: World) -> None:
    world.reader.fails_with = NoAnswer("TWS did not answer in time")
    assert data(world.program().get(POSITIONS)) == example(504)


def test_a_query_names_a_contract_by_every_field_that_is_read() -> None:
    assert {p.name for p in CONTRACT} == {*CONTRACT_TEXTS, "conId", "strike"}
