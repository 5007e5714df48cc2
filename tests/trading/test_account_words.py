"""IB's keys of account values in plain words."""

from __future__ import annotations

import pytest

from paper_gateway.account import Account
from paper_gateway.account_values import account_rows, statement_of
from paper_gateway.contracts import Catalogue
from tests.paper_gateway.wire_client import NOON, FakeMarket
from trading.account_words import meaning_of, plain_tag, words


@pytest.mark.parametrize(
    ("tag", "begins"),
    [
        ("NetLiquidation", "What would be left"),
        ("NetLiquidation-S", "What would be left"),
        ("$LEDGER-ExchangeRate", "What one unit"),
        ("DayTradesRemainingT+1", "The same one trading day on"),
    ],
)
def test_a_key_has_a_meaning(tag: str, begins: str) -> None:
    assert (meaning_of(tag) or "").startswith(begins)


def test_a_segment_is_named() -> None:
    assert (meaning_of("SMA-S") or "").endswith("(securities alone)")
    assert (meaning_of("InitMarginReq-F") or "").endswith("(the segment F alone)")


def test_a_key_that_ib_does_not_describe_has_none() -> None:
    assert meaning_of("SomethingNew") is None
    assert meaning_of("SomethingNew-S") is None


def test_both_forms_of_a_currencys_key_are_one() -> None:
    assert plain_tag("$LEDGER-CashBalance") == plain_tag("CashBalance") == "CashBalance"


def test_every_sentence_is_short() -> None:
    assert [key for key, text in words().keys.items() if len(text) > 100] == []


def test_every_key_that_the_paper_gateway_tells_has_a_meaning() -> None:
    account = Account("DU1", FakeMarket(Catalogue.default()))
    told = account_rows(statement_of([account], NOON))
    assert [row.tag for row in told if meaning_of(row.tag) is None] == []
