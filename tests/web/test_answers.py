"""JSON answers."""

from __future__ import annotations

from web.answers import json_response


def test_rows_are_written_as_they_are() -> None:
    response = json_response({"rows": [{"a": 1, "b": None, "c": "é"}]}, 201)
    assert response.status_code == 201
    assert response.mimetype == "application/json"
    assert response.get_data() == '{"rows":[{"a":1,"b":null,"c":"é"}]}'.encode()


def test_a_number_that_is_none_is_null() -> None:
    assert json_response([float("nan"), float("inf")]).get_data() == b"[null,null]"
