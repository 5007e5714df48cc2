"""Orders of a login with several accounts: each trades in its own, with its own money."""

import pytest
from ib_async import LimitOrder, MarketOrder

from paper_gateway.settings import Settings
from tests.paper_gateway.wire_client import Desk, Message, names

VALIDATING = "Error validating request.-'bN' : cause - "

TWO = ("DU1234567", "DU1234568")


def error_of(found: list[Message]) -> tuple[str, str]:
    """Code and text of the only message."""
    ((message),) = found
    assert message[0] == "4"
    return message[3], message[4]


@pytest.fixture
def two() -> Desk:
    return Desk(Settings(latency_seconds=0.0, accounts=2))


def test_an_order_trades_in_the_account_that_it_names(two: Desk) -> None:
    client = two.connect()
    found = client.place(1, MarketOrder("BUY", 10, account=TWO[1], tif="DAY"))
    (details,) = [message for message in found if message[0] == "11"]
    assert details[16] == TWO[1]
    assert [len(account.held()) for account in two.hub.accounts] == [0, 1]


def test_an_order_without_an_account_is_refused_when_there_are_several(two: Desk) -> None:
    client = two.connect()
    for account, cause in (("", "You must specify an account."), ("DU9", "Invalid account code")):
        found = client.place(1, MarketOrder("BUY", 10, account=account))
        assert error_of(found) == ("321", VALIDATING + cause)
    assert two.hub.book.orders == {}


def test_the_funds_of_one_account_are_not_those_of_another(two: Desk) -> None:
    client = two.connect()
    client.place(1, MarketOrder("BUY", 19_000, account=TWO[0]))
    two.wait(1.0)
    client.read()
    for order_id, account, codes in ((2, TWO[0], ["4 201"]), (3, TWO[1], [])):
        found = client.place(order_id, MarketOrder("BUY", 15_000, tif="DAY", account=account))
        assert [name for name in names(found) if name.startswith("4")] == codes


def test_a_change_cannot_move_an_order_to_another_account(two: Desk) -> None:
    client = two.connect()
    client.place(1, LimitOrder("BUY", 10, 50.0, account=TWO[0]))
    found = client.place(1, LimitOrder("BUY", 10, 51.0, account=TWO[1]))
    assert error_of(found)[0] == "105"


def test_an_order_for_a_group_of_an_advisor_is_rejected_and_not_placed_anywhere() -> None:
    desk = Desk(Settings(latency_seconds=0.0, accounts=2, is_advisor=True))
    found = desk.connect().place(1, MarketOrder("BUY", 10, faGroup="Friends", tif="DAY"))
    assert names(found) == ["4 201", "5 Inactive", "3 Inactive"]
    assert "does not model an allocation group" in found[0][4]
    assert [account.held() for account in desk.hub.accounts] == [[], []]


def test_the_master_of_an_advisor_cannot_trade_itself() -> None:
    desk = Desk(Settings(latency_seconds=0.0, accounts=2, is_advisor=True))
    found = desk.connect().place(1, MarketOrder("BUY", 10, account="DF1234567"))
    assert error_of(found) == ("321", f"{VALIDATING}Invalid account code")
