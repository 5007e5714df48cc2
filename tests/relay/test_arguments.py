"""Arguments of operations, from a query or a body."""

from __future__ import annotations

from decimal import Decimal

import pytest

from relay.arguments import JSON_ARGUMENTS, from_body, from_query
from relay.operations import OPERATIONS
from trading.refusals import Refused

QUOTE, BARS, ORDER = (OPERATIONS[name] for name in ("stock-quote", "bars", "place-order"))


def test_a_query_has_texts_and_json() -> None:
    pairs = [("contract", '{"strike":228.1}'), ("barSize", "1 min"), ("user_id", "alice")]
    assert from_query(BARS, pairs) == {"contract": {"strike": Decimal("228.1")}, "barSize": "1 min"}


def test_json_arguments_are_arguments_of_some_operation() -> None:
    known = {name for operation in OPERATIONS.values() for name in operation.arguments}
    assert known >= JSON_ARGUMENTS


@pytest.mark.parametrize(
    ("pairs", "status"),
    [
        ([("contract", "{")], True),
        ([("contract", "NaN")], True),
        ([("contract", "{}"), ("contract", "{}")], False),
        ([("account", "DU1")], False),
        ([("userId", "bob")], False),
    ],
)
def test_a_wrong_query_is_refused(pairs: list[tuple[str, str]], status: bool) -> None:
    with pytest.raises(Refused) as caught:
        from_query(QUOTE, pairs)
    assert caught.value.malformed is status


def test_numbers_of_a_body_stay_exact() -> None:
    raw = b'{"body":{"lmtPrice":228.10000000000000001}}'
    assert from_body(ORDER, raw) == {"body": {"lmtPrice": Decimal("228.10000000000000001")}}


def test_an_empty_body_is_one_without_arguments() -> None:
    assert from_body(OPERATIONS["cancel-all"], b"") == {}


@pytest.mark.parametrize(
    "raw",
    [
        b"[]",
        b"null",
        b"{",
        b'{"body":1,"body":2}',
        b'{"user":"bob"}',
        b'{"user_id":"bob"}',
        b"\xff",
    ],
)
def test_a_wrong_body_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        from_body(ORDER, raw)
