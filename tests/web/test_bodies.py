"""Request bodies: strict JSON or a refusal."""

from __future__ import annotations

import gzip

import pytest

from tests.web.visitors import Program, World, data
from web.bodies import MAX_BODY

ORDERS = "/api/v1/orders"


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
