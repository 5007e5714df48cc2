"""What a gateway is built of: its accounts, from the settings, a file, or the state folder."""

from pathlib import Path

import pytest

from paper_gateway.accounts import AccountsError
from paper_gateway.assembly import open_store
from paper_gateway.portfolio import PortfolioError
from paper_gateway.settings import Settings
from paper_gateway.store import StateError
from tests.paper_gateway.wire_client import Desk

CASH = "currency,quantity\nUSD,500\n"


def with_portfolio(folder: Path, text: str, **others: object) -> Settings:
    path = folder / "start.csv"
    path.write_text(text)
    return Settings(latency_seconds=0.0, portfolio=path, **others)  # type: ignore[arg-type]


def test_a_login_has_as_many_accounts_as_it_is_told() -> None:
    desk = Desk(Settings(account="DU5", accounts=3))
    assert desk.hub.accounts.names == ("DU5", "DU6", "DU7")
    assert [account.cash for account in desk.hub.accounts] == [{"USD": 1_000_000.0}] * 3


def test_an_advisor_has_a_master_before_its_accounts() -> None:
    hub = Desk(Settings(account="DU5", accounts=2, is_advisor=True)).hub
    assert hub.accounts.names == ("DF5", "DU5", "DU6")
    assert [account.name for account in hub.accounts] == ["DU5", "DU6"]


def test_the_accounts_of_a_folder_come_back_without_being_named(tmp_path: Path) -> None:
    Desk(Settings(accounts=2, is_advisor=True), tmp_path).store.close()
    again = Desk(folder=tmp_path)
    assert again.hub.accounts.names == ("DF1234567", "DU1234567", "DU1234568")
    again.store.close()


def test_a_folder_with_other_accounts_is_refused_unless_it_is_reset(tmp_path: Path) -> None:
    Desk(folder=tmp_path).store.close()
    with pytest.raises(StateError, match="it holds account DU1234567, not DU1234567,DU1234568"):
        Desk(Settings(accounts=2), tmp_path)
    again = Desk(Settings(accounts=2, reset=True), tmp_path)
    assert len(again.hub.accounts) == 2
    again.store.close()


def test_a_new_account_begins_with_a_portfolio_and_keeps_it(tmp_path: Path) -> None:
    desk = Desk(with_portfolio(tmp_path, CASH), tmp_path)
    assert desk.hub.account.cash == {"USD": 500.0}
    desk.store.close()
    again = Desk(folder=tmp_path)
    assert again.hub.account.cash == {"USD": 500.0}
    again.store.close()


def test_a_portfolio_is_not_for_an_account_that_trades_already(tmp_path: Path) -> None:
    Desk(folder=tmp_path).store.close()
    with pytest.raises(StateError, match="already holds an account: a portfolio is for a new one"):
        Desk(with_portfolio(tmp_path, CASH), tmp_path)
    again = Desk(with_portfolio(tmp_path, CASH, reset=True), tmp_path)
    assert again.hub.account.cash == {"USD": 500.0}
    again.store.close()


def test_a_wrong_portfolio_resets_nothing(tmp_path: Path) -> None:
    Desk(Settings(account="DU5"), tmp_path).store.close()
    with pytest.raises(PortfolioError, match="line 2"):
        Desk(with_portfolio(tmp_path, "currency,quantity\nUSD,x\n", reset=True), tmp_path)
    again = Desk(folder=tmp_path)
    assert again.hub.account.name == "DU5"
    again.store.close()


def test_accounts_that_cannot_be_are_refused() -> None:
    with pytest.raises(AccountsError, match="1 to 1000"):
        open_store(Settings(accounts=0))
