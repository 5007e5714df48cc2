"""Accounts that the policy does not allow are neither named nor shown."""

from __future__ import annotations

from typing import Any

import pytest

from agent.accounts import AllowedAccounts
from tests.fakes import NOW, order_result
from trading.orders import OrderResult
from trading.refusals import AccountMismatch
from trading.snapshots import Rows

OWN, OTHER = "DU1", "DU2"
ALLOWED = AllowedAccounts(frozenset({OWN}))
ALL = AllowedAccounts(frozenset())


def test_without_names_every_account_is_allowed() -> None:
    assert ALL.checked(OTHER) == OTHER
    assert ALL.default("", (OTHER, OWN)) == OTHER


def test_another_account_is_refused() -> None:
    assert ALLOWED.checked(OWN) == OWN
    assert ALLOWED.checked(None) is None
    with pytest.raises(AccountMismatch, match="Account DU2 is not one"):
        ALLOWED.checked(OTHER)


def test_a_read_that_names_none_gets_the_configured_or_first_allowed_one() -> None:
    assert ALLOWED.default("", (OTHER, OWN)) == OWN
    assert ALLOWED.default(OWN, (OTHER, OWN)) == OWN
    assert ALLOWED.default("", ()) is None
    with pytest.raises(AccountMismatch):
        ALLOWED.default("", (OTHER,))


def test_rows_of_other_accounts_are_left_out() -> None:
    rows = Rows(NOW, ({"account": OWN}, {"account": OTHER}, {"order": {"account": OTHER}}))
    assert ALLOWED.rows(rows).rows == ({"account": OWN},)
    assert len(ALL.rows(rows).rows) == 3
    assert ALLOWED.dicts([{"account": OTHER}]) == []


def test_orders_of_other_accounts_are_left_out_or_refused() -> None:
    own, other = order_result("a", account=OWN), order_result("b", account=OTHER)
    assert ALLOWED.orders([own, other]) == [own]
    assert ALLOWED.order(own) is own
    with pytest.raises(AccountMismatch):
        ALLOWED.order(other)


def test_the_status_names_no_other_account() -> None:
    status: dict[str, Any] = {
        "account": OTHER,
        "accounts": [OTHER, OWN],
        "positionDifferences": [{"account": OTHER}, {"account": OWN}],
        "mode": "paper",
    }
    assert ALLOWED.status(status) == {
        "account": OWN,
        "accounts": [OWN],
        "positionDifferences": [{"account": OWN}],
        "mode": "paper",
    }


def orders() -> list[OrderResult]:
    return [order_result("a", account=OWN), order_result("b", account=OTHER)]


@pytest.mark.parametrize("kind", ["account", "position", "pnl", "order", "execution"])
def test_events_of_other_accounts_stay_here(kind: str) -> None:
    assert ALLOWED.may_tell(kind, {"account": OWN}, orders)
    assert not ALLOWED.may_tell(kind, {"account": OTHER}, orders)
    assert ALL.may_tell(kind, {"account": OTHER}, orders)


@pytest.mark.parametrize(
    ("name", "is_told"), [("a", True), ("b", False), ("c", True), (None, True)]
)
def test_messages_about_orders_of_other_accounts_stay_here(name: str | None, is_told: bool) -> None:
    assert ALLOWED.may_tell("message", {"clientOrderId": name}, orders) is is_told
    assert ALL.may_tell("message", {"clientOrderId": name}, orders)


def test_what_belongs_to_no_account_is_told() -> None:
    assert ALLOWED.may_tell("quote", {"symbol": "AAPL"}, orders)
