"""The audit log as approvers and admins see it."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from store.audit import Entry
from tests.web.visitors import PASSWORD, Browser, World, data
from web.audit_views import INTACT
from web.policies import FOR_AUDIT

API = "/api/v1/audit"
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


@pytest.fixture
def filled(world: World) -> World:
    """Three entries of alice and one of bob, who is an approver."""
    world.users.add("bob", PASSWORD, "approver")
    entries = [Entry("order sent", "alice", f"mine-{number}", "filled") for number in range(3)]
    world.people.audit.append(*entries, Entry("freeze", "bob"))
    return world


def targets(world: World, query: str) -> list[str]:
    answer = world.program("approve").get(f"{API}?{query}")
    return [entry["target"] for entry in data(answer)["entries"]]


@pytest.mark.parametrize("path", [API, f"{API}/verify", f"{API}/export"])
def test_traders_do_not_read_it(filled: World, path: str) -> None:
    answer = filled.program("trade").get(path)
    assert (answer.status_code, data(answer)["error"]) == (403, FOR_AUDIT)
    assert filled.program("approve").get(path).status_code == 200


def test_an_approver_has_the_page_and_a_trader_not(filled: World) -> None:
    assert "mine-2" in filled.browser("bob").get("/audit").text
    filled.users.set_role("bob", "trader")
    assert filled.browser("bob").get("/audit").status_code == 403
    assert filled.program("admin").get("/audit").status_code == 403


def test_entries_are_chosen_and_paged(filled: World) -> None:
    assert targets(filled, "") == ["", "mine-2", "mine-1", "mine-0"]
    assert targets(filled, "what=order+sent&limit=2") == ["mine-2", "mine-1"]
    assert targets(filled, "before=2") == ["mine-0"]
    assert targets(filled, "who=Bob") == [""]
    assert len(targets(filled, f"day={TODAY}")) == 4
    assert targets(filled, "day=2020-01-01") == []


def test_the_page_shows_what_is_chosen_and_leads_to_older_entries(
    filled: World, signed_in: Browser
) -> None:
    more = [Entry("order cancelled", "alice", f"old-{number}") for number in range(101)]
    filled.people.audit.append(*more)
    page = signed_in.get("/audit?what=order+cancelled").text
    assert page.count("<tr>") == 101  # and the heading
    assert "old-0<" not in page
    assert "before=6" in page
    older = signed_in.get("/audit?what=order+cancelled&before=6").text
    assert "old-0<" in older
    assert "Newest" in older
    assert "Nothing that matches" in signed_in.get("/audit?who=alice&what=kill").text


def test_the_chain_is_verified_and_a_change_is_found(filled: World, signed_in: Browser) -> None:
    assert data(filled.program("approve").get(f"{API}/verify")) == {"intact": True, "text": INTACT}
    assert INTACT in signed_in.get("/audit?verify=1").text
    with filled.engine.begin() as connection:
        # What somebody with the database's password can do.
        is_sqlite = filled.engine.dialect.name == "sqlite"
        where = "" if is_sqlite else " ON audit"
        connection.execute(text(f"DROP TRIGGER audit_is_not_changed{where}"))
        connection.execute(text("UPDATE audit SET outcome = 'rejected' WHERE number = 2"))
    found = data(filled.program("approve").get(f"{API}/verify"))
    assert not found["intact"]
    assert found["text"].startswith("Line 2 of the audit log")
    assert "Line 2 of the audit log" in signed_in.get("/audit?verify=1").text


def test_the_whole_log_is_a_file_and_fetching_it_is_audited(filled: World) -> None:
    program = filled.program("approve")
    answer = program.get(f"{API}/export")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["number"] for row in rows[:4]] == [1, 2, 3, 4]
    assert rows[1]["previousHash"] == rows[0]["hash"]
    assert 'filename="audit.jsonl"' in answer.headers["Content-Disposition"]
    table = program.get(f"{API}/export?format=csv")
    assert table.mimetype == "text/csv"
    assert next(csv.reader(table.text.splitlines()))[:3] == ["number", "time", "who"]
    assert [entry[3] for entry in filled.audited("audit exported")] == ["ok", "ok"]


def test_what_a_person_typed_is_never_markup(filled: World, signed_in: Browser) -> None:
    filled.people.audit.append(Entry("sign-in", "alice", "<script>", "=1+1"))
    assert "<script>" not in signed_in.get("/audit").text.partition("<main")[2]
