"""Where placeOrder's fields are: sections are found behind the blocks that are there."""

import pytest

from paper_gateway.ticket_layout import ALL_NAMES, read_sections
from paper_gateway.wire import FieldError

COUNT_178 = 114 - 2 - 12  # the id, the order id, and the twelve fields of the contract


def test_the_names_are_unique_and_all_there_are() -> None:
    assert len(set(ALL_NAMES)) == len(ALL_NAMES) == COUNT_178


def test_sections_are_read_by_name_up_to_the_last_field() -> None:
    values = {"secType": "STK", "exchange": "SMART"}
    texts = iter([""] * COUNT_178)
    assert set(read_sections(texts, values, 178)) == {"I"}
    assert next(texts, None) is None
    assert set(ALL_NAMES) <= set(values)


@pytest.mark.parametrize("count", ["1001", "99999999999", "x"])
def test_an_absurd_count_of_legs_is_refused(count: str) -> None:
    texts = iter([*[""] * 21, count, *[""] * 200])
    with pytest.raises(FieldError):
        read_sections(texts, {"secType": "BAG", "exchange": "SMART"}, 178)


def test_an_unknown_type_of_condition_is_refused() -> None:
    fields = [""] * COUNT_178
    values = {"secType": "STK", "exchange": "SMART"}
    place = ALL_NAMES.index("conditionsCount")
    with pytest.raises(FieldError, match="unknown condition type 2"):
        read_sections(iter([*fields[:place], "1", "2", *fields]), values, 178)
