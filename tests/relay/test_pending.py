"""Who waits at one agent, and what they hear when it ends."""

from __future__ import annotations

import pytest

from relay.answers import Answer, Unknown
from relay.operations import OPERATIONS
from relay.pending import IN_FLIGHT, MORE_FOR_EXITS, Pending, Waiting
from trading.refusals import AgentNotConnected, Busy, NoAnswer


def ignored(_answer: Answer) -> None:
    return


def waiting(name: str, operation: str = "positions") -> Waiting:
    return Waiting(name, OPERATIONS[operation], 10.0, ignored, True, "ui-1")


def filled(count: int) -> Pending:
    pending = Pending()
    for number in range(count):
        pending.add(waiting(str(number)))
    return pending


def test_who_is_taken_does_not_wait_any_more() -> None:
    pending = filled(2)
    one = pending.take("1")
    assert one is not None and one.id == "1"
    assert pending.take("1") is None and pending.take("stranger") is None
    assert [each.id for each in pending.take_all()] == ["0"]
    assert len(pending) == 0


@pytest.mark.parametrize("operation", ["positions", "place-order", "unfreeze"])
def test_what_is_no_exit_waits_in_the_common_places(operation: str) -> None:
    pending = filled(IN_FLIGHT)
    with pytest.raises(Busy):
        pending.add(waiting("one more", operation))
    assert len(pending) == IN_FLIGHT


@pytest.mark.parametrize("operation", ["cancel-order", "cancel-all", "freeze"])
def test_exits_have_more_places(operation: str) -> None:
    pending = filled(IN_FLIGHT)
    for number in range(MORE_FOR_EXITS):
        pending.add(waiting(f"exit {number}", operation))
    with pytest.raises(Busy):
        pending.add(waiting("one more", operation))


@pytest.mark.failure("F62")
@pytest.mark.parametrize("operation", [name for name, op in OPERATIONS.items() if op.is_order])
def test_an_order_without_an_answer_is_unknown(operation: str) -> None:
    one = waiting("a", operation)
    assert one.when_gone() == one.when_late() == Unknown("ui-1")


@pytest.mark.parametrize("operation", [name for name, op in OPERATIONS.items() if not op.is_order])
def test_a_read_without_an_answer_may_be_asked_again(operation: str) -> None:
    one = waiting("a", operation)
    gone, late = one.when_gone(), one.when_late()
    assert isinstance(gone, AgentNotConnected) and gone.sent == "no"
    assert isinstance(late, NoAnswer)
