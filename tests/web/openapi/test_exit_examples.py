"""Examples of orders that are held back: the sentences are those of the rules."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from store.journal_rows import unavailable
from tests.trading.facts_for_tests import a_limit_order, activity, facts
from trading.modifications import Modification
from trading.refusals import TradingError
from trading.risk import Limits, RiskGate
from web.openapi import exit_examples as exits

HELD_BACK: list[tuple[str, Limits, bool]] = [
    ("limit", replace(Limits(), max_order_notional=Decimal(10_000)), False),
    ("frozen", Limits(), True),
    ("readOnly", replace(Limits(), read_only=True), False),
]


@pytest.mark.parametrize(("name", "limits", "is_frozen"), HELD_BACK)
def test_what_holds_an_order_back_says_so_as_shown(
    name: str, limits: Limits, is_frozen: bool
) -> None:
    with pytest.raises(TradingError) as caught:
        RiskGate(limits).check(a_limit_order(), facts(), activity(), is_frozen=is_frozen)
    shown: dict[str, Any] = exits.FORBIDDEN[name]
    assert (caught.value.sentence, caught.value.code) == (shown["error"], shown["errorCode"])


def test_a_journal_that_cannot_be_written_says_so_as_shown() -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    said = str(unavailable(Path("var/journal.db"), "written", error))
    assert said == exits.JOURNAL_DOWN["error"] == exits.SWITCH_NOT_SAVED["error"]


def test_a_change_has_the_fields_of_a_change() -> None:
    payload = Modification({"lmtPrice": 227.5}, {}, {}, {}).done().to_payload()
    assert payload == exits.CHANGED["modification"]


def test_a_change_that_is_refused_has_ibs_reason() -> None:
    shown = exits.CHANGE_REFUSED
    assert shown["modification"]["message"] == shown["messages"][-1]
    assert shown["errorString"] == shown["messages"][-1]["text"]
