"""Which order a message is about, and who is somebody else."""

from __future__ import annotations

import pytest

from tests.trading.index_for_tests import OTHER, a_live_record, known
from tests.trading.orders_for_tests import CLIENT_ID, CORRECTED_EXEC_ID, EXEC_ID
from trading.order_index import OrderIndex
from trading.statuses import OrderState


@pytest.fixture
def index() -> OrderIndex:
    return OrderIndex()


# What is known.


def test_an_index_lists_its_orders_in_the_order_of_their_coming(index: OrderIndex) -> None:
    first, second = known(index, "a", 1), known(index, "b", 2)
    assert (list(index), len(index)) == ([first, second], 2)
    assert ("a" in index, "c" in index) == (True, False)
    assert (index.get("b"), index.get("c")) == (second, None)


def test_it_may_be_changed_while_it_is_read(index: OrderIndex) -> None:
    known(index, "a", 1)
    for _ in index:
        known(index, "b", 2)
    assert len(index) == 2


def test_open_orders_are_those_that_were_not_sorted_out(index: OrderIndex) -> None:
    live, done = known(index, "a", 1), known(index, "b", 2)
    done.state = OrderState.FILLED
    index.sort_in(done)
    assert index.open_records() == [live]
    done.state = OrderState.LIVE  # a reject by code alone may be overruled
    index.sort_in(done)
    assert index.open_records() == [live, done]


# Finding.


def test_an_order_is_found_by_its_perm_id_alone(index: OrderIndex) -> None:
    record = known(index)
    assert index.find("", 500, None) is record
    assert index.find("", 500, (OTHER, 3)) is record


def test_an_order_is_found_by_its_name_alone(index: OrderIndex) -> None:
    record = known(index, perm_id=None)
    assert index.find("ui-1", 0, None) is record
    assert index.find("ui-1", 900, None) is record  # its first permId
    assert index.find("ui-1", 900, (CLIENT_ID, 8)) is record


def test_an_order_is_found_by_its_order_id_alone(index: OrderIndex) -> None:
    record = known(index)
    assert index.find("", 0, (CLIENT_ID, 7)) is record
    assert index.find("", 0, (OTHER, 7)) is None
    assert index.find("", 0, (CLIENT_ID, 8)) is None
    assert index.by_order_id((CLIENT_ID, 7)) is record
    assert index.by_order_id((OTHER, 7)) is None


@pytest.mark.parametrize(
    ("order_ref", "perm_id", "key"),
    [
        ("ui-1", 900, (CLIENT_ID, 8)),  # the same name, another permId: another incarnation
        ("ui-1", 900, None),
        ("ui-1", 0, (OTHER, 8)),  # the same name, of another program
        ("ui-2", 0, (CLIENT_ID, 7)),  # the order id of yesterday
        ("", 900, (CLIENT_ID, 7)),
        ("ui-2", 500, None),  # a permId never changes its name
        ("", 0, None),
        ("", 0, (0, 0)),
    ],
)
def test_what_contradicts_a_known_order_is_about_another_one(
    index: OrderIndex, order_ref: str, perm_id: int, key: tuple[int, int] | None
) -> None:
    known(index)
    assert index.find(order_ref, perm_id, key) is None


def test_a_message_without_a_perm_id_is_about_the_order_of_its_order_id(index: OrderIndex) -> None:
    record = known(index)
    assert index.find("ui-1", 0, (CLIENT_ID, 7)) is record


def test_an_adopted_order_is_found_by_its_perm_id_under_any_name(index: OrderIndex) -> None:
    """Its own name is made of its permId; its orderRef is somebody else's."""
    record = known(index, "perm-500", 500)
    record.is_adopted = True
    assert index.find("basket", 500, None) is record


def test_an_order_without_a_client_is_found_by_the_name_that_any_client_gives(
    index: OrderIndex,
) -> None:
    """A completed order does not say whose it was; its fill does."""
    record = known(index)
    record.client_id = 0
    assert index.find("ui-1", 500, (OTHER, 3)) is record
    assert index.find("ui-1", 500, (CLIENT_ID, 3)) is record


