"""The small parts of the answers' schemas."""

from __future__ import annotations

from web.openapi.answer_parts import all_of, or_null, record, ref, rows, said


def test_a_value_that_may_be_null_keeps_its_own_type() -> None:
    assert or_null({"type": "number"}) == {"type": ["number", "null"]}
    assert or_null({"enum": ["up"]}) == {"enum": ["up", None]}
    assert or_null({"$ref": "#/x"}) == {"anyOf": [{"$ref": "#/x"}, {"type": "null"}]}


def test_what_is_always_there_is_required() -> None:
    schema = record("", {"a": {}}, {"b": {}})
    assert (schema["required"], list(schema["properties"])) == (["a"], ["a", "b"])


def test_a_row_refers_to_its_component() -> None:
    assert rows("Order")["items"] == ref("Order") == {"$ref": "#/components/schemas/Order"}


def test_names_of_one_kind_share_a_schema() -> None:
    assert all_of(said({}, "x"), "a", "b") == {"a": {"description": "x"}, "b": {"description": "x"}}
