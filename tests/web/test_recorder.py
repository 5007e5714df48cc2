"""An order's timeline, why it is what it is, and the health page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import NOW, away, order_payload
from tests.web.schema_checks import faults
from tests.web.visitors import Browser, Program, World, data
from trading.refusals import NoAnswer
from trading.sessions import MarketNow
from trading.why_parts import Surroundings
from web.openapi.answers import ANSWERS
from web.recorder import ORDER_LOOP, surroundings

SENT = {"seq": 2, "time": "2026-11-20T14:31:02.118Z", "elapsedMs": 0.2, "kind": "sent"}


@pytest.fixture(autouse=True)
def order_loop(world: World) -> None:
    world.loop.name = ORDER_LOOP
    fresh = datetime.now(UTC)
    world.order_desk.connection = replace(world.order_desk.connection, last_message_at=fresh)


def why(program: Program, key: str = "a") -> Any:
    return data(program.get(f"/api/v1/orders/{key}/why"))


def around(world: World, **fields: Any) -> Surroundings:
    order = order_payload("a", "live", **fields)
    return surroundings(world.desk, order, [SENT], NOW + timedelta(seconds=3))


def test_a_pending_order_is_explained(world: World, program: Program) -> None:
    world.order_desk.knows("a", "live", status="PendingSubmit")
    found = why(program)
    assert found["question"] == "Why is it PendingSubmit?"
    assert found["answer"].endswith("Wait, or cancel it.")
    assert faults(found, ANSWERS["Diagnosis"], ANSWERS) == []


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"is_alive": False}, "thread has ended"),
        ({"age": 60.0}, "stands still since 60 s"),
    ],
)
def test_a_deaf_thread_is_found(
    world: World, program: Program, change: dict[str, Any], part: str
) -> None:
    world.order_desk.knows("a", "live", status="PendingSubmit")
    for name, value in change.items():
        setattr(world.loop, name, value)
    assert part in why(program)["answer"]


def test_a_lost_connection_is_found(world: World, program: Program) -> None:
    world.order_desk.knows("a", "live", status="PendingSubmit")
    world.order_desk.connection = away(world.order_desk.connection, "TWS closed the connection")
    assert "TWS closed the connection." in why(program)["answer"]


def test_a_silent_tws_is_found(world: World, program: Program) -> None:
    world.order_desk.knows("a", "live", status="PendingSubmit")
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    world.order_desk.connection = replace(world.order_desk.connection, last_message_at=long_ago)
    assert "has said nothing for 60 s" in why(program)["answer"]


def test_an_attached_order_is_explained_by_its_parent(world: World, program: Program) -> None:
    world.order_desk.knows("a", "live", status="PreSubmitted", parent="p")
    checks = {check["name"]: check for check in why(program)["checks"]}
    assert checks["Its parent is filled"]["ok"] is None
    world.order_desk.knows("p", "live")
    assert "Its parent p is live" in why(program)["answer"]


def test_the_evidence_comes_from_the_timeline(world: World, program: Program) -> None:
    world.order_desk.knows("a", "sending", status=None)
    world.order_desk.event_rows = [SENT]
    found = why(program)
    assert found["evidence"][1] == {"step": "written", "at": SENT["time"], "elapsedMs": 0.2}
    assert found["question"] == "Why is it not acknowledged yet?"


@pytest.mark.parametrize("key", ["nobody", "a%00b", "a" * 41])
def test_nobodys_order_is_not_explained(program: Program, key: str) -> None:
    assert program.get(f"/api/v1/orders/{key}/why").status_code == 404


def test_times_are_measured_from_now(world: World) -> None:
    world.order_desk.connection = replace(world.order_desk.connection, last_message_at=NOW)
    found = around(world)
    assert (found.seconds_since_sent, found.seconds_since_message) == (3.0, 3.0)
    assert (found.sleep_seconds, found.is_paper, found.seconds_since_tick) == (4.0, True, 0.1)


def test_what_is_not_known_is_none(world: World) -> None:
    status = world.order_desk.connection
    world.order_desk.connection = type(status)("orders", 1000, "connecting", status.since)
    world.loop.name = "another"
    found = surroundings(world.desk, order_payload("a", "intent"), [], NOW)
    assert (found.is_paper, found.is_thread_alive, found.seconds_since_tick) == (None, None, None)
    assert (found.seconds_since_sent, found.seconds_since_message) == (None, None)


def test_the_guards_stand_around_an_order_too(world: World) -> None:
    world.order_desk.frozen, world.order_desk.journal_trouble = "alice", "The disk is full"
    world.order_desk.is_listed = False
    found = around(world)
    assert (found.is_frozen, found.journal_failure) == (True, "The disk is full")
    assert found.has_read_orders is False


def test_the_hours_of_its_contract_are_asked_while_it_lives(world: World) -> None:
    assert around(world).market == MarketNow("regular")
    assert surroundings(world.desk, order_payload("a", "filled"), [], NOW).market is None
    combo = around(world, contract=order_payload("a", "live")["contract"] | {"secType": "BAG"})
    assert combo.market is None


def test_hours_that_cannot_be_had_are_not_known(world: World) -> None:
    world.reader.fails_with = NoAnswer("TWS is silent")
    assert around(world).market is None


def test_a_live_account_has_no_sleep_workaround(world: World) -> None:
    world.order_desk.connection = replace(world.order_desk.connection, accounts=("U1234567",))
    assert around(world).is_paper is False


def test_the_health_page_shows_every_part(world: World, signed_in: Browser) -> None:
    page = signed_in.get("/health").text
    for part in ("card-data", "card-orders", "card-desk", "card-journal", "card-farms", "said"):
        assert f'id="{part}"' in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son\w+=|style=", page)


def test_every_template_that_the_health_page_clones_is_there(
    world: World, signed_in: Browser
) -> None:
    page = signed_in.get("/health").text
    script = (Path(str(world.app.static_folder)) / "pages/health.js").read_text()
    cloned = set(re.findall(r'clone\("([\w-]+)"', script)) | {"banner-line", "message-item"}
    assert cloned <= set(re.findall(r'<template id="([\w-]+)"', page))