def test_the_name_goes_before_the_order_id(index: OrderIndex) -> None:
    """A new order may have the order id that an old one had."""
    old, new = known(index, "old", None), known(index, "new", None)
    assert index.by_order_id((CLIENT_ID, 7)) is new
    assert index.find("old", 0, (CLIENT_ID, 7)) is old


@pytest.mark.parametrize("order_id", [0, -1])
def test_the_order_id_of_an_unbound_order_is_nobodys(index: OrderIndex, order_id: int) -> None:
    record = a_live_record("perm-1", 1)
    index.add(record)
    index.index(record, 1, (0, order_id))
    assert index.by_order_id((0, order_id)) is None


def test_the_first_order_id_of_all_is_an_order_id_too(index: OrderIndex) -> None:
    record = a_live_record("tws", 1)
    index.add(record)
    index.index(record, 1, (0, 1))
    assert index.by_order_id((0, 1)) is record
    assert index.find("", 0, None) is None  # a message that names nobody


def test_a_perm_id_of_zero_is_nobodys(index: OrderIndex) -> None:
    record = a_live_record()
    index.add(record)
    index.index(record, 0, None)
    assert index.find("", 0, None) is None


def test_an_execution_names_its_order(index: OrderIndex) -> None:
    record = known(index)
    index.index_execution(record, EXEC_ID)
    assert index.by_execution(EXEC_ID) is record
    assert index.by_execution(CORRECTED_EXEC_ID) is None


def test_order_ids_are_forgotten_with_their_connection(index: OrderIndex) -> None:
    record = known(index)
    index.forget_order_ids()
    assert index.by_order_id((CLIENT_ID, 7)) is None
    index.index_order_id(record, (CLIENT_ID, 7))
    assert index.by_order_id((CLIENT_ID, 7)) is record


def test_an_old_order_does_not_take_the_order_id_of_a_new_one(index: OrderIndex) -> None:
    old, new = known(index, "old", 500), known(index, "new", 600)
    index.index_order_id(old, (CLIENT_ID, 7))
    assert index.by_order_id((CLIENT_ID, 7)) is new
    index.index_order_id(old, (CLIENT_ID, 0))
    assert index.by_order_id((CLIENT_ID, 0)) is None


# Twins.


@pytest.mark.parametrize("client_id", [0, CLIENT_ID])
def test_our_name_with_another_perm_id_is_a_twin(index: OrderIndex, client_id: int) -> None:
    """A completed order does not say of which client it is."""
    record = known(index)
    assert index.twin_of("ui-1", 900, client_id) is record


def test_our_name_in_the_mouth_of_another_program_is_no_twin(index: OrderIndex) -> None:
    known(index)
    assert index.twin_of("ui-1", 900, OTHER) is None


@pytest.mark.parametrize(("order_ref", "perm_id"), [("ui-2", 900), ("", 900), ("ui-1", 0)])
def test_without_our_name_or_a_perm_id_nothing_is_a_twin(
    index: OrderIndex, order_ref: str, perm_id: int
) -> None:
    known(index)
    assert index.twin_of(order_ref, perm_id, CLIENT_ID) is None


def test_an_adopted_order_has_no_twin(index: OrderIndex) -> None:
    known(index).is_adopted = True
    assert index.twin_of("ui-1", 900, CLIENT_ID) is None


# Removing.


def test_an_order_that_was_never_saved_leaves_no_trace(index: OrderIndex) -> None:
    record, other = known(index, perm_id=None), known(index, "ui-2", 600)
    index.index(record, 0, (CLIENT_ID, 7))
    index.remove(record, CLIENT_ID)
    assert (list(index), index.open_records()) == ([other], [other])
    assert index.by_order_id((CLIENT_ID, 7)) is None


def test_an_order_without_an_order_id_can_be_removed(index: OrderIndex) -> None:
    first, record = a_live_record("first", order_id=1), a_live_record()
    index.add(first)
    index.index(first, 0, (CLIENT_ID, 1))
    index.add(record)
    index.remove(record, CLIENT_ID)
    assert (list(index), index.by_order_id((CLIENT_ID, 1))) == ([first], first)
