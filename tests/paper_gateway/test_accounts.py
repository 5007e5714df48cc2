"""The accounts of a login: their names, and which one a client means."""

import pytest

from paper_gateway.account import Account
from paper_gateway.accounts import (
    Accounts,
    AccountsError,
    account_names,
    figures_of_all,
    ledgers_of_all,
)
from paper_gateway.contracts import Catalogue
from tests.paper_gateway.wire_client import NOON, FakeMarket

MARKET = FakeMarket(Catalogue.default())


@pytest.fixture
def accounts() -> Accounts:
    return Accounts([Account("DU1", MARKET), Account("DU2", MARKET, {"EUR": 5.0})], "DF1")


def chosen(accounts: Accounts, name: str) -> list[str]:
    return [account.name for account in accounts.chosen(name)]


@pytest.mark.parametrize(
    ("first", "count", "is_advisor", "names"),
    [
        ("DU777", 1, False, ("DU777",)),
        ("DU777", 3, False, ("DU777", "DU778", "DU779")),
        ("DU0099", 2, False, ("DU0099", "DU0100")),
        ("DU777", 2, True, ("DF777", "DU777", "DU778")),
        ("PAPER", 1, False, ("PAPER",)),
    ],
)
def test_accounts_are_numbered_on(
    first: str, count: int, is_advisor: bool, names: tuple[str, ...]
) -> None:
    assert account_names(first, count, is_advisor) == names


@pytest.mark.parametrize(
    ("first", "count", "is_advisor", "reason"),
    [
        ("PAPER", 2, False, "does not end in a number"),
        ("DF777", 1, True, "the name of a master"),
        ("DU777", 0, False, "1 to 1000 accounts, not 0"),
        ("DU777", 1001, False, "1 to 1000 accounts, not 1001"),
    ],
)
def test_names_that_cannot_be_are_refused(
    first: str, count: int, is_advisor: bool, reason: str
) -> None:
    with pytest.raises(AccountsError, match=reason):
        account_names(first, count, is_advisor)


def test_the_master_leads_the_list_and_holds_nothing(accounts: Accounts) -> None:
    assert accounts.names == ("DF1", "DU1", "DU2")
    assert (accounts.first.name, len(accounts), "DF1" in accounts) == ("DU1", 2, False)


@pytest.mark.parametrize("name", ["", "All", "DF1"])
def test_no_name_and_the_masters_mean_all_accounts(accounts: Accounts, name: str) -> None:
    assert chosen(accounts, name) == ["DU1", "DU2"]


def test_a_name_means_its_account_and_an_unknown_one_none(accounts: Accounts) -> None:
    assert chosen(accounts, "DU2") == ["DU2"]
    assert chosen(accounts, "DU3") == []


def test_figures_of_all_are_sums(accounts: Accounts) -> None:
    assert figures_of_all(accounts, NOON).net_liquidation == 1_000_500.0
    ledgers = ledgers_of_all(accounts, NOON)
    assert {currency: each.cash for currency, each in ledgers.items()} == {
        "USD": 1_000_000.0,
        "EUR": 5.0,
    }
