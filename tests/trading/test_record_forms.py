"""An order as the journal keeps it comes back as it was; what is shown of it says no more."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.orders_for_tests import (
    PATIENT,
    a_change,
    a_moment,
    a_record,
    hear,
    hear_code,
    hear_commission,
    hear_fill,
    hear_open_order,
    hear_status,
)
from trading.record_forms import EVIDENCE_STEPS, evidence, restored, result_of, saved_form, timeline
from trading.records import Moment, OrderRecord
from trading.statuses import OrderState

# What a later process makes anew: the journal has the lines, and TWS is asked where it stands.
OF_THIS_PROCESS = {
    "events",
    "journaled",
    "is_counted_finished",
    "unknown_since",
    "written",
    "change_written",
    "absent_since",
}
DOINGS: dict[str, Any] = {
    "Submitted": lambda r: hear_status(r, "Submitted"),
    "Filled": lambda r: hear_status(r, "Filled", 100.0),
    "Cancelled": lambda r: hear_status(r, "Cancelled"),
    "opened": lambda r: hear_open_order(r, "PreSubmitted", tif="GTC"),
    "rejected": lambda r: hear_code(r, 201),
    "a notice": lambda r: hear_code(r, 399),
    "a fill": lambda r: hear_fill(r, 60.5),
    "its commission": hear_commission,
    "silence": lambda r: r.on_silence("No word", a_moment(3)),
    "absence": lambda r: r.on_absent(a_moment(9), 2.0),
    "a drop": lambda r: r.on_disconnected("gone", a_moment(4)),
    "a cancel": lambda r: r.on_cancel_requested(a_moment(2)),
    "a change": lambda r: r.on_modify_requested(a_change(r, tif="GTC"), a_moment(2)),
    "a twin": lambda r: r.on_duplicate("perm-501", a_moment(2)),
    "not written": lambda r: r.on_not_written("refused", a_moment(2)),
}


def through_the_journal(record: OrderRecord, later: float = 60) -> OrderRecord:
    """What another process makes of what was saved, `later` seconds after the submit."""
    saved = json.loads(json.dumps(saved_form(record)))
    return restored(saved, Moment(a_moment(later).time, 7.0))


# Saved and restored.


@PATIENT
@given(st.lists(st.sampled_from(sorted(DOINGS)), max_size=10))
def test_whatever_has_happened_an_order_comes_back_as_it_was(doings: list[str]) -> None:
    record = a_record()
    for doing in doings:
        DOINGS[doing](record)
    back = through_the_journal(record)
    assert result_of(back) == result_of(record)
    assert saved_form(back) == saved_form(record)
    names = {field.name for field in fields(OrderRecord)} - OF_THIS_PROCESS - {"submitted"}
    assert {n: getattr(back, n) for n in names} == {n: getattr(record, n) for n in names}


def test_all_but_the_doings_of_one_process_is_saved() -> None:
    """A new field is either kept or named here."""
    names = {field.name for field in fields(OrderRecord)}
    assert names - set(saved_form(a_record())) == OF_THIS_PROCESS


def test_everything_that_a_request_brought_comes_back() -> None:
    record = a_record()
    record.legs, record.duplicates = ("ui-1-t1", "ui-1-s1"), ("perm-501",)
    record.parent, record.source, record.fingerprint = "ui-0", "admin via browser", "f1"
    record.asked, record.body = {"lmtPrice": 1.5}, {"order": {"lmtPrice": 1.5}}
    back = through_the_journal(record)
    assert (back.legs, back.duplicates) == (("ui-1-t1", "ui-1-s1"), ("perm-501",))
    assert (back.parent, back.source, back.fingerprint) == ("ui-0", "admin via browser", "f1")
    assert (back.asked, back.body) == (record.asked, record.body)


@pytest.mark.parametrize("value", [None, Decimal("22808.10"), Decimal(0)])
def test_what_an_order_is_worth_counts_for_its_limit_after_a_restart_too(
    value: Decimal | None,
) -> None:
    """MAX_EQUITY_PERCENT adds the open orders; None means not known, and stops new ones."""
    record = a_record()
    record.is_new_risk, record.value = True, value
    back = through_the_journal(record)
    assert (back.is_new_risk, back.value) == (True, value)


@pytest.mark.parametrize("later", [60, 0, 86400])
def test_a_restored_order_is_as_old_as_it_was(later: float) -> None:
    """The monotonic clock of the new process began elsewhere."""
    back = through_the_journal(a_record(), later)
    assert back.submitted == Moment(a_moment().time, 7.0 - later)


def test_a_restored_change_can_still_be_answered() -> None:
    record = hear(a_record(), ["Submitted"])
    record.on_modify_requested(a_change(record, tif="GTC"), a_moment(2))
    record.on_disconnected("gone", a_moment(3))
    back = through_the_journal(record)
    hear_open_order(back, "Submitted", tif="GTC")
    assert back.modification is not None
    assert (back.modification.state, back.asked["tif"]) == ("done", "GTC")


def test_an_order_that_is_restored_as_unknown_is_unknown_since_now() -> None:
    record = a_record()
    record.on_absent(a_moment(5), 10.0)
    back = through_the_journal(record)
    assert back.unknown_since == Moment(a_moment(60).time, 7.0)
    assert back.absent_since is None
    live = through_the_journal(hear(a_record(), ["Submitted"]))
    assert live.unknown_since is None


def test_the_lines_of_a_restored_order_go_on_counting() -> None:
    record = hear(a_record(), ["Submitted"])
    back = through_the_journal(record)
    hear_status(back, "Cancelled")
    assert [event["seq"] for event in back.events] == [record.seq + 1]


def test_a_saved_form_stays_as_it_is_whatever_its_order_hears_next() -> None:
    """It waits to be written; half of the next message in it would be lost with a crash."""
    record = a_record()
    hear_fill(record, 60, exec_id="a.01")
    record.on_modify_requested(a_change(record, tif="GTC"), a_moment(2))
    form = saved_form(record)
    before = json.dumps(form)
    for doing in DOINGS.values():
        doing(record)
    hear_commission(record, "a.01")
    assert json.dumps(form) == before


# Shown.


@pytest.mark.parametrize(
    ("state", "shown"),
    [(OrderState.LIVE, "duplicated"), (OrderState.UNKNOWN, "duplicated")]
    + [(state, state.value) for state in OrderState if state.value in ("filled", "cancelled")],
)
def test_an_open_order_that_ib_has_twice_is_shown_as_duplicated(
    state: OrderState, shown: str
) -> None:
    record = a_record()
    record.state, record.duplicates = state, ("perm-501",)
    assert (result_of(record).state, result_of(record).payload["state"]) == (shown, shown)
    assert result_of(record).payload["duplicates"] == ["perm-501"]


@pytest.mark.parametrize("state", list(OrderState))
def test_an_order_that_ib_has_once_is_shown_as_it_is(state: OrderState) -> None:
    record = a_record()
    record.state = state
    assert result_of(record).state == state.value


def test_a_cancel_is_shown_as_pending_until_it_is_answered() -> None:
    record = hear(a_record(), ["Submitted"])
    record.on_cancel_requested(a_moment(2))
    assert result_of(record).payload["status"] == "PendingCancel"
    refused = hear(record, [10148])
    assert result_of(refused).payload["status"] == "Submitted"


def test_a_cancel_that_is_confirmed_is_shown_by_ibs_word() -> None:
    record = hear(a_record(), ["Submitted"])
    record.on_cancel_requested(a_moment(2))
    assert result_of(hear(record, ["ApiCancelled"])).payload["status"] == "ApiCancelled"


def test_an_order_without_a_parent_or_a_change_shows_null() -> None:
    payload = result_of(a_record()).payload
    assert (payload["parent"], payload["modification"], payload["legs"]) == (None, None, [])
    record = a_record()
    record.parent = "ui-0"
    assert result_of(record).payload["parent"] == "ui-0"


def test_the_times_that_are_shown_are_of_the_submit_and_of_the_last_line() -> None:
    record = a_record()
    record.updated = None
    payload = result_of(record).payload
    assert payload["submittedAt"] == payload["updatedAt"] == "2026-11-20T14:31:02.118Z"
    record.updated = record.submitted.time + timedelta(seconds=1)
    assert result_of(record).payload["updatedAt"] == "2026-11-20T14:31:03.118Z"


def test_the_timeline_is_shown_with_iso_times_and_keeps_its_own() -> None:
    record = hear(a_record(), ["Submitted"])
    shown = timeline(record)
    assert [event["time"] for event in shown][-1] == "2026-11-20T14:31:03.118Z"
    assert record.events[-1]["time"] == a_moment(1).time
    assert [event["kind"] for event in shown] == ["sending", "orderStatus"]


# How far the proof goes.


def test_the_proof_goes_step_by_step() -> None:
    record = OrderRecord("ui-1", {}, {"totalQuantity": 100}, "DU1", a_moment())
    steps = [evidence(record)]
    record.on_sending(1000, 7, a_moment())
    steps.append(evidence(record))
    record.sent = "yes"
    steps.append(evidence(record))
    hear_status(record, "PreSubmitted")
    steps.append(evidence(record))
    hear_status(record, "Submitted")
    steps.append(evidence(record))
    hear_fill(record, 60)
    steps.append(evidence(record))
    hear_commission(record)
    steps.append(evidence(record))
    assert tuple(steps) == EVIDENCE_STEPS


def test_one_commission_of_two_fills_is_a_commission() -> None:
    record = a_record()
    hear_fill(record, 40, exec_id="a.01")
    hear_fill(record, 60, exec_id="b.01")
    assert evidence(record) == "filled"
    hear_commission(record, "b.01")
    assert evidence(record) == "commission"
    assert result_of(record).payload["evidence"] == "commission"


def test_an_order_that_never_left_is_saved_and_no_more() -> None:
    record = a_record()
    record.on_not_written("refused", a_moment(2))
    assert evidence(record) == "saved"
