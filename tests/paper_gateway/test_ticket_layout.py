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


@pytest.mark.parametrize("count", ["1001", "99999999999", "x", "-1"])
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


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("displaySize", "many", "'many' is not an integer"),
        ("hidden", "2", "'2' is neither 0 nor 1"),
        ("cashQty", "a lot", "'a lot' is not a number"),
        ("auxPrice", "Infinity", "'Infinity' is not a finite number"),
        ("conditionsCount", "-1", "-1 rows in a block"),
    ],
)
def test_a_field_that_is_not_of_its_type_is_refused(name: str, text: str, reason: str) -> None:
    fields = [""] * COUNT_178
    # The fields behind the legs come second on the wire and first among the names.
    fields[[*ALL_NAMES[7:28], *ALL_NAMES[:7], *ALL_NAMES[28:]].index(name)] = text
    with pytest.raises(FieldError, match=reason):
        read_sections(iter(fields), {"secType": "STK", "exchange": "SMART"}, 178)


@pytest.mark.parametrize(
    ("leg", "reason"),
    [
        (["x", "1", "BUY", "SMART", "0", "0", "", "-1"], "'x' is not an integer"),
        (["1", "x", "BUY", "SMART", "0", "0", "", "-1"], "'x' is not an integer"),
    ],
)
def test_a_leg_that_is_not_of_its_type_is_refused(leg: list[str], reason: str) -> None:
    texts = iter([*[""] * 21, "1", *leg, *[""] * 200])
    with pytest.raises(FieldError, match=reason):
        read_sections(texts, {"secType": "BAG", "exchange": "SMART"}, 178)


@pytest.mark.parametrize(
    "condition",
    [["6", "a", "1", "-1e308", "65", "SMART"], ["4", "a", "1", "0.5"]],
    ids=["volume", "margin"],
)
def test_a_condition_that_clients_cannot_read_back_is_refused(condition: list[str]) -> None:
    fields = [""] * COUNT_178
    place = ALL_NAMES.index("conditionsCount")
    texts = iter([*fields[:place], "1", *condition, "0", "0", *fields])
    with pytest.raises(FieldError, match="is not an integer"):
        read_sections(texts, {"secType": "STK", "exchange": "SMART"}, 178)


def test_a_count_that_is_empty_is_given_back_as_zero() -> None:
    # Clients read an empty count in openOrder as a broken message.
    values = {"secType": "BAG", "exchange": "SMART"}
    blocks = read_sections(iter([""] * (COUNT_178 + 3)), values, 178)
    assert blocks["A"] == ["0", "0", "0"]
