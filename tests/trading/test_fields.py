from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.trading.orders_for_tests import PATIENT
from trading.fields import (
    MAX_STRING,
    FieldSet,
    Name,
    NotNegative,
    Positive,
    Size,
    parse_number,
    parse_text,
    plain,
    refuse,
    refused,
)
from trading.refusals import Refused

# What a JSON body can hold where a number is expected; json.loads reads NaN and Infinity too.
JSON_NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.floats(min_value=-1e9, max_value=1e9),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.integers(-(10**15), 10**15).map(lambda micros: micros / 1_000_000),
    st.integers(-(10**15), 10**15).map(lambda micros: Decimal(micros).scaleb(-6)),
    st.tuples(st.integers(1, 9), st.integers(-8, 9)).map(lambda p: Decimal(p[0]).scaleb(p[1])),
)
PLAIN = re.compile(r"-?\d+(\.\d{1,6})?")


def accepted_number(value: object) -> Decimal | None:
    try:
        return parse_number(value)
    except ValueError:
        return None


def accepted_text(value: str) -> str | None:
    try:
        return parse_text(value)
    except ValueError:
        return None


@PATIENT
@given(JSON_NUMBERS)
@example(1e9)
@example(1e-6)
@example(Decimal("1E+3"))
@example(Decimal("1E-6"))
@example(Decimal("100.500000000000"))
@example(-0.0)
def test_an_accepted_number_prints_plainly_is_finite_and_is_what_was_given(value: object) -> None:
    """A02, A04, A05: whatever reaches TWS as str(number) has digits and at most one point."""
    number = accepted_number(value)
    if number is not None:
        assert PLAIN.fullmatch(str(number))
        assert number.is_finite()
        assert number == Decimal(str(value))


@PATIENT
@given(st.integers(-(10**9), 10**9), st.integers(0, 999_999))
def test_every_number_of_six_decimals_is_accepted(whole: int, micros: int) -> None:
    text = f"{whole}.{micros:06d}" if abs(whole) < 10**9 else str(whole)
    assert accepted_number(Decimal(text)) == Decimal(text)


@PATIENT
@given(st.integers(-(10**9), 10**9), st.integers(0, 99))
def test_a_json_price_of_two_decimals_is_accepted_as_written(whole: int, cents: int) -> None:
    """A float stands for the shortest text that JSON writes for it, not for its binary digits."""
    text = f"{whole}.{cents:02d}" if abs(whole) < 10**9 else str(whole)
    assert accepted_number(json.loads(text)) == Decimal(text)


@pytest.mark.parametrize(
    "value",
    ["NaN", "Infinity", "-Infinity", "1e309", "-1e309", "-1e22", "-1000000000.01"],
)
def test_a_number_that_is_not_finite_or_far_below_zero_is_refused(value: str) -> None:
    """A02, A04."""
    with pytest.raises(ValueError, match="must be a number of at most 1000000000"):
        parse_number(json.loads(value))


@pytest.mark.parametrize("value", ["1e22", "1000000000.01", f"1{'0' * 400}"])
def test_a_number_that_is_too_large_is_told_the_bound_and_whose_it_is(value: str) -> None:
    """A02, A04."""
    with pytest.raises(ValueError, match="must be at most 1,000,000,000, the desk's own limit"):
        parse_number(json.loads(value))


@pytest.mark.parametrize("value", ["1e-7", "0.1234567", "0.100000000000000000000000000001"])
def test_a_number_of_more_than_six_decimals_is_refused(value: str) -> None:
    """A04."""
    with pytest.raises(ValueError, match="at most 6 decimals"):
        parse_number(Decimal(value))


@pytest.mark.parametrize("value", [True, False, "5", "", [5], {}, None, b"5", 5j])
def test_what_is_no_json_number_is_refused(value: object) -> None:
    """A03: booleans and numeric strings are not numbers."""
    with pytest.raises(ValueError, match="must be a number"):
        parse_number(value)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Decimal("1E+3"), "1000"),
        (1e3, "1000"),
        (100.0, "100"),
        (228.10, "228.1"),
        (Decimal("0.000001"), "0.000001"),
        (1e-6, "0.000001"),
        (1_000_000_000, "1000000000"),
    ],
)
def test_a_number_prints_without_exponent_or_trailing_zeros(value: object, printed: str) -> None:
    """A05."""
    assert str(parse_number(value)) == printed


