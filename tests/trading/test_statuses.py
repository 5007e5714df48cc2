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

# Every state (rows) after every piece of evidence (columns): what IB's words prove, then the rest.
WORDS = """
            working     inactive    refused     cancelled   filled      reject
intent      live        live        intent      cancelled   filled      intent
sending     live        live        sending     cancelled   filled      rejected
live        live        live        rejected    cancelled   filled      live
filled      filled      filled      filled      filled      filled      filled
cancelled   cancelled   cancelled   cancelled   cancelled   filled      cancelled
rejected    live        rejected    rejected    rejected    filled      rejected
unknown     live        live        unknown     cancelled   filled      rejected
expired     live        live        expired     cancelled   filled      expired
not_sent    live        live        not_sent    cancelled   filled      not_sent
not_placed  live        live        not_placed  cancelled   filled      not_placed
dismissed   live        live        dismissed   cancelled   filled      dismissed
"""
SILENCES = """
            leaving     silence     absent      not_at_ib   lapsed      dismissal   not_written
intent      sending     intent      intent      intent      intent      intent      not_sent
sending     sending     unknown     unknown     sending     sending     sending     not_sent
live        live        live        unknown     live        live        live        live
filled      filled      filled      filled      filled      filled      filled      filled
cancelled   cancelled   cancelled   cancelled   cancelled   cancelled   cancelled   cancelled
rejected    rejected    rejected    rejected    rejected    rejected    rejected    rejected
unknown     unknown     unknown     unknown     not_placed  expired     dismissed   not_sent
expired     expired     expired     expired     expired     expired     expired     expired
not_sent    not_sent    not_sent    not_sent    not_sent    not_sent    not_sent    not_sent
not_placed  not_placed  not_placed  not_placed  not_placed  not_placed  not_placed  not_placed
dismissed   dismissed   dismissed   dismissed   dismissed   dismissed   dismissed   dismissed
"""
# A reject code came before: only this end of a live order reads otherwise then.
AFTER_A_REJECT_CODE = {
    (OrderState.LIVE, Evidence.INACTIVE): OrderState.REJECTED,
}


def life(table: str) -> dict[tuple[OrderState, Evidence], OrderState]:
    head, *rows = (line.split() for line in table.strip().splitlines())
    return {
        (OrderState(state), Evidence[name.upper()]): OrderState(after)
        for state, *cells in rows
        for name, after in zip(head, cells, strict=True)
    }


EXPECTED = life(WORDS) | life(SILENCES)
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


@pytest.mark.failure("F36")
@pytest.mark.parametrize("was_rejected", [False, True])
@pytest.mark.parametrize("evidence", list(Evidence))
def test_filled_never_changes(evidence: Evidence, was_rejected: bool) -> None:
    """F36."""
    after = next_state(OrderState.FILLED, evidence, was_rejected=was_rejected)
    assert after is OrderState.FILLED


def test_a_final_state_is_left_only_for_a_fill_or_by_a_word_after_a_code_alone() -> None:
    """I4: a terminal state changes by a later execution; a reject by code is provisional."""
    left = {pair for pair, after in EXPECTED.items() if pair[0] in FINAL and after is not pair[0]}
    never_arrived = {OrderState.NOT_SENT, OrderState.NOT_PLACED, OrderState.EXPIRED}
    never_arrived |= {OrderState.DISMISSED}
    assert {pair for pair in left if pair[0] not in never_arrived} == {
        (OrderState.CANCELLED, Evidence.FILLED),
        (OrderState.REJECTED, Evidence.FILLED),
        (OrderState.REJECTED, Evidence.WORKING),
    }


def test_what_was_believed_never_to_have_arrived_lives_when_the_wire_shows_it() -> None:
    words = {Evidence.WORKING, Evidence.INACTIVE, Evidence.CANCELLED, Evidence.FILLED}
    for state in (OrderState.NOT_SENT, OrderState.NOT_PLACED, OrderState.DISMISSED):
        changes = {evidence for (before, evidence) in TRANSITIONS if before is state}
        assert changes == words


def test_nothing_but_unsent_bytes_makes_an_order_not_sent() -> None:
    pairs = {pair for pair, after in TRANSITIONS.items() if after is OrderState.NOT_SENT}
    assert pairs == {
        (OrderState.INTENT, Evidence.NOT_WRITTEN),
        (OrderState.SENDING, Evidence.NOT_WRITTEN),
        (OrderState.UNKNOWN, Evidence.NOT_WRITTEN),
    }


def test_only_an_unknown_order_can_be_called_not_placed() -> None:
    pairs = {pair for pair, after in TRANSITIONS.items() if after is OrderState.NOT_PLACED}
    assert pairs == {(OrderState.UNKNOWN, Evidence.NOT_AT_IB)}


def test_final_and_acknowledged_states() -> None:
    words = {"filled", "cancelled", "rejected", "not_sent", "not_placed", "expired", "dismissed"}
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
