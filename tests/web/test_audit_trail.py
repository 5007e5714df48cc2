"""What of a caller's acts is kept, and that nobody waits for it or fails with it."""

from __future__ import annotations

import pytest

from store.audit import NOBODY, Entry
from tests.web.visitors import BODY, ORDER, PASSWORD, Browser, Program, World
from trading.refusals import LimitExceeded, NotConnected
from web.audit_trail import audited_change, note, noted, record

API = "/api/v1"


@pytest.fixture
def known(world: World) -> World:
    world.order_desk.knows("known", "live")
    return world


def outcomes(world: World, what: str) -> list[tuple[str, str]]:
    return [(target, outcome) for _, _, target, outcome in world.audited(what)]


def test_an_order_is_kept_by_key_and_outcome_alone(world: World, program: Program) -> None:
    program.post(f"{API}/orders", BODY | {"clientOrderId": "mine-1"})
    assert outcomes(world, "order sent") == [("mine-1", "filled")]
    assert "AAPL" not in str(world.people.audit.newest())
    (entry,) = world.people.audit.newest()
    assert (entry.who, entry.address) == ("alice", "127.0.0.1")


def test_a_preview_is_no_order(world: World, program: Program) -> None:
    program.post(f"{API}/orders", BODY | {"order": ORDER | {"whatIf": True}})
    assert world.audited() == []


def test_an_order_that_is_refused_is_kept_with_the_reason(world: World, program: Program) -> None:
    world.order_desk.fails_with = LimitExceeded("too much", code="risk_max_order_notional")
    program.post(f"{API}/orders", BODY | {"clientOrderId": "mine-1"})
    assert outcomes(world, "order sent") == [("mine-1", "risk_max_order_notional, sent no")]


def test_changes_and_cancels_are_kept(known: World, program: Program) -> None:
    program.call("PATCH", f"{API}/orders/known", json={"order": {"lmtPrice": 101}})
    program.delete(f"{API}/orders/known")
    program.delete(f"{API}/orders/nobody")
    assert len(outcomes(known, "order modified")) == 1
    kept = outcomes(known, "order cancelled")
    assert kept[0] == ("known", "cancelled")
    assert kept[1] == ("nobody", "NotFound, sent no")


def test_every_order_of_a_cancel_of_all_is_kept(known: World, program: Program) -> None:
    program.delete(f"{API}/orders")
    assert [target for target, _ in outcomes(known, "order cancelled")] == ["known"]


def test_a_cancel_that_cannot_be_asked_is_kept_too(known: World, program: Program) -> None:
    known.order_desk.fails_with = NotConnected("TWS is away")
    assert program.delete(f"{API}/orders/known").status_code == 503
    assert outcomes(known, "order cancelled") == [("known", "ib_disconnected, sent no")]


def test_the_switches_are_kept(world: World) -> None:
    admin = world.program("admin")
    admin.post(f"{API}/freeze", {})
    admin.delete(f"{API}/freeze")
    admin.post(f"{API}/kill", {})
    assert [what for _, what, _, _ in world.audited()] == ["freeze", "unfreeze", "kill"]


def test_a_mistake_of_ours_is_kept_as_one(world: World) -> None:
    with (
        world.app.test_request_context("/"),
        pytest.raises(ZeroDivisionError),
        noted("freeze"),
    ):
        raise ZeroDivisionError
    assert world.audited() == [(NOBODY, "freeze", "", "a mistake of the desk")]


def test_a_change_and_its_entry_are_one(world: World, signed_in: Browser) -> None:
    with (
        world.app.test_request_context("/"),
        pytest.raises(ZeroDivisionError),
        audited_change(),
    ):
        world.users.add("bob", PASSWORD)
        record("user added", "bob")
        raise ZeroDivisionError
    assert [user.name for user in world.users.all()] == ["alice"]
    assert world.audited("user added") == []


def test_a_note_while_a_change_is_under_way_waits_for_its_end(world: World) -> None:
    with world.app.test_request_context("/"):
        with audited_change():
            note("sign-out", who="alice")
            record("freeze")
        assert {what for _, what, _, _ in world.audited()} == {"sign-out", "freeze"}
    assert world.people.audit.verify() is None


def test_a_key_is_never_in_the_log(world: World) -> None:
    program = world.program("admin")
    program.delete(f"{API}/keys/{program.key}")
    world.people.audit.append(Entry("key revoked", "alice", program.key))
    assert program.key not in str(world.people.audit.newest())
