"""Request bodies: strict JSON or a refusal."""

from __future__ import annotations

import gzip
from decimal import Decimal

import pytest

from tests.web.visitors import Program, World, data
from trading.refusals import Refused
from web.bodies import MAX_BODY, parse_json

ORDERS = "/api/v1/orders"


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


@pytest.mark.parametrize("raw", [b"{", b'{"a": NaN}', b"[" * 10_000, b'"\xff"'])
def test_a_malformed_body_is_a_400_and_nothing_is_sent(
    world: World, program: Program, raw: bytes
) -> None:
    answer = program.call("POST", ORDERS, data=raw, content_type="application/json")
    assert (answer.status_code, data(answer)["sent"]) == (400, "no")
    assert world.order_desk.submitted == []


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"x"', b"null"])
def test_json_that_is_no_object_is_refused(program: Program, raw: bytes) -> None:
    answer = program.call("POST", ORDERS, data=raw, content_type="application/json")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data"],
)
def test_another_content_type_is_refused(program: Program, content_type: str | None) -> None:
    answer = program.call("POST", ORDERS, data=b"{}", content_type=content_type)  # A20
    assert answer.status_code == 415


def test_another_charset_is_refused(program: Program) -> None:
    kind = "application/json; charset=utf-16"
    assert program.call("POST", ORDERS, data=b"{}", content_type=kind).status_code == 415


def test_a_compressed_body_is_refused_unread(program: Program) -> None:  # A19
    bomb = gzip.compress(b" " * 50_000_000)
    headers = {"Content-Encoding": "gzip"}
    answer = program.call(
        "POST", ORDERS, data=bomb, content_type="application/json", headers=headers
    )
    assert answer.status_code == 415


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY, 400), (MAX_BODY + 1, 413)])
def test_a_body_has_64_kib_at_most(program: Program, size: int, status: int) -> None:  # A19
    answer = program.call("POST", ORDERS, data=b"[" * size, content_type="application/json")
    assert answer.status_code == status
    assert data(answer)["sent"] == "no"
