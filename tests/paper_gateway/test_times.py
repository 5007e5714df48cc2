"""Times: written with a zone, read in every form that clients use."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.times import ib_time, local_time, parse_instant
from tests.paper_gateway.wire_client import NOON


def test_times_are_written_with_their_zone() -> None:
    assert ib_time(NOON) == "20260105 10:00:00 US/Eastern"


@pytest.mark.parametrize(
    "text",
    [
        "20260105 10:00:00 US/Eastern",
        "20260105 16:00:00 Europe/Berlin",
        "20260105-15:00:00",
        "20260105 10:00:00",
        "20260105  10:00:00",
    ],
)
def test_every_form_of_a_time_is_read(text: str) -> None:
    assert parse_instant(text) == datetime(2026, 1, 5, 15, tzinfo=UTC).timestamp() == NOON


def test_an_empty_time_means_none() -> None:
    assert parse_instant(" ") is None


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "20261301",
        "20260105 10:00:00 Mars/Base",
        "1 ../x",
        "1 /",
        "99991231",
        "00010101-00:00:00",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse_instant(text)


@pytest.mark.parametrize("text", ["99981231-23:59:59", "00020101-00:00:00"])
def test_a_time_that_is_read_can_be_told_in_any_zone(text: str) -> None:
    instant = parse_instant(text)
    assert instant is not None
    assert abs(local_time(instant).year - int(text[:4])) <= 1


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    try:
        parse_instant(text)
    except ValueError as error:
        assert str(error)
