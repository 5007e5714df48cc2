"""The audit log as a file."""

from __future__ import annotations

import csv
import hashlib
import json

import pytest
from sqlalchemy import Engine

from store.audit import SYSTEM, AuditLog, Entry
from store.audit_chain import FIRST_HASH
from store.audit_export import COLUMNS, csv_lines, json_lines


@pytest.fixture
def audit(engine: Engine) -> AuditLog:
    return AuditLog(engine)


def test_whoever_has_the_file_can_check_the_chain(audit: AuditLog) -> None:
    for target in ("ui-1", "Ü-2", "ui-3"):
        audit.append(Entry("order sent", SYSTEM, target, "live"))
    before = FIRST_HASH
    for line in json_lines(audit):
        row = json.loads(line)
        own, previous = row.pop("hash"), row.pop("previousHash")
        content = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert previous == before
        assert own == hashlib.sha256(f"{previous}\n{content}".encode()).hexdigest()
        before = own


@pytest.mark.parametrize("target", ["=HYPERLINK(1)", "+1", "-1", "@x", "=1,2\"'"])
def test_what_looks_like_a_formula_is_text_in_csv(audit: AuditLog, target: str) -> None:
    audit.append(Entry("order sent", SYSTEM, target))
    heading, row = csv.reader(csv_lines(audit))
    assert tuple(heading) == COLUMNS
    assert row[COLUMNS.index("target")] == f"'{target}"
    assert row[COLUMNS.index("what")] == "order sent"


def test_an_empty_log_is_a_heading(audit: AuditLog) -> None:
    assert list(json_lines(audit)) == []
    assert len(list(csv_lines(audit))) == 1
