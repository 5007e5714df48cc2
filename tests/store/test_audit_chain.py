"""The chain through the audit log, without a database."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from store.audit_chain import (
    FIRST_HASH,
    End,
    Entry,
    Written,
    entry_hash,
    wrong_end,
    wrong_line,
)

FIRST = Entry("freeze", "bob", "desk", "ok", "192.0.2.7", "2026-11-20T14:31:02.118Z", 1)
LINE = Written(FIRST, FIRST_HASH, entry_hash(FIRST_HASH, FIRST))


def test_a_line_follows_the_end_before_it() -> None:
    assert wrong_line(End(), LINE) is None
    assert wrong_line(End(1, LINE.hash), LINE) == "Line 2 of the audit log is missing"
    assert wrong_line(End(0, "x" * 64), LINE) is not None


@pytest.mark.parametrize("name", [f.name for f in fields(Entry) if f.name != "number"])
def test_every_field_is_covered_by_the_hash(name: str) -> None:
    change: dict[str, Any] = {name: "changed"}
    changed = replace(LINE, entry=replace(FIRST, **change))
    found = wrong_line(End(), changed)
    assert found is not None
    assert "is not as it was written" in found


def test_the_number_is_covered_too() -> None:
    moved = replace(LINE, entry=replace(FIRST, number=2))
    assert wrong_line(End(1, FIRST_HASH), moved) is not None


def test_the_end_is_where_it_was_written() -> None:
    seen = End(5, "a")
    assert wrong_end(seen, seen) is None
    assert wrong_end(seen, End(7, "b")) == "Line 6 of the audit log is missing"
    assert wrong_end(seen, End(3, "b")) == "Line 4 of the audit log was added by somebody else"
    assert wrong_end(seen, End(5, "b")) is not None
