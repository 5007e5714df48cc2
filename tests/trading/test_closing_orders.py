"""What an open order means for the position that it would close."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trading.protected import AAPL, ACCOUNT, NOW, order, stop, target
from trading.closing_orders import ClosingOrder, OpenOrders

PRICE_CONDITION = [{"condType": "price", "price": 150.0}]


def judged(shown: dict[str, Any], *others: dict[str, Any]) -> ClosingOrder:
    found = OpenOrders([shown, *others], NOW).closing(ACCOUNT, AAPL, "SELL")
    return next(one for one in found if one.shown is shown)


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("STP", "stop"),
        ("STP LMT", "stop"),
        ("TRAIL", "stop"),
        ("TRAIL LIMIT", "stop"),
        ("LMT", "target"),
        ("MIT", "target"),
        ("MOC", "other"),
        (None, "other"),
    ],
)
def test_the_type_says_what_it_is_for(kind: Any, meant: str) -> None:
    assert judged(order(kind, 100, 1)).kind == meant


@pytest.mark.parametrize(
    ("more", "how"),
    [
        ({}, "works"),
        ({"status": "PreSubmitted", "whyHeld": "trigger"}, "works"),
        ({"state": "duplicated"}, "works"),
        ({"state": "unknown"}, "maybe"),
        ({"state": "sending", "status": None}, "maybe"),
        ({"status": "PendingSubmit"}, "maybe"),
        ({"status": "PendingCancel"}, "maybe"),
        ({"status": "PreSubmitted", "whyHeld": "locate"}, "maybe"),
        ({"state": "intent", "status": None}, "waiting"),
        ({"status": "Inactive"}, "waiting"),
        ({"status": "PreSubmitted", "whyHeld": "child"}, "waiting"),
        ({"status": "PreSubmitted", "whyHeld": "child,trigger"}, "waiting"),
        ({"status": "PreSubmitted", "conditions": PRICE_CONDITION}, "conditional"),
        ({"conditions": PRICE_CONDITION}, "works"),
        (
            {
                "status": "PreSubmitted",
                "conditions": PRICE_CONDITION,
                "conditionsCancelOrder": True,
            },
            "works",
        ),
        ({"goodAfterTime": "2026-11-20T16:00:00Z"}, "conditional"),
        ({"goodAfterTime": "2026-11-20T14:00:00Z"}, "works"),
        ({"goodAfterTime": "20261120 14:00:00"}, "conditional"),
    ],
)
def test_only_what_ib_works_now_works(more: dict[str, Any], how: str) -> None:
    one = judged(stop(**more))
    assert one.how == how
    assert bool(one.why) is (how != "works")
    assert one.least == (100 if how == "works" else 0)
    assert one.most == 100


@pytest.mark.parametrize(
    ("parent", "how"),
    [
        ({"state": "live", "status": "Submitted"}, "waiting"),
        ({"state": "live", "status": "Submitted", "filled": 40}, "maybe"),
        ({"state": "unknown"}, "maybe"),
        ({"state": "filled", "status": "Filled", "filled": 100}, "works"),
    ],
)
def test_a_child_protects_when_its_parent_is_filled(parent: dict[str, Any], how: str) -> None:
    entry = target(action="BUY", **parent)
    assert judged(stop(parent=entry["clientOrderId"]), entry).how == how


def test_a_child_whose_parent_is_forgotten_works() -> None:
    """Every open order is remembered: the parent is over."""
    one = judged(stop(parent="long-ago"))
    assert (one.how, one.is_marked) == ("works", True)


def test_what_is_left_of_a_partly_filled_order_counts() -> None:
    assert judged(stop(filled=40, remaining=60)).least == 60
    assert judged(stop(filled=40, remaining=None)).least == 60


def test_a_size_that_is_not_known_is_never_sure() -> None:
    one = judged(stop(None, remaining=None))
    assert (one.how, one.most) == ("maybe", None)
    assert one.least == 0


def test_while_its_size_is_being_changed_the_smaller_one_is_sure() -> None:
    asked = {"state": "pending", "asked": {"totalQuantity": 30}}
    one = judged(stop(modification=asked))
    assert [one.least, one.most] == [30, 100]
    assert judged(stop(modification=asked | {"state": "refused"})).least == 100


@pytest.mark.parametrize(
    ("shown", "price"),
    [
        (stop(100, 140.5), 140.5),
        (target(100, 160), 160),
        (order("TRAIL", 100, 2.0), None),
        (order("TRAIL", 100, 2.0, trailStopPrice=139.0), 139.0),
        (order("MIT", 100, 161.0), 161.0),
    ],
)
def test_the_price_is_the_one_at_which_it_acts(shown: Any, price: float | None) -> None:
    assert judged(shown).to_payload()["price"] == price


def test_other_contracts_accounts_and_sides_are_left_out() -> None:
    others = [
        stop(contract=AAPL | {"conId": 1}),
        stop(account="DU2"),
        stop(action="BUY"),
        stop(state="cancelled", status="Cancelled"),
        stop(contract=AAPL | {"secType": "BAG"}),
    ]
    assert OpenOrders(others, NOW).closing(ACCOUNT, AAPL, "SELL") == []


def test_an_order_that_ib_has_not_answered_is_found_without_a_con_id() -> None:
    named = {name: value for name, value in AAPL.items() if name != "conId"}
    shown = stop(state="sending", status=None, contract=named)
    assert judged(shown).how == "maybe"
    option = named | {"secType": "OPT", "strike": 150.0, "right": "C"}
    found = OpenOrders([stop(state="sending", contract=option)], NOW)
    assert found.closing(ACCOUNT, AAPL, "SELL") == []


def test_an_order_without_an_account_is_never_sure() -> None:
    shown = stop(account="")
    shown["order"]["account"] = ""
    assert judged(shown).how == "maybe"


def test_a_group_is_marked_when_it_pairs_a_stop_with_a_target() -> None:
    pair = [stop(ocaGroup="g"), target(ocaGroup="g", state="filled", status="Filled")]
    assert judged(pair[0], pair[1]).is_marked
    breakout = [stop(ocaGroup="g"), target(ocaGroup="g", action="BUY")]
    assert not judged(breakout[0], breakout[1]).is_marked
    assert not judged(stop()).is_marked


def test_the_marked_are_named_once_each() -> None:
    pair = [stop(ocaGroup="g"), target(ocaGroup="g")]
    assert list(OpenOrders(pair, NOW).marked()) == [(ACCOUNT, AAPL, "SELL")]
