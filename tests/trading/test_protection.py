"""How much of a position is protected, and which closing orders hang loose."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.protected import AAPL, NOW, order, position, stop, target
from trading.protection import VERDICTS, Protection, protection_of


def one(size: float, *orders: Any) -> Protection:
    (found,) = protection_of([position(size)], orders, NOW).positions
    return found


def numbers(found: Protection) -> tuple[float, float, float]:
    assert found.stop is not None
    return float(found.stop.covered), float(found.stop.maybe), float(found.stop.uncovered)


def test_a_working_stop_protects() -> None:
    found = one(100, stop(100, 140.5))
    assert (found.verdict, numbers(found)) == ("full", (100, 0, 0))
    assert found.to_payload()["stop"]["price"] == 140.5


def test_a_target_protects_nothing() -> None:
    found = one(100, target())
    assert (found.verdict, numbers(found)) == ("none", (0, 0, 100))
    assert found.target is not None
    assert found.target.covered == 100


def test_a_short_position_is_protected_by_buying() -> None:
    found = one(-50, stop(50, 150, action="BUY"), stop(50, 140))
    assert (found.side, found.verdict) == ("BUY", "full")
    assert [shown.shown["order"]["action"] for shown in found.orders] == ["BUY"]


def test_the_nearest_stop_is_the_one_that_the_market_meets_first() -> None:
    long = one(100, stop(50, 140), stop(50, 138)).to_payload()
    short = one(-100, stop(50, 160, action="BUY"), stop(50, 162, action="BUY")).to_payload()
    assert (long["stop"]["price"], short["stop"]["price"]) == (140, 160)


def test_a_pair_covers_the_same_shares_once() -> None:
    found = one(100, stop(ocaGroup="g"), target(ocaGroup="g"))
    assert found.verdict == "full"
    assert found.over == 0
    assert found.target is not None
    assert found.target.covered == 100


def test_a_stop_and_a_target_that_know_nothing_of_each_other_could_turn_it() -> None:
    found = one(100, stop(), target())
    assert found.verdict == "full"
    assert found.over == 100


def test_more_stops_than_shares_would_turn_the_position() -> None:
    found = one(100, stop(100), stop(50))
    assert found.stop is not None
    assert [float(found.stop.covered), float(found.stop.over)] == [100, 50]


def test_an_unknown_stop_is_neither_protection_nor_its_absence() -> None:
    found = one(100, stop(state="unknown"))
    assert (found.verdict, numbers(found)) == ("maybe", (0, 100, 0))
    found = one(100, stop(60), stop(20, state="unknown"))
    assert (found.verdict, numbers(found)) == ("maybe", (60, 20, 20))


def test_a_stop_that_waits_for_its_parent_does_not_protect_yet() -> None:
    entry = target(50, action="BUY")
    found = one(100, entry, stop(50, parent=entry["clientOrderId"], status="PreSubmitted"))
    assert (found.verdict, numbers(found)) == ("none", (0, 0, 100))
    assert [shown.how for shown in found.orders] == ["waiting"]


def test_a_conditional_stop_is_named_by_itself() -> None:
    waits: dict[str, Any] = {"status": "PreSubmitted", "conditions": [{"condType": "time"}]}
    found = one(100, stop(**waits))
    assert found.verdict == "none"
    assert found.stop is not None
    assert found.stop.conditional == 100


def test_a_stop_of_another_program_protects_as_well() -> None:
    assert one(100, stop(origin="client 7")).verdict == "full"


def test_part_of_it_is_part_of_it() -> None:
    found = one(100, stop(100, filled=40, remaining=60))
    assert (found.verdict, numbers(found)) == ("part", (60, 0, 40))


def test_without_a_list_of_orders_nothing_is_known() -> None:
    report = protection_of([position(100)], None, NOW)
    (found,) = report.positions
    assert (found.verdict, found.stop, found.over) == ("unknown", None, None)
    assert report.to_payload()["orphans"] is None
    assert report.to_payload()["known"] is False


def test_a_closed_position_is_none() -> None:
    assert protection_of([position(0)], [stop()], NOW).positions == ()


def orphans(size: float, *orders: Any) -> list[tuple[str, float, float]]:
    rows = [position(size)] if size else []
    found = protection_of(rows, orders, NOW).orphans
    assert found is not None
    return [(o.order.kind, float(o.held), float(o.excess)) for o in found]


FILLED: dict[str, Any] = {"state": "filled", "status": "Filled", "filled": 100, "remaining": 0}


def test_the_children_of_a_filled_parent_are_orphans_without_a_position() -> None:
    entry = target(action="BUY", **FILLED)
    name = entry["clientOrderId"]
    legs = [stop(parent=name, ocaGroup="g"), target(parent=name, ocaGroup="g")]
    assert orphans(0, entry, *legs) == [("stop", 0, 100), ("target", 0, 100)]
    assert orphans(30, entry, *legs) == [("stop", 30, 70), ("target", 30, 70)]
    assert orphans(-100, entry, *legs) == [("stop", 0, 100), ("target", 0, 100)]
    assert orphans(100, entry, *legs) == []


def test_what_waits_for_its_parent_is_no_orphan() -> None:
    entry = target(action="BUY")
    assert orphans(0, entry, stop(parent=entry["clientOrderId"])) == []


def test_a_stop_by_itself_may_be_meant_to_open() -> None:
    assert orphans(0, stop(), target()) == []
    assert orphans(0, stop(ocaGroup="g"), stop(ocaGroup="g", action="BUY")) == []


def test_a_pair_without_a_position_is_two_orphans() -> None:
    assert len(orphans(0, stop(ocaGroup="g"), target(ocaGroup="g"))) == 2


def test_an_unknown_orphan_is_named_as_well() -> None:
    pair = [stop(ocaGroup="g", state="unknown"), target(ocaGroup="g", **FILLED)]
    found = protection_of([], pair, NOW).orphans
    assert found is not None
    (payload,) = [orphan.to_payload() for orphan in found]
    assert (payload["how"], payload["held"], payload["excess"]) == ("maybe", 0, 100)
    assert payload["contract"] == AAPL


# What always holds.

SIZES = st.integers(1, 300)
STATES = st.sampled_from(
    [
        {},
        {"state": "unknown"},
        {"state": "sending", "status": None},
        {"state": "intent", "status": None},
        {"status": "PendingCancel"},
        {"status": "Inactive"},
        {"status": "PreSubmitted", "whyHeld": "child"},
        {"status": "PreSubmitted", "conditions": [{"condType": "time"}]},
        {"remaining": None, "filled": 1},
        FILLED,
        {"parent": "gone"},
        {"origin": "client 7"},
        {"ocaGroup": "a"},
        {"ocaGroup": "b"},
    ]
)
ORDERS = st.lists(
    st.builds(
        lambda kind, size, more, action: order(kind, size, 140.0, action=action, **more),
        st.sampled_from(["STP", "STP LMT", "TRAIL", "LMT", "MKT"]),
        SIZES,
        STATES,
        st.sampled_from(["BUY", "SELL"]),
    ),
    max_size=6,
)
HELD = SIZES.flatmap(lambda size: st.sampled_from([size, -size]))


@given(HELD, ORDERS)
def test_the_parts_always_add_up(held: int, orders: list[Any]) -> None:
    found = one(held, *orders)
    for cover in (found.stop, found.target):
        assert cover is not None
        assert cover.covered + cover.maybe + cover.uncovered == abs(held)
        assert min(cover.covered, cover.maybe, cover.uncovered, cover.over) >= 0
    assert found.verdict in VERDICTS


@given(HELD, ORDERS)
def test_the_order_of_the_orders_is_of_no_matter(held: int, orders: list[Any]) -> None:
    assert numbers(one(held, *orders)) == numbers(one(held, *reversed(orders)))


@given(HELD, ORDERS, SIZES, st.sampled_from(["unknown", "sending"]))
def test_what_nobody_knows_proves_nothing(
    held: int, orders: list[Any], size: int, state: str
) -> None:
    side = "SELL" if held > 0 else "BUY"
    unsure = stop(size, action=side, state=state)
    before, after = numbers(one(held, *orders)), numbers(one(held, *orders, unsure))
    assert after[0] == before[0]
    assert after[2] == max(0, before[2] - size)


@given(HELD, ORDERS, SIZES)
def test_one_more_stop_never_protects_less(held: int, orders: list[Any], size: int) -> None:
    side = "SELL" if held > 0 else "BUY"
    before, after = (
        numbers(one(held, *orders)),
        numbers(one(held, *orders, stop(size, action=side))),
    )
    assert after[0] == min(abs(held), before[0] + size)
    assert after[2] <= before[2]


@given(HELD, ORDERS, SIZES)
def test_a_target_never_changes_what_the_stops_do(held: int, orders: list[Any], size: int) -> None:
    side = "SELL" if held > 0 else "BUY"
    with_target = one(held, *orders, target(size, action=side, ocaGroup="a"))
    assert numbers(with_target) == numbers(one(held, *orders))


@given(HELD)
def test_nothing_is_known_without_the_list(held: int) -> None:
    report = protection_of([position(held)], None, NOW)
    assert [found.stop for found in report.positions] == [None]
    assert report.orphans is None


@given(ORDERS)
def test_an_orphan_was_made_to_close_and_may_fill(orders: list[Any]) -> None:
    for orphan in protection_of([], orders, NOW).orphans or ():
        assert orphan.order.is_marked
        assert orphan.order.how in ("works", "maybe", "conditional")
        assert orphan.excess > 0


@pytest.mark.parametrize("held", [100, -100])
def test_what_is_shown_is_plain_numbers(held: int) -> None:
    side = "SELL" if held > 0 else "BUY"
    shown = one(held, stop(action=side)).to_payload()
    assert shown["stop"] == {
        "covered": 100.0,
        "maybe": 0.0,
        "uncovered": 0.0,
        "over": 0.0,
        "conditional": 0.0,
        "price": 140.5,
    }
    (named,) = shown["orders"]
    assert (named["kind"], named["how"], named["quantity"]) == ("stop", "works", 100.0)
