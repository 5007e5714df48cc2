"""Made-up conIds: the same for the same contract, and unlike all others."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.catalogue.con_ids import (
    END_OF_OPTIONS,
    FIRST_FRIDAY,
    FIRST_OPTION,
    SLOTS,
    STRIKES,
    EarlierContract,
    OptionPlace,
    earlier_con_ids,
    future_con_id,
    future_place,
    option_con_id,
    option_place,
)


@given(
    st.integers(0, SLOTS - 1),
    st.integers(0, 1023),
    st.integers(0, STRIKES - 1),
    st.sampled_from("CP"),
)
def test_the_conid_of_an_option_says_which_it_is(
    slot: int, week: int, strike: int, right: str
) -> None:
    place = OptionPlace(slot, FIRST_FRIDAY + timedelta(weeks=week), strike, right)
    con_id = option_con_id(place)
    assert FIRST_OPTION <= con_id < END_OF_OPTIONS < 2**31
    assert option_place(con_id) == place


@given(st.integers(0, 99), st.integers(2020, 2100), st.integers(1, 12))
def test_the_conid_of_a_future_says_which_it_is(product: int, year: int, month: int) -> None:
    con_id = future_con_id(product, year, month)
    assert future_place(con_id) == (product, year, month)
    assert option_place(con_id) is None


@pytest.mark.parametrize("con_id", [0, -5, 265598, 900_000_101, 2_000_000_001])
def test_other_conids_are_of_neither(con_id: int) -> None:
    assert future_place(con_id) is None
    assert option_place(con_id) is None


def test_conids_do_not_change_between_versions() -> None:
    assert future_con_id(0, 2026, 3) == 900_100_074
    place = OptionPlace(103, date(2026, 1, 16), 43, "C")
    assert option_con_id(place) == 901_000_000 + ((103 * 1024 + 315) * 512 + 43) * 2


def test_contracts_of_earlier_versions_keep_theirs() -> None:
    found = earlier_con_ids()
    assert found[EarlierContract("ES", "20290921")] == 900_000_101
    assert found[EarlierContract("AAPL", "20290119", 230.0, "C")] == 900_000_203
    assert len(found) == 18
