"""Request bodies: strict JSON or a refusal."""

from __future__ import annotations

import gzip

import pytest

from tests.web.visitors import Program, World, data
from trading.refusals import Refused
from web.bodies import MAX_BODY, an_object, text_of

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


def test_an_object_has_no_other_fields_than_asked_for() -> None:
    assert an_object({"name": "x"}, {"name", "days"}) == {"name": "x"}
    with pytest.raises(Refused) as caught:
        an_object({"name": "x", "role": "y"}, {"name"})
    assert (str(caught.value), caught.value.fields[0].pointer) == (
        "role is not a field here",
        "/role",
    )
    with pytest.raises(Refused, match="must be a JSON object"):
        an_object([], set())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "name is required"),
        ({"name": 7}, "name must be a string"),
        ({"name": "a\nb"}, "name must be printable ASCII of at most 64 characters"),
    ],
)
def test_a_text_that_is_none_is_refused(body: dict[str, object], said: str) -> None:
    with pytest.raises(Refused) as caught:
        text_of(body, "name")
    assert str(caught.value) == said
    assert text_of({}, "name", "nothing") == "nothing"
