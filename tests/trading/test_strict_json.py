"""Strict JSON or a refusal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from trading.refusals import Refused
from trading.strict_json import parse_json


def refusal(raw: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_json(raw)
    return caught.value


def test_numbers_stay_exact() -> None:
    assert parse_json(b'{"a": 228.10, "b": 100}') == {"a": Decimal("228.10"), "b": 100}


def test_a_small_exponent_is_a_number() -> None:
    assert parse_json(b"1E+3") == Decimal(1000)  # A05


def test_text_beyond_ascii_is_read() -> None:
    assert parse_json('"\\ud83d\\ude80 \u00e9"'.encode()) == "\U0001f680 é"


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{} {}", "not JSON"),
        (b'{"a": NaN}', "NaN"),  # A02
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1, "a": 2}', "twice"),  # A18
        (b'{"o": {"a": 1, "a": 1}}', "twice"),
        (b'{"a": 01}', "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": "\x01"}', "not JSON"),
        (b'"\xff"', "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"\\ud800": 1}', "Unicode"),
        (b'{"a": "\\uDBFF"}', "Unicode"),
        (b"[" * 10_000, "deeply"),  # A19
        (b'{"a":' * 10_000, "deeply"),
        (b"1" + b"0" * 400, "too long"),  # A04
        (b"0." + b"1" * 60, "too long"),
        (b"1E-999999999", "too long"),
        (b"1e99999999999999999999", "too long"),
        (b"1e309", "too long"),
    ],
)
def test_anything_but_strict_json_is_malformed(raw: bytes, part: str) -> None:
    error = refusal(raw)
    assert error.malformed
    assert part in error.sentence
