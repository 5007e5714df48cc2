"""Arguments are parsed at the agent's door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent import arguments
from trading.refusals import NotFound, Refused


def pointer(parse: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        parse()
    return caught.value.fields[0].pointer


def test_texts() -> None:
    assert arguments.text({"query": "AAPL"}, "query") == "AAPL"
    assert arguments.optional_text({"account": None}, "account") is None
    assert arguments.optional_text({}, "account") is None
    assert arguments.optional_text({"account": ""}, "account") is None


@pytest.mark.parametrize("value", [7, ["AAPL"], "a\0b", "a\nb"])
def test_a_text_that_is_none_is_refused(value: object) -> None:
    assert pointer(lambda: arguments.text({"query": value}, "query")) == "/query"


def test_a_text_that_is_missing_is_refused() -> None:
    assert pointer(lambda: arguments.text({}, "query")) == "/query"


def test_flags() -> None:
    assert arguments.flag({"isNamed": True}, "isNamed")
    assert arguments.flag({}, "isNamed", default=True)
    assert pointer(lambda: arguments.flag({"isNamed": 1}, "isNamed")) == "/isNamed"


@pytest.mark.parametrize("name", [None, 7, "", "../etc", "a" * 41, ["a"]])
def test_a_name_that_no_order_can_have_is_nobodys(name: object) -> None:
    with pytest.raises(NotFound):
        arguments.client_order_id({"clientOrderId": name})


def test_contracts_rows_and_changes() -> None:
    assert arguments.contract({"contract": {"symbol": "AAPL"}}).symbol == "AAPL"
    with pytest.raises(Refused):
        arguments.contract({})
    assert arguments.row_limit({}) == 1000
    assert arguments.row_limit({"limit": 5}) == 5
    assert arguments.changes({"changes": {"lmtPrice": 1}}) == {"lmtPrice": 1}


@pytest.mark.parametrize("limit", [0, 1001, "5", True, None])
def test_a_limit_of_rows_has_bounds(limit: object) -> None:
    assert pointer(lambda: arguments.row_limit({"limit": limit})) == "/limit"


@pytest.mark.parametrize("changes", [None, {}, [], "x"])
def test_changes_must_change_something(changes: object) -> None:
    assert pointer(lambda: arguments.changes({"changes": changes})) == "/changes"


def test_a_note_may_be_in_any_script() -> None:
    assert arguments.note({"source": "alice via key ibk_12345678…"}, "source").endswith("…")
    assert arguments.note({}, "source") == ""


@pytest.mark.parametrize("note", [5, None, "a\nb", "x" * 81, "\x1b[31m"])
def test_a_note_is_one_short_line(note: object) -> None:
    assert pointer(lambda: arguments.note({"source": note}, "source")) == "/source"
