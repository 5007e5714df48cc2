from __future__ import annotations

import pytest

from trading.statuses import (
    ACKNOWLEDGED,
    FINAL,
    STATUS_EVIDENCE,
    TRANSITIONS,
    Evidence,
    OrderState,
    next_state,
)

# Every state (rows) after every piece of evidence (columns).
LIFE = """
             working    inactive   cancelled  filled  reject     silence    absent     not_written
sending      live       live       cancelled  filled  rejected   unknown    unknown    not_sent
live         live       live       cancelled  filled  live       live       unknown    live
filled       filled     filled     filled     filled  filled     filled     filled     filled
cancelled    cancelled  cancelled  cancelled  filled  cancelled  cancelled  cancelled  cancelled
rejected     live       rejected   rejected   filled  rejected   rejected   rejected   rejected
unknown      live       live       cancelled  filled  rejected   unknown    unknown    unknown
not_sent     not_sent   not_sent   not_sent   not_sent not_sent  not_sent   not_sent   not_sent
"""
# A reject code came before: only this end of a live order reads otherwise then.
AFTER_A_REJECT_CODE = {
    (OrderState.LIVE, Evidence.INACTIVE): OrderState.REJECTED,
}


def life() -> dict[tuple[OrderState, Evidence], OrderState]:
    head, *rows = (line.split() for line in LIFE.strip().splitlines())
    return {
        (OrderState(state), Evidence[name.upper()]): OrderState(after)
        for state, *cells in rows
        for name, after in zip(head, cells, strict=True)
    }


EXPECTED = life()
PAIRS = [(state, evidence) for state in OrderState for evidence in Evidence]


def test_the_expected_life_has_every_state_and_every_evidence() -> None:
    assert set(EXPECTED) == set(PAIRS)


@pytest.mark.parametrize(("state", "evidence"), PAIRS)
def test_each_state_after_each_evidence(state: OrderState, evidence: Evidence) -> None:
    assert next_state(state, evidence, was_rejected=False) is EXPECTED[state, evidence]


@pytest.mark.parametrize(("state", "evidence"), PAIRS)
def test_each_state_after_each_evidence_when_a_reject_code_came_before(
    state: OrderState, evidence: Evidence
) -> None:
    expected = (EXPECTED | AFTER_A_REJECT_CODE)[state, evidence]
    assert next_state(state, evidence, was_rejected=True) is expected


def test_no_row_of_the_table_is_without_effect() -> None:
    """A pair that leaves its state as it is does not stand in the table."""
    assert all(after is not state for (state, _), after in TRANSITIONS.items())


@pytest.mark.parametrize("was_rejected", [False, True])
@pytest.mark.parametrize("evidence", list(Evidence))
def test_filled_never_changes(evidence: Evidence, was_rejected: bool) -> None:
    """F36."""
    after = next_state(OrderState.FILLED, evidence, was_rejected=was_rejected)
    assert after is OrderState.FILLED


def test_a_final_state_is_left_only_for_a_fill_or_by_a_word_after_a_code_alone() -> None:
    """I4: a terminal state changes by a later execution; a reject by code is provisional."""
    left = {pair for pair, after in EXPECTED.items() if pair[0] in FINAL and after is not pair[0]}
    assert left == {
        (OrderState.CANCELLED, Evidence.FILLED),
        (OrderState.REJECTED, Evidence.FILLED),
        (OrderState.REJECTED, Evidence.WORKING),
    }


def test_nothing_but_unsent_bytes_makes_an_order_not_sent() -> None:
    pairs = {pair for pair, after in TRANSITIONS.items() if after is OrderState.NOT_SENT}
    assert pairs == {(OrderState.SENDING, Evidence.NOT_WRITTEN)}


def test_final_and_acknowledged_states() -> None:
    words = {"filled", "cancelled", "rejected", "not_sent"}
    assert {state.value for state in FINAL} == words
    assert {state.value for state in ACKNOWLEDGED} == {"live", "filled", "cancelled"}


def test_every_status_word_of_ib_proves_one_thing() -> None:
    assert {word: evidence.name for word, evidence in STATUS_EVIDENCE.items()} == {
        "ApiPending": "WORKING",
        "PendingSubmit": "WORKING",
        "PreSubmitted": "WORKING",
        "Submitted": "WORKING",
        "PendingCancel": "WORKING",
        "Inactive": "INACTIVE",
        "ApiCancelled": "CANCELLED",
        "Cancelled": "CANCELLED",
        "Filled": "FILLED",
    }


def test_ib_asyncs_own_validation_error_is_no_word_of_ib() -> None:
    assert "ValidationError" not in STATUS_EVIDENCE
