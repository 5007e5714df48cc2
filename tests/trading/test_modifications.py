"""A change is over when an openOrder shows anything but the old terms, or when IB refuses it."""

from __future__ import annotations

from typing import Any

import pytest

from trading.modifications import Modification

BEFORE = {"lmtPrice": 100, "totalQuantity": 10}


def a_modification(**asked: Any) -> Modification:
    before = {name: BEFORE.get(name) for name in asked}
    return Modification(asked, BEFORE | asked, before, {"order": BEFORE | asked})


def test_a_change_is_pending_and_unanswered_at_first() -> None:
    change = a_modification(lmtPrice=101)
    assert (change.state, change.is_pending, change.is_unanswered) == ("pending", True, True)


@pytest.mark.parametrize(
    ("told", "is_answer"),
    [
        ({"lmtPrice": 101}, True),
        ({"lmtPrice": 100}, False),  # the repetition of the old terms
        ({"lmtPrice": 100.0}, False),
        ({"lmtPrice": 100.95}, True),  # TWS rounds or caps
        ({"lmtPrice": None}, True),
        ({"totalQuantity": 20}, False),  # of that nothing was asked
        ({}, False),
    ],
)
def test_an_answer_is_any_word_but_the_old_terms(told: dict[str, Any], is_answer: bool) -> None:
    assert a_modification(lmtPrice=101).is_answered_by(told) is is_answer


def test_one_of_two_fields_that_has_moved_is_an_answer() -> None:
    change = a_modification(lmtPrice=101, totalQuantity=20)
    assert change.is_answered_by({"lmtPrice": 100, "totalQuantity": 20})
    assert not change.is_answered_by({"lmtPrice": 100, "totalQuantity": 10})


def test_a_field_that_was_asked_to_stay_is_no_answer_when_tws_moves_it() -> None:
    """Only what the change wanted to move can show that TWS has taken it."""
    change = a_modification(lmtPrice=101, totalQuantity=10)
    assert not change.is_answered_by({"lmtPrice": 100, "totalQuantity": 7})


def test_a_field_that_the_order_did_not_have_is_answered_by_its_value() -> None:
    change = a_modification(tif="GTC")
    assert change.before == {"tif": None}
    assert change.is_answered_by({"tif": "GTC"})
    assert not change.is_answered_by({"tif": None})


@pytest.mark.parametrize(
    ("state", "is_unanswered"), [("unconfirmed", True), ("done", False), ("refused", False)]
)
def test_only_an_unconfirmed_change_may_still_be_answered(state: str, is_unanswered: bool) -> None:
    change = a_modification(lmtPrice=101)
    ends = {
        "unconfirmed": change.unconfirmed("gone"),
        "done": change.done(),
        "refused": change.refused({"code": 104}),
    }
    assert (ends[state].state, ends[state].is_unanswered) == (state, is_unanswered)
    assert not ends[state].is_pending


def test_a_change_is_shown_with_what_was_asked_and_why_it_ended() -> None:
    change = a_modification(lmtPrice=101)
    shown = {"state": "pending", "asked": {"lmtPrice": 101}, "message": None, "reason": ""}
    assert change.to_payload() == shown
    assert change.done().to_payload() == shown | {"state": "done"}
    refused = change.refused({"code": 104}).to_payload()
    assert refused == shown | {"state": "refused", "message": {"code": 104}}
    lost = change.unconfirmed("The connection is gone").to_payload()
    assert lost == shown | {"state": "unconfirmed", "reason": "The connection is gone"}


def test_an_end_leaves_the_change_itself_as_it_was() -> None:
    change = a_modification(lmtPrice=101)
    change.done()
    assert change == a_modification(lmtPrice=101)


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ({"allOrNone": True}, {"allOrNone": False}),
        ({"displaySize": 50}, {"displaySize": None}),
        ({"goodAfterTime": "2026-12-01T15:00:00Z"}, {"goodAfterTime": None}),
    ],
)
def test_a_field_that_is_taken_away_is_answered_by_its_absence(
    before: dict[str, Any], asked: dict[str, Any]
) -> None:
    """TWS shows these fields only while they are set."""
    change = Modification(asked, {}, before, {})
    assert change.is_answered_by({"lmtPrice": 100})
    assert not change.is_answered_by({"lmtPrice": 100} | before)


def test_a_change_to_what_tws_has_made_by_itself_is_answered_by_every_open_order() -> None:
    assert a_modification(lmtPrice=100.0).is_answered_by({"lmtPrice": 100})