@PATIENT
@given(st.one_of(st.text(), st.text(st.characters(max_codepoint=0x7F))))
def test_accepted_text_is_printable_ascii_of_limited_length(value: str) -> None:
    """A08 to A11: nothing that could shift a field of a TWS message or read as something else."""
    text = accepted_text(value)
    if text is not None:
        assert all(" " <= character <= "~" for character in text)
        assert len(text) <= MAX_STRING
        assert text == text.strip() == value.strip()


@PATIENT
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=MAX_STRING))
def test_every_short_printable_ascii_text_is_accepted(value: str) -> None:
    assert accepted_text(value) == value.strip()


def test_a_text_of_the_greatest_length_is_accepted() -> None:
    assert parse_text("x" * 64) == "x" * 64


@pytest.mark.parametrize(
    "value",
    [
        "AAPL\0STK",  # A08
        "DAY\0\0VICTIM",  # A09
        "AAPL\r",
        "AAPL\n",  # A10: a trailing newline too
        "AA\tPL",
        "\x1b[31mAAPL",
        "\x7f",
        "\u0410\u0410\u0420L",  # A11: Cyrillic
        "AAPL\u202e",
        "AA\u200bPL",
        "\u00c4PL",
        "\ud83d\ude80",
        "\uff21",
        "x" * 65,
        "x" * 100_000,  # A07
    ],
)
def test_text_that_is_no_short_printable_ascii_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII of at most 64 characters"):
        parse_text(value)


@pytest.mark.parametrize("value", [None, 5, True, ["AAPL"], {}, b"AAPL"])
def test_what_is_no_string_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="must be a string"):
        parse_text(value)


# Refusals: every error of pydantic in plain words, with the place of the field.


class Part(FieldSet):
    kind: Literal["a", "b"] = "a"
    size: Size
    part: Positive | None = None
    least: NotNegative | None = None


class Whole(FieldSet):
    part: Part
    parts: list[Part] = []
    name: Name = "x"
    flag: bool = False


@pytest.mark.parametrize(
    ("raw", "pointer", "sentence"),
    [
        ({}, "/order/part", "Order part is required"),
        ({"part": 5}, "/order/part", "Order part must be an object"),
        ({"part": {}}, "/order/part/size", "Order part.size is required"),
        ({"part": {"size": 0}}, "/order/part/size", "Order part.size must be more than 0"),
        (
            {"part": {"size": 2**31}},
            "/order/part/size",
            "Order part.size must be at most 2147483647",
        ),
        ({"part": {"size": "1"}}, "/order/part/size", "Order part.size must be a whole number"),
        (
            {"part": {"size": 1, "kind": "c"}},
            "/order/part/kind",
            "Order part.kind must be one of a or b",
        ),
        (
            {"part": {"size": 1, "x": 2}},
            "/order/part/x",
            "Order part.x is not used here; leave it out",
        ),
        (
            {"part": {"size": 1, "part": 0}},
            "/order/part/part",
            "Order part.part must be more than 0",
        ),
        (
            {"part": {"size": 1, "least": -1}},
            "/order/part/least",
            "Order part.least must be at least 0",
        ),
        (
            {"part": {"size": 1}, "parts": [{"size": 1}, {"size": -1}]},
            "/order/parts/1/size",
            "Order parts[1].size must be more than 0",
        ),
        ({"part": {"size": 1}, "name": " "}, "/order/name", "Order name must not be empty"),
        ({"part": {"size": 1}, "flag": 1}, "/order/flag", "Order flag must be true or false"),
    ],
)
def test_a_wrong_field_is_named_with_its_place(
    raw: dict[str, object], pointer: str, sentence: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate(raw, strict=True)
    with pytest.raises(Refused) as refusal:
        refuse(caught.value, "/order", {})
    assert [(f.pointer, f.detail) for f in refusal.value.fields] == [(pointer, sentence)]


def test_a_fixed_sentence_goes_before_pydantics() -> None:
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate({"part": {"size": 0}}, strict=True)
    with pytest.raises(Refused) as refusal:
        refuse(caught.value, "/bracket/stop", {"part.size": "No size"})
    assert refusal.value.sentence == "No size"
    assert refusal.value.fields[0].pointer == "/bracket/stop/part/size"


def test_one_refused_field_is_sentence_and_detail() -> None:
    error = refused("/wait", "No")
    assert (error.sentence, error.fields[0].pointer, error.fields[0].detail) == (
        "No",
        "/wait",
        "No",
    )


@pytest.mark.parametrize(("value", "shown"), [(1.0, "1"), (1.5, "1.5"), (100, "100")])
def test_a_number_is_shown_without_a_needless_point(value: float, shown: str) -> None:
    assert str(plain(value)) == shown
